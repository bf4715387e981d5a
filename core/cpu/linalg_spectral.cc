// Eigenvalues and singular values.
#include <algorithm>

#include "core/cpu/lapack.h"
#include "core/cpu/small_matrices.h"
#include "ember/core/kernels/linalg.h"

namespace ember::lapack {

namespace {

double cube(double n) { return n * n * n; }

void eigh(const TensorBase& a, const TensorBase& values, const TensorBase& info, bool upper, bool vectors) {
  visit_float(a.dtype(), "eigh", [&]<class T>() {
    const Matrices<T> matrix(a);
    const Vectors<T> value(values);
    int* status = info.data_ptr<int32_t>();
    if (matrix.rows <= cpu::kMostRowsOfSmallEigh) {
      for_matrices(batch_of(a), 4 * cube(matrix.rows), [&](int64_t first, int64_t last) {
        for (int64_t i = first; i < last; ++i)
          status[i] = !cpu::small_eigh<T>(matrix[i], value[i], matrix.rows, upper, vectors);
      });
      return;
    }
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

/// Real eigenvectors [n, n] as LAPACK packs them: for a pair of conjugate values, the real parts and then the imaginary ones.
template <class T>
void unpack_vectors(std::complex<T>* to, const T* packed, const std::complex<T>* value, int n) {
  for (int64_t j = 0; j < n; ++j) {
    const bool is_pair = value[j].imag() != 0;
    const T *re = packed + j * n, *im = re + n;
    for (int64_t i = 0; i < n; ++i) to[j * n + i] = {re[i], is_pair ? im[i] : T(0)};
    if (!is_pair) continue;
    for (int64_t i = 0; i < n; ++i) to[(j + 1) * n + i] = {re[i], -im[i]};
    ++j;
  }
}

/// The two faces of LAPACK's geev: real matrices have the parts of their values apart, complex ones need real work space.
template <class T>
struct GeneralEigenproblem {
  using Real = decltype(std::real(T()));
  using Complex = std::complex<Real>;
  const char job;
  const int n, leading;
  std::vector<T> packed, work;
  std::vector<Real> parts;

  GeneralEigenproblem(bool vectors, int n)
      : job(vectors ? 'V' : 'N'),
        n(n),
        leading(std::max(1, n)),
        packed(zeros_of<T>(!is_complex<T> && vectors ? static_cast<size_t>(n) * static_cast<size_t>(n) : 1)),
        parts(zeros_of<Real>(size_t{2} * static_cast<size_t>(leading))) {
    T answer{};
    solve(nullptr, nullptr, nullptr, &answer, -1);
    work = workspace(answer);
  }

  int solve(T* a, Complex* value, Complex* vector, T* space, int length) {
    T unused{};
    if constexpr (is_complex<T>)
      return call<T, "geev">('N', job, n, a, leading, value, &unused, 1, vector, leading, space, length, parts.data());
    else
      return call<T, "geev">('N', job, n, a, leading, parts.data(), parts.data() + leading, &unused, 1, packed.data(),
                             leading, space, length);
  }

  /// `vector` is null when no eigenvectors are wanted.
  int operator()(T* a, Complex* value, Complex* vector) {
    const int info = solve(a, value, vector, work.data(), static_cast<int>(work.size()));
    if constexpr (!is_complex<T>) {
      for (int i = 0; i < n; ++i) value[i] = {parts[i], parts[leading + i]};
      if (vector) unpack_vectors(vector, packed.data(), value, n);
    }
    return info;
  }
};

void eig(const TensorBase& a, const TensorBase& values, const TensorBase& vectors, const TensorBase& info) {
  visit_number(a.dtype(), "eig", [&]<class T>() {
    using Complex = typename GeneralEigenproblem<T>::Complex;
    const bool wants_vectors = vectors.defined();
    const Matrices<T> matrix(a);
    const Matrices<Complex> vector(wants_vectors ? vectors : a);
    const Vectors<Complex> value(values);
    int* status = info.data_ptr<int32_t>();
    for_matrices(batch_of(a), 10 * cube(matrix.rows), [&](int64_t first, int64_t last) {
      GeneralEigenproblem<T> problem(wants_vectors, matrix.rows);
      for (int64_t i = first; i < last; ++i)
        status[i] = problem(matrix[i], value[i], wants_vectors ? vector[i] : nullptr);
    });
  });
}

/// Whether matrix i holds no NaN and no infinity.
template <class T>
bool is_finite(const Matrices<T>& matrix, int64_t i) {
  for (int column = 0; column < matrix.columns; ++column) {
    const T* values = matrix[i] + static_cast<int64_t>(column) * matrix.leading();
    T sum = 0;
    for (int row = 0; row < matrix.rows; ++row) sum += values[row] * 0;
    if (sum != 0) return false;
  }
  return true;
}

void svd(const TensorBase& a, const TensorBase& u, const TensorBase& s, const TensorBase& vh, const TensorBase& info) {
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
      for (int64_t i = first; i < last; ++i) {
        // It would report NaN as argument 4, but loops over infinities without end.
        if (!is_finite(matrix, i)) {
          status[i] = -4;
          continue;
        }
        invoke<T, "gesdd">(job, matrix.rows, matrix.columns, matrix[i], matrix.leading(), value[i],
                           vectors ? left[i] : left.data, left.leading(), vectors ? right[i] : right.data,
                           right.leading(), work.data(), static_cast<int>(work.size()), own.data(), status + i);
      }
    });
  });
}

[[maybe_unused]] const bool registered = [] {
  kernels::eigh[kCPU] = eigh;
  kernels::eig[kCPU] = eig;
  kernels::svd[kCPU] = svd;
  kernels::eig.complex(kCPU) = eig;
  return true;
}();

}  // namespace

}  // namespace ember::lapack
