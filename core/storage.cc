#include "core/storage.h"

#include "core/allocator.h"

namespace ember {

StorageImpl::StorageImpl(size_t bytes, Device device)
    : data_(allocator(device.type).allocate(bytes)), bytes_(bytes), device_(device) {}

StorageImpl::StorageImpl(void* data, size_t bytes, Device device, std::function<void()> release)
    : data_(data), bytes_(bytes), device_(device), release_(std::move(release)), is_borrowed_(true) {}

StorageImpl::~StorageImpl() {
  if (!is_borrowed_) {
    allocator(device_.type).release(data_, bytes_);
  } else if (release_) {
    release_();
  }
}

}  // namespace ember
