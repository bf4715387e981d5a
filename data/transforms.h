// Transforms of images: functions from tensor to tensor that a dataset applies to what it reads. Any callable will do; those here
// take [..., channels, height, width]. Random ones draw from sample_generator(), so an image changes with seed, epoch and index only.
#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

#include "ember/data/dataset.h"

namespace ember::data {

/// A callable as a value. One that draws no random numbers and takes any number of leading dims says so with a member
/// `static constexpr bool kTakesBatches = true`, and is then called once for a whole batch.
class Transform {
 public:
  Transform() = default;
  template <class F>
  requires(!std::same_as<std::remove_cvref_t<F>, Transform> && std::invocable<const F&, const Tensor&>)
      Transform(F function)
      : takes_batches_(read_takes_batches(function)), function_(std::move(function)) {}

  Tensor operator()(const Tensor& x) const { return function_ ? function_(x) : x; }
  bool takes_batches() const { return takes_batches_; }
  /// The callable, if it is an F.
  template <class F>
  const F* target() const {
    return function_.template target<F>();
  }
  /// False for the empty transform, which returns what it gets.
  explicit operator bool() const { return static_cast<bool>(function_); }

 private:
  template <class F>
  static bool read_takes_batches(const F& function) {
    if constexpr (requires {
                    { function.takes_batches() } -> std::same_as<bool>;
                  })
      return function.takes_batches();
    else if constexpr (requires { F::kTakesBatches; })
      return F::kTakesBatches;
    else
      return false;
  }

  bool takes_batches_ = true;
  std::function<Tensor(const Tensor&)> function_;
};

/// One transform after another.
class Compose {
 public:
  explicit Compose(std::vector<Transform> transforms) : transforms_(std::move(transforms)) {}
  Tensor operator()(const Tensor& x) const;
  bool takes_batches() const;
  const std::vector<Transform>& transforms() const { return transforms_; }

 private:
  std::vector<Transform> transforms_;
};

/// Integers divided by the largest value of their dtype, as float32: bytes become [0, 1]. Floats stay as they are, as float32.
struct ToFloat {
  static constexpr bool kTakesBatches = true;
  Tensor operator()(const Tensor& x) const;
};

/// (x - mean[c]) / std[c] for each channel c.
class Normalize {
 public:
  static constexpr bool kTakesBatches = true;
  /// One entry for each channel, or one for all. ValueError for lists of different or no length, or a std of 0.
  Normalize(std::vector<double> mean, std::vector<double> std);
  /// Throws TypeError for integers and Error for another number of channels.
  Tensor operator()(const Tensor& x) const;

 private:
  Tensor mean_, scale_;  ///< [channels, 1, 1]
};

/// The mirror image, left for right, with probability p.
class RandomHorizontalFlip {
 public:
  /// ValueError unless 0 <= p <= 1.
  explicit RandomHorizontalFlip(double p = 0.5);
  Tensor operator()(const Tensor& x) const;

 private:
  double p_;
};

/// A window of `size` [height, width] at a random place, after `padding` zeros on each side.
class RandomCrop {
 public:
  /// One size makes a square window. ValueError unless there are one or two sizes, all positive.
  explicit RandomCrop(const Shape& size, int64_t padding = 0);
  /// Throws ValueError when the padded image is smaller than the window.
  Tensor operator()(const Tensor& x) const;

 private:
  int64_t height_, width_, padding_;
};

/// A dataset whose samples' first tensor goes through `transform`, and second through `target_transform`.
class TransformedDataset : public Dataset {
 public:
  TransformedDataset(DatasetPtr dataset, Transform transform, Transform target_transform = {});
  const DatasetPtr& dataset() const { return dataset_; }
  const Transform& transform() const { return transform_; }
  const Transform& target_transform() const { return target_transform_; }
  int64_t size() const override { return dataset_->size(); }
  Example get(int64_t index) const override;
  std::optional<Example> get_batch(std::span<const int64_t> indices) const override;

 private:
  DatasetPtr dataset_;
  Transform transform_, target_transform_;
};

/// The random numbers of the sample being loaded: the default generator, which while a DataLoader fetches a sample is one whose
/// seed is made of the loader's seed, the epoch and the sample's index.
Generator& sample_generator();

/// That seed.
uint64_t sample_seed(uint64_t seed, int64_t epoch, int64_t index);

/// Makes the default generator of this thread the one of this sample, for a scope.
class SampleGeneratorGuard {
 public:
  SampleGeneratorGuard(uint64_t seed, int64_t epoch, int64_t index);

 private:
  Generator generator_;
  GeneratorGuard guard_;
};

}  // namespace ember::data
