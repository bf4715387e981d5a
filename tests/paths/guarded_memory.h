// Memory for tests of kernels: each block lies between guards and starts as poison, so that a read of memory that is not the tensor's
// or that nobody wrote changes the result, and a write into it is noticed.
#pragma once

#include <mutex>
#include <string>
#include <unordered_map>

#include "ember/core/allocator.h"

namespace paths {

class GuardedMemory final : public ember::Allocator {
 public:
  /// The allocator of the CPU from the first call on.
  static GuardedMemory& installed();
  /// Blocks come from the former allocator again.
  void uninstall();

  /// What new blocks and their guards are filled with. 0xFF is NaN in every floating-point dtype, true and -1.
  void set_poison(unsigned char poison) { poison_ = poison; }
  /// Says where a guard was written to since the last call; empty when none was.
  std::string damage();

  void* allocate(size_t bytes) override;
  void release(void* data, size_t bytes) noexcept override;
  ember::MemoryStats stats() const override { return former_->stats(); }
  void reset_peak() override { former_->reset_peak(); }
  void empty_cache() override { former_->empty_cache(); }

 private:
  struct Block {
    size_t bytes;
    unsigned char poison;
  };
  void look_at(const char* data, const Block& block);

  ember::Allocator* former_ = nullptr;
  unsigned char poison_ = 0xFF;
  std::mutex mutex_;
  std::unordered_map<void*, Block> blocks_;
  std::string damage_;
};

/// Fills the stack below the caller's frame with this byte, for arrays that a kernel reads without having written them.
void paint_stack(unsigned char poison);

}  // namespace paths
