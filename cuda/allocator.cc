#include "cuda/allocator.h"

#include <limits>

#include "cuda/runtime.h"

namespace ember::cuda {

namespace {

/// The current device's pool, which never returns memory to the system by itself.
cudaMemPool_t pool() {
  static const cudaMemPool_t configured = [] {
    cudaMemPool_t pool;
    check_cuda(cudaDeviceGetDefaultMemPool(&pool, 0), "allocator");
    uint64_t keep = std::numeric_limits<uint64_t>::max();
    check_cuda(cudaMemPoolSetAttribute(pool, cudaMemPoolAttrReleaseThreshold, &keep), "allocator");
    return pool;
  }();
  return configured;
}

}  // namespace

void* PoolAllocator::allocate(size_t bytes) {
  void* data = nullptr;
  const cudaError_t status = cudaMallocFromPoolAsync(&data, bytes ? bytes : 1, pool(), /*stream=*/nullptr);
  if (status == cudaErrorMemoryAllocation) {
    static_cast<void>(cudaGetLastError());  // an error left behind would fail the next launch
    fail<OutOfMemoryError>("allocator: the GPU refused ", bytes, " bytes; ", live_.load(), " are in live tensors");
  }
  check_cuda(status, "allocator");
  allocations_.fetch_add(1, std::memory_order_relaxed);
  const int64_t live = live_.fetch_add(static_cast<int64_t>(bytes)) + static_cast<int64_t>(bytes);
  int64_t peak = peak_.load();
  while (peak < live && !peak_.compare_exchange_weak(peak, live)) {
  }
  return data;
}

void PoolAllocator::release(void* data, size_t bytes) noexcept {
  live_.fetch_sub(static_cast<int64_t>(bytes));
  // The last tensors may go when the process ends and CUDA has gone before them.
  static_cast<void>(cudaFreeAsync(data, /*stream=*/nullptr));
}

MemoryStats PoolAllocator::stats() const {
  uint64_t reserved = 0, used = 0;
  check_cuda(cudaMemPoolGetAttribute(pool(), cudaMemPoolAttrReservedMemCurrent, &reserved), "memory_stats");
  check_cuda(cudaMemPoolGetAttribute(pool(), cudaMemPoolAttrUsedMemCurrent, &used), "memory_stats");
  return {live_, peak_, static_cast<int64_t>(reserved - used), allocations_};
}

void PoolAllocator::reset_peak() { peak_.store(live_.load()); }

void PoolAllocator::empty_cache() {
  check_cuda(cudaStreamSynchronize(nullptr), "empty_cache");
  check_cuda(cudaMemPoolTrimTo(pool(), 0), "empty_cache");
}

}  // namespace ember::cuda
