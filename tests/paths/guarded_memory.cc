#include "tests/paths/guarded_memory.h"

#include <cstdlib>
#include <cstring>
#include <new>

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>
#endif

namespace paths {

namespace {

/// Bytes before and behind a block, a multiple of its alignment.
constexpr size_t kGuard = 512;

/// What a guard holds.
[[maybe_unused]] const char* guards(unsigned char poison) {
  static const std::string zeros(kGuard, '\0'), ones(kGuard, '\xFF');
  return poison == 0 ? zeros.data() : ones.data();
}

size_t rounded(size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

GuardedMemory& GuardedMemory::installed() {
  // Never destroyed, since static tensors may outlive every other static.
  static GuardedMemory* memory = [] {
    auto* made = new GuardedMemory;
    made->former_ = &ember::allocator(ember::kCPU);
    ember::register_allocator(ember::kCPU, made);
    return made;
  }();
  return *memory;
}

void GuardedMemory::uninstall() { ember::register_allocator(ember::kCPU, former_); }

void* GuardedMemory::allocate(size_t bytes) {
  auto* base = static_cast<char*>(std::aligned_alloc(64, 2 * kGuard + rounded(bytes)));
  if (!base) throw std::bad_alloc();
  std::memset(base, poison_, 2 * kGuard + rounded(bytes));
  char* data = base + kGuard;
#if defined(__SANITIZE_ADDRESS__)
  ASAN_POISON_MEMORY_REGION(base, kGuard);
  ASAN_POISON_MEMORY_REGION(data + bytes, kGuard + rounded(bytes) - bytes);
#endif
  std::lock_guard lock(mutex_);
  blocks_[data] = {bytes, poison_};
  return data;
}

void GuardedMemory::release(void* data, size_t bytes) noexcept {
  {
    std::lock_guard lock(mutex_);
    const auto found = blocks_.find(data);
    if (found == blocks_.end()) return former_->release(data, bytes);
    look_at(static_cast<char*>(data), found->second);
    blocks_.erase(found);
  }
  char* base = static_cast<char*>(data) - kGuard;
#if defined(__SANITIZE_ADDRESS__)
  ASAN_UNPOISON_MEMORY_REGION(base, 2 * kGuard + rounded(bytes));
#endif
  std::free(base);
}

void GuardedMemory::look_at([[maybe_unused]] const char* data, [[maybe_unused]] const Block& block) {
#if !defined(__SANITIZE_ADDRESS__)
  const auto* guard = guards(block.poison);
  const bool before = std::memcmp(data - kGuard, guard, kGuard) != 0;
  if (!before && std::memcmp(data + block.bytes, guard, kGuard) == 0) return;
  damage_ = std::string(before ? "memory before" : "memory behind") + " a block of " + std::to_string(block.bytes) +
            " bytes was written";
#endif
}

std::string GuardedMemory::damage() {
  std::lock_guard lock(mutex_);
  for (const auto& [data, block] : blocks_) look_at(static_cast<const char*>(data), block);
  std::string found;
  found.swap(damage_);
  return found;
}

[[gnu::noinline]] void paint_stack(unsigned char poison) {
  unsigned char room[size_t{1} << 17];
  std::memset(room, poison, sizeof room);
  asm volatile("" ::"r"(room) : "memory");
}

}  // namespace paths
