// Factorizations of matrices: ember.linalg, and their older names in ember itself.
#include "ember/ops/linalg/cholesky.h"
#include "ember/ops/linalg/eig.h"
#include "ember/ops/linalg/linalg_types.h"
#include "ember/ops/linalg/matrix_functions.h"
#include "ember/ops/linalg/products.h"
#include "ember/ops/linalg/qr.h"
#include "ember/ops/linalg/solve.h"
#include "ember/ops/linalg/spectral.h"
#include "python/bindings/named_tuple.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

void bind_solvers(Ops& ops, Ops& f) {
  f.add_function("cholesky(A, *, upper=False)", linalg::cholesky, "L with A = L L^T.");
  f.add_function("cholesky_ex(A, *, upper=False, check_errors=False)",
                 named("linalg_cholesky_ex", {"L", "info"}, linalg::cholesky_ex), "L and whether it exists.");
  f.add_function("lu(A, *, pivot=True)", named("linalg_lu", {"P", "L", "U"}, linalg::lu), "P, L, U with A = P L U.");
  f.add_function("lu_factor(A, *, pivot=True)", named("linalg_lu_factor", {"LU", "pivots"}, linalg::lu_factor),
                 "L and U in one matrix, and the rows exchanged.");
  f.add_function("lu_factor_ex(A, *, pivot=True, check_errors=False)",
                 named("linalg_lu_factor_ex", {"LU", "pivots", "info"}, linalg::lu_factor_ex),
                 "lu_factor, and whether U is regular.");
  f.add_function("lu_solve(LU, pivots, B, *, left=True, adjoint=False)", linalg::lu_solve, "X with A X = B.");
  f.add_function("solve(A, B, *, left=True)", linalg::solve, "X with A X = B.");
  f.add_function("solve_ex(A, B, *, left=True, check_errors=False)",
                 named("linalg_solve_ex", {"result", "info"}, linalg::solve_ex), "X and whether it exists.");
  f.add_function("solve_triangular(A, B, *, upper, left=True, unitriangular=False)", linalg::solve_triangular,
                 "X with A X = B for a triangular A.");
  f.add_function("inv(A)", linalg::inv, "The inverse.");
  f.add_function("inv_ex(A, *, check_errors=False)", named("linalg_inv_ex", {"inverse", "info"}, linalg::inv_ex),
                 "The inverse and whether it exists.");
  f.add_function("slogdet(A)", named("linalg_slogdet", {"sign", "logabsdet"}, linalg::slogdet),
                 "Sign and logarithm of the determinant.");
  f.add_function("ldl_factor(A, *, hermitian=False)", named("linalg_ldl_factor", {"LD", "pivots"}, linalg::ldl_factor),
                 "L and D in one matrix, and the pivots.");
  f.add_function("ldl_factor_ex(A, *, hermitian=False, check_errors=False)",
                 named("linalg_ldl_factor_ex", {"LD", "pivots", "info"}, linalg::ldl_factor_ex),
                 "ldl_factor, and whether D is regular.");
  f.add_function("ldl_solve(LD, pivots, B, *, hermitian=False)", linalg::ldl_solve, "X with A X = B.");
  f.add_function("lstsq(A, B, rcond=None, *, driver=None)",
                 named("linalg_lstsq", {"solution", "residuals", "rank", "singular_values"}, linalg::lstsq),
                 "X that minimises |A X - B|.");
  f.add_function("tensorinv(A, ind=2)", linalg::tensorinv, "The inverse of A as a map between its dims.");
  f.add_function("tensorsolve(A, B, dims=None)", linalg::tensorsolve, "X with tensordot(A, X, X.ndim) = B.");

  ops.add("cholesky(input, upper=False)", linalg::cholesky, "linalg.cholesky.");
  ops.add("cholesky_solve(input, L, upper=False)", cholesky_solve, "X with L L^T X = input.");
  ops.add("cholesky_inverse(L, upper=False)", cholesky_inverse, "The inverse of L L^T.");
  ops.add("inverse(input)", linalg::inv, "linalg.inv.");
  ops.add("det(A)", linalg::det, "The determinant.");
  f.share(ops, {"det"});
  ops.add("logdet(input)", logdet, "log det(input).");
  ops.add("slogdet(A)", named("slogdet", {"sign", "logabsdet"}, linalg::slogdet), "linalg.slogdet.");
  ops.add(
      "lu(A, pivot=True, get_infos=False)",
      [](const Tensor& a, bool pivot, bool get_infos) -> std::vector<Tensor> {
        const auto [lu, pivots, info] = linalg::lu_factor_ex(a, pivot, !get_infos);
        return get_infos ? std::vector{lu, pivots, info} : std::vector{lu, pivots};
      },
      "linalg.lu_factor.");
  ops.add(
      "lu_solve(b, LU_data, LU_pivots)",
      [](const Tensor& b, const Tensor& lu, const Tensor& pivots) { return linalg::lu_solve(lu, pivots, b); },
      "linalg.lu_solve.");
  ops.add_function("lu_unpack(LU_data, LU_pivots, unpack_data=True, unpack_pivots=True)",
                   named("lu_unpack", {"P", "L", "U"}, lu_unpack), "P, L, U of what linalg.lu_factor gives.");
  ops.add("triangular_solve(b, A, upper=True, transpose=False, unitriangular=False)",
          named("triangular_solve", {"solution", "cloned_coefficient"}, triangular_solve), "linalg.solve_triangular.");
}

void bind_orthogonal(Ops& ops, Ops& f) {
  f.add_function("qr(A, mode='reduced')", named("linalg_qr", {"Q", "R"}, linalg::qr),
                 "Q, R with A = Q R; mode 'reduced', 'complete' or 'r'.");
  f.add_function("householder_product(A, tau)", linalg::householder_product, "Q of the reflectors that geqrf gives.");
  f.add_function("eigh(A, UPLO='L')", named("linalg_eigh", {"eigenvalues", "eigenvectors"}, linalg::eigh),
                 "Eigenvalues and eigenvectors of symmetric matrices.");
  f.add_function("eigvalsh(A, UPLO='L')", linalg::eigvalsh, "Eigenvalues of symmetric matrices.");
  f.add_function("eig(A)", named("linalg_eig", {"eigenvalues", "eigenvectors"}, linalg::eig),
                 "Eigenvalues and eigenvectors of square matrices.");
  f.add_function("eigvals(A)", linalg::eigvals, "Eigenvalues of square matrices.");
  f.add_function("svd(A, full_matrices=True, *, driver=None)", named("linalg_svd", {"U", "S", "Vh"}, linalg::svd),
                 "U, S, Vh with A = U diag(S) Vh.");
  f.add_function("svdvals(A, *, driver=None)", linalg::svdvals, "The singular values.");
  f.add_function("polar(A)", named("linalg_polar", {"U", "H"}, linalg::polar),
                 "U, H with A = U H: orthonormal columns times a positive-semidefinite matrix.");
  f.add_function("matrix_sqrth(A)", linalg::matrix_sqrth, "The square root of a positive-definite matrix.");

  ops.add("geqrf(input)", named("geqrf", {"a", "tau"}, geqrf), "LAPACK's QR decomposition.");
  ops.add("orgqr(input, tau)", linalg::householder_product, "linalg.householder_product.");
  ops.add("ormqr(input, tau, other, left=True, transpose=False)", ormqr, "The product of Q with other.");
  ops.add(
      "qr(input, some=True)",
      named(
          "qr", {"Q", "R"}, +[](const Tensor& a, bool some) { return linalg::qr(a, some ? "reduced" : "complete"); }),
      "linalg.qr.");
  ops.add(
      "svd(input, some=True, compute_uv=True)",
      named("svd", {"U", "S", "V"}, static_cast<TensorTriple (*)(const Tensor& a, bool some, bool compute_uv)>(svd)),
      "U, S, V with input = U diag(S) V^T.");
  ops.add_function(
      "svd_lowrank(A, q=6, niter=2, M=None)",
      +[](const Tensor& a, int64_t q, int64_t niter, const Tensor& mean) -> std::vector<Tensor> {
        const auto [u, s, v] = svd_lowrank(a, q, niter, mean);
        return {u, s, v};
      },
      "U, S, V of a matrix of rank about q.");
  ops.add_function(
      "pca_lowrank(A, q=None, center=True, niter=2)",
      +[](const Tensor& a, std::optional<int64_t> q, bool center, int64_t niter) -> std::vector<Tensor> {
        const auto [u, s, v] = pca_lowrank(a, q, center, niter);
        return {u, s, v};
      },
      "Principal components by svd_lowrank.");
}

void bind_matrix_functions(Ops& ops, Ops& f) {
  f.add_function(
      "pinv(A, *, atol: Number=None, rtol: Number=None, hermitian=False)",
      [](const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian) {
        return linalg::pinv(a, atol, rtol, hermitian);
      },
      "The pseudo-inverse.");
  f.add_function("pinv(A, rcond: Number, hermitian=False)", [](const Tensor& a, const Tensor& rcond, bool hermitian) {
    return linalg::pinv(a, 0.0, rcond, hermitian);
  });
  f.add_function(
      "matrix_rank(A, *, atol: Number=None, rtol: Number=None, hermitian=False)",
      [](const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian) {
        return linalg::matrix_rank(a, atol, rtol, hermitian);
      },
      "How many singular values are not zero.");
  f.add_function(
      "matrix_rank(A, tol: Number, hermitian=False)",
      [](const Tensor& a, const Tensor& tol, bool hermitian) { return linalg::matrix_rank(a, tol, 0.0, hermitian); });
  f.add_function(
      "cond(A, p=None)", [](const Tensor& a, std::optional<Scalar> p) { return linalg::cond(a, p); },
      "The condition number.");
  f.add_function("cond(A, p)", [](const Tensor& a, std::string_view p) { return linalg::cond(a, p); });
  f.add_function("matrix_power(A, n)", linalg::matrix_power, "A multiplied with itself n times.");
  f.add_function("matrix_exp(A)", linalg::matrix_exp, "The exponential of matrices.");
  f.add_function("vander(x, N=None)", linalg::vander, "Powers 0 ... N - 1 of each element.");
  f.add_function("diagonal(A, *, offset=0, dim1=-2, dim2=-1)", linalg::diagonal, "The diagonals of matrices.");

  ops.add("matrix_power(input, n)", linalg::matrix_power, "linalg.matrix_power.");
  ops.add("matrix_exp(input)", linalg::matrix_exp, "linalg.matrix_exp.");
  ops.add("pinverse(input, rcond=1e-15)", pinverse, "linalg.pinv.");
}

}  // namespace

void bind_decompositions(Ops& ops, Ops& linalg_ops) {
  bind_solvers(ops, linalg_ops);
  bind_orthogonal(ops, linalg_ops);
  bind_matrix_functions(ops, linalg_ops);
}

}  // namespace ember::python
