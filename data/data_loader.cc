#include "ember/data/data_loader.h"

#include <unistd.h>

#include <algorithm>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "ember/core/parallel.h"
#include "ember/core/spare_memory.h"
#include "ember/data/epoch.h"
#include "ember/data/transforms.h"
#include "ember/ops/shape/joining.h"

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
  } catch (const std::bad_alloc&) {
    std::throw_with_nested(OutOfMemoryError(context + "the system refused memory"));
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

  Example fetch(const std::vector<int64_t>& indices, size_t number) const {
    // Whatever draws random numbers beside samples, such as a collate function, has a stream for this batch.
    const SampleGeneratorGuard guard(~seed, epoch, static_cast<int64_t>(number));
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
class DirectEpoch final : public Epoch::Source {
 public:
  DirectEpoch(Fetcher fetcher, BatchStream order, int64_t first)
      : fetcher_(std::move(fetcher)), order_(std::move(order)), number_(static_cast<size_t>(first)) {}

  std::optional<Example> next() override {
    std::unique_lock lock(mutex_);
    const auto indices = order_();
    if (!indices) return std::nullopt;
    const size_t number = number_++;
    lock.unlock();
    return fetcher_.fetch(*indices, number);
  }
  bool wait(std::chrono::milliseconds) override { return true; }

 private:
  Fetcher fetcher_;
  std::mutex mutex_;
  BatchStream order_;
  size_t number_;
};

/// Threads that take batches of indices in turn and leave what they fetch in a ring, in order.
class Workers {
 public:
  Workers(Fetcher fetcher, BatchStream order, int64_t first, int64_t count, int64_t prefetch)
      : fetcher_(std::move(fetcher)),
        order_(std::move(order)),
        ring_(room(count, prefetch)),
        started_(static_cast<size_t>(first)),
        taken_(started_) {
    try {
      for (int64_t i = 0; i < count; ++i) {
        require_threads(1, "DataLoader: a worker");
        threads_.emplace_back([this] { work(); });
      }
    } catch (const std::system_error& error) {
      const size_t started = threads_.size();
      shut_down();
      fail("DataLoader: of ", count, " workers only ", started, " could be started: ", error.what());
    } catch (...) {
      shut_down();
      throw;
    }
  }
  ~Workers() { shut_down(); }

  bool wait(std::chrono::milliseconds limit) {
    std::unique_lock caller(callers_, limit);
    if (!caller.owns_lock()) return false;
    std::unique_lock lock(mutex_);
    return fetched_.wait_for(lock, limit, [&] { return is_ready(); });
  }

  std::optional<Example> next() {
    // Callers take turns: were two to wait for one slot, the second would find the batch of the ring's next round in it.
    const std::lock_guard caller(callers_);
    std::unique_lock lock(mutex_);
    fetched_.wait(lock, [&] { return is_ready(); });
    if (is_over()) return std::nullopt;
    const Slot result = std::exchange(ring_[taken_ % ring_.size()], Slot());
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

  /// Batches that may be ahead: count * prefetch, but no more than any memory holds.
  static size_t room(int64_t count, int64_t prefetch) {
    constexpr int64_t kMost = 1 << 16;
    return static_cast<size_t>(std::min(count, kMost) * std::min(prefetch, kMost / std::min(count, kMost)));
  }
  bool is_over() const { return has_ended_ && taken_ == started_; }
  bool is_ready() const { return is_over() || ring_[taken_ % ring_.size()].is_full; }

  void work() {
    std::optional<SerialGuard> alone;
    std::unique_lock lock(mutex_);
    while (true) {
      room_.wait(lock, [&] { return stops_ || has_ended_ || started_ < taken_ + ring_.size(); });
      if (stops_ || has_ended_) return;
      Slot result{.is_full = true, .batch = {}, .error = nullptr};
      const size_t number = started_;
      try {
        if (!alone) alone.emplace();
        const auto indices = order_();
        has_ended_ = !indices;
        if (indices) {
          ++started_;
          lock.unlock();
          result.batch = fetcher_.fetch(*indices, number);
        }
      } catch (...) {
        result.error = std::current_exception();
        if (lock.owns_lock()) {  // of the order, which ends with it
          ++started_;
          has_ended_ = true;
        }
      }
      if (!lock.owns_lock()) lock.lock();
      if (number < started_) ring_[number % ring_.size()] = std::move(result);
      fetched_.notify_one();
      if (has_ended_) room_.notify_all();  // the other workers may go
    }
  }

  void shut_down() {
    {
      std::lock_guard lock(mutex_);
      stops_ = true;
    }
    room_.notify_all();
    for (std::thread& thread : threads_) thread.join();
  }

  Fetcher fetcher_;
  BatchStream order_;
  std::timed_mutex callers_;
  std::mutex mutex_;
  std::condition_variable room_, fetched_;
  std::vector<Slot> ring_;
  size_t started_, taken_;  ///< numbers of the next batch for the workers, and for the caller
  bool has_ended_ = false;  ///< the order
  bool stops_ = false;
  std::vector<std::thread> threads_;
};

class ThreadedEpoch final : public Epoch::Source {
 public:
  explicit ThreadedEpoch(std::unique_ptr<Workers> workers) : workers_(std::move(workers)), process_(getpid()) {}
  ~ThreadedEpoch() override {
    // In a forked process the threads are gone and the locks as they were at that moment: nothing that could be waited for.
    if (is_forked()) (void)workers_.release();
  }

  std::optional<Example> next() override {
    check(!is_forked(),
          "DataLoader: this loop's worker threads are in the process that it was begun in; begin another");
    return workers_->next();
  }
  bool wait(std::chrono::milliseconds limit) override { return is_forked() || workers_->wait(limit); }

 private:
  bool is_forked() const { return getpid() != process_; }

  std::unique_ptr<Workers> workers_;
  pid_t process_;
};

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
    : dataset_(std::move(dataset)), options_(std::move(options)) {
  check<ValueError>(dataset_ != nullptr, "DataLoader: no dataset given");
  check<ValueError>(options_.batch_size_ >= 1, "DataLoader: batch_size ", options_.batch_size_, " must be at least 1");
  check<ValueError>(options_.workers_ >= 0, "DataLoader: workers ", options_.workers_, " must not be negative");
  check<ValueError>(options_.prefetch_ >= 1, "DataLoader: prefetch ", options_.prefetch_, " must be at least 1");
  check<ValueError>(!options_.sampler_ || !options_.shuffle_, "DataLoader: sampler excludes shuffle");
  if (options_.batch_sampler_) {
    check<ValueError>(options_.batch_size_ == 1 && !options_.shuffle_ && !options_.sampler_ && !options_.drop_last_,
                      "DataLoader: batch_sampler excludes batch_size, shuffle, sampler and drop_last");
    batch_sampler_ = options_.batch_sampler_;
  } else if (!options_.shuffle_) {
    auto sampler = options_.sampler_ ? options_.sampler_ : std::make_shared<SequentialSampler>(dataset_->size());
    batch_sampler_ = std::make_shared<BatchSampler>(std::move(sampler), options_.batch_size_, options_.drop_last_);
  }
}

std::shared_ptr<const BatchSampler> DataLoader::batch_sampler(uint64_t seed) const {
  if (batch_sampler_) return batch_sampler_;
  return std::make_shared<BatchSampler>(std::make_shared<RandomSampler>(dataset_->size(), seed), options_.batch_size_,
                                        options_.drop_last_);
}

// A seed that is drawn is one epoch's alone, so what it gives does not depend on how many epochs there were before.
BatchStream DataLoader::order(uint64_t seed, int64_t epoch) const {
  const bool is_fixed = options_.seed_ || batch_sampler_;
  const auto sampler = batch_sampler(seed);
  return [sampler, next = sampler->stream(is_fixed ? epoch : 0)] { return next(); };
}

std::unique_ptr<Epoch> DataLoader::start_epoch() {
  const auto resumed = std::exchange(resumed_, std::nullopt);
  const bool goes_on = resumed && resumed->taken;
  const int64_t epoch = epoch_++, first = goes_on ? *resumed->taken : 0;
  const uint64_t seed = options_.seed_ ? *options_.seed_ : goes_on ? resumed->seed : draw_seed();
  BatchStream order = this->order(seed, epoch);
  for (int64_t i = 0; i < first; ++i) order();
  Fetcher fetcher{dataset_, options_.collate_, seed, options_.seed_ ? epoch : 0};
  std::unique_ptr<Epoch::Source> source;
  if (options_.workers_ == 0)
    source = std::make_unique<DirectEpoch>(std::move(fetcher), std::move(order), first);
  else
    source = std::make_unique<ThreadedEpoch>(
        std::make_unique<Workers>(std::move(fetcher), std::move(order), first, options_.workers_, options_.prefetch_));
  const auto progress = std::make_shared<Epoch::Progress>(first);
  std::erase_if(loops_, [](const Loop& loop) { return loop.progress.expired(); });
  loops_.push_back({epoch, seed, progress});
  return std::make_unique<Epoch>(std::move(source), progress);
}

}  // namespace ember::data
