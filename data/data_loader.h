// DataLoader: batches of a dataset, in a seeded order, fetched ahead by worker threads.
//
//   ember::data::DataLoader loader(ember::data::FashionMNIST(), DataLoaderOptions(64).shuffle(true).workers(2));
//   for (auto& batch : loader) train(batch[0], batch[1]);
//
// Batches come in the sampler's order and hold the same values whatever the number of workers. Each loop over the loader is one
// epoch, with an order of its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <vector>

#include "ember/data/dataset.h"
#include "ember/data/sampler.h"

namespace ember::data {

/// Makes a batch of samples.
using Collate = std::function<Example(const std::vector<Example>& samples)>;

/// Stacks the samples' tensors, place by place. Throws ValueError naming the place when the samples differ in length, shape
/// or dtype.
Example stack_examples(const std::vector<Example>& samples);

struct DataLoaderOptions {
  DataLoaderOptions(int64_t batch_size = 1) : batch_size_(batch_size) {}

  /// Samples a batch.
  DataLoaderOptions& batch_size(int64_t value) { return batch_size_ = value, *this; }
  /// A new permutation each epoch; in the dataset's order otherwise.
  DataLoaderOptions& shuffle(bool value = true) { return shuffle_ = value, *this; }
  /// Threads that fetch batches; with 0 the caller's thread fetches each one when it is asked for.
  DataLoaderOptions& workers(int64_t value) { return workers_ = value, *this; }
  /// Batches that each worker may be ahead.
  DataLoaderOptions& prefetch(int64_t value) { return prefetch_ = value, *this; }
  /// Leaves out a last batch that is not full.
  DataLoaderOptions& drop_last(bool value = true) { return drop_last_ = value, *this; }
  /// Of the order and of what samples draw at random; each epoch draws one from the default generator unless set.
  DataLoaderOptions& seed(uint64_t value) { return seed_ = value, *this; }
  /// Instead of `shuffle`.
  DataLoaderOptions& sampler(std::shared_ptr<const Sampler> value) { return sampler_ = std::move(value), *this; }
  /// Instead of `batch_size`, `shuffle`, `drop_last` and `sampler`.
  DataLoaderOptions& batch_sampler(std::shared_ptr<const BatchSampler> value) {
    return batch_sampler_ = std::move(value), *this;
  }
  /// Instead of stacking.
  DataLoaderOptions& collate(Collate value) { return collate_ = std::move(value), *this; }

  int64_t batch_size_ = 1;
  bool shuffle_ = false;
  int64_t workers_ = 0;
  int64_t prefetch_ = 2;
  bool drop_last_ = false;
  std::optional<uint64_t> seed_;
  std::shared_ptr<const Sampler> sampler_;
  std::shared_ptr<const BatchSampler> batch_sampler_;
  Collate collate_;
};

/// Where a loader is, for another one like it to go on from there.
struct DataLoaderState {
  int64_t epoch = 0;             ///< of the loop under way, or else of the next one
  std::optional<int64_t> taken;  ///< batches that the loop under way has given
  uint64_t seed = 0;             ///< of the loop under way

  // What the other one must have too.
  int64_t samples = 0, batch_size = 1;
  bool shuffle = false, drop_last = false;
  std::optional<uint64_t> fixed_seed;
  uint64_t order = 0;  ///< a digest of what a sampler of one's own gives for this epoch

  bool operator==(const DataLoaderState&) const = default;
};

/// One pass over the dataset. Destroying it in the middle stops and joins its threads. Threads that share one get batches in
/// turn. A process forked in the middle has none of its threads, so next() throws there.
class Epoch {
 public:
  class Source;
  struct Progress;

  Epoch(std::unique_ptr<Source> source, std::shared_ptr<Progress> progress);
  ~Epoch();
  /// The next batch, or none at the end. An error of the dataset is thrown here, in the caller's thread, at the batch where
  /// it happened, with the sample's index in front of its message; the next call goes on with the batch after it.
  std::optional<Example> next();
  /// Waits until next() would return without waiting for a worker or another caller, but no longer than `limit`; whether it
  /// would. For callers that have other things to watch.
  bool wait(std::chrono::milliseconds limit);
  /// The batches of this epoch before the next one: those that next() gave, and those that a resumed epoch left out.
  int64_t taken() const;
  /// Whether next() has come to the end.
  bool has_ended() const;

 private:
  std::unique_ptr<Source> source_;
  std::shared_ptr<Progress> progress_;
};

class DataLoader {
 public:
  class Iterator;

  /// ValueError for a batch size or prefetch below 1, fewer than 0 workers, or options that exclude one another.
  explicit DataLoader(DatasetPtr dataset, DataLoaderOptions options = {});
  template <class D>
  requires std::derived_from<D, Dataset>
  explicit DataLoader(D dataset, DataLoaderOptions options = {})
      : DataLoader(std::make_shared<const D>(std::move(dataset)), std::move(options)) {}

  /// Batches an epoch.
  int64_t size() const { return batch_sampler(0)->size(); }
  const DatasetPtr& dataset() const { return dataset_; }
  const DataLoaderOptions& options() const { return options_; }

  /// The number of the epoch that the next loop will be, from 0.
  int64_t epoch() const { return epoch_; }
  void set_epoch(int64_t epoch) { epoch_ = epoch, resumed_.reset(); }

  /// In the middle of a loop too. Error when several loops are under way.
  DataLoaderState state() const;
  /// The next loop goes on from there, with any number of workers. ValueError when dataset, options or sampler give other batches.
  void set_state(const DataLoaderState& state);
  /// What set_state checks, alone.
  void check_state(const DataLoaderState& state) const;

  /// Starts the next epoch.
  std::unique_ptr<Epoch> start_epoch();
  Iterator begin();
  std::default_sentinel_t end() const { return {}; }

 private:
  struct Loop {
    int64_t epoch;
    uint64_t seed;
    std::weak_ptr<const Epoch::Progress> progress;
  };

  std::shared_ptr<const BatchSampler> batch_sampler(uint64_t seed) const;
  BatchStream order(uint64_t seed, int64_t epoch) const;
  uint64_t digest(int64_t epoch) const;

  DatasetPtr dataset_;
  DataLoaderOptions options_;
  std::shared_ptr<const BatchSampler> batch_sampler_;  ///< null when each epoch has a shuffled one of its own
  int64_t epoch_ = 0;
  std::vector<Loop> loops_;  ///< begun, and perhaps under way
  std::optional<DataLoaderState> resumed_;
};

class DataLoader::Iterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = Example;
  using difference_type = std::ptrdiff_t;

  explicit Iterator(std::unique_ptr<Epoch> epoch) : epoch_(std::move(epoch)), batch_(epoch_->next()) {}
  Example& operator*() { return *batch_; }
  Example* operator->() { return &*batch_; }
  Iterator& operator++() {
    batch_.reset();  // its memory is free for the batches to come
    batch_ = epoch_->next();
    return *this;
  }
  void operator++(int) { ++*this; }
  bool operator==(std::default_sentinel_t) const { return !batch_; }

 private:
  std::unique_ptr<Epoch> epoch_;
  std::optional<Example> batch_;
};

inline DataLoader::Iterator DataLoader::begin() { return Iterator(start_epoch()); }

}  // namespace ember::data
