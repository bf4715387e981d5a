#include "ember/core/spare_memory.h"

#include <execinfo.h>
#include <pthread.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <cstdio>
#include <cstdlib>

#include "ember/core/allocator.h"
#include "ember/core/error.h"

namespace ember {

namespace {

/// What a library takes in small blocks: a team of OpenMP's, a primitive of oneDNN's.
constexpr size_t kSmallBlocks = size_t{64} << 10;
constexpr std::chrono::milliseconds kBelieved(1);

bool is_overcommit_strict() {
  static const bool is_strict = [] {
    FILE* file = std::fopen("/proc/sys/vm/overcommit_memory", "re");
    if (!file) return true;
    const int mode = std::fgetc(file);
    std::fclose(file);
    return mode == '2';
  }();
  return is_strict;
}

bool has_limit(__rlimit_resource_t resource) {
  rlimit limit{};
  return getrlimit(resource, &limit) == 0 && limit.rlim_cur != RLIM_INFINITY;
}

bool reads_limits() { return has_limit(RLIMIT_AS) || has_limit(RLIMIT_DATA) || is_overcommit_strict(); }

// Unwinding through C's frames loads a library when it is first needed, and ends the process where there is no memory for that.
[[maybe_unused]] const int unwinder_at_load = [] {
  void* frame = nullptr;
  return backtrace(&frame, 1);
}();

/// The main thread's stack grows as it is used, and the system ends the process where a limit of memory forbids that: so the part that Ember
/// is likely to use is used once at load, unless memory is short by then.
[[maybe_unused]] const bool stack_at_load = [] {
  constexpr size_t kDepth = size_t{512} << 10, kMargin = size_t{128} << 10;
  if (getpid() != gettid()) return false;
  pthread_attr_t attributes;
  if (pthread_getattr_np(pthread_self(), &attributes) != 0) return false;
  void* lowest = nullptr;
  size_t size = 0;
  pthread_attr_getstack(&attributes, &lowest, &size);
  pthread_attr_destroy(&attributes);
  const size_t left = static_cast<size_t>(static_cast<char*>(__builtin_frame_address(0)) - static_cast<char*>(lowest));
  void* pages = mmap(nullptr, kDepth + kMargin, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return false;
  munmap(pages, kDepth + kMargin);
  if (left < kDepth + kMargin) return false;
  volatile char* depth = static_cast<char*>(__builtin_alloca(kDepth));
  for (size_t i = kDepth; i >= 4096; i -= 4096) depth[i - 1] = 0;
  return true;
}();

}  // namespace

// As system calls take microseconds in some sandboxes, that there is no limit is believed for a while.
bool memory_may_be_refused() {
  using Clock = std::chrono::steady_clock;
  static std::atomic<Clock::rep> believed_until{0};
  const Clock::time_point now = Clock::now();
  if (now.time_since_epoch().count() < believed_until.load(std::memory_order_relaxed)) return false;
  if (reads_limits()) return true;
  believed_until.store((now + kBelieved).time_since_epoch().count(), std::memory_order_relaxed);
  return false;
}

namespace {

bool is_granted(size_t bytes) {
  void* block = std::malloc(kSmallBlocks);
  // The compiler may leave out a malloc whose block is not looked at.
  asm volatile("" : : "r"(block) : "memory");
  std::free(block);
  if (!block) return false;
  if (bytes == 0 || !memory_may_be_refused()) return true;
  void* pages = mmap(nullptr, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (pages == MAP_FAILED) return false;
  munmap(pages, bytes);
  return true;
}

size_t stack_bytes() {
  static const size_t bytes = [] {
    pthread_attr_t attributes;
    size_t size = size_t{8} << 20;
    if (pthread_getattr_default_np(&attributes) == 0) {
      pthread_attr_getstacksize(&attributes, &size);
      pthread_attr_destroy(&attributes);
    }
    return size;
  }();
  return bytes;
}

}  // namespace

void require_memory(size_t bytes, std::string_view what) {
  if (is_granted(bytes)) return;
  empty_cache();
  if (is_granted(bytes)) return;
  fail<OutOfMemoryError>(what, " needs ", bytes + kSmallBlocks, " bytes, which the system refused; ",
                         memory_stats().current_bytes, " are in live tensors");
}

void require_threads(int count, std::string_view what) {
  constexpr size_t kOwn = size_t{1} << 20;  // what a thread takes beside its stack
  require_memory(static_cast<size_t>(count) * (stack_bytes() + kOwn), what);
}

}  // namespace ember
