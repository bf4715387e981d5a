// Operands as the loops of a kernel want them: in the dtype that it computes in and in a layout that it can run over. What comes otherwise
// is copied before, and results are copied after.
//
//   const TensorBase in = cpu::read_as(x, kFloat32);
//   const cpu::WriteAs y(out, kFloat32);
//   ...  // reads in, writes y.tensor()
//   y.finish();
#pragma once

#include "ember/core/tensor_base.h"

namespace ember::cpu {

/// Strides without gaps of sizes [N, C, ...] with the channels innermost.
Shape channels_last_strides(const Shape& sizes);
/// Whether x lies so in memory; the stride of a dim of size 1 says nothing.
bool has_strides(const TensorBase& x, const Shape& strides);

/// x itself when it has this dtype and is row-major, else a copy that is; undefined stays so.
TensorBase read_as(const TensorBase& x, DType dtype);
/// The same for other strides than row-major ones.
TensorBase read_as(const TensorBase& x, DType dtype, const Shape& strides);

/// A result computed in this dtype, row-major unless strides are given: in `out` itself where it is so, else in memory that finish()
/// copies to it. An undefined `out` has an undefined tensor.
class WriteAs {
 public:
  WriteAs(const TensorBase& out, DType dtype);
  WriteAs(const TensorBase& out, DType dtype, const Shape& strides);

  const TensorBase& tensor() const { return computed_; }
  /// Null when `out` is undefined. Kernels of all instruction sets call it, so no copy of it may stand for all of them.
  template <class T>
  [[gnu::always_inline]] T* data() const {
    return computed_.defined() ? reinterpret_cast<T*>(computed_.raw_data()) : nullptr;
  }
  void finish() const;

 private:
  TensorBase out_, computed_;
};

}  // namespace ember::cpu
