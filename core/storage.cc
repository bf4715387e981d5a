#include "ember/core/storage.h"

#include "ember/core/allocator.h"

namespace ember {

StorageImpl::StorageImpl(size_t bytes, Device device)
    : data_(allocator(device.type).allocate(bytes)), bytes_(bytes), device_(device) {}

StorageImpl::StorageImpl(void* data, size_t bytes, Device device, std::function<void()> release)
    : data_(data), bytes_(bytes), device_(device), release_(std::move(release)), is_borrowed_(true) {}

namespace {

/// The owner of an alias's memory, never an alias itself.
struct KeepMemory {
  Storage owner;
  void operator()() const {}
};

}  // namespace

StorageImpl::StorageImpl(Storage memory, uint32_t version)
    : data_(memory->data_), bytes_(memory->bytes_), device_(memory->device_), version_(version), is_borrowed_(true) {
  const auto* alias = memory->release_.target<KeepMemory>();
  release_ = KeepMemory{alias ? alias->owner : std::move(memory)};
}

StorageImpl::~StorageImpl() {
  if (!is_borrowed_) {
    allocator(device_.type).release(data_, bytes_);
  } else if (release_) {
    release_();
  }
}

}  // namespace ember
