// Cholesky and LDL factors of symmetric (Hermitian) matrices, and what is solved with them.
#pragma once

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/linalg/linalg_types.h"
#include "ember/ops/methods.h"

namespace ember {

namespace linalg {

/// L with a = L L^T (or L^T with `upper`); reads one triangle.
Tensor cholesky(const Tensor& a, bool upper = false);
/// (L, info): info [*] is 0, or the order of the leading minor that is not positive-definite.
TensorPair cholesky_ex(const Tensor& a, bool upper = false, bool check_errors = false);

/// (LD, pivots) of the symmetric matrix in the lower triangle, by Bunch and Kaufman's pivoting. No gradient.
TensorPair ldl_factor(const Tensor& a, bool hermitian = false);
TensorTriple ldl_factor_ex(const Tensor& a, bool hermitian = false, bool check_errors = false);
Tensor ldl_solve(const Tensor& ld, const Tensor& pivots, const Tensor& b, bool hermitian = false);

}  // namespace linalg

/// The older functions of the same purpose.
/// X with a X = b for a given by its Cholesky factor.
Tensor cholesky_solve(const Tensor& b, const Tensor& factor, bool upper = false);
/// The inverse of the matrix with this Cholesky factor.
Tensor cholesky_inverse(const Tensor& factor, bool upper = false);

/// Methods of Tensor.
class CholeskyMethods {
 public:
  Tensor cholesky(bool upper = false) const;
  Tensor cholesky_inverse(bool upper = false) const;
  Tensor cholesky_solve(const Tensor& factor, bool upper = false) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
