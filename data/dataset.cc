#include "ember/data/dataset.h"

#include <algorithm>

#include "ember/data/sampler.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/tensor_index.h"

namespace ember::data {

int64_t check_index(int64_t index, int64_t size, const char* what) {
  check<IndexError>(0 <= index && index < size, what, ": index ", index, " is out of range for ", size, " samples");
  return index;
}

std::optional<Example> Dataset::get_batch(std::span<const int64_t>) const { return std::nullopt; }

TensorDataset::TensorDataset(std::vector<Tensor> tensors) : tensors_(std::move(tensors)) {
  check<ValueError>(!tensors_.empty(), "TensorDataset: needs at least one tensor");
  for (size_t i = 0; i < tensors_.size(); ++i) {
    const Tensor& x = tensors_[i];
    check<ValueError>(x.defined() && x.dim() > 0, "TensorDataset: tensor ", i, " has no first dim to count samples by");
    check<ValueError>(x.size(0) == size(), "TensorDataset: tensor ", i, " has shape ", x.sizes(),
                      " but its first size must be ", size(), " as that of tensor 0");
  }
}

int64_t TensorDataset::size() const { return tensors_[0].size(0); }

Example TensorDataset::get(int64_t index) const {
  check_index(index, size(), "TensorDataset");
  Example sample;
  for (const Tensor& x : tensors_) sample.push_back(x.select(0, index));
  return sample;
}

std::optional<Example> TensorDataset::get_batch(std::span<const int64_t> indices) const {
  for (int64_t index : indices) check_index(index, size(), "TensorDataset");
  const Tensor rows = tensor(indices);
  Example batch;
  for (const Tensor& x : tensors_) batch.push_back(index_select(x, 0, rows));
  return batch;
}

Subset::Subset(DatasetPtr dataset, std::vector<int64_t> indices)
    : dataset_(std::move(dataset)), indices_(std::move(indices)) {
  check<ValueError>(dataset_ != nullptr, "Subset: no dataset given");
  const int64_t whole = dataset_->size();
  for (int64_t index : indices_) check_index(index, whole, "Subset");
}

Example Subset::get(int64_t index) const { return dataset_->get(indices_[check_index(index, size(), "Subset")]); }

std::optional<Example> Subset::get_batch(std::span<const int64_t> indices) const {
  std::vector<int64_t> inner;
  inner.reserve(indices.size());
  for (int64_t index : indices) inner.push_back(indices_[check_index(index, size(), "Subset")]);
  return dataset_->get_batch(inner);
}

ConcatDataset::ConcatDataset(std::vector<DatasetPtr> datasets) : datasets_(std::move(datasets)) {
  check<ValueError>(!datasets_.empty(), "ConcatDataset: needs at least one dataset");
  int64_t end = 0;
  for (const DatasetPtr& dataset : datasets_) {
    check<ValueError>(dataset != nullptr, "ConcatDataset: dataset ", ends_.size(), " is null");
    check<ValueError>(!__builtin_add_overflow(end, dataset->size(), &end),
                      "ConcatDataset: the sizes' sum is beyond int64");
    ends_.push_back(end);
  }
}

size_t ConcatDataset::find(int64_t index) const {
  check_index(index, size(), "ConcatDataset");
  return std::upper_bound(ends_.begin(), ends_.end(), index) - ends_.begin();
}

Example ConcatDataset::get(int64_t index) const {
  const size_t which = find(index);
  return datasets_[which]->get(index - (which ? ends_[which - 1] : 0));
}

std::optional<Example> ConcatDataset::get_batch(std::span<const int64_t> indices) const {
  if (indices.empty()) return std::nullopt;
  const size_t which = find(indices[0]);
  const int64_t first = which ? ends_[which - 1] : 0;
  std::vector<int64_t> inner;
  for (int64_t index : indices) {
    if (find(index) != which) return std::nullopt;
    inner.push_back(index - first);
  }
  return datasets_[which]->get_batch(inner);
}

std::vector<std::shared_ptr<Subset>> random_split(DatasetPtr dataset, std::span<const int64_t> lengths,
                                                  Generator* generator) {
  check<ValueError>(dataset != nullptr, "random_split: no dataset given");
  int64_t total = 0;
  for (int64_t length : lengths) {
    check<ValueError>(length >= 0, "random_split: length ", length, " is negative");
    check<ValueError>(!__builtin_add_overflow(total, length, &total), "random_split: the lengths' sum is beyond int64");
  }
  check<ValueError>(total == dataset->size(), "random_split: the lengths add up to ", total, " but the dataset has ",
                    dataset->size(), " samples");
  const auto order = permutation(total, draw_seed(generator), 0);
  std::vector<std::shared_ptr<Subset>> parts;
  auto first = order.begin();
  for (int64_t length : lengths) {
    parts.push_back(std::make_shared<Subset>(dataset, std::vector<int64_t>(first, first + length)));
    first += length;
  }
  return parts;
}

std::vector<std::shared_ptr<Subset>> random_split(DatasetPtr dataset, std::initializer_list<int64_t> lengths,
                                                  Generator* generator) {
  return random_split(std::move(dataset), std::span(lengths.begin(), lengths.size()), generator);
}

}  // namespace ember::data
