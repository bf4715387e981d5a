// Products of matrices and vectors. Inputs must have one dtype. Error naming the op and the shapes when they do not fit.
#pragma once

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// The matrix product of the last two dims, broadcast over the others; a vector stands for a row (column) that goes afterwards.
Tensor matmul(const Tensor& a, const Tensor& b);
/// [n, k] [k, m].
Tensor mm(const Tensor& a, const Tensor& b);
/// [b, n, k] [b, k, m].
Tensor bmm(const Tensor& a, const Tensor& b);
/// [n, k] [k].
Tensor mv(const Tensor& a, const Tensor& b);
/// [k] [k] to a zero-dim tensor.
Tensor dot(const Tensor& a, const Tensor& b);
/// [n] [m] to [n, m].
Tensor outer(const Tensor& a, const Tensor& b);
/// beta x + alpha a b; x broadcasts to [n, m].
Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
/// addmm for batches.
Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);

/// Methods of Tensor.
class MatmulMethods {
 public:
  Tensor matmul(const Tensor& other) const;
  Tensor mm(const Tensor& other) const;
  Tensor bmm(const Tensor& other) const;
  Tensor mv(const Tensor& vector) const;
  Tensor dot(const Tensor& other) const;
  Tensor outer(const Tensor& other) const;
  Tensor ger(const Tensor& other) const;
  Tensor addmm(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1) const;
  Tensor baddbmm(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1) const;
  Tensor& addmm_(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
  Tensor& baddbmm_(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
