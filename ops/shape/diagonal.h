// Matrices out of their diagonals and back; see diagonal in shape.h for the view.
#pragma once

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// The matrix with x on its diagonal `offset`, for a vector; a copy of that diagonal, for a matrix.
Tensor diag(const Tensor& x, int64_t offset = 0);
/// Zeros with x's last dim on the diagonal `offset` of the new dims dim1 and dim2.
Tensor diag_embed(const Tensor& x, int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1);
/// The matrix with all of x's elements on its diagonal `offset`.
Tensor diagflat(const Tensor& x, int64_t offset = 0);
/// The sum of a matrix' diagonal; integers and bools become int64.
Tensor trace(const Tensor& x);

/// Methods of Tensor.
class DiagonalMethods {
 public:
  Tensor trace() const;
  Tensor diag(int64_t offset = 0) const;
  Tensor diag_embed(int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1) const;
  Tensor diagflat(int64_t offset = 0) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
