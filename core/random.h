// Counter-based random numbers: Philox4x32-10 (Salmon et al., "Parallel random numbers: as easy as 1, 2, 3", SC 2011). A number is
// a function of seed and position alone, so the stream does not depend on threads or devices.
#pragma once

#include <array>
#include <cstdint>
#include <mutex>

namespace ember {

/// Four random words for this counter and key.
std::array<uint32_t, 4> philox(uint64_t counter, uint64_t stream, uint64_t seed);

/// A seed and a position in its stream. Thread-safe.
class Generator {
 public:
  explicit Generator(uint64_t seed = 0) : seed_(seed) {}

  struct State {
    uint64_t seed = 0, position = 0;
  };

  void manual_seed(uint64_t seed);
  uint64_t seed() const { return state().seed; }
  State state() const;
  void set_state(State state);

  /// Takes the next `count` counters for the caller alone; returns the state before.
  State reserve(uint64_t count);

 private:
  mutable std::mutex mutex_;
  uint64_t seed_;
  uint64_t position_ = 0;
};

/// The generator that random ops use unless given one: this thread's where it has one, or else the process's.
Generator& default_generator();

/// Gives this thread a default generator of its own, or with null the process's again. Returns what was there before.
Generator* exchange_thread_generator(Generator* generator);

/// Makes `generator` this thread's default, for a scope.
class GeneratorGuard {
 public:
  explicit GeneratorGuard(Generator& generator) : before_(exchange_thread_generator(&generator)) {}
  ~GeneratorGuard() { exchange_thread_generator(before_); }
  GeneratorGuard(const GeneratorGuard&) = delete;
  GeneratorGuard& operator=(const GeneratorGuard&) = delete;

 private:
  Generator* before_;
};

/// Seeds the default generator.
void manual_seed(uint64_t seed);

}  // namespace ember
