#include "data/data_loader.h"

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "core/parallel.h"
#include "data/transforms.h"
#include "ops/shape.h"

namespace ember::data {

namespace {

/// Inside a catch block: throws the current exception again as its own kind of Error, with `context` in front of its message. The
/// original is nested in it.
[[noreturn]] void rethrow_with(const std::string& context) {
  const auto again = [&]<class E>(const E& error) { std::throw_with_nested(E(context + error.what())); };
  try {
    throw;
  } catch (const IndexError& error) {
    again(error);
  } catch (const TypeError& error) {
    again(error);
  } catch (const ValueError& error) {
    again(error);
  } catch (const NotImplementedError& error) {
    again(error);
  } catch (const OutOfMemoryError& error) {
    again(error);
  } catch (const IoError& error) {
    again(error);
  } catch (const Error& error) {
    again(error);
  } catch (const std::exception& error) {
    std::throw_with_nested(Error(context + error.what()));
  }
  throw;  // what is no std::exception, as it is
}

/// What makes a batch out of indices; shared by the threads of an epoch.
struct Fetcher {
  DatasetPtr dataset;
  Collate collate;
  uint64_t seed;
  int64_t epoch;

  Example fetch(const std::vector<int64_t>& indices) const {
    if (!collate) {
      try {
        if (auto batch = dataset->get_batch(indices)) return std::move(*batch);
      } catch (...) {
        for (int64_t index : indices) get(index);  // names the sample, when one of them fails by itself
        rethrow_with(concat("DataLoader: a batch of ", indices.size(), " samples: "));
      }
    }
    std::vector<Example> samples;
    samples.reserve(indices.size());
    for (int64_t index : indices) samples.push_back(get(index));
    return collate ? collate(samples) : stack_examples(samples);
  }

 private:
  Example get(int64_t index) const {
    const SampleGeneratorGuard guard(seed, epoch, index);
    try {
      return dataset->get(index);
    } catch (...) {
      rethrow_with(concat("DataLoader: sample ", index, ": "));
    }
  }
};

/// Fetches a batch when it is asked for.
class DirectEpoch final : public Epoch {
 public:
  DirectEpoch(Fetcher fetcher, std::vector<std::vector<int64_t>> batches)
      : fetcher_(std::move(fetcher)), batches_(std::move(batches)) {}

  std::optional<Example> next() override {
    if (next_ == batches_.size()) return std::nullopt;
    return fetcher_.fetch(batches_[next_++]);
  }

 private:
  Fetcher fetcher_;
  std::vector<std::vector<int64_t>> batches_;
  size_t next_ = 0;
};

/// Worker threads take the batches' numbers in turn and leave what they fetch in a ring, out of which next() takes it in order.
class ThreadedEpoch final : public Epoch {
 public:
  ThreadedEpoch(Fetcher fetcher, std::vector<std::vector<int64_t>> batches, int64_t workers, int64_t prefetch)
      : fetcher_(std::move(fetcher)), batches_(std::move(batches)), ring_(workers * prefetch) {
    try {
      for (int64_t i = 0; i < workers; ++i) threads_.emplace_back([this] { work(); });
    } catch (...) {
      shut_down();
      throw;
    }
  }
  ~ThreadedEpoch() override { shut_down(); }

  std::optional<Example> next() override {
    std::unique_lock lock(mutex_);
    if (taken_ == batches_.size()) return std::nullopt;
    Slot& slot = ring_[taken_ % ring_.size()];
    fetched_.wait(lock, [&] { return slot.is_full; });
    const Slot result = std::exchange(slot, Slot());
    ++taken_;
    lock.unlock();
    room_.notify_one();
    if (result.error) std::rethrow_exception(result.error);
    return result.batch;
  }

 private:
  struct Slot {
    bool is_full = false;
    Example batch;
    std::exception_ptr error;
  };

  void work() {
    const SerialGuard alone;
    std::unique_lock lock(mutex_);
    while (true) {
      room_.wait(lock, [&] { return stops_ || is_done() || started_ < taken_ + ring_.size(); });
      if (stops_ || is_done()) return;
      const size_t number = started_++;
      lock.unlock();
      Slot result{.is_full = true, .batch = {}, .error = nullptr};
      try {
        result.batch = fetcher_.fetch(batches_[number]);
      } catch (...) {
        result.error = std::current_exception();
      }
      lock.lock();
      ring_[number % ring_.size()] = std::move(result);
      fetched_.notify_one();
      if (is_done()) room_.notify_all();  // the other workers may go
    }
  }
  bool is_done() const { return started_ == batches_.size(); }

  void shut_down() {
    {
      std::lock_guard lock(mutex_);
      stops_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  Fetcher fetcher_;
  std::vector<std::vector<int64_t>> batches_;
  std::mutex mutex_;
  std::condition_variable room_, fetched_;
  std::vector<Slot> ring_;
  size_t started_ = 0, taken_ = 0;  ///< batches handed to workers, and to the caller
  bool stops_ = false;
  std::vector<std::thread> threads_;
};

std::shared_ptr<const BatchSampler> make_batch_sampler(const Dataset& dataset, const DataLoaderOptions& options,
                                                       uint64_t seed) {
  if (options.batch_sampler_) {
    check<ValueError>(options.batch_size_ == 1 && !options.shuffle_ && !options.sampler_ && !options.drop_last_,
                      "DataLoader: batch_sampler excludes batch_size, shuffle, sampler and drop_last");
    return options.batch_sampler_;
  }
  check<ValueError>(!options.sampler_ || !options.shuffle_, "DataLoader: sampler excludes shuffle");
  std::shared_ptr<const Sampler> sampler = options.sampler_;
  if (!sampler && options.shuffle_) sampler = std::make_shared<RandomSampler>(dataset.size(), seed);
  if (!sampler) sampler = std::make_shared<SequentialSampler>(dataset.size());
  return std::make_shared<BatchSampler>(std::move(sampler), options.batch_size_, options.drop_last_);
}

}  // namespace

Example stack_examples(const std::vector<Example>& samples) {
  check<ValueError>(!samples.empty(), "DataLoader: a batch needs at least one sample");
  const Example& first = samples[0];
  Example batch;
  for (size_t place = 0; place < first.size(); ++place) {
    std::vector<Tensor> column;
    for (const Example& sample : samples) {
      check<ValueError>(sample.size() == first.size(), "DataLoader: samples of one batch hold ", first.size(), " and ",
                        sample.size(), " tensors");
      const Tensor& x = sample[place];
      check<ValueError>(x.sizes() == first[place].sizes() && x.dtype() == first[place].dtype(), "DataLoader: tensor ",
                        place, " of one batch's samples is ", describe(first[place]), " and ", describe(x),
                        "; give a collate function that joins them");
      column.push_back(x);
    }
    batch.push_back(stack(column));
  }
  return batch;
}

DataLoader::DataLoader(DatasetPtr dataset, DataLoaderOptions options)
    : dataset_(std::move(dataset)), options_(std::move(options)), seed_(0) {
  check<ValueError>(dataset_ != nullptr, "DataLoader: no dataset given");
  check<ValueError>(options_.batch_size_ >= 1, "DataLoader: batch_size ", options_.batch_size_, " must be at least 1");
  check<ValueError>(options_.workers_ >= 0, "DataLoader: workers ", options_.workers_, " must not be negative");
  check<ValueError>(options_.prefetch_ >= 1, "DataLoader: prefetch ", options_.prefetch_, " must be at least 1");
  seed_ = options_.seed_ ? *options_.seed_ : draw_seed();
  batch_sampler_ = make_batch_sampler(*dataset_, options_, seed_);
}

std::unique_ptr<Epoch> DataLoader::start_epoch() {
  const int64_t epoch = epoch_++;
  auto batches = batch_sampler_->batches(epoch);
  Fetcher fetcher{dataset_, options_.collate_, seed_, epoch};
  if (options_.workers_ == 0) return std::make_unique<DirectEpoch>(std::move(fetcher), std::move(batches));
  return std::make_unique<ThreadedEpoch>(std::move(fetcher), std::move(batches), options_.workers_, options_.prefetch_);
}

}  // namespace ember::data
