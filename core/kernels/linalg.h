// Factorizations of dense matrices and what is solved with them, by the conventions of LAPACK. Every tensor is a batch of matrices
// [*, m, n] stored column after column without gaps (vectors: [*, k]); `info` and `rank` are int32 [*], pivots int32 [*, k]
// counted from 1. Kernels work in place on their first argument. A positive info is LAPACK's reason for a failure.
#pragma once

#include "core/kernel_table.h"

namespace ember {

struct LinalgKernels {
  /// The Cholesky factor of the lower (upper) triangle, the other triangle left as it is.
  void (*cholesky)(const Tensor& a, const Tensor& info, bool upper) = nullptr;
  /// The solution for right sides `b` of the matrix with this factor.
  void (*cholesky_solve)(const Tensor& b, const Tensor& factor, bool upper) = nullptr;
  /// From a factor to the same triangle of the inverse of its matrix.
  void (*cholesky_inverse)(const Tensor& factor, bool upper) = nullptr;

  void (*lu_factor)(const Tensor& a, const Tensor& pivots, const Tensor& info) = nullptr;
  void (*lu_solve)(const Tensor& b, const Tensor& lu, const Tensor& pivots, bool adjoint) = nullptr;
  /// The row of the original matrix at each row of the permuted one, int64 [*, m].
  void (*permutation)(const Tensor& rows, const Tensor& pivots) = nullptr;
  /// Bunch and Kaufman's factors of the lower triangle of a symmetric matrix.
  void (*ldl_factor)(const Tensor& a, const Tensor& pivots, const Tensor& info) = nullptr;
  void (*ldl_solve)(const Tensor& b, const Tensor& ld, const Tensor& pivots) = nullptr;
  /// b = op(a)^-1 b, or b op(a)^-1 unless `left`.
  void (*solve_triangular)(const Tensor& b, const Tensor& a, bool left, bool upper, bool transpose,
                           bool unit) = nullptr;

  /// R above the diagonal and the Householder vectors below it, their factors in tau.
  void (*geqrf)(const Tensor& a, const Tensor& tau) = nullptr;
  /// The first columns of the product of the reflectors in `a`.
  void (*householder_product)(const Tensor& a, const Tensor& tau) = nullptr;
  /// c = op(Q) c, or c op(Q) unless `left`, for that product.
  void (*multiply_householder)(const Tensor& c, const Tensor& a, const Tensor& tau, bool left,
                               bool transpose) = nullptr;

  /// Ascending eigenvalues of the lower (upper) triangle; `a` becomes the eigenvectors, or rubble unless `vectors`.
  void (*eigh)(const Tensor& a, const Tensor& values, const Tensor& info, bool upper, bool vectors) = nullptr;
  /// Complex eigenvalues of a real or complex matrix, which is overwritten; no eigenvectors when that is undefined.
  void (*eig)(const Tensor& a, const Tensor& values, const Tensor& vectors, const Tensor& info) = nullptr;
  /// Descending singular values, and the vectors unless undefined: u [*, m, m or k], vh [*, n or k, n]. `a` is overwritten.
  void (*svd)(const Tensor& a, const Tensor& u, const Tensor& s, const Tensor& vh, const Tensor& info) = nullptr;
  /// Least squares by the driver "gels", "gelsy", "gelsd" or "gelss"; `b` [*, max(m, n), rhs] holds the right sides and
  /// becomes the solution. `singular_values` is written by the last two, `rank` by all but the first.
  void (*least_squares)(const Tensor& b, const Tensor& a, const Tensor& rank, const Tensor& singular_values,
                        const Tensor& info, double rcond, const char* driver) = nullptr;
};

}  // namespace ember
