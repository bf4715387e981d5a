// Where storage comes from. The CPU's allocator keeps freed blocks in bins by size, so that a training loop stops calling the
// system after its first step and fresh pages are never faulted in twice. A device registers its own.
#pragma once

#include <cstddef>
#include <cstdint>

#include "ember/core/device.h"

namespace ember {

struct MemoryStats {
  int64_t current_bytes = 0;  ///< in live tensors
  int64_t peak_bytes = 0;     ///< the most that was ever live, or since reset_peak
  int64_t cached_bytes = 0;   ///< freed, kept for reuse
  int64_t allocations = 0;    ///< blocks handed out so far
};

/// Thread-safe.
class Allocator {
 public:
  virtual ~Allocator() = default;
  /// At least `bytes` of uninitialised memory on a 64-byte boundary; throws OutOfMemoryError.
  virtual void* allocate(size_t bytes) = 0;
  virtual void release(void* data, size_t bytes) noexcept = 0;
  virtual MemoryStats stats() const = 0;
  virtual void reset_peak() = 0;
  /// Gives every cached block back to the system.
  virtual void empty_cache() = 0;
};

/// Throws Error for a device whose library is absent.
Allocator& allocator(DeviceType device);
/// Called once at start by a device's library; `allocator` must outlive every tensor.
void register_allocator(DeviceType device, Allocator* allocator);

MemoryStats memory_stats(Device device = {});
void reset_peak_memory(Device device = {});
void empty_cache(Device device = {});

}  // namespace ember
