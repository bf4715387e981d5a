// Eigenvalues and singular values.
#include <algorithm>

#include "core/cpu/lapack.h"
#include "core/kernels/linalg.h"

namespace ember::lapack {

namespace {

double cube(double n) { return n * n * n; }

void eigh(const Tensor& a, const Tensor& values, const Tensor& info, bool upper, bool vectors) {
  visit_float(a.dtype(), "eigh", [&]<class T>() {
    const Matrices<T> matrix(a);
    const Vectors<T> value(values);
    int* status = info.data_ptr<int32_t>();
    const char job = vectors ? 'V' : 'N', triangle = upper ? 'U' : 'L';
    T answer{};
    int integers = 0;
    call<T, "syevd">(job, triangle, matrix.rows, matrix.data, matrix.leading(), value.data, &answer, -1, &integers, -1);
    for_matrices(batch_of(a), 4 * cube(matrix.rows), [&](int64_t first, int64_t last) {
      std::vector<T> work = workspace(answer);
      std::vector<int> own(static_cast<size_t>(std::max(1, integers)));
      for (int64_t i = first; i < last; ++i)
        status[i] = call<T, "syevd">(job, triangle, matrix.rows, matrix[i], matrix.leading(), value[i], work.data(),
                                     static_cast<int>(work.size()), own.data(), static_cast<int>(own.size()));
    });
  });
}

void svd(const Tensor& a, const Tensor& u, const Tensor& s, const Tensor& vh, const Tensor& info) {
  visit_float(a.dtype(), "svd", [&]<class T>() {
    const Matrices<T> matrix(a);
    const Vectors<T> value(s);
    const bool vectors = u.defined();
    const Matrices<T> left(vectors ? u : a), right(vectors ? vh : a);
    int* status = info.data_ptr<int32_t>();
    const int k = std::min(matrix.rows, matrix.columns);
    const char job = !vectors ? 'N' : left.columns == matrix.rows && right.rows == matrix.columns ? 'A' : 'S';
    std::vector<int> integers(static_cast<size_t>(std::max(1, 8 * k)));
    T answer{};
    call<T, "gesdd">(job, matrix.rows, matrix.columns, matrix.data, matrix.leading(), value.data, left.data,
                     left.leading(), right.data, right.leading(), &answer, -1, integers.data());
    for_matrices(batch_of(a), 4.0 * matrix.rows * matrix.columns * k, [&](int64_t first, int64_t last) {
      std::vector<T> work = workspace(answer);
      std::vector<int> own(integers.size());
      // It reports values that are not finite by a negative info.
      for (int64_t i = first; i < last; ++i)
        invoke<T, "gesdd">(job, matrix.rows, matrix.columns, matrix[i], matrix.leading(), value[i],
                           vectors ? left[i] : left.data, left.leading(), vectors ? right[i] : right.data,
                           right.leading(), work.data(), static_cast<int>(work.size()), own.data(), status + i);
    });
  });
}

[[maybe_unused]] const bool registered = [] {
  auto& table = kernel_table<LinalgKernels>(kCPU);
  table.eigh = eigh;
  table.svd = svd;
  return true;
}();

}  // namespace

}  // namespace ember::lapack
