// Linear systems, inverses and determinants by LU factors.
#pragma once

#include <tuple>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/linalg/linalg_types.h"
#include "ember/ops/methods.h"

namespace ember {

namespace linalg {

/// (P, L, U) with a = P L U.
TensorTriple lu(const Tensor& a, bool pivot = true);
/// (LU, pivots): both factors in one matrix, L without its diagonal of ones; int32 rows exchanged, from 1.
TensorPair lu_factor(const Tensor& a, bool pivot = true);
/// (LU, pivots, info): info is 0, or i when U[i, i] (from 1) is zero.
TensorTriple lu_factor_ex(const Tensor& a, bool pivot = true, bool check_errors = false);
/// X with a X = b (X a = b unless `left`; a^T for a with `adjoint`) for a given by lu_factor.
Tensor lu_solve(const Tensor& lu, const Tensor& pivots, const Tensor& b, bool left = true, bool adjoint = false);
/// X with a X = b, or X a = b unless `left`; for complex numbers too. b is a vector (or a batch of them, when its shape is a's without the last dim).
Tensor solve(const Tensor& a, const Tensor& b, bool left = true);
TensorPair solve_ex(const Tensor& a, const Tensor& b, bool left = true, bool check_errors = false);
/// The same for a triangular a, of which the other triangle (and with `unitriangular` the diagonal) is not read.
Tensor solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left = true, bool unitriangular = false);
Tensor inv(const Tensor& a);
TensorPair inv_ex(const Tensor& a, bool check_errors = false);
Tensor det(const Tensor& a);
/// (sign, log |det|).
TensorPair slogdet(const Tensor& a);

}  // namespace linalg

/// (P, L, U) of lu_factor's result; what is not unpacked is empty.
TensorTriple lu_unpack(const Tensor& lu, const Tensor& pivots, bool unpack_data = true, bool unpack_pivots = true);
/// (X, a copy of a) with op(a) X = b.
TensorPair triangular_solve(const Tensor& b, const Tensor& a, bool upper = true, bool transpose = false,
                            bool unitriangular = false);
/// log det(a); NaN where the determinant is negative.
Tensor logdet(const Tensor& a);

/// Methods of Tensor.
class SolveMethods {
 public:
  Tensor lu_solve(const Tensor& lu, const Tensor& pivots) const;
  std::tuple<Tensor, Tensor> triangular_solve(const Tensor& a, bool upper = true, bool transpose = false,
                                              bool unitriangular = false) const;
  Tensor inverse() const;
  Tensor det() const;
  Tensor logdet() const;
  std::tuple<Tensor, Tensor> slogdet() const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
