// Factorizations of matrices and what follows from them: solutions, inverses, determinants, spectra. All take batches [*, m, n] of
// float32 or float64; leading dims broadcast. Names, conventions and gradients are those of torch.linalg. Where PyTorch returns a
// named tuple there is a tuple here. LinAlgError for a matrix that lacks the factorization, Error naming op and shape else.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>
#include <vector>

#include "core/tensor.h"

namespace ember {

/// A matrix of the right shape for which the computation fails: it is singular, not positive-definite, or does not converge.
/// ember.linalg.LinAlgError in Python, a RuntimeError.
class LinAlgError : public Error {
 public:
  using Error::Error;
};

using TensorPair = std::tuple<Tensor, Tensor>;
using TensorTriple = std::tuple<Tensor, Tensor, Tensor>;
using TensorQuad = std::tuple<Tensor, Tensor, Tensor, Tensor>;

namespace linalg {

/// L with a = L L^T (or L^T with `upper`); reads one triangle.
Tensor cholesky(const Tensor& a, bool upper = false);
/// (L, info): info [*] is 0, or the order of the leading minor that is not positive-definite.
TensorPair cholesky_ex(const Tensor& a, bool upper = false, bool check_errors = false);

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

/// (LD, pivots) of the symmetric matrix in the lower triangle, by Bunch and Kaufman's pivoting. No gradient.
TensorPair ldl_factor(const Tensor& a, bool hermitian = false);
TensorTriple ldl_factor_ex(const Tensor& a, bool hermitian = false, bool check_errors = false);
Tensor ldl_solve(const Tensor& ld, const Tensor& pivots, const Tensor& b, bool hermitian = false);

/// (Q, R); mode "reduced", "complete" or "r", which leaves Q empty.
TensorPair qr(const Tensor& a, std::string_view mode = "reduced");
/// The first n columns of the product of the reflectors that geqrf gives.
Tensor householder_product(const Tensor& a, const Tensor& tau);
/// (solution, residuals, rank, singular_values) of min |a X - b|; driver "gels", "gelsy" (the default), "gelsd" or "gelss".
TensorQuad lstsq(const Tensor& a, const Tensor& b, std::optional<double> rcond = {},
                 std::optional<std::string_view> driver = {});

/// (eigenvalues, eigenvectors) of the symmetric matrix in the triangle uplo ("L" or "U"), ascending.
TensorPair eigh(const Tensor& a, std::string_view uplo = "L");
Tensor eigvalsh(const Tensor& a, std::string_view uplo = "L");
/// (eigenvalues, eigenvectors) of a square matrix, complex and in no order; eigenvectors are columns of norm 1. A loss must not depend
/// on the phase of an eigenvector, which is arbitrary. Takes complex matrices too.
TensorPair eig(const Tensor& a);
Tensor eigvals(const Tensor& a);
/// (U, S, Vh) with a = U diag(S) Vh, S descending; reduced to k = min(m, n) columns and rows unless full_matrices.
TensorTriple svd(const Tensor& a, bool full_matrices = true, std::optional<std::string_view> driver = {});
Tensor svdvals(const Tensor& a, std::optional<std::string_view> driver = {});
/// (U, H) with a = U H, U of orthonormal columns and H symmetric positive-semidefinite; m >= n.
TensorPair polar(const Tensor& a);
/// The symmetric square root of the symmetric positive-definite matrix in the lower triangle.
Tensor matrix_sqrth(const Tensor& a);

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
/// Order "fro" or "nuc", or a number: 1 and infinity are the largest sums of columns and rows, 2 the largest singular value,
/// negative ones the smallest.
Tensor matrix_norm(const Tensor& a, std::string_view ord = "fro", const Shape& dims = {-2, -1}, bool keepdim = false,
                   std::optional<DType> dtype = {});
Tensor matrix_norm(const Tensor& a, const Scalar& ord, const Shape& dims = {-2, -1}, bool keepdim = false,
                   std::optional<DType> dtype = {});
/// A vector norm for one dim, a matrix norm for two; without `ord` the 2-norm of all elements or of those dims.
Tensor norm(const Tensor& x, std::optional<Scalar> ord = {}, std::optional<Shape> dims = {}, bool keepdim = false,
            std::optional<DType> dtype = {});
Tensor norm(const Tensor& x, std::string_view ord, std::optional<Shape> dims = {}, bool keepdim = false,
            std::optional<DType> dtype = {});

/// a multiplied with itself n times, of the inverse for a negative n.
Tensor matrix_power(const Tensor& a, int64_t n);
/// The sum of a^k / k!.
Tensor matrix_exp(const Tensor& a);
/// The product of all matrices in the order that takes the fewest multiplications; the first and last may be vectors.
Tensor multi_dot(const std::vector<Tensor>& tensors);
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

/// The older functions of the same purpose.
/// X with a X = b for a given by its Cholesky factor.
Tensor cholesky_solve(const Tensor& b, const Tensor& factor, bool upper = false);
/// The inverse of the matrix with this Cholesky factor.
Tensor cholesky_inverse(const Tensor& factor, bool upper = false);
/// (a, tau): R in and above the diagonal, the reflectors of Q below. No gradient.
TensorPair geqrf(const Tensor& a);
/// op(Q) other, or other op(Q) unless `left`, for the product Q of geqrf's reflectors.
Tensor ormqr(const Tensor& a, const Tensor& tau, const Tensor& other, bool left = true, bool transpose = false);
/// (P, L, U) of lu_factor's result; what is not unpacked is empty.
TensorTriple lu_unpack(const Tensor& lu, const Tensor& pivots, bool unpack_data = true, bool unpack_pivots = true);
/// (U, S, V) with a = U diag(S) V^T, reduced when `some`; zeros for U and V unless compute_uv.
TensorTriple svd(const Tensor& a, bool some, bool compute_uv);
/// (X, a copy of a) with op(a) X = b.
TensorPair triangular_solve(const Tensor& b, const Tensor& a, bool upper = true, bool transpose = false,
                            bool unitriangular = false);
/// log det(a); NaN where the determinant is negative.
Tensor logdet(const Tensor& a);
Tensor pinverse(const Tensor& a, double rcond = 1e-15);
/// (U, S, V) of a matrix of rank about q, by random projections: Halko, Martinsson and Tropp, arXiv:0909.4061. `mean` is
/// subtracted from a.
TensorTriple svd_lowrank(const Tensor& a, int64_t q = 6, int64_t niter = 2, const Tensor& mean = {});
/// The same for a matrix whose columns are centered first.
TensorTriple pca_lowrank(const Tensor& a, std::optional<int64_t> q = {}, bool center = true, int64_t niter = 2);
/// The sum of the singular values.
Tensor nuclear_norm(const Tensor& a, const Shape& dims = {-2, -1}, bool keepdim = false);

}  // namespace ember
