// Factorizations of dense matrices and what is solved with them, by the conventions of LAPACK. Every tensor is a batch of matrices
// [*, m, n] stored column after column without gaps (vectors: [*, k]); `info` and `rank` are int32 [*], pivots int32 [*, k]
// counted from 1. Kernels work in place on their first argument. A positive info is LAPACK's reason for a failure.
#pragma once

#include "ember/core/kernel.h"

namespace ember::kernels {

/// The Cholesky factor of the lower (upper) triangle, the other triangle left as it is.
inline constinit Kernel<void(const TensorBase& a, const TensorBase& info, bool upper)> cholesky{
    "cholesky", Batching::front(2).changing()};
/// The solution for right sides `b` of the matrix with this factor.
inline constinit Kernel<void(const TensorBase& b, const TensorBase& factor, bool upper)> cholesky_solve{
    "cholesky_solve", Batching::front(1).changing()};
/// From a factor to the same triangle of the inverse of its matrix.
inline constinit Kernel<void(const TensorBase& factor, bool upper)> cholesky_inverse{"cholesky_inverse",
                                                                                     Batching::front(1).changing()};

inline constinit Kernel<void(const TensorBase& a, const TensorBase& pivots, const TensorBase& info)> lu_factor{
    "lu_factor", Batching::front(3).changing()};
inline constinit Kernel<void(const TensorBase& b, const TensorBase& lu, const TensorBase& pivots, bool adjoint)>
    lu_solve{"lu_solve", Batching::front(1).changing()};
/// The row of the original matrix at each row of the permuted one, int64 [*, m].
inline constinit Kernel<void(const TensorBase& rows, const TensorBase& pivots)> permutation{"permutation",
                                                                                            Batching::front()};
/// Bunch and Kaufman's factors of the lower triangle of a symmetric matrix.
inline constinit Kernel<void(const TensorBase& a, const TensorBase& pivots, const TensorBase& info)> ldl_factor{
    "ldl_factor", Batching::front(3).changing()};
inline constinit Kernel<void(const TensorBase& b, const TensorBase& ld, const TensorBase& pivots)> ldl_solve{
    "ldl_solve", Batching::front(1).changing()};
/// b = op(a)^-1 b, or b op(a)^-1 unless `left`.
inline constinit Kernel<void(const TensorBase& b, const TensorBase& a, bool left, bool upper, bool transpose,
                             bool unit)>
    solve_triangular{"solve_triangular", Batching::front(1).changing()};

/// R above the diagonal and the Householder vectors below it, their factors in tau.
inline constinit Kernel<void(const TensorBase& a, const TensorBase& tau)> geqrf{"geqrf", Batching::front(2).changing()};
/// The first columns of the product of the reflectors in `a`.
inline constinit Kernel<void(const TensorBase& a, const TensorBase& tau)> householder_product{
    "householder_product", Batching::front(1).changing()};
/// c = op(Q) c, or c op(Q) unless `left`, for that product.
inline constinit Kernel<void(const TensorBase& c, const TensorBase& a, const TensorBase& tau, bool left,
                             bool transpose)>
    multiply_householder{"multiply_householder", Batching::front(1).changing()};

/// Ascending eigenvalues of the lower (upper) triangle; `a` becomes the eigenvectors, or rubble unless `vectors`.
inline constinit Kernel<void(const TensorBase& a, const TensorBase& values, const TensorBase& info, bool upper,
                             bool vectors)>
    eigh{"eigh", Batching::front(3).changing()};
/// Complex eigenvalues of a real or complex matrix, which is overwritten; no eigenvectors when that is undefined.
inline constinit Kernel<void(const TensorBase& a, const TensorBase& values, const TensorBase& vectors,
                             const TensorBase& info)>
    eig{"eig", Batching::front(4).changing()};
/// Descending singular values, and the vectors unless undefined: u [*, m, m or k], vh [*, n or k, n]. `a` is overwritten.
inline constinit Kernel<void(const TensorBase& a, const TensorBase& u, const TensorBase& s, const TensorBase& vh,
                             const TensorBase& info)>
    svd{"svd", Batching::front(5).changing()};
/// Least squares by the driver "gels", "gelsy", "gelsd" or "gelss"; `b` [*, max(m, n), rhs] holds the right sides and
/// becomes the solution. `singular_values` is written by the last two, `rank` by all but the first.
inline constinit Kernel<void(const TensorBase& b, const TensorBase& a, const TensorBase& rank,
                             const TensorBase& singular_values, const TensorBase& info, double rcond,
                             const char* driver)>
    least_squares{"least_squares", Batching::samples(5).changing()};

// Distances between vectors.
/// out[b, i, j] = the p-norm of a[b, i, :] - c[b, j, :]; row-major floats [B, P, M], [B, R, M]. Where out is [P (P - 1) / 2], of
/// the pairs of a row with each later one.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& a, const TensorBase& c, double p)> cdist{"cdist"};
/// grad[b, i, :] = the sum over j of weight[b, i, j] times the direction of d = a[b, i, :] - c[b, j, :]: d |d|^(p - 2), signs for
/// p = 1, the sign of the elements as large as length[b, i, j] for p = infinity, 0 for p = 0. All row-major.
inline constinit Kernel<void(const TensorBase& grad, const TensorBase& weight, const TensorBase& a, const TensorBase& c,
                             const TensorBase& length, double p)>
    cdist_backward{"cdist_backward"};

// Products of matrices: out = a b (+ bias, broadcast to out). 2-d [m, k] [k, n] or batched 3-d; any strides.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& a, const TensorBase& b, const TensorBase& bias)>
    matmul{"matmul", {Batching::How::Product}};

}  // namespace ember::kernels
