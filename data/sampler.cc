#include "ember/data/sampler.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "ember/core/error.h"

namespace ember::data {

namespace {

/// Random words of one stream, two for each counter.
class WordStream {
 public:
  WordStream(uint64_t seed, uint64_t stream) : seed_(seed), stream_(stream) {}

  uint64_t next() {
    if (position_ % 2 == 0) words_ = philox(position_ / 2, stream_, seed_);
    const size_t at = position_++ % 2 * 2;
    return uint64_t{words_[at]} << 32 | words_[at + 1];
  }
  /// An integer on [0, bound); its bias, bound / 2^64, is beyond measure.
  uint64_t below(uint64_t bound) { return static_cast<uint64_t>(static_cast<unsigned __int128>(next()) * bound >> 64); }
  /// Uniform on (0, 1].
  double uniform() { return static_cast<double>((next() >> 11) + 1) * 0x1p-53; }

 private:
  uint64_t seed_, stream_, position_ = 0;
  std::array<uint32_t, 4> words_{};
};

/// A list as a stream.
template <class T>
std::function<std::optional<T>()> stream_of(std::vector<T> list) {
  return [list = std::move(list), next = size_t{0}]() mutable -> std::optional<T> {
    if (next == list.size()) return std::nullopt;
    return std::move(list[next++]);
  };
}

int64_t check_size(int64_t size, const char* sampler) {
  check<ValueError>(size >= 0, sampler, ": size ", size, " is negative");
  return size;
}

}  // namespace

uint64_t draw_seed(Generator* generator) {
  const auto state = (generator ? generator : &default_generator())->reserve(1);
  const auto words = philox(state.position, 0, state.seed);
  return uint64_t{words[0]} << 32 | words[1];
}

std::vector<int64_t> permutation(int64_t size, uint64_t seed, uint64_t stream) {
  std::vector<int64_t> order(size);
  std::iota(order.begin(), order.end(), int64_t{0});
  WordStream random(seed, stream);
  for (int64_t i = size - 1; i > 0; --i) std::swap(order[i], order[random.below(i + 1)]);
  return order;
}

std::vector<int64_t> Sampler::indices(int64_t) const {
  fail<NotImplementedError>("Sampler: a derived class must override indices or stream");
}

IndexStream Sampler::stream(int64_t epoch) const { return stream_of(indices(epoch)); }

SequentialSampler::SequentialSampler(int64_t size) : size_(check_size(size, "SequentialSampler")) {}

std::vector<int64_t> SequentialSampler::indices(int64_t) const {
  std::vector<int64_t> order(size_);
  std::iota(order.begin(), order.end(), int64_t{0});
  return order;
}

RandomSampler::RandomSampler(int64_t size) : RandomSampler(size, draw_seed()) {}

RandomSampler::RandomSampler(int64_t size, uint64_t seed) : size_(check_size(size, "RandomSampler")), seed_(seed) {}

std::vector<int64_t> RandomSampler::indices(int64_t epoch) const {
  return permutation(size_, seed_, static_cast<uint64_t>(epoch));
}

WeightedRandomSampler::WeightedRandomSampler(std::vector<double> weights, int64_t count, bool replacement)
    : WeightedRandomSampler(std::move(weights), count, replacement, draw_seed()) {}

WeightedRandomSampler::WeightedRandomSampler(std::vector<double> weights, int64_t count, bool replacement,
                                             uint64_t seed)
    : weights_(std::move(weights)), count_(count), replacement_(replacement), seed_(seed) {
  check<ValueError>(count >= 0, "WeightedRandomSampler: count ", count, " is negative");
  int64_t positive = 0;
  for (size_t i = 0; i < weights_.size(); ++i) {
    check<ValueError>(std::isfinite(weights_[i]) && weights_[i] >= 0, "WeightedRandomSampler: weight ", i, " is ",
                      weights_[i], " but must be finite and not negative");
    positive += weights_[i] > 0;
  }
  check<ValueError>(positive > 0, "WeightedRandomSampler: no weight is positive");
  check<ValueError>(replacement || count <= positive, "WeightedRandomSampler: ", count,
                    " draws without replacement need as many positive weights but there are ", positive);
}

std::vector<int64_t> WeightedRandomSampler::indices(int64_t epoch) const {
  WordStream random(seed_, static_cast<uint64_t>(epoch));
  std::vector<int64_t> order;
  order.reserve(count_);
  if (replacement_) {
    std::vector<double> ends(weights_.size());
    std::partial_sum(weights_.begin(), weights_.end(), ends.begin());
    for (int64_t i = 0; i < count_; ++i) {
      // The first running total that is not below a point of (0, total]: never one whose weight is 0.
      const double point = random.uniform() * ends.back();
      order.push_back(std::lower_bound(ends.begin(), ends.end(), point) - ends.begin());
    }
    return order;
  }
  // The largest of u^(1 / w), which is a draw without replacement: Efraimidis & Spirakis, 2006.
  std::vector<std::pair<double, int64_t>> keys;
  for (size_t i = 0; i < weights_.size(); ++i) {
    const double u = random.uniform();
    if (weights_[i] > 0) keys.emplace_back(-std::log(u) / weights_[i], static_cast<int64_t>(i));
  }
  std::sort(keys.begin(), keys.end());
  for (int64_t i = 0; i < count_; ++i) order.push_back(keys[i].second);
  return order;
}

BatchSampler::BatchSampler(std::shared_ptr<const Sampler> sampler, int64_t batch_size, bool drop_last)
    : sampler_(std::move(sampler)), batch_size_(batch_size), drop_last_(drop_last) {
  check<ValueError>(sampler_ != nullptr, "BatchSampler: no sampler given");
  check<ValueError>(batch_size >= 1, "BatchSampler: batch_size ", batch_size, " must be at least 1");
}

int64_t BatchSampler::size() const {
  check<NotImplementedError>(sampler_ != nullptr, "BatchSampler: a derived class must override size");
  const int64_t count = sampler_->size();
  return count / batch_size_ + (!drop_last_ && count % batch_size_ != 0);
}

std::vector<std::vector<int64_t>> BatchSampler::batches(int64_t epoch) const {
  check<NotImplementedError>(sampler_ != nullptr, "BatchSampler: a derived class must override batches");
  std::vector<std::vector<int64_t>> list;
  const BatchStream next = BatchSampler::stream(epoch);
  while (auto batch = next()) list.push_back(std::move(*batch));
  return list;
}

BatchStream BatchSampler::stream(int64_t epoch) const {
  if (!sampler_) return stream_of(batches(epoch));
  return [next = sampler_->stream(epoch), size = static_cast<size_t>(batch_size_),
          smallest = static_cast<size_t>(drop_last_ ? batch_size_ : 1)]() -> std::optional<std::vector<int64_t>> {
    std::vector<int64_t> batch;
    while (batch.size() < size) {
      const auto index = next();
      if (!index) break;
      batch.push_back(*index);
    }
    if (batch.size() < smallest) return std::nullopt;
    return batch;
  };
}

}  // namespace ember::data
