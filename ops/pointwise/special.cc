#include "ember/ops/pointwise/special.h"

#include <cmath>
#include <numbers>

#include "ember/autograd/record.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/core/kernels/special.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

using std::numbers::inv_sqrtpi, std::numbers::sqrt2;
const double kSqrtPi = std::sqrt(std::numbers::pi);

Tensor unary(const Kernel<UnaryKernel>& kernel, const Tensor& x) {
  return kernel::unary(kernel, x, kernel::Result::Float);
}

/// The derivative of one of an op's arguments that nobody has a formula for.
auto no_formula(const char* op, const char* argument) {
  return [op, argument](const Tensor&) -> Tensor {
    fail<NotImplementedError>(op, ": the gradient for ", argument, " is not implemented");
  };
}

Tensor binary(const Kernel<BinaryKernel>& kernel, const Tensor& a, const Tensor& b) {
  return kernel::binary(kernel, a, b, kernel::Result::Float);
}

Tensor trigamma(const Tensor& x) {
  auto y = unary(kernels::trigamma.as("polygamma"), x);
  return record("polygamma", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g * polygamma(2, x()); }));
}

void check_shape_argument(const char* op, const Tensor& a, const Tensor& x) {
  kernel::check_defined(op, "input", a);
  kernel::check_defined(op, "other", x);
  check<NotImplementedError>(is_floating_point(result_type(a, x)), op, ": input is ", describe(a), " and other ",
                             describe(x), " but one must be floating-point");
}

/// The gamma density x^(a - 1) exp(-x) / Gamma(a), the derivative of igamma.
Tensor gamma_density(const Tensor& a, const Tensor& x) { return exp((a - 1) * log(x) - x - lgamma(a)); }

/// Whether a gradient that is a difference from the result needs more of it than 16 bits.
bool wants_wide_result(const Tensor& x) { return are_16_bit(x) && x.requires_grad(); }

/// The derivative of an odd function of order 1, zeroth(x) - first(x) / x, which is 1/2 at 0.
Tensor first_order_slope(const Tensor& zeroth, const Tensor& first, const Tensor& x) {
  const Tensor is_zero = x == 0;
  return where(is_zero, 0.5, zeroth - first / where(is_zero, 1, x));
}

}  // namespace

Tensor lgamma(const Tensor& x) {
  auto y = unary(kernels::lgamma, x);
  return record("lgamma", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g * digamma(x()); }));
}
Tensor SpecialMethods::lgamma() const { return ember::lgamma(self(this)); }
Tensor& SpecialMethods::lgamma_() { return in_place("lgamma_", self(this), ember::lgamma); }

Tensor digamma(const Tensor& x) {
  auto y = unary(kernels::digamma, x);
  return record("digamma", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g * polygamma(1, x()); }));
}
Tensor SpecialMethods::digamma() const { return ember::digamma(self(this)); }
Tensor& SpecialMethods::digamma_() { return in_place("digamma_", self(this), ember::digamma); }

Tensor polygamma(int64_t n, const Tensor& x) {
  kernel::check_defined("polygamma", "input", x);
  check<ValueError>(n >= 0, "polygamma: n is ", n, " but must not be negative");
  if (n == 0) return digamma(x);
  if (n == 1) return trigamma(x);
  // (-1)^(n + 1) n! zeta(n + 1, x)
  const double factorial = std::tgamma(static_cast<double>(n) + 1) * (n % 2 ? 1 : -1);
  return in_float32([&](const Tensor& wide) { return special::zeta(static_cast<double>(n) + 1, wide) * factorial; }, x);
}
Tensor SpecialMethods::polygamma(int64_t n) const { return ember::polygamma(n, self(this)); }
Tensor& SpecialMethods::polygamma_(int64_t n) {
  return in_place("polygamma_", self(this), [&](const Tensor& x) { return ember::polygamma(n, x); });
}

Tensor mvlgamma(const Tensor& x, int64_t p) {
  kernel::check_defined("mvlgamma", "input", x);
  check<ValueError>(p >= 1, "mvlgamma: p is ", p, " but must be at least 1");
  check<TypeError>(x.dtype() != kBool, "mvlgamma: input is ", describe(x), " but must not be bool");
  constexpr int64_t kMostTerms = int64_t{1} << 24;
  check<OutOfMemoryError>(p <= kMostTerms, "mvlgamma: a sum of ", p, " terms is too long");
  const double dimension = static_cast<double>(p);
  if (p == 1) return lgamma(x);
  if (are_16_bit(x)) return in_float32([p](const Tensor& wide) { return mvlgamma(wide, p); }, x);
  const DType dtype = x.is_floating_point() ? x.dtype() : default_dtype();
  const Tensor steps = 0.5 * arange(p, x.options().dtype(dtype));
  return sum(lgamma(unsqueeze(x, -1) - steps), -1) + dimension * (dimension - 1) / 4 * std::log(std::numbers::pi);
}
Tensor SpecialMethods::mvlgamma(int64_t p) const { return ember::mvlgamma(self(this), p); }
Tensor& SpecialMethods::mvlgamma_(int64_t p) { return in_place("mvlgamma_", self(this), ember::mvlgamma, p); }

Tensor igamma(const Tensor& a, const Tensor& x) {
  check_shape_argument("igamma", a, x);
  auto y = binary(kernels::igamma, a, x);
  return record(
      "igamma", y, elements(a, x), no_formula("igamma", "input"),
      in_float32([a = saved_wide(a), x = saved_wide(x)](const Tensor& g) { return g * gamma_density(a(), x()); }));
}
Tensor SpecialMethods::igamma(const Tensor& other) const { return ember::igamma(self(this), other); }
Tensor& SpecialMethods::igamma_(const Tensor& other) { return in_place("igamma_", self(this), ember::igamma, other); }

Tensor igammac(const Tensor& a, const Tensor& x) {
  check_shape_argument("igammac", a, x);
  auto y = binary(kernels::igammac, a, x);
  return record(
      "igammac", y, elements(a, x), no_formula("igammac", "input"),
      in_float32([a = saved_wide(a), x = saved_wide(x)](const Tensor& g) { return -g * gamma_density(a(), x()); }));
}
Tensor SpecialMethods::igammac(const Tensor& other) const { return ember::igammac(self(this), other); }
Tensor& SpecialMethods::igammac_(const Tensor& other) {
  return in_place("igammac_", self(this), ember::igammac, other);
}

Tensor erfinv(const Tensor& x) {
  auto y = unary(kernels::erfinv, x);
  return record("erfinv", y, elements(x), in_float32([y = saved_wide_output(y)](const Tensor& g) {
                  return g * (kSqrtPi / 2) * exp(square(y()));
                }));
}
Tensor SpecialMethods::erfinv() const { return ember::erfinv(self(this)); }
Tensor& SpecialMethods::erfinv_() { return in_place("erfinv_", self(this), ember::erfinv); }

Tensor i0(const Tensor& x) {
  auto y = unary(kernels::i0, x);
  return record("i0", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g * special::i1(x()); }));
}
Tensor SpecialMethods::i0() const { return ember::i0(self(this)); }
Tensor& SpecialMethods::i0_() { return in_place("i0_", self(this), ember::i0); }

namespace special {

Tensor entr(const Tensor& x) {
  kernel::check_defined("entr", "input", x);
  Tensor y;
  {
    NoGradGuard no_grad;
    y = where(x < 0, -INFINITY, -kernel::binary(kernels::xlogy.as("entr"), x, x, kernel::Result::Float));
  }
  return record("entr", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g * (-log(x()) - 1); }));
}

Tensor erfcx(const Tensor& x) {
  auto y = unary(kernels::erfcx, x);
  return record("erfcx", y, elements(x), in_float32([x = saved_wide(x), y = saved_wide_output(y)](const Tensor& g) {
                  return g * (2 * x() * y() - 2 * inv_sqrtpi);
                }));
}

Tensor ndtr(const Tensor& x) {
  kernel::check_defined("ndtr", "input", x);
  return in_float32([](const Tensor& wide) { return erfc(wide * (-1 / sqrt2)) * 0.5; }, x);
}

namespace {

/// The normal density over the normal distribution function. Its own slope needs no quotient, which would be 0 / 0 for large x.
Tensor normal_hazard(const Tensor& x) {
  Tensor y;
  {
    const NoGradGuard no_grad;
    y = (sqrt2 * inv_sqrtpi) / erfcx(x * (-1 / sqrt2));
  }
  return record("log_ndtr_backward", y, elements(x),
                [x = saved(x)](const Tensor& g) { return -g * normal_hazard(x()) * (x() + normal_hazard(x())); });
}

}  // namespace

Tensor log_ndtr(const Tensor& x) {
  auto y = unary(kernels::log_ndtr, x);
  return record("log_ndtr", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g * normal_hazard(x()); }));
}

Tensor ndtri(const Tensor& p) {
  auto y = unary(kernels::ndtri, p);
  return record("ndtri", y, elements(p), in_float32([y = saved_wide_output(y)](const Tensor& g) {
                  return g * (sqrt2 * kSqrtPi) * exp(square(y()) / 2);
                }));
}

Tensor xlog1py(const Tensor& x, const Tensor& y) {
  auto z = kernel::binary(kernels::xlog1py, x, y, kernel::Result::Float);
  return record("xlog1py", z, elements(x, y), in_float32([x = saved_wide(x), y = saved_wide(y)](const Tensor& g) {
                  return where((x() == 0) & (y() <= -1), 0, g * log1p(y()));
                }),
                in_float32([x = saved_wide(x), y = saved_wide(y)](const Tensor& g) { return g * x() / (y() + 1); }));
}

Tensor zeta(const Tensor& x, const Tensor& q) {
  auto y = binary(kernels::zeta, x, q);
  return record(
      "zeta", y, elements(x, q), no_formula("zeta", "input"),
      in_float32([x = saved_wide(x), q = saved_wide(q)](const Tensor& g) { return g * -x() * zeta(x() + 1, q()); }));
}

Tensor i0e(const Tensor& x) {
  if (wants_wide_result(x)) return in_float32(i0e, x);
  auto y = unary(kernels::i0e, x);
  return record("i0e", y, elements(x), in_float32([x = saved_wide(x), y = saved_wide_output(y)](const Tensor& g) {
                  return g * (i1e(x()) - sign(x()) * y());
                }));
}

Tensor i1(const Tensor& x) {
  if (wants_wide_result(x)) return in_float32(i1, x);
  auto y = unary(kernels::i1, x);
  return record("i1", y, elements(x), in_float32([x = saved_wide(x), y = saved_wide_output(y)](const Tensor& g) {
                  return g * first_order_slope(i0(x()), y(), x());
                }));
}

Tensor i1e(const Tensor& x) {
  if (wants_wide_result(x)) return in_float32(i1e, x);
  auto y = unary(kernels::i1e, x);
  return record("i1e", y, elements(x), in_float32([x = saved_wide(x), y = saved_wide_output(y)](const Tensor& g) {
                  return g * (first_order_slope(i0e(x()), y(), x()) - sign(x()) * y());
                }));
}

Tensor modified_bessel_k0(const Tensor& x) {
  auto y = unary(kernels::k0.as("modified_bessel_k0"), x);
  return record("modified_bessel_k0", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return -g * modified_bessel_k1(x()); }));
}

Tensor modified_bessel_k1(const Tensor& x) {
  auto y = unary(kernels::k1.as("modified_bessel_k1"), x);
  return record("modified_bessel_k1", y, elements(x),
                in_float32([x = saved_wide(x), y = saved_wide_output(y)](const Tensor& g) {
                  return -g * (modified_bessel_k0(x()) + y() / x());
                }));
}

Tensor scaled_modified_bessel_k0(const Tensor& x) { return unary(kernels::k0e.as("scaled_modified_bessel_k0"), x); }
Tensor scaled_modified_bessel_k1(const Tensor& x) { return unary(kernels::k1e.as("scaled_modified_bessel_k1"), x); }
Tensor spherical_bessel_j0(const Tensor& x) { return unary(kernels::spherical_j0.as("spherical_bessel_j0"), x); }
Tensor airy_ai(const Tensor& x) { return unary(kernels::airy_ai, x); }

Tensor bessel_j0(const Tensor& x) {
  auto y = unary(kernels::j0.as("bessel_j0"), x);
  return record("bessel_j0", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return -g * bessel_j1(x()); }));
}

Tensor bessel_j1(const Tensor& x) {
  if (wants_wide_result(x)) return in_float32(bessel_j1, x);
  auto y = unary(kernels::j1.as("bessel_j1"), x);
  return record("bessel_j1", y, elements(x), in_float32([x = saved_wide(x), y = saved_wide_output(y)](const Tensor& g) {
                  return g * first_order_slope(bessel_j0(x()), y(), x());
                }));
}

Tensor bessel_y0(const Tensor& x) {
  auto y = unary(kernels::y0.as("bessel_y0"), x);
  return record("bessel_y0", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return -g * bessel_y1(x()); }));
}

Tensor bessel_y1(const Tensor& x) {
  auto y = unary(kernels::y1.as("bessel_y1"), x);
  return record("bessel_y1", y, elements(x), in_float32([x = saved_wide(x), y = saved_wide_output(y)](const Tensor& g) {
                  return g * (bessel_y0(x()) - y() / x());
                }));
}

Tensor chebyshev_polynomial_t(const Tensor& x, const Tensor& n) {
  return binary(kernels::chebyshev_t.as("chebyshev_polynomial_t"), x, n);
}

Tensor chebyshev_polynomial_u(const Tensor& x, const Tensor& n) {
  return binary(kernels::chebyshev_u.as("chebyshev_polynomial_u"), x, n);
}

Tensor chebyshev_polynomial_v(const Tensor& x, const Tensor& n) {
  return binary(kernels::chebyshev_v.as("chebyshev_polynomial_v"), x, n);
}

Tensor chebyshev_polynomial_w(const Tensor& x, const Tensor& n) {
  return binary(kernels::chebyshev_w.as("chebyshev_polynomial_w"), x, n);
}

Tensor shifted_chebyshev_polynomial_t(const Tensor& x, const Tensor& n) {
  return binary(kernels::shifted_chebyshev_t.as("shifted_chebyshev_polynomial_t"), x, n);
}

Tensor shifted_chebyshev_polynomial_u(const Tensor& x, const Tensor& n) {
  return binary(kernels::shifted_chebyshev_u.as("shifted_chebyshev_polynomial_u"), x, n);
}

Tensor shifted_chebyshev_polynomial_v(const Tensor& x, const Tensor& n) {
  return binary(kernels::shifted_chebyshev_v.as("shifted_chebyshev_polynomial_v"), x, n);
}

Tensor shifted_chebyshev_polynomial_w(const Tensor& x, const Tensor& n) {
  return binary(kernels::shifted_chebyshev_w.as("shifted_chebyshev_polynomial_w"), x, n);
}

Tensor hermite_polynomial_h(const Tensor& x, const Tensor& n) {
  return binary(kernels::hermite_h.as("hermite_polynomial_h"), x, n);
}

Tensor hermite_polynomial_he(const Tensor& x, const Tensor& n) {
  return binary(kernels::hermite_he.as("hermite_polynomial_he"), x, n);
}

Tensor laguerre_polynomial_l(const Tensor& x, const Tensor& n) {
  return binary(kernels::laguerre.as("laguerre_polynomial_l"), x, n);
}

Tensor legendre_polynomial_p(const Tensor& x, const Tensor& n) {
  return binary(kernels::legendre.as("legendre_polynomial_p"), x, n);
}

}  // namespace special

}  // namespace ember
