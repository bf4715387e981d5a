// Householder reflectors and least squares.
#include <algorithm>
#include <cstring>

#include "core/cpu/lapack.h"
#include "ember/core/kernels/linalg.h"

namespace ember::lapack {

namespace {

double product(double a, double b, double c) { return a * b * c; }

void geqrf(const TensorBase& a, const TensorBase& tau) {
  visit_float(a.dtype(), "geqrf", [&]<class T>() {
    const Matrices<T> qr(a);
    const Vectors<T> factors(tau);
    T answer{};
    call<T, "geqrf">(qr.rows, qr.columns, qr.data, qr.leading(), factors.data, &answer, -1);
    for_matrices(batch_of(a), product(qr.rows, qr.columns, std::min(qr.rows, qr.columns)),
                 [&](int64_t first, int64_t last) {
                   std::vector<T> work = workspace(answer);
                   for (int64_t i = first; i < last; ++i)
                     call<T, "geqrf">(qr.rows, qr.columns, qr[i], qr.leading(), factors[i], work.data(),
                                      static_cast<int>(work.size()));
                 });
  });
}

void householder_product(const TensorBase& a, const TensorBase& tau) {
  visit_float(a.dtype(), "householder_product", [&]<class T>() {
    const Matrices<T> q(a);
    const Vectors<T> factors(tau);
    const int count = static_cast<int>(factors.length);
    T answer{};
    call<T, "orgqr">(q.rows, q.columns, count, q.data, q.leading(), factors.data, &answer, -1);
    for_matrices(batch_of(a), product(q.rows, q.columns, count), [&](int64_t first, int64_t last) {
      std::vector<T> work = workspace(answer);
      for (int64_t i = first; i < last; ++i)
        call<T, "orgqr">(q.rows, q.columns, count, q[i], q.leading(), factors[i], work.data(),
                         static_cast<int>(work.size()));
    });
  });
}

void multiply_householder(const TensorBase& c, const TensorBase& a, const TensorBase& tau, bool left, bool transpose) {
  visit_float(c.dtype(), "ormqr", [&]<class T>() {
    const Matrices<T> q(a), x(c);
    const Vectors<T> factors(tau);
    const int count = static_cast<int>(factors.length);
    const char side = left ? 'L' : 'R', operation = transpose ? 'T' : 'N';
    T answer{};
    call<T, "ormqr">(side, operation, x.rows, x.columns, count, q.data, q.leading(), factors.data, x.data, x.leading(),
                     &answer, -1);
    for_matrices(batch_of(c), product(x.rows, x.columns, count), [&](int64_t first, int64_t last) {
      std::vector<T> work = workspace(answer);
      for (int64_t i = first; i < last; ++i)
        call<T, "ormqr">(side, operation, x.rows, x.columns, count, q[i], q.leading(), factors[i], x[i], x.leading(),
                         work.data(), static_cast<int>(work.size()));
    });
  });
}

/// The four drivers of LAPACK for one matrix; `lwork` is -1 to ask for the size of `work`.
template <class T>
struct LeastSquares {
  Matrices<T> a, b;
  T rcond;
  std::string_view driver;

  int solve(int64_t i, int* rank, T* singular_values, std::vector<int>& integers, T* work, int lwork) const {
    if (driver == "gels")
      return call<T, "gels">('N', a.rows, a.columns, b.columns, a[i], a.leading(), b[i], b.leading(), work, lwork);
    if (driver == "gelsy") {
      std::fill(integers.begin(), integers.end(), 0);
      return call<T, "gelsy">(a.rows, a.columns, b.columns, a[i], a.leading(), b[i], b.leading(), integers.data(),
                              rcond, rank, work, lwork);
    }
    if (driver == "gelss")
      return call<T, "gelss">(a.rows, a.columns, b.columns, a[i], a.leading(), b[i], b.leading(), singular_values,
                              rcond, rank, work, lwork);
    return call<T, "gelsd">(a.rows, a.columns, b.columns, a[i], a.leading(), b[i], b.leading(), singular_values, rcond,
                            rank, work, lwork, integers.data());
  }
};

void least_squares(const TensorBase& b, const TensorBase& a, const TensorBase& rank, const TensorBase& singular_values,
                   const TensorBase& info, double rcond, const char* driver) {
  visit_float(b.dtype(), "lstsq", [&]<class T>() {
    const LeastSquares<T> problem{Matrices<T>(a), Matrices<T>(b), static_cast<T>(rcond), driver};
    const Vectors<T> values(singular_values);
    int *ranks = rank.data_ptr<int32_t>(), *status = info.data_ptr<int32_t>();
    // gelsd says how many integers it needs, gelsy has one pivot for each column.
    std::vector<int> integers(static_cast<size_t>(std::max(1, problem.a.columns)));
    T answer{};
    int ignored = 0;
    problem.solve(0, &ignored, values.data, integers, &answer, -1);
    const size_t count = std::max(integers.size(), static_cast<size_t>(std::max(1, integers[0])));
    for_matrices(
        batch_of(b), product(problem.a.rows, problem.a.columns, problem.a.columns), [&](int64_t first, int64_t last) {
          std::vector<T> work = workspace(answer);
          std::vector<int> own(count);
          for (int64_t i = first; i < last; ++i)
            status[i] = problem.solve(i, ranks + i, values[i], own, work.data(), static_cast<int>(work.size()));
        });
  });
}

[[maybe_unused]] const bool registered = [] {
  kernels::geqrf[kCPU] = geqrf;
  kernels::householder_product[kCPU] = householder_product;
  kernels::multiply_householder[kCPU] = multiply_householder;
  kernels::least_squares[kCPU] = least_squares;
  return true;
}();

}  // namespace

}  // namespace ember::lapack
