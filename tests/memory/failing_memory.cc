#include "tests/memory/failing_memory.h"

#include <dlfcn.h>
#include <link.h>

#include <atomic>
#include <cerrno>
#include <cstring>
#include <limits>
#include <new>

namespace ember::test {

namespace {

constexpr int64_t kNever = std::numeric_limits<int64_t>::max();

std::atomic<int64_t> countdown{kNever};
std::atomic<bool> fails_from_then_on{false}, has_failed_once{false};
std::atomic<int64_t> live{0};

/// Whether this code is Ember's, or C++'s library working for it.
bool is_ours(void* code) {
  dl_find_object found;
  if (_dl_find_object(code, &found) != 0) return false;
  const char* name = found.dlfo_link_map->l_name;
  return !*name || std::strstr(name, "libember") || std::strstr(name, "libstdc++");
}

[[maybe_unused]] bool is_refused(void* caller) {
  if (countdown.load(std::memory_order_relaxed) == kNever) return false;
  const bool is_over = has_failed_once.load(std::memory_order_relaxed);
  if (is_over) return fails_from_then_on.load(std::memory_order_relaxed);
  if (!is_ours(caller) || countdown.fetch_sub(1) != 0) return false;
  has_failed_once = true;
  return true;
}

[[maybe_unused]] void* counted(void* block) {
  if (block) live.fetch_add(1, std::memory_order_relaxed);
  return block;
}

}  // namespace

FailingMemory::FailingMemory(int64_t at, Refusal refusal) : at_(at) {
  fails_from_then_on = refusal == Refusal::FromThenOn;
  has_failed_once = false;
  countdown = at;
}
FailingMemory::~FailingMemory() { countdown = kNever; }
bool FailingMemory::has_failed() const { return has_failed_once; }
int64_t FailingMemory::seen() const { return at_ - countdown; }

int64_t live_blocks() { return live; }

}  // namespace ember::test

// A sanitizer has its own.
#if !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)

// The program's own definitions stand before those of the C library for all libraries that it loads.
#define EMBER_CALLER __builtin_extract_return_addr(__builtin_return_address(0))

extern "C" {
void* __libc_malloc(size_t);
void* __libc_calloc(size_t, size_t);
void* __libc_realloc(void*, size_t);
void* __libc_memalign(size_t, size_t);
void __libc_free(void*);
}

namespace {

/// What `allocate()` gives, unless it is refused.
template <class Allocate>
void* granted(void* caller, Allocate allocate) {
  if (!ember::test::is_refused(caller)) return ember::test::counted(allocate());
  errno = ENOMEM;
  return nullptr;
}

void* granted(void* caller, size_t bytes) {
  return granted(caller, [&] { return __libc_malloc(bytes ? bytes : 1); });
}
void* granted(void* caller, size_t alignment, size_t bytes) {
  return granted(caller, [&] { return __libc_memalign(alignment, bytes); });
}
void* or_throw(void* block) {
  if (!block) throw std::bad_alloc();
  return block;
}

}  // namespace

extern "C" {

void* malloc(size_t bytes) { return granted(EMBER_CALLER, bytes); }
void* calloc(size_t count, size_t bytes) {
  return granted(EMBER_CALLER, [&] { return __libc_calloc(count, bytes); });
}
void* realloc(void* block, size_t bytes) {
  const bool is_new = !block;
  void* moved = granted(EMBER_CALLER, [&] { return __libc_realloc(block, bytes); });
  if (moved && !is_new) ember::test::live.fetch_sub(1, std::memory_order_relaxed);
  return moved;
}
void* memalign(size_t alignment, size_t bytes) { return granted(EMBER_CALLER, alignment, bytes); }
void* aligned_alloc(size_t alignment, size_t bytes) { return granted(EMBER_CALLER, alignment, bytes); }
int posix_memalign(void** block, size_t alignment, size_t bytes) {
  void* found = granted(EMBER_CALLER, alignment, bytes);
  if (!found) return ENOMEM;
  *block = found;
  return 0;
}
void free(void* block) {
  if (block) ember::test::live.fetch_sub(1, std::memory_order_relaxed);
  __libc_free(block);
}

}  // extern "C"

void* operator new(size_t bytes) { return or_throw(granted(EMBER_CALLER, bytes)); }
void* operator new[](size_t bytes) { return or_throw(granted(EMBER_CALLER, bytes)); }
void* operator new(size_t bytes, const std::nothrow_t&) noexcept { return granted(EMBER_CALLER, bytes); }
void* operator new(size_t bytes, std::align_val_t alignment) {
  return or_throw(granted(EMBER_CALLER, static_cast<size_t>(alignment), bytes));
}
void operator delete(void* block) noexcept { free(block); }
void operator delete(void* block, size_t) noexcept { free(block); }
void operator delete(void* block, std::align_val_t) noexcept { free(block); }
void operator delete(void* block, size_t, std::align_val_t) noexcept { free(block); }
void operator delete[](void* block) noexcept { free(block); }
void operator delete[](void* block, size_t) noexcept { free(block); }

#endif
