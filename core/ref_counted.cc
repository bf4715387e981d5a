#include "ember/core/ref_counted.h"

#include <array>
#include <new>

#include "ember/core/thread_end.h"

namespace ember {

namespace {

constexpr size_t kStep = 64, kLargest = 1024, kClasses = kLargest / kStep;
constexpr uint32_t kLongest = 4096;

#if defined(__SANITIZE_ADDRESS__)
constexpr bool kRecycle = false;  // so that the sanitizer sees every use after free
#else
constexpr bool kRecycle = true;
#endif

/// Objects of one size class, linked through their own first bytes.
struct FreeList {
  struct Link {
    Link* next;
  };
  Link* first = nullptr;
  uint32_t length = 0;
};

// Trivially destructible, so that objects dropped while the thread winds down still find it; `drain` empties it.
thread_local std::array<FreeList, kClasses> free_lists;
/// Whether this thread keeps what is freed: once it is known that the lists will be emptied, and until they are.
thread_local bool keeps_freed = false, thread_ends = false;

void drain(void*) {
  thread_ends = true;
  keeps_freed = false;
  for (FreeList& list : free_lists)
    while (list.first) ::operator delete(std::exchange(list.first, list.first->next));
}
const AtThreadEnd at_thread_end(drain);

size_t size_class(size_t bytes) { return (bytes - 1) / kStep; }

}  // namespace

void* free_list_allocate(size_t bytes) {
  if (!kRecycle || bytes > kLargest) return ::operator new(bytes);
  FreeList& list = free_lists[size_class(bytes)];
  if (!list.first) return ::operator new((size_class(bytes) + 1) * kStep);
  --list.length;
  return std::exchange(list.first, list.first->next);
}

void free_list_release(void* memory, size_t bytes) noexcept {
  if (!kRecycle || bytes > kLargest) return ::operator delete(memory);
  FreeList& list = free_lists[size_class(bytes)];
  if (!keeps_freed) keeps_freed = !thread_ends && at_thread_end.arm(&free_lists);
  if (!keeps_freed || list.length == kLongest) return ::operator delete(memory);
  ++list.length;
  list.first = new (memory) FreeList::Link{list.first};
}

}  // namespace ember
