// Small matrices by Eigen. LAPACK's routines are made for large ones: a batch of small ones waits for its calls, not for arithmetic.
#pragma once

namespace ember::cpu {

/// Up to this size Eigen's eigenvalues come in half to two thirds of the time of LAPACK's syevd (AVX2, one thread, double: n = 4 0.9 us
/// beside 2.5, 16 21 beside 38, 32 92 beside 176).
inline constexpr int kMostRowsOfSmallEigh = 32;

/// Eigenvalues, ascending, of the symmetric matrix in the lower (upper) triangle of `a`, which is column-major [n, n] and becomes the
/// eigenvectors if those are wanted. False when they did not converge. One for the instruction set in use.
template <class T>
using SmallEigh = bool (*)(T* a, T* values, int n, bool upper, bool vectors);
template <class T>
inline SmallEigh<T> small_eigh = nullptr;

}  // namespace ember::cpu
