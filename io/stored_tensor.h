// Tensors on the elements of a file: their memory, read or mapped, and what is wrong with a geometry that a file gives.
#pragma once

#include <memory>
#include <string>

#include "ember/io/atomic_file.h"
#include "ember/io/value.h"

namespace ember::io {

/// A file's bytes as memory that is read when it is touched; what is written to it stays private. The memory is valid as long as any
/// storage on it, and while nobody cuts the file short; one that is replaced by renaming, as save does, stays.
class MappedFile {
 public:
  explicit MappedFile(const InputFile& file);
  /// Null where the bytes do not lie at a multiple of `alignment`.
  Storage storage(size_t offset, size_t bytes, size_t alignment) const;

 private:
  struct Mapping;
  std::shared_ptr<Mapping> mapping_;
};

/// The bytes of a file in memory of their own.
Storage read_storage(const InputFile& file, size_t offset, size_t bytes);

/// What is wrong with a tensor of this geometry on these elements, or nothing.
std::string mistake_in(const StoredElements& stored, int64_t offset, const Shape& sizes, const Shape& strides);
Tensor stored_tensor(const StoredElements& stored, int64_t offset, const Shape& sizes, const Shape& strides);
/// Another tensor on the same memory.
Tensor same_elements(const Tensor& x);
/// IoError for bytes other than 0 and 1, which are no bool in C++; `what` begins the message.
void check_bools(const std::string& what, const void* data, size_t bytes);

}  // namespace ember::io
