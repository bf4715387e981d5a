// Eigenvalues of symmetric (Hermitian) matrices, and singular values.
#pragma once

#include <optional>
#include <string_view>
#include <tuple>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/linalg/linalg_types.h"
#include "ember/ops/tensor.h"

namespace ember {

namespace linalg {

/// (eigenvalues, eigenvectors) of the symmetric matrix in the triangle uplo ("L" or "U"), ascending.
TensorPair eigh(const Tensor& a, std::string_view uplo = "L");
Tensor eigvalsh(const Tensor& a, std::string_view uplo = "L");
/// (U, S, Vh) with a = U diag(S) Vh, S descending; reduced to k = min(m, n) columns and rows unless full_matrices.
TensorTriple svd(const Tensor& a, bool full_matrices = true, std::optional<std::string_view> driver = {});
Tensor svdvals(const Tensor& a, std::optional<std::string_view> driver = {});
/// (U, H) with a = U H, U of orthonormal columns and H symmetric positive-semidefinite; m >= n.
TensorPair polar(const Tensor& a);
/// The symmetric square root of the symmetric positive-definite matrix in the lower triangle.
Tensor matrix_sqrth(const Tensor& a);

}  // namespace linalg

/// (U, S, V) with a = U diag(S) V^T, reduced when `some`; zeros for U and V unless compute_uv.
TensorTriple svd(const Tensor& a, bool some, bool compute_uv);
/// (U, S, V) of a matrix of rank about q, by random projections: Halko, Martinsson and Tropp, arXiv:0909.4061. `mean` is
/// subtracted from a.
TensorTriple svd_lowrank(const Tensor& a, int64_t q = 6, int64_t niter = 2, const Tensor& mean = {});
/// The same for a matrix whose columns are centered first.
TensorTriple pca_lowrank(const Tensor& a, std::optional<int64_t> q = {}, bool center = true, int64_t niter = 2);

}  // namespace ember
