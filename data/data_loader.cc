#include "data/data_loader.h"

#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>

#include "core/parallel.h"
#include "data/transforms.h"
#include "ops/shape.h"

namespace ember::data {

/// Where an epoch's batches come from.
class Epoch::Source {
 public:
  virtual ~Source() = default;
  virtual std::optional<Example> next() = 0;
  virtual bool wait(std::chrono::milliseconds limit) = 0;
};

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
      for (int64_t i = 0; i < count; ++i) threads_.emplace_back([this] { work(); });
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
    const SerialGuard alone;
    std::unique_lock lock(mutex_);
    while (true) {
      room_.wait(lock, [&] { return stops_ || has_ended_ || started_ < taken_ + ring_.size(); });
      if (stops_ || has_ended_) return;
      Slot result{.is_full = true, .batch = {}, .error = nullptr};
      const size_t number = started_;
      try {
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

/// Batches that a digest of an order reads: enough to tell two of them apart.
constexpr int64_t kDigestBatches = 1000;

template <class T>
void check_same(const char* what, const T& saved, const T& own) {
  check<ValueError>(saved == own, "DataLoader: the state is of a loader with ", what, " ", saved, " but this one has ",
                    own);
}

std::string text_of(const std::optional<uint64_t>& seed) { return seed ? concat(*seed) : "none"; }

}  // namespace

struct Epoch::Progress {
  std::atomic<int64_t> taken;
  std::atomic<bool> has_ended = false;
};

Epoch::Epoch(std::unique_ptr<Source> source, std::shared_ptr<Progress> progress)
    : source_(std::move(source)), progress_(std::move(progress)) {}
Epoch::~Epoch() = default;

std::optional<Example> Epoch::next() {
  // A batch that fails is given too: the next call goes on behind it.
  struct Count {
    ~Count() {
      if (is_given) ++progress.taken;
    }
    Progress& progress;
    bool is_given = true;
  } count{*progress_};
  auto batch = source_->next();
  count.is_given = batch.has_value();
  if (!batch) progress_->has_ended = true;
  return batch;
}
bool Epoch::wait(std::chrono::milliseconds limit) { return source_->wait(limit); }
int64_t Epoch::taken() const { return progress_->taken; }
bool Epoch::has_ended() const { return progress_->has_ended; }

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

DataLoaderState DataLoader::state() const {
  DataLoaderState state = resumed_.value_or(DataLoaderState());
  state.epoch = epoch_;
  int under_way = 0;
  for (const Loop& loop : loops_) {
    const auto progress = loop.progress.lock();
    if (!progress || progress->has_ended) continue;
    check(++under_way == 1, "DataLoader: several loops over it are under way, so it is at no one place");
    state.epoch = loop.epoch;
    state.taken = progress->taken;
    state.seed = loop.seed;
  }
  state.samples = dataset_->size();
  state.batch_size = options_.batch_size_;
  state.shuffle = options_.shuffle_;
  state.drop_last = options_.drop_last_;
  state.fixed_seed = options_.seed_;
  state.order = digest(state.epoch);
  return state;
}

uint64_t DataLoader::digest(int64_t epoch) const {
  if (!options_.sampler_ && !options_.batch_sampler_) return 0;
  uint64_t hash = 14695981039346656037u;  // FNV-1a
  const auto add = [&](int64_t value) { hash = (hash ^ static_cast<uint64_t>(value)) * 1099511628211u; };
  const BatchStream next = order(0, epoch);
  for (int64_t i = 0; i < kDigestBatches; ++i) {
    const auto batch = next();
    if (!batch) break;
    add(-1);
    for (int64_t index : *batch) add(index);
  }
  return hash;
}

void DataLoader::check_state(const DataLoaderState& state) const {
  check_same("samples", state.samples, dataset_->size());
  check_same("batch_size", state.batch_size, options_.batch_size_);
  check_same("shuffle", state.shuffle, options_.shuffle_);
  check_same("drop_last", state.drop_last, options_.drop_last_);
  check_same("seed", text_of(state.fixed_seed), text_of(options_.seed_));
  check<ValueError>(state.taken.value_or(0) >= 0 && state.taken.value_or(0) <= size(),
                    "DataLoader: the state is at batch ", state.taken.value_or(0), " of ", size());
  check<ValueError>(state.order == digest(state.epoch),
                    "DataLoader: the sampler gives another order than the one whose ",
                    "state this is; give it the seed that it had");
}

void DataLoader::set_state(const DataLoaderState& state) {
  check_state(state);
  epoch_ = state.epoch;
  resumed_ = state;
}

}  // namespace ember::data
