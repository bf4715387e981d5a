// Where a loop over a DataLoader is, and how another one comes there.
#include "ember/data/epoch.h"

namespace ember::data {

namespace {

/// Batches that a digest of an order reads: enough to tell two of them apart.
constexpr int64_t kDigestBatches = 1000;

template <class T>
void check_same(const char* what, const T& saved, const T& own) {
  check<ValueError>(saved == own, "DataLoader: the state is of a loader with ", what, " ", saved, " but this one has ",
                    own);
}

std::string text_of(const std::optional<uint64_t>& seed) { return seed ? concat(*seed) : "none"; }

}  // namespace

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
