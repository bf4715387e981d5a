// GPU memory from CUDA's own stream-ordered pool, told to keep freed memory for the next allocation.
#pragma once

#include <atomic>

#include "ember/core/allocator.h"

namespace ember::cuda {

class PoolAllocator final : public Allocator {
 public:
  void* allocate(size_t bytes) override;
  void release(void* data, size_t bytes) noexcept override;
  MemoryStats stats() const override;
  void reset_peak() override;
  void empty_cache() override;

 private:
  std::atomic<int64_t> live_{0}, peak_{0}, allocations_{0};
};

}  // namespace ember::cuda
