#include "ember/core/random.h"

#include <utility>

#include "core/cpu/philox.h"

namespace ember {

std::array<uint32_t, 4> philox(uint64_t counter, uint64_t stream, uint64_t seed) {
  std::array<uint32_t, 4> words = {static_cast<uint32_t>(counter), static_cast<uint32_t>(counter >> 32),
                                   static_cast<uint32_t>(stream), static_cast<uint32_t>(stream >> 32)};
  uint32_t key0 = static_cast<uint32_t>(seed), key1 = static_cast<uint32_t>(seed >> 32);
  for (int round = 0; round < kPhiloxRounds; ++round) {
    const uint64_t a = uint64_t{kPhiloxMultiplier0} * words[0];
    const uint64_t b = uint64_t{kPhiloxMultiplier1} * words[2];
    words = {static_cast<uint32_t>(b >> 32) ^ words[1] ^ key0, static_cast<uint32_t>(b),
             static_cast<uint32_t>(a >> 32) ^ words[3] ^ key1, static_cast<uint32_t>(a)};
    key0 += kPhiloxKeyStep0;
    key1 += kPhiloxKeyStep1;
  }
  return words;
}

void Generator::manual_seed(uint64_t seed) { set_state({seed, 0}); }

Generator::State Generator::state() const {
  std::lock_guard lock(mutex_);
  return {seed_, position_};
}

void Generator::set_state(State state) {
  std::lock_guard lock(mutex_);
  seed_ = state.seed;
  position_ = state.position;
}

Generator::State Generator::reserve(uint64_t count) {
  std::lock_guard lock(mutex_);
  const State before{seed_, position_};
  position_ += count;
  return before;
}

namespace {

thread_local Generator* thread_generator = nullptr;

}  // namespace

Generator& default_generator() {
  static Generator generator;
  return thread_generator ? *thread_generator : generator;
}

Generator* exchange_thread_generator(Generator* generator) { return std::exchange(thread_generator, generator); }

void manual_seed(uint64_t seed) { default_generator().manual_seed(seed); }

}  // namespace ember
