#include "core/cpu/staging.h"

#include "ember/core/kernels/creation.h"

namespace ember::cpu {

Shape channels_last_strides(const Shape& sizes) {
  Shape strides = Shape::filled(sizes.size(), 1);
  int64_t stride = sizes[1];
  for (size_t d = sizes.size(); d-- > 2;) {
    strides[d] = stride;
    stride *= sizes[d];
  }
  strides[0] = stride;
  return strides;
}

bool has_strides(const TensorBase& x, const Shape& strides) {
  for (size_t d = 0; d < strides.size(); ++d)
    if (x.sizes()[d] != 1 && x.strides()[d] != strides[d]) return false;
  return true;
}

namespace {

TensorBase copied(const TensorBase& x, const TensorBase& to) {
  kernels::copy[kCPU](to, x);
  return to;
}

}  // namespace

TensorBase read_as(const TensorBase& x, DType dtype) {
  if (!x.defined() || (x.dtype() == dtype && x.is_contiguous())) return x;
  return copied(x, empty_tensor(x.sizes(), dtype));
}

TensorBase read_as(const TensorBase& x, DType dtype, const Shape& strides) {
  if (!x.defined() || (x.dtype() == dtype && has_strides(x, strides))) return x;
  return copied(x, empty_strided_tensor(x.sizes(), strides, dtype, {}));
}

WriteAs::WriteAs(const TensorBase& out, DType dtype) : out_(out), computed_(out) {
  if (out.defined() && !(out.dtype() == dtype && out.is_contiguous())) computed_ = empty_tensor(out.sizes(), dtype);
}

WriteAs::WriteAs(const TensorBase& out, DType dtype, const Shape& strides) : out_(out), computed_(out) {
  if (out.defined() && !(out.dtype() == dtype && has_strides(out, strides)))
    computed_ = empty_strided_tensor(out.sizes(), strides, dtype, {});
}

void WriteAs::finish() const {
  if (!computed_.is_same(out_)) kernels::copy[kCPU](out_, computed_);
}

}  // namespace ember::cpu
