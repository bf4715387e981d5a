#include "ember/io/stored_tensor.h"

#include <sys/mman.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "ember/core/tensor_base.h"

namespace ember::io {

struct MappedFile::Mapping {
  void* data = nullptr;
  size_t bytes = 0;
  ~Mapping() {
    if (bytes > 0) munmap(data, bytes);
  }
};

MappedFile::MappedFile(const InputFile& file) : mapping_(std::make_shared<Mapping>()) {
  if (file.size() == 0) return;
  void* data = mmap(nullptr, file.size(), PROT_READ | PROT_WRITE, MAP_PRIVATE, file.descriptor(), 0);
  check<IoError>(data != MAP_FAILED, file.path(), ": cannot be mapped into memory: ", std::strerror(errno));
  mapping_->data = data;
  mapping_->bytes = file.size();
}

Storage MappedFile::storage(size_t offset, size_t bytes, size_t alignment) const {
  if (offset % alignment != 0) return {};
  char* data = static_cast<char*>(mapping_->data) + offset;
  return make_intrusive<StorageImpl>(data, bytes, Device(), [mapping = mapping_] {});
}

Storage read_storage(const InputFile& file, size_t offset, size_t bytes) {
  auto storage = make_intrusive<StorageImpl>(bytes, Device());
  file.read_at(offset, storage->data(), bytes);
  return storage;
}

std::string mistake_in(const StoredElements& stored, int64_t offset, const Shape& sizes, const Shape& strides) {
  const auto tensor = [&] {
    return concat("a tensor of shape ", sizes, ", strides ", strides, " and offset ", offset);
  };
  if (sizes.size() != strides.size()) return tensor() + " has not as many strides as sizes";
  bool fits = true, is_empty = false;
  int64_t last = offset, elements = item_size(stored.dtype);
  for (size_t d = 0; d < sizes.size(); ++d) {
    int64_t step;
    is_empty |= sizes[d] == 0;
    fits &= !__builtin_mul_overflow(elements, std::max<int64_t>(sizes[d], 1), &elements);
    fits &= !__builtin_mul_overflow(std::max<int64_t>(sizes[d], 1) - 1, strides[d], &step);
    fits &= !__builtin_add_overflow(last, step, &last);
  }
  if (!fits) return tensor() + " is larger than any memory";
  if (is_empty ? offset > stored.numel : last >= stored.numel)
    return concat(tensor(), " reaches beyond its storage of ", stored.numel, " elements");
  return {};
}

Tensor stored_tensor(const StoredElements& stored, int64_t offset, const Shape& sizes, const Shape& strides) {
  return Tensor(make_intrusive<TensorImpl>(stored.memory, stored.dtype, sizes, strides, stored.offset + offset));
}

Tensor same_elements(const Tensor& x) {
  return Tensor(make_intrusive<TensorImpl>(x.storage(), x.dtype(), x.sizes(), x.strides(), x.storage_offset()));
}

void check_bools(const std::string& what, const void* data, size_t bytes) {
  const auto* first = static_cast<const uint8_t*>(data);
  const auto* wrong = std::find_if(first, first + bytes, [](uint8_t byte) { return byte > 1; });
  check<IoError>(wrong == first + bytes, what, " is bool but its byte ", wrong - first, " is ",
                 int{wrong == first + bytes ? uint8_t{0} : *wrong});
}

}  // namespace ember::io
