// The caching allocator of the CPU: freed blocks wait in bins by size, so that a training loop stops calling the system
// after its first step, and fresh pages are never faulted in twice.
#pragma once

#include <cstddef>
#include <cstdint>

namespace ember {

struct MemoryStats {
  int64_t current_bytes = 0;   ///< in live tensors
  int64_t peak_bytes = 0;      ///< the most that was ever live, or since reset_peak
  int64_t cached_bytes = 0;    ///< freed, kept for reuse
  int64_t allocations = 0;     ///< blocks handed out so far
};

namespace cpu_allocator {

inline constexpr size_t kAlignment = 64;

/// At least `bytes` of uninitialised memory on a 64-byte boundary; throws OutOfMemoryError.
void* allocate(size_t bytes);
void release(void* data, size_t bytes) noexcept;

MemoryStats stats();
void reset_peak();
/// Gives every cached block back to the system.
void empty_cache();

}  // namespace cpu_allocator
}  // namespace ember
