// Samplers: in which order an epoch visits a dataset. An order is a function of seed and epoch alone, so that a run can be
// repeated, and resumed in its middle, whatever threads it loads with.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "ember/core/random.h"

namespace ember::data {

/// Gives one after another, and none at the end, if there is one.
using IndexStream = std::function<std::optional<int64_t>()>;
using BatchStream = std::function<std::optional<std::vector<int64_t>>()>;

/// A derived class overrides `indices`, or `stream` where the order has no end or is too long to be listed.
class Sampler {
 public:
  virtual ~Sampler() = default;
  /// How many indices one epoch has; of an order without an end the largest number.
  virtual int64_t size() const = 0;
  /// The indices of this epoch, in order.
  virtual std::vector<int64_t> indices(int64_t epoch) const;
  /// The same one by one, which is how a loader reads them. It must not outlive the sampler.
  virtual IndexStream stream(int64_t epoch) const;
};

/// 0, 1, ..., size - 1.
class SequentialSampler : public Sampler {
 public:
  /// ValueError for a negative size.
  explicit SequentialSampler(int64_t size);
  int64_t size() const override { return size_; }
  std::vector<int64_t> indices(int64_t epoch) const override;

 private:
  int64_t size_;
};

/// A permutation of 0 ... size - 1, another one each epoch.
class RandomSampler : public Sampler {
 public:
  /// The seed is drawn from the default generator unless given. ValueError for a negative size.
  explicit RandomSampler(int64_t size);
  RandomSampler(int64_t size, uint64_t seed);
  int64_t size() const override { return size_; }
  std::vector<int64_t> indices(int64_t epoch) const override;

 private:
  int64_t size_;
  uint64_t seed_;
};

/// `count` draws of 0 ... weights.size() - 1 with probabilities in proportion to the weights.
class WeightedRandomSampler : public Sampler {
 public:
  /// ValueError for a weight that is negative or not finite, when none is positive, or when there are not enough positive ones
  /// to draw without replacement. The seed is drawn from the default generator unless given.
  WeightedRandomSampler(std::vector<double> weights, int64_t count, bool replacement = true);
  WeightedRandomSampler(std::vector<double> weights, int64_t count, bool replacement, uint64_t seed);
  int64_t size() const override { return count_; }
  std::vector<int64_t> indices(int64_t epoch) const override;

 private:
  std::vector<double> weights_;
  int64_t count_;
  bool replacement_;
  uint64_t seed_;
};

/// Groups of indices, one for each batch of an epoch.
class BatchSampler {
 public:
  /// Runs of `batch_size` of the sampler's indices; the last may be shorter, or is left out with `drop_last`. ValueError unless
  /// batch_size >= 1.
  BatchSampler(std::shared_ptr<const Sampler> sampler, int64_t batch_size, bool drop_last = false);
  virtual ~BatchSampler() = default;
  /// How many batches one epoch has.
  virtual int64_t size() const;
  virtual std::vector<std::vector<int64_t>> batches(int64_t epoch) const;
  /// The same one by one, which is how a loader reads them: out of the sampler's stream, or in a derived class out of batches()
  /// unless it overrides this too. It must not outlive the batch sampler.
  virtual BatchStream stream(int64_t epoch) const;

 protected:
  /// For derived classes that override size, and batches or stream.
  BatchSampler() = default;

 private:
  std::shared_ptr<const Sampler> sampler_;
  int64_t batch_size_ = 1;
  bool drop_last_ = false;
};

/// A permutation of 0 ... size - 1 that depends on seed and stream only.
std::vector<int64_t> permutation(int64_t size, uint64_t seed, uint64_t stream);
/// A seed out of this generator, or the default one, which moves on.
uint64_t draw_seed(Generator* generator = nullptr);

}  // namespace ember::data
