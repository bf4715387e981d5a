// Enters the special functions in the CPU's table. They are one scalar loop each; those that
// vectorise are in core/cpu/elementary_kernels.cc.
#include <cmath>

#include "core/cpu/special/special.h"
#include "ember/core/elementwise.h"
#include "ember/core/kernels/special.h"

namespace ember::cpu::special {

namespace {

template <auto f, class T = double>
void unary(const TensorBase& out, const TensorBase& x) {
  Elementwise({{out, dtype_of<T>}}, {{x, dtype_of<T>}}).run([](char* const* p, int64_t n) {
    auto* y = reinterpret_cast<T*>(p[0]);
    const auto* values = reinterpret_cast<const T*>(p[1]);
    for (int64_t i = 0; i < n; ++i) y[i] = f(values[i]);
  });
}

template <auto f>
void binary(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  Elementwise({{out, kFloat64}}, {{a, kFloat64}, {b, kFloat64}}).run([](char* const* p, int64_t n) {
    auto* y = reinterpret_cast<double*>(p[0]);
    const auto* x0 = reinterpret_cast<const double*>(p[1]);
    const auto* x1 = reinterpret_cast<const double*>(p[2]);
    for (int64_t i = 0; i < n; ++i) y[i] = f(x0[i], x1[i]);
  });
}

/// The degree as an integer; a NaN or one beyond all bounds gives NaN.
template <auto f>
double of_degree(double x, double degree) {
  if (!(std::abs(degree) < 1e18)) return degree < 0 ? 0 : kNaN;
  return f(x, static_cast<int64_t>(degree));
}
template <auto f>
double of_shifted(double x, double degree) {
  return of_degree<f>(2 * x - 1, degree);
}

void trigamma_kernel(const TensorBase& out, const TensorBase& x) {
  if (out.dtype() == kFloat64) return unary<[](double v) { return trigamma(v); }>(out, x);
  unary<[](float v) { return trigamma(v); }, float>(out, x);
}

const bool registered = [] {
  kernels::trigamma[kCPU] = trigamma_kernel;
  kernels::erfcx[kCPU] = unary<erfcx>;
  kernels::ndtri[kCPU] = unary<ndtri>;
  kernels::log_ndtr[kCPU] = unary<log_ndtr>;
  kernels::i0e[kCPU] = unary<i0e>;
  kernels::i1e[kCPU] = unary<i1e>;
  kernels::k0[kCPU] = unary<k0>;
  kernels::k0e[kCPU] = unary<k0e>;
  kernels::k1[kCPU] = unary<k1>;
  kernels::k1e[kCPU] = unary<k1e>;
  kernels::j0[kCPU] = unary<special::j0>;
  kernels::j1[kCPU] = unary<special::j1>;
  kernels::y0[kCPU] = unary<special::y0>;
  kernels::y1[kCPU] = unary<special::y1>;
  kernels::airy_ai[kCPU] = unary<airy_ai>;
  kernels::spherical_j0[kCPU] = unary<spherical_j0>;
  kernels::zeta[kCPU] = binary<zeta>;
  kernels::igamma[kCPU] = binary<igamma>;
  kernels::igammac[kCPU] = binary<igammac>;
  kernels::chebyshev_t[kCPU] = binary<of_degree<chebyshev_t>>;
  kernels::chebyshev_u[kCPU] = binary<of_degree<chebyshev_u>>;
  kernels::chebyshev_v[kCPU] = binary<of_degree<chebyshev_v>>;
  kernels::chebyshev_w[kCPU] = binary<of_degree<chebyshev_w>>;
  kernels::shifted_chebyshev_t[kCPU] = binary<of_shifted<chebyshev_t>>;
  kernels::shifted_chebyshev_u[kCPU] = binary<of_shifted<chebyshev_u>>;
  kernels::shifted_chebyshev_v[kCPU] = binary<of_shifted<chebyshev_v>>;
  kernels::shifted_chebyshev_w[kCPU] = binary<of_shifted<chebyshev_w>>;
  kernels::hermite_h[kCPU] = binary<of_degree<hermite_h>>;
  kernels::hermite_he[kCPU] = binary<of_degree<hermite_he>>;
  kernels::laguerre[kCPU] = binary<of_degree<laguerre>>;
  kernels::legendre[kCPU] = binary<of_degree<legendre>>;
  return true;
}();

}  // namespace

}  // namespace ember::cpu::special
