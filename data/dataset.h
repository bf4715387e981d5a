// Dataset: samples by index. What a DataLoader reads; derive from it for data of your own, or wrap tensors that already lie in
// memory. Loader threads call get and get_batch at the same time, so both must be safe to call concurrently.
#pragma once

#include <memory>
#include <optional>
#include <span>
#include <vector>

#include "ember/core/random.h"
#include "ember/ops/tensor.h"

namespace ember::data {

/// The tensors of one sample, such as {image, label}; or of one batch, with one more dim in front.
using Example = std::vector<Tensor>;

class Dataset {
 public:
  virtual ~Dataset() = default;
  virtual int64_t size() const = 0;
  /// The sample at `index`, 0 <= index < size(). Throws IndexError outside of that.
  virtual Example get(int64_t index) const = 0;
  /// The samples at `indices` as one batch, for datasets that can fetch many at once faster than one by one; none when this
  /// one cannot, and get is called for each index instead.
  virtual std::optional<Example> get_batch(std::span<const int64_t> indices) const;
};

using DatasetPtr = std::shared_ptr<const Dataset>;

/// Slices of tensors along their first dim: sample i is {tensors[0][i], tensors[1][i], ...}. A batch is one index_select.
class TensorDataset : public Dataset {
 public:
  /// Throws ValueError unless there is a tensor and all have the same first size.
  explicit TensorDataset(std::vector<Tensor> tensors);
  template <class... Rest>
  requires(std::same_as<Rest, Tensor>&&...) explicit TensorDataset(const Tensor& first, const Rest&... rest)
      : TensorDataset(std::vector<Tensor>{first, rest...}) {}

  const std::vector<Tensor>& tensors() const { return tensors_; }
  int64_t size() const override;
  Example get(int64_t index) const override;
  std::optional<Example> get_batch(std::span<const int64_t> indices) const override;

 private:
  std::vector<Tensor> tensors_;
};

/// The samples of another dataset at these indices.
class Subset : public Dataset {
 public:
  /// Throws IndexError for an index outside of the dataset.
  Subset(DatasetPtr dataset, std::vector<int64_t> indices);

  const DatasetPtr& dataset() const { return dataset_; }
  const std::vector<int64_t>& indices() const { return indices_; }
  int64_t size() const override { return static_cast<int64_t>(indices_.size()); }
  Example get(int64_t index) const override;
  std::optional<Example> get_batch(std::span<const int64_t> indices) const override;

 private:
  DatasetPtr dataset_;
  std::vector<int64_t> indices_;
};

/// Several datasets one behind another.
class ConcatDataset : public Dataset {
 public:
  /// Throws ValueError without a dataset.
  explicit ConcatDataset(std::vector<DatasetPtr> datasets);

  const std::vector<DatasetPtr>& datasets() const { return datasets_; }
  int64_t size() const override { return ends_.back(); }
  Example get(int64_t index) const override;
  /// A batch out of one dataset is fetched at once.
  std::optional<Example> get_batch(std::span<const int64_t> indices) const override;

 private:
  /// The dataset that holds this index.
  size_t find(int64_t index) const;

  std::vector<DatasetPtr> datasets_;
  std::vector<int64_t> ends_;  ///< running totals of the sizes
};

/// Disjoint random subsets of these sizes; the default generator unless given one. ValueError unless they add up to the
/// dataset's size.
std::vector<std::shared_ptr<Subset>> random_split(DatasetPtr dataset, std::span<const int64_t> lengths,
                                                  Generator* generator = nullptr);
std::vector<std::shared_ptr<Subset>> random_split(DatasetPtr dataset, std::initializer_list<int64_t> lengths,
                                                  Generator* generator = nullptr);

/// `index` when 0 <= index < size; throws IndexError naming `what` otherwise.
int64_t check_index(int64_t index, int64_t size, const char* what);

}  // namespace ember::data
