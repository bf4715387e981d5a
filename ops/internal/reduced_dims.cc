#include "ops/internal/reduced_dims.h"

#include <algorithm>

#include "ember/ops/shape/shape.h"

namespace ember {

ReducedDims::ReducedDims(const char* op, const Tensor& x, const Shape& dims, bool keepdim)
    : sizes_(x.sizes()), dims_(wrap_dims(dims, x.dim(), op)), keepdim_(keepdim) {
  // The one dim that a zero-dim tensor is granted is not there to be reduced.
  if (x.dim() == 0) dims_ = {};
}

int64_t ReducedDims::count() const {
  int64_t count = 1;
  for (const int64_t d : dims_) count *= sizes_[d];
  return count;
}

Shape ReducedDims::kept_sizes() const {
  Shape sizes = sizes_;
  for (const int64_t d : dims_) sizes[d] = 1;
  return sizes;
}

Shape ReducedDims::result_sizes() const {
  if (keepdim_) return kept_sizes();
  Shape sizes;
  for (size_t i = 0; i < sizes_.size(); ++i)
    if (std::find(dims_.begin(), dims_.end(), static_cast<int64_t>(i)) == dims_.end()) sizes.push_back(sizes_[i]);
  return sizes;
}

Tensor ReducedDims::shape_result(const Tensor& y) const {
  if (keepdim_) return y;
  Shape sizes = result_sizes(), strides = contiguous_strides(sizes);
  return y.alias(std::move(sizes), std::move(strides), y.storage_offset());
}

Tensor ReducedDims::restore(const Tensor& y) const { return keepdim_ ? y : reshape(y, kept_sizes()); }

Tensor ReducedDims::spread(const Tensor& y) const { return expand(restore(y), sizes_); }

}  // namespace ember
