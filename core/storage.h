// The memory behind tensors: a block from its device's caching allocator, shared by every view of it.
#pragma once

#include <atomic>
#include <functional>

#include "ember/core/device.h"
#include "ember/core/ref_counted.h"

namespace ember {

class StorageImpl final : public RefCounted {
 public:
  /// A fresh, uninitialised block; throws OutOfMemoryError.
  StorageImpl(size_t bytes, Device device);
  /// Memory owned by someone else (NumPy, DLPack, a file map); `release` runs when the last tensor goes.
  StorageImpl(void* data, size_t bytes, Device device, std::function<void()> release);
  /// The memory of another storage, which it keeps, with a count of its own that starts at `version`.
  StorageImpl(IntrusivePtr<StorageImpl> memory, uint32_t version);

  void* data() const { return data_; }
  size_t bytes() const { return bytes_; }
  Device device() const { return device_; }
  /// Whether others may read and write the memory, whatever use_count() says.
  bool is_borrowed() const { return is_borrowed_; }

  /// How often an in-place op has written here; saved tensors compare it to find out.
  uint32_t version() const { return version_.load(std::memory_order_relaxed); }
  void bump_version() { version_.fetch_add(1, std::memory_order_relaxed); }

 private:
  ~StorageImpl() override;

  void* data_;
  size_t bytes_;
  Device device_;
  std::atomic<uint32_t> version_{0};
  std::function<void()> release_;
  bool is_borrowed_ = false;
};

using Storage = IntrusivePtr<StorageImpl>;

}  // namespace ember
