// Views and rearrangements. A view shares its storage with the tensor it was made of: in-place changes of one are seen by the
// other, and by the tape. Dims may be negative; IndexError for one out of range.
#pragma once

#include <vector>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// The same elements in another shape; one size may be -1. Error when the strides allow no view of that shape.
Tensor view(const Tensor& x, const Shape& shape);
Tensor view_as(const Tensor& x, const Tensor& other);
/// The same bytes as elements of another dtype, outside of the tape; the last dim grows or shrinks with the elements' size.
Tensor view(const Tensor& x, DType dtype);
/// A view where the strides allow one, else a copy.
Tensor reshape(const Tensor& x, const Shape& shape);
Tensor reshape_as(const Tensor& x, const Tensor& other);
/// A view with dims start_dim ... end_dim made one.
Tensor flatten(const Tensor& x, int64_t start_dim = 0, int64_t end_dim = -1);
/// A view with `dim` split into `sizes`, one of which may be -1.
Tensor unflatten(const Tensor& x, int64_t dim, const Shape& sizes);

/// Views with the dims in another order.
Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1);
Tensor permute(const Tensor& x, const Shape& dims);
/// source[i] becomes destination[i]; the other dims keep their order.
Tensor movedim(const Tensor& x, const Shape& source, const Shape& destination);
/// The transpose of a matrix; vectors and zero-dim tensors as they are. Error for more dims.
Tensor t(const Tensor& x);
/// The transpose of the last two dims, and its conjugate.
Tensor mT(const Tensor& x);
Tensor mH(const Tensor& x);
/// The dims in reverse order.
Tensor T(const Tensor& x);
/// The conjugate transpose of a matrix.
Tensor H(const Tensor& x);
/// A view with dims of size 1 added until there are at least 1, 2 or 3.
Tensor atleast_1d(const Tensor& x);
Tensor atleast_2d(const Tensor& x);
Tensor atleast_3d(const Tensor& x);

/// A view with dims of size 1 repeated to `shape` without a copy, and new dims in front; -1 keeps a size.
Tensor expand(const Tensor& x, const Shape& shape);
Tensor expand_as(const Tensor& x, const Tensor& other);
Tensor broadcast_to(const Tensor& x, const Shape& shape);
/// All expanded to the one shape they broadcast to.
std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors);

/// A view without the dims of size 1, or without those of `dims` that have size 1.
Tensor squeeze(const Tensor& x);
Tensor squeeze(const Tensor& x, const Shape& dims);
/// A view with a dim of size 1 at `dim`.
Tensor unsqueeze(const Tensor& x, int64_t dim);

/// Methods of Tensor.
class ShapeMethods {
 public:
  Tensor view(const Shape& shape) const;
  Tensor view(DType dtype) const;
  Tensor view_as(const Tensor& other) const;
  Tensor reshape(const Shape& shape) const;
  Tensor reshape_as(const Tensor& other) const;
  Tensor ravel() const;
  Tensor flatten(int64_t start_dim = 0, int64_t end_dim = -1) const;
  Tensor unflatten(int64_t dim, const Shape& sizes) const;
  Tensor transpose(int64_t dim0, int64_t dim1) const;
  Tensor swapaxes(int64_t dim0, int64_t dim1) const;
  Tensor swapdims(int64_t dim0, int64_t dim1) const;
  Tensor permute(const Shape& dims) const;
  Tensor movedim(const Shape& source, const Shape& destination) const;
  Tensor moveaxis(const Shape& source, const Shape& destination) const;
  Tensor t() const;
  Tensor T() const;
  Tensor H() const;
  Tensor mT() const;
  Tensor mH() const;
  Tensor adjoint() const;
  Tensor expand(const Shape& shape) const;
  Tensor expand_as(const Tensor& other) const;
  Tensor broadcast_to(const Shape& shape) const;
  Tensor squeeze() const;
  Tensor squeeze(const Shape& dims) const;
  Tensor unsqueeze(int64_t dim) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
