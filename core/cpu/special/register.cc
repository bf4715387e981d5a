// Enters the special functions in the CPU's table. They are one scalar loop each; those that
// vectorise are in core/cpu/elementary_kernels.cc.
#include <cmath>

#include "core/cpu/special/special.h"
#include "core/elementwise.h"
#include "core/kernels/special.h"

namespace ember::cpu::special {

namespace {

template <auto f, class T = double>
void unary(const Tensor& out, const Tensor& x) {
  Elementwise({{out, dtype_of<T>}}, {{x, dtype_of<T>}}).run([](char* const* p, int64_t n) {
    auto* y = reinterpret_cast<T*>(p[0]);
    const auto* values = reinterpret_cast<const T*>(p[1]);
    for (int64_t i = 0; i < n; ++i) y[i] = f(values[i]);
  });
}

template <auto f>
void binary(const Tensor& out, const Tensor& a, const Tensor& b) {
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

void trigamma_kernel(const Tensor& out, const Tensor& x) {
  if (out.dtype() == kFloat64) return unary<[](double v) { return trigamma(v); }>(out, x);
  unary<[](float v) { return trigamma(v); }, float>(out, x);
}

const bool registered = [] {
  auto& table = kernel_table<SpecialKernels>(kCPU);
  table.trigamma = trigamma_kernel;
  table.erfcx = unary<erfcx>;
  table.ndtri = unary<ndtri>;
  table.log_ndtr = unary<log_ndtr>;
  table.i0e = unary<i0e>;
  table.i1e = unary<i1e>;
  table.k0 = unary<k0>;
  table.k0e = unary<k0e>;
  table.k1 = unary<k1>;
  table.k1e = unary<k1e>;
  table.j0 = unary<special::j0>;
  table.j1 = unary<special::j1>;
  table.y0 = unary<special::y0>;
  table.y1 = unary<special::y1>;
  table.airy_ai = unary<airy_ai>;
  table.spherical_j0 = unary<spherical_j0>;
  table.zeta = binary<zeta>;
  table.igamma = binary<igamma>;
  table.igammac = binary<igammac>;
  table.chebyshev_t = binary<of_degree<chebyshev_t>>;
  table.chebyshev_u = binary<of_degree<chebyshev_u>>;
  table.chebyshev_v = binary<of_degree<chebyshev_v>>;
  table.chebyshev_w = binary<of_degree<chebyshev_w>>;
  table.shifted_chebyshev_t = binary<of_shifted<chebyshev_t>>;
  table.shifted_chebyshev_u = binary<of_shifted<chebyshev_u>>;
  table.shifted_chebyshev_v = binary<of_shifted<chebyshev_v>>;
  table.shifted_chebyshev_w = binary<of_shifted<chebyshev_w>>;
  table.hermite_h = binary<of_degree<hermite_h>>;
  table.hermite_he = binary<of_degree<hermite_he>>;
  table.laguerre = binary<of_degree<laguerre>>;
  table.legendre = binary<of_degree<legendre>>;
  return true;
}();

}  // namespace

}  // namespace ember::cpu::special
