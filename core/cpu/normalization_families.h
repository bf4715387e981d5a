// What batch_norm and layer_norm share: operands in the layout and dtype that their loops want. register_normalization calls both.
#pragma once

#include "ember/core/kernels/creation.h"

namespace ember::EMBER_ISA {

void register_batch_norm();
void register_layer_norm();

inline bool has_strides(const TensorBase& x, const Shape& strides) {
  for (size_t d = 0; d < strides.size(); ++d)
    if (x.sizes()[d] != 1 && x.strides()[d] != strides[d]) return false;
  return true;
}

/// x itself when it has this dtype and these strides, a copy otherwise; undefined stays so.
inline TensorBase read_as(const TensorBase& x, DType dtype, const Shape& strides) {
  if (!x.defined() || (x.dtype() == dtype && has_strides(x, strides))) return x;
  const TensorBase copy = empty_strided_tensor(x.sizes(), strides, dtype, x.device());
  kernels::copy[kCPU](copy, x);
  return copy;
}

inline TensorBase read_as(const TensorBase& x, DType dtype) {
  return x.defined() ? read_as(x, dtype, contiguous_strides(x.sizes())) : x;
}

/// A result that is computed in this dtype and these strides, and copied to `out` when finish() is called if that is not so.
class WriteAs {
 public:
  WriteAs(const TensorBase& out, DType dtype, const Shape& strides) : out_(out), computed_(out) {
    if (out.defined() && !(out.dtype() == dtype && has_strides(out, strides)))
      computed_ = empty_strided_tensor(out.sizes(), strides, dtype, out.device());
  }
  WriteAs(const TensorBase& out, DType dtype)
      : WriteAs(out, dtype, out.defined() ? contiguous_strides(out.sizes()) : Shape()) {}

  /// Null when `out` is undefined.
  template <class T>
  T* data() const {
    return computed_.defined() ? reinterpret_cast<T*>(computed_.raw_data()) : nullptr;
  }
  void finish() const {
    if (!computed_.is_same(out_)) kernels::copy[kCPU](out_, computed_);
  }

 private:
  TensorBase out_, computed_;
};

template <class T>
inline const T* data_or_null(const TensorBase& x) {
  return x.defined() ? reinterpret_cast<const T*>(x.raw_data()) : nullptr;
}

}  // namespace ember::EMBER_ISA
