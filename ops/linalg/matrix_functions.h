// Powers, exponentials, pseudo-inverses and conditions of matrices.
#pragma once

#include <concepts>
#include <optional>
#include <string_view>
#include <type_traits>

#include "ember/ops/tensor.h"

namespace ember {

namespace linalg {

/// The Moore-Penrose inverse: singular values up to max(atol, rtol times the largest) count as zero. The tolerances are undefined
/// or broadcast to the batch; rtol is then max(m, n) eps, or 0 when atol is given.
Tensor pinv(const Tensor& a, const Tensor& atol = {}, const Tensor& rtol = {}, bool hermitian = false);
/// How many singular values exceed the same tolerance, int64.
Tensor matrix_rank(const Tensor& a, const Tensor& atol = {}, const Tensor& rtol = {}, bool hermitian = false);
// With one number, as libtorch has them: `rcond` is rtol, with an atol of 0, and `tol` is atol. Templates, so that undefined tensors in
// braces stay tensors.
template <class Number>
requires std::is_arithmetic_v<Number> Tensor pinv(const Tensor& a, Number rcond) {
  return pinv(a, 0.0, Tensor(rcond), false);
}
template <class Number>
requires std::is_arithmetic_v<Number> Tensor pinv(const Tensor& a, Number rcond, std::same_as<bool> auto hermitian) {
  return pinv(a, 0.0, Tensor(rcond), hermitian);
}
template <class Number>
requires std::is_arithmetic_v<Number> Tensor matrix_rank(const Tensor& a, Number tol,
                                                         std::same_as<bool> auto hermitian) {
  return matrix_rank(a, Tensor(tol), Tensor(), hermitian);
}
/// |a| |a^-1| in the matrix norm p; the quotient of the extreme singular values for 2 and -2.
Tensor cond(const Tensor& a, std::optional<Scalar> p = {});
Tensor cond(const Tensor& a, std::string_view p);

/// a multiplied with itself n times, of the inverse for a negative n.
Tensor matrix_power(const Tensor& a, int64_t n);
/// The sum of a^k / k!.
Tensor matrix_exp(const Tensor& a);
/// The inverse of a as a map from the last dims to the first `ind`.
Tensor tensorinv(const Tensor& a, int64_t ind = 2);
/// X with tensordot(a, X, X.dim()) = b; `dims` of a are moved behind the others first.
Tensor tensorsolve(const Tensor& a, const Tensor& b, std::optional<Shape> dims = {});
/// Powers 0 ... n - 1 of each element along a new last dim.
Tensor vander(const Tensor& x, std::optional<int64_t> n = {});
Tensor vecdot(const Tensor& x, const Tensor& y, int64_t dim = -1);
/// A view: the diagonals of the last two dims unless said otherwise.
Tensor diagonal(const Tensor& a, int64_t offset = 0, int64_t dim1 = -2, int64_t dim2 = -1);

}  // namespace linalg

/// log det(a); NaN where the determinant is negative.
Tensor pinverse(const Tensor& a, double rcond = 1e-15);

}  // namespace ember
