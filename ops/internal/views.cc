#include "ops/internal/views.h"

#include <algorithm>
#include <limits>

#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/reduction/reduction.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace views {

int64_t rank(const char* op, const Tensor& x) {
  kernel::check_defined(op, "input", x);
  return x.dim();
}

int64_t dim_of(const char* op, const Tensor& x, int64_t dim) {
  check<IndexError>(rank(op, x) > 0, op, ": a zero-dim tensor has no dimension ", dim);
  return wrap_dim(dim, x.dim(), op);
}

std::vector<Shape> shapes_of(const std::vector<Tensor>& tensors) {
  std::vector<Shape> shapes;
  for (const Tensor& x : tensors) shapes.push_back(x.sizes());
  return shapes;
}

Tensor select_alias(const Tensor& x, int64_t dim, int64_t index) {
  Shape sizes = x.sizes(), strides = x.strides();
  const int64_t offset = x.storage_offset() + index * strides[dim];
  sizes.erase(dim);
  strides.erase(dim);
  return x.alias(std::move(sizes), std::move(strides), offset);
}

Tensor narrow_alias(const Tensor& x, int64_t dim, int64_t start, int64_t length, int64_t step) {
  Shape sizes = x.sizes(), strides = x.strides();
  const int64_t offset = x.storage_offset() + start * strides[dim];
  sizes[dim] = length;
  strides[dim] = static_cast<int64_t>(static_cast<uint64_t>(strides[dim]) * static_cast<uint64_t>(step));
  return x.alias(std::move(sizes), std::move(strides), offset);
}

}  // namespace views

}  // namespace ember
