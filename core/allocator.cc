#include "ember/core/allocator.h"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdlib>
#include <memory>
#include <mutex>
#include <new>
#include <utility>

#include "ember/core/error.h"
#include "ember/core/thread_end.h"

namespace ember {

namespace {

constexpr size_t kAlignment = 64;
constexpr size_t kClasses = 4 * 48;
constexpr size_t kSmallest = 64;
/// Blocks up to this size wait in the thread that freed them, a few of each size.
constexpr size_t kThreadLimit = size_t{1} << 20;
constexpr size_t kThreadDepth = 8;
/// Cached memory beyond the live memory that is never trimmed.
constexpr int64_t kSlack = int64_t{256} << 20;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kRecycle = false;
#else
constexpr bool kRecycle = true;
#endif

/// Four classes to a power of two: at most a quarter of a block is wasted.
struct SizeClass {
  size_t index, bytes;
};
SizeClass size_class(size_t bytes) {
  if (bytes <= kSmallest) return {0, kSmallest};
  const int power = std::bit_width(bytes - 1) - 1;  // 2^power <= bytes - 1 < 2^(power + 1)
  const size_t step = std::max(size_t{1} << power >> 2, kSmallest);
  const size_t rounded = (bytes + step - 1) / step * step;
  const size_t quarter = (bytes - 1 - (size_t{1} << power)) / (size_t{1} << power >> 2);
  return {static_cast<size_t>(power) * 4 + quarter, rounded};
}

class CachingAllocator final : public Allocator {
 public:
  void* allocate(size_t bytes) override {
    check<OutOfMemoryError>(bytes < size_t{1} << 47, "allocator: ", bytes, " bytes asked for");
    const SizeClass size = size_class(bytes);
    count_live(static_cast<int64_t>(size.bytes));
    if (void* block = take(size)) return block;
    if (cached_.load(std::memory_order_relaxed) > live_.load(std::memory_order_relaxed) + kSlack) empty_cache();
    void* block = from_system(size.bytes);
    if (!block) {
      empty_cache();
      block = from_system(size.bytes);
    }
    if (!block) {
      live_.fetch_sub(static_cast<int64_t>(size.bytes), std::memory_order_relaxed);
      fail<OutOfMemoryError>("allocator: the system refused ", bytes, " bytes; ", stats().current_bytes,
                             " are in live tensors");
    }
    return block;
  }

  void release(void* block, size_t bytes) noexcept override {
    const SizeClass size = size_class(bytes);
    live_.fetch_sub(static_cast<int64_t>(size.bytes), std::memory_order_relaxed);
    if (!kRecycle) return std::free(block);
    cached_.fetch_add(static_cast<int64_t>(size.bytes), std::memory_order_relaxed);
    Bin* bin = thread_bin(size);
    if (!bin || bin->count == kThreadDepth) return share(size, block);
    bin->blocks[bin->count++] = block;
  }

  MemoryStats stats() const override { return {live_, peak_, cached_, allocations_}; }
  void reset_peak() override { peak_.store(live_); }

  void empty_cache() override {
    if (thread_bins) thread_bins->drain(*this);
    std::lock_guard lock(mutex_);
    for (size_t index = 0; index < shared_.size(); ++index)
      while (void* block = shared_[index].pop()) {
        cached_.fetch_sub(static_cast<int64_t>(class_bytes(index)), std::memory_order_relaxed);
        std::free(block);
      }
  }

 private:
  struct Bin {
    uint32_t count = 0;
    std::array<void*, kThreadDepth> blocks;
  };
  struct ThreadBins {
    std::array<Bin, 4 * 21> bins;

    void drain(CachingAllocator& owner) {
      for (size_t index = 0; index < bins.size(); ++index) {
        Bin& bin = bins[index];
        while (bin.count > 0) owner.share({index, class_bytes(index)}, bin.blocks[--bin.count]);
      }
    }
  };
  /// Gives a thread's bins back to all when it ends.
  static void end_bins(void*) {
    thread_ends = true;
    thread_bins->drain(static_cast<CachingAllocator&>(allocator(kCPU)));
    delete std::exchange(thread_bins, nullptr);
  }
  /// Blocks of one size, each holding the address of the next, so that freeing asks for no memory.
  struct SharedBin {
    void* first = nullptr;

    void push(void* block) {
      *static_cast<void**>(block) = first;
      first = block;
    }
    void* pop() {
      void* block = first;
      if (block) first = *static_cast<void**>(block);
      return block;
    }
  };

  static void* from_system(size_t bytes) { return std::aligned_alloc(kAlignment, bytes); }

  static size_t class_bytes(size_t index) {
    if (index == 0) return kSmallest;
    const size_t power = size_t{1} << (index / 4), quarter = power >> 2;
    const size_t exact = power + (index % 4 + 1) * quarter, step = std::max(quarter, kSmallest);
    return (exact + step - 1) / step * step;
  }

  void count_live(int64_t bytes) {
    const int64_t live = live_.fetch_add(bytes, std::memory_order_relaxed) + bytes;
    allocations_.fetch_add(1, std::memory_order_relaxed);
    int64_t peak = peak_.load(std::memory_order_relaxed);
    while (live > peak && !peak_.compare_exchange_weak(peak, live, std::memory_order_relaxed)) {
    }
  }

  void* take(SizeClass size) {
    void* block = nullptr;
    if (Bin* bin = thread_bin(size); bin && bin->count > 0) {
      block = bin->blocks[--bin->count];
    } else {
      std::lock_guard lock(mutex_);
      block = shared_[size.index].pop();
      if (!block) return nullptr;
    }
    cached_.fetch_sub(static_cast<int64_t>(size.bytes), std::memory_order_relaxed);
    return block;
  }

  void share(SizeClass size, void* block) noexcept {
    std::lock_guard lock(mutex_);
    shared_[size.index].push(block);
  }

  static bool make_bins() {
    static const AtThreadEnd at_end(end_bins);
    std::unique_ptr<ThreadBins> bins(new (std::nothrow) ThreadBins);
    if (!bins || !at_end.arm(bins.get())) return false;
    thread_bins = bins.release();
    return true;
  }

  /// This thread's bin for blocks of that size; null when it keeps none.
  static Bin* thread_bin(SizeClass size) {
    if (size.bytes > kThreadLimit || thread_ends) return nullptr;
    return thread_bins || make_bins() ? &thread_bins->bins[size.index] : nullptr;
  }

  // A pointer, since a library loaded by Python has little room for thread-local data.
  static thread_local ThreadBins* thread_bins;
  static thread_local bool thread_ends;

  std::atomic<int64_t> live_{0}, peak_{0}, cached_{0}, allocations_{0};
  std::mutex mutex_;
  std::array<SharedBin, kClasses> shared_;
};

thread_local CachingAllocator::ThreadBins* CachingAllocator::thread_bins = nullptr;
thread_local bool CachingAllocator::thread_ends = false;

std::array<Allocator*, kDeviceTypeCount>& allocators() {
  // Never destroyed: static tensors may outlive every other static.
  static std::array<Allocator*, kDeviceTypeCount> table = {new CachingAllocator};
  return table;
}

}  // namespace

Allocator& allocator(DeviceType device) {
  Allocator* found = allocators()[static_cast<size_t>(device)];
  check(found != nullptr, "allocator: no library for device ", Device(device), " is loaded");
  return *found;
}

void register_allocator(DeviceType device, Allocator* allocator) {
  allocators()[static_cast<size_t>(device)] = allocator;
}

MemoryStats memory_stats(Device device) { return allocator(device.type).stats(); }
void reset_peak_memory(Device device) { allocator(device.type).reset_peak(); }
void empty_cache(Device device) { allocator(device.type).empty_cache(); }

}  // namespace ember
