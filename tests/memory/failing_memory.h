// Memory that runs out when a test says so: this program's malloc, aligned_alloc and operator new.
#pragma once

#include <cstdint>

namespace ember::test {

/// Not under a sanitizer that has a malloc of its own.
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
inline constexpr bool kMemoryCanFail = false;
#else
inline constexpr bool kMemoryCanFail = true;
#endif

enum class Refusal {
  Once,        ///< one allocation of Ember's fails
  FromThenOn,  ///< and all that follow, whoever asks, until the FailingMemory goes
};

/// While one lives, Ember's allocation number `at` fails, counted from 0 in all threads. Those of the libraries that Ember calls are not
/// counted: they end the process when they are refused memory, which is why Ember sees to it that there is some before it calls them.
class FailingMemory {
 public:
  FailingMemory(int64_t at, Refusal refusal);
  ~FailingMemory();
  FailingMemory(const FailingMemory&) = delete;
  FailingMemory& operator=(const FailingMemory&) = delete;

  /// Whether it came to that.
  bool has_failed() const;
  /// Ember's allocations until then.
  int64_t seen() const;

 private:
  int64_t at_;
};

/// Blocks that were handed out and not yet freed, by anyone.
int64_t live_blocks();

}  // namespace ember::test
