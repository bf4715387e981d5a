// Cholesky, LU and LDL factors, and the solution of linear systems with them.
#include <algorithm>
#include <numeric>

#include "core/cpu/lapack.h"
#include "ember/core/kernels/linalg.h"

namespace ember::lapack {

namespace {

double cube(double n) { return n * n * n; }

void cholesky(const TensorBase& a, const TensorBase& info, bool upper) {
  visit_float(a.dtype(), "cholesky", [&]<class T>() {
    const Matrices<T> factor(a);
    int* status = info.data_ptr<int32_t>();
    for_matrices(batch_of(a), cube(factor.rows) / 6, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i)
        status[i] = call<T, "potrf">(upper ? 'U' : 'L', factor.rows, factor[i], factor.leading());
    });
  });
}

void cholesky_solve(const TensorBase& b, const TensorBase& a, bool upper) {
  visit_float(b.dtype(), "cholesky_solve", [&]<class T>() {
    const Matrices<T> factor(a), x(b);
    for_matrices(batch_of(b), 1.0 * x.rows * x.rows * x.columns, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i)
        call<T, "potrs">(upper ? 'U' : 'L', x.rows, x.columns, factor[i], factor.leading(), x[i], x.leading());
    });
  });
}

void cholesky_inverse(const TensorBase& a, bool upper) {
  visit_float(a.dtype(), "cholesky_inverse", [&]<class T>() {
    const Matrices<T> factor(a);
    for_matrices(batch_of(a), cube(factor.rows) / 3, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i)
        call<T, "potri">(upper ? 'U' : 'L', factor.rows, factor[i], factor.leading());
    });
  });
}

void lu_factor(const TensorBase& a, const TensorBase& pivots, const TensorBase& info) {
  visit_number(a.dtype(), "lu_factor", [&]<class T>() {
    const Matrices<T> lu(a);
    const Vectors<int> pivot(pivots);
    int* status = info.data_ptr<int32_t>();
    for_matrices(batch_of(a), cube(std::min(lu.rows, lu.columns)) / 3, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i)
        status[i] = call<T, "getrf">(lu.rows, lu.columns, lu[i], lu.leading(), pivot[i]);
    });
  });
}

void lu_solve(const TensorBase& b, const TensorBase& a, const TensorBase& pivots, bool adjoint) {
  visit_number(b.dtype(), "lu_solve", [&]<class T>() {
    const Matrices<T> lu(a), x(b);
    const Vectors<int> pivot(pivots);
    for_matrices(batch_of(b), 1.0 * x.rows * x.rows * x.columns, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i)
        call<T, "getrs">(adjoint ? 'C' : 'N', x.rows, x.columns, lu[i], lu.leading(), pivot[i], x[i], x.leading());
    });
  });
}

void permutation(const TensorBase& rows, const TensorBase& pivots) {
  const Vectors<int64_t> row(rows);
  const Vectors<int> pivot(pivots);
  const int64_t batch = row.length ? rows.numel() / row.length : 0;
  for (int64_t i = 0; i < batch; ++i) {
    std::iota(row[i], row[i] + row.length, 0);
    for (int64_t k = 0; k < pivot.length; ++k) {
      const int64_t other = pivot[i][k] - 1;
      check<IndexError>(0 <= other && other < row.length, "lu_unpack: the pivot ", other + 1, " is not one of ",
                        row.length, " rows");
      std::swap(row[i][k], row[i][other]);
    }
  }
}

void ldl_factor(const TensorBase& a, const TensorBase& pivots, const TensorBase& info) {
  visit_float(a.dtype(), "ldl_factor", [&]<class T>() {
    const Matrices<T> ld(a);
    const Vectors<int> pivot(pivots);
    int* status = info.data_ptr<int32_t>();
    T answer{};
    call<T, "sytrf">('L', ld.rows, ld.data, ld.leading(), pivot.data, &answer, -1);
    for_matrices(batch_of(a), cube(ld.rows) / 6, [&](int64_t first, int64_t last) {
      std::vector<T> work = workspace(answer);
      for (int64_t i = first; i < last; ++i)
        status[i] =
            call<T, "sytrf">('L', ld.rows, ld[i], ld.leading(), pivot[i], work.data(), static_cast<int>(work.size()));
    });
  });
}

void ldl_solve(const TensorBase& b, const TensorBase& a, const TensorBase& pivots) {
  visit_float(b.dtype(), "ldl_solve", [&]<class T>() {
    const Matrices<T> ld(a), x(b);
    const Vectors<int> pivot(pivots);
    for_matrices(batch_of(b), 1.0 * x.rows * x.rows * x.columns, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i)
        call<T, "sytrs">('L', x.rows, x.columns, ld[i], ld.leading(), pivot[i], x[i], x.leading());
    });
  });
}

void solve_triangular(const TensorBase& b, const TensorBase& a, bool left, bool upper, bool transpose, bool unit) {
  visit_float(b.dtype(), "solve_triangular", [&]<class T>() {
    const Matrices<T> triangle(a), x(b);
    for_matrices(batch_of(b), 0.5 * triangle.rows * x.rows * x.columns, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i)
        invoke<T, "trsm">(left ? 'L' : 'R', upper ? 'U' : 'L', transpose ? 'T' : 'N', unit ? 'U' : 'N', x.rows,
                          x.columns, T(1), triangle[i], triangle.leading(), x[i], x.leading());
    });
  });
}

[[maybe_unused]] const bool registered = [] {
  kernels::cholesky[kCPU] = cholesky;
  kernels::cholesky_solve[kCPU] = cholesky_solve;
  kernels::cholesky_inverse[kCPU] = cholesky_inverse;
  kernels::lu_factor[kCPU] = lu_factor;
  kernels::lu_solve[kCPU] = lu_solve;
  kernels::permutation[kCPU] = permutation;
  kernels::ldl_factor[kCPU] = ldl_factor;
  kernels::ldl_solve[kCPU] = ldl_solve;
  kernels::solve_triangular[kCPU] = solve_triangular;
  kernels::lu_factor.complex(kCPU) = lu_factor;
  kernels::lu_solve.complex(kCPU) = lu_solve;
  return true;
}();

}  // namespace

}  // namespace ember::lapack
