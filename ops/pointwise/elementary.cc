#include "ember/ops/pointwise/elementary.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "ember/autograd/record.h"
#include "ember/core/kernels/activation.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/ops/activation/activation.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

using kernel::Result;

namespace {

/// x / (a^2 + b^2), 0 where a and b are.
Tensor over_squares(const Tensor& x, const Tensor& a, const Tensor& b) {
  const Tensor squares = square(a) + square(b), is_zero = squares == 0;
  return where(is_zero, 0, x / where(is_zero, 1, squares));
}

Tensor backward_kernel(const Kernel<BinaryKernel>& kernel, const Tensor& g, const Tensor& kept) {
  return kernel::binary(kernel, g, kept);
}

/// g (1 - y^2).
Tensor tanh_backward(const Tensor& g, const Tensor& y) {
  auto d = backward_kernel(kernels::tanh_backward, g, y);
  return record(
      "tanh_backward", d, elements(g, y), [y = saved(y)](const Tensor& gg) { return tanh_backward(gg, y()); },
      [g = saved(g), y = saved(y)](const Tensor& gg) { return gg * g() * (y() * -2); });
}

}  // namespace

Tensor atan2(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::atan2, a, b, Result::Float);
  return record(
      "atan2", y, elements(a, b),
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return over_squares(g * b(), a(), b()); }),
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return over_squares(-g * a(), a(), b()); }));
}
Tensor ElementaryMethods::atan2(const Tensor& other) const { return ember::atan2(self(this), other); }
Tensor ElementaryMethods::arctan2(const Tensor& other) const { return ember::atan2(self(this), other); }
Tensor& ElementaryMethods::atan2_(const Tensor& other) { return in_place("atan2_", self(this), ember::atan2, other); }
Tensor& ElementaryMethods::arctan2_(const Tensor& other) { return atan2_(other); }

Tensor exp(const Tensor& x) {
  auto y = kernel::unary(kernels::exp, x, Result::Float);
  return record("exp", y, elements(x), [y = saved_output(y)](const Tensor& g) { return g * conj(y()); });
}
Tensor ElementaryMethods::exp() const { return ember::exp(self(this)); }

Tensor expm1(const Tensor& x) {
  auto y = kernel::unary(kernels::expm1, x, Result::Float);
  return record("expm1", y, elements(x),
                in_float32([y = saved_wide_output(y)](const Tensor& g) { return g * (y() + 1); }));
}
Tensor ElementaryMethods::expm1() const { return ember::expm1(self(this)); }
Tensor& ElementaryMethods::expm1_() { return in_place("expm1_", self(this), ember::expm1); }

Tensor log(const Tensor& x) {
  auto y = kernel::unary(kernels::log, x, Result::Float);
  return record("log", y, elements(x), [x = saved(x)](const Tensor& g) { return g / conj(x()); });
}
Tensor ElementaryMethods::log() const { return ember::log(self(this)); }

Tensor log1p(const Tensor& x) {
  auto y = kernel::unary(kernels::log1p, x, Result::Float);
  return record("log1p", y, elements(x), in_float32([x = saved_wide(x)](const Tensor& g) { return g / (x() + 1); }));
}
Tensor ElementaryMethods::log1p() const { return ember::log1p(self(this)); }
Tensor& ElementaryMethods::log1p_() { return in_place("log1p_", self(this), ember::log1p); }

Tensor sqrt(const Tensor& x) {
  auto y = kernel::unary(kernels::sqrt, x, Result::Float);
  return record("sqrt", y, elements(x),
                in_float32([y = saved_wide_output(y)](const Tensor& g) { return g / conj(y() * 2); }));
}
Tensor ElementaryMethods::sqrt() const { return ember::sqrt(self(this)); }

Tensor rsqrt(const Tensor& x) {
  auto y = kernel::unary(kernels::rsqrt, x, Result::Float);
  return record("rsqrt", y, elements(x),
                in_float32([y = saved_wide_output(y)](const Tensor& g) { return g * -0.5 * conj(pow(y(), 3)); }));
}
Tensor ElementaryMethods::rsqrt() const { return ember::rsqrt(self(this)); }
Tensor& ElementaryMethods::rsqrt_() { return in_place("rsqrt_", self(this), ember::rsqrt); }

Tensor sin(const Tensor& x) {
  auto y = kernel::unary(kernels::sin, x, Result::Float);
  return record("sin", y, elements(x), in_float32([x = saved_wide(x)](const Tensor& g) { return g * conj(cos(x())); }));
}
Tensor ElementaryMethods::sin() const { return ember::sin(self(this)); }
Tensor& ElementaryMethods::sin_() { return in_place("sin_", self(this), ember::sin); }

Tensor cos(const Tensor& x) {
  auto y = kernel::unary(kernels::cos, x, Result::Float);
  return record("cos", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return -g * conj(sin(x())); }));
}
Tensor ElementaryMethods::cos() const { return ember::cos(self(this)); }
Tensor& ElementaryMethods::cos_() { return in_place("cos_", self(this), ember::cos); }

Tensor erf(const Tensor& x) {
  auto y = kernel::unary(kernels::erf, x, Result::Float);
  return record("erf", y, elements(x), in_float32([x = saved_wide(x)](const Tensor& g) {
                  return g * (2 * std::numbers::inv_sqrtpi) * exp(-square(x()));
                }));
}
Tensor ElementaryMethods::erf() const { return ember::erf(self(this)); }
Tensor& ElementaryMethods::erf_() { return in_place("erf_", self(this), ember::erf); }

Tensor hypot(const Tensor& a, const Tensor& b) {
  // The gradient needs the length, also where it is beyond the dtype.
  if (are_16_bit(a, b) && (a.requires_grad() || b.requires_grad())) return in_float32(hypot, a, b);
  auto y = kernel::binary(kernels::hypot, a, b);
  return record("hypot", y, elements(a, b),
                in_float32([a = saved_wide(a), y = saved_wide_output(y)](const Tensor& g) { return g * (a() / y()); }),
                in_float32([b = saved_wide(b), y = saved_wide_output(y)](const Tensor& g) { return g * (b() / y()); }));
}
Tensor ElementaryMethods::hypot(const Tensor& other) const { return ember::hypot(self(this), other); }
Tensor& ElementaryMethods::hypot_(const Tensor& other) { return in_place("hypot_", self(this), ember::hypot, other); }

Tensor logaddexp(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::logaddexp, a, b);
  // 1 / (1 + exp(b - a)), which has no NaN where a or b is infinite but where both are.
  return record(
      "logaddexp", y, elements(a, b),
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return g / (1 + exp(b() - a())); }),
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return g / (1 + exp(a() - b())); }));
}
Tensor ElementaryMethods::logaddexp(const Tensor& other) const { return ember::logaddexp(self(this), other); }

Tensor logaddexp2(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::logaddexp2, a, b);
  return record(
      "logaddexp2", y, elements(a, b),
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return g / (1 + exp2(b() - a())); }),
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return g / (1 + exp2(a() - b())); }));
}
Tensor ElementaryMethods::logaddexp2(const Tensor& other) const { return ember::logaddexp2(self(this), other); }

Tensor xlogy(const Tensor& x, const Tensor& y) {
  auto z = kernel::binary(kernels::xlogy, x, y, Result::Float);
  return record("xlogy", z, elements(x, y), in_float32([x = saved_wide(x), y = saved_wide(y)](const Tensor& g) {
                  return where((x() == 0) & (y() <= 0), 0, g * log(y()));
                }),
                in_float32([x = saved_wide(x), y = saved_wide(y)](const Tensor& g) { return g * x() / y(); }));
}
Tensor ElementaryMethods::xlogy(const Tensor& other) const { return ember::xlogy(self(this), other); }
Tensor& ElementaryMethods::xlogy_(const Tensor& other) { return in_place("xlogy_", self(this), ember::xlogy, other); }

Tensor tan(const Tensor& x) {
  auto y = kernel::unary(kernels::tan, x, Result::Float);
  return record("tan", y, elements(x),
                in_float32([y = saved_wide_output(y)](const Tensor& g) { return g * (1 + square(y())); }));
}
Tensor ElementaryMethods::tan() const { return ember::tan(self(this)); }
Tensor& ElementaryMethods::tan_() { return in_place("tan_", self(this), ember::tan); }

Tensor asin(const Tensor& x) {
  auto y = kernel::unary(kernels::asin, x, Result::Float);
  return record("asin", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g * rsqrt(1 - square(x())); }));
}
Tensor ElementaryMethods::asin() const { return ember::asin(self(this)); }
Tensor ElementaryMethods::arcsin() const { return ember::asin(self(this)); }
Tensor& ElementaryMethods::asin_() { return in_place("asin_", self(this), ember::asin); }
Tensor& ElementaryMethods::arcsin_() { return asin_(); }

Tensor acos(const Tensor& x) {
  auto y = kernel::unary(kernels::acos, x, Result::Float);
  return record("acos", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return -g * rsqrt(1 - square(x())); }));
}
Tensor ElementaryMethods::acos() const { return ember::acos(self(this)); }
Tensor ElementaryMethods::arccos() const { return ember::acos(self(this)); }
Tensor& ElementaryMethods::acos_() { return in_place("acos_", self(this), ember::acos); }
Tensor& ElementaryMethods::arccos_() { return acos_(); }

Tensor atan(const Tensor& x) {
  auto y = kernel::unary(kernels::atan, x, Result::Float);
  return record("atan", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g / (1 + square(x())); }));
}
Tensor ElementaryMethods::atan() const { return ember::atan(self(this)); }
Tensor ElementaryMethods::arctan() const { return ember::atan(self(this)); }
Tensor& ElementaryMethods::atan_() { return in_place("atan_", self(this), ember::atan); }
Tensor& ElementaryMethods::arctan_() { return atan_(); }

Tensor sinh(const Tensor& x) {
  auto y = kernel::unary(kernels::sinh, x, Result::Float);
  return record("sinh", y, elements(x), in_float32([x = saved_wide(x)](const Tensor& g) { return g * cosh(x()); }));
}
Tensor ElementaryMethods::sinh() const { return ember::sinh(self(this)); }
Tensor& ElementaryMethods::sinh_() { return in_place("sinh_", self(this), ember::sinh); }

Tensor cosh(const Tensor& x) {
  auto y = kernel::unary(kernels::cosh, x, Result::Float);
  return record("cosh", y, elements(x), in_float32([x = saved_wide(x)](const Tensor& g) { return g * sinh(x()); }));
}
Tensor ElementaryMethods::cosh() const { return ember::cosh(self(this)); }
Tensor& ElementaryMethods::cosh_() { return in_place("cosh_", self(this), ember::cosh); }

Tensor asinh(const Tensor& x) {
  auto y = kernel::unary(kernels::asinh, x, Result::Float);
  return record("asinh", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g * rsqrt(square(x()) + 1); }));
}
Tensor ElementaryMethods::asinh() const { return ember::asinh(self(this)); }
Tensor ElementaryMethods::arcsinh() const { return ember::asinh(self(this)); }
Tensor& ElementaryMethods::asinh_() { return in_place("asinh_", self(this), ember::asinh); }
Tensor& ElementaryMethods::arcsinh_() { return asinh_(); }

Tensor acosh(const Tensor& x) {
  auto y = kernel::unary(kernels::acosh, x, Result::Float);
  return record("acosh", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g * rsqrt(square(x()) - 1); }));
}
Tensor ElementaryMethods::acosh() const { return ember::acosh(self(this)); }
Tensor ElementaryMethods::arccosh() const { return ember::acosh(self(this)); }
Tensor& ElementaryMethods::acosh_() { return in_place("acosh_", self(this), ember::acosh); }
Tensor& ElementaryMethods::arccosh_() { return acosh_(); }

Tensor atanh(const Tensor& x) {
  auto y = kernel::unary(kernels::atanh, x, Result::Float);
  return record("atanh", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g / (1 - square(x())); }));
}
Tensor ElementaryMethods::atanh() const { return ember::atanh(self(this)); }
Tensor ElementaryMethods::arctanh() const { return ember::atanh(self(this)); }
Tensor& ElementaryMethods::atanh_() { return in_place("atanh_", self(this), ember::atanh); }
Tensor& ElementaryMethods::arctanh_() { return atanh_(); }

Tensor exp2(const Tensor& x) {
  auto y = kernel::unary(kernels::exp2, x, Result::Float);
  return record("exp2", y, elements(x),
                in_float32([y = saved_wide_output(y)](const Tensor& g) { return g * y() * std::numbers::ln2; }));
}
Tensor ElementaryMethods::exp2() const { return ember::exp2(self(this)); }
Tensor& ElementaryMethods::exp2_() { return in_place("exp2_", self(this), ember::exp2); }

Tensor log2(const Tensor& x) {
  auto y = kernel::unary(kernels::log2, x, Result::Float);
  return record("log2", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g / (x() * std::numbers::ln2); }));
}
Tensor ElementaryMethods::log2() const { return ember::log2(self(this)); }
Tensor& ElementaryMethods::log2_() { return in_place("log2_", self(this), ember::log2); }

Tensor log10(const Tensor& x) {
  auto y = kernel::unary(kernels::log10, x, Result::Float);
  return record("log10", y, elements(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g / (x() * std::numbers::ln10); }));
}
Tensor ElementaryMethods::log10() const { return ember::log10(self(this)); }
Tensor& ElementaryMethods::log10_() { return in_place("log10_", self(this), ember::log10); }

Tensor erfc(const Tensor& x) {
  auto y = kernel::unary(kernels::erfc, x, Result::Float);
  return record("erfc", y, elements(x), in_float32([x = saved_wide(x)](const Tensor& g) {
                  return g * (-2 * std::numbers::inv_sqrtpi) * exp(-square(x()));
                }));
}
Tensor ElementaryMethods::erfc() const { return ember::erfc(self(this)); }
Tensor& ElementaryMethods::erfc_() { return in_place("erfc_", self(this), ember::erfc); }

Tensor sinc(const Tensor& x) {
  kernel::check_defined("sinc", "input", x);
  if (are_16_bit(x)) return in_float32([](const Tensor& wide) { return sinc(wide); }, x);
  // At 0 the quotient is taken elsewhere, so that no NaN comes into the gradient.
  const Tensor is_zero = x == 0, angle = where(is_zero, 1, x * std::numbers::pi);
  return where(is_zero, 1, sin(angle) / angle);
}
Tensor ElementaryMethods::sinc() const { return ember::sinc(self(this)); }
Tensor& ElementaryMethods::sinc_() { return in_place("sinc_", self(this), ember::sinc); }

Tensor logit(const Tensor& x, std::optional<double> eps) {
  kernel::check_defined("logit", "input", x);
  if (are_16_bit(x)) return in_float32([&](const Tensor& wide) { return logit(wide, eps); }, x);
  if (!is_differentiable(x.dtype())) return logit(to(x, default_dtype()), eps);
  Tensor y;
  {
    const NoGradGuard no_grad;
    const Tensor p = eps ? where(x < *eps, *eps, where(x > 1 - *eps, 1 - *eps, x)) : x;
    y = log(p / (1 - p));
  }
  // Outside of the range the function is constant with eps, and not defined without.
  return record("logit", y, elements(x), [x = saved(x), eps](const Tensor& g) {
    const double low = eps.value_or(0);
    return where((x() >= low) & (x() <= 1 - low), g / (x() * (1 - x())), eps ? 0 : NAN);
  });
}
Tensor ElementaryMethods::logit(std::optional<double> eps) const { return ember::logit(self(this), eps); }
Tensor& ElementaryMethods::logit_(std::optional<double> eps) {
  return in_place("logit_", self(this), ember::logit, eps);
}

Tensor deg2rad(const Tensor& x) {
  kernel::check_defined("deg2rad", "input", x);
  return x * (std::numbers::pi / 180);
}
Tensor ElementaryMethods::deg2rad() const { return ember::deg2rad(self(this)); }
Tensor& ElementaryMethods::deg2rad_() { return in_place("deg2rad_", self(this), ember::deg2rad); }

Tensor rad2deg(const Tensor& x) {
  kernel::check_defined("rad2deg", "input", x);
  return x * (180 / std::numbers::pi);
}
Tensor ElementaryMethods::rad2deg() const { return ember::rad2deg(self(this)); }
Tensor& ElementaryMethods::rad2deg_() { return in_place("rad2deg_", self(this), ember::rad2deg); }

Tensor& exp_(Tensor& x) { return in_place("exp_", x, exp); }
Tensor& ElementaryMethods::exp_() { return ember::exp_(self(this)); }

Tensor& log_(Tensor& x) { return in_place("log_", x, log); }
Tensor& ElementaryMethods::log_() { return ember::log_(self(this)); }

Tensor& sqrt_(Tensor& x) { return in_place("sqrt_", x, sqrt); }
Tensor& ElementaryMethods::sqrt_() { return ember::sqrt_(self(this)); }

Tensor& tanh_(Tensor& x) { return in_place("tanh_", x, tanh); }
Tensor& ElementaryMethods::tanh_() { return ember::tanh_(self(this)); }

Tensor tanh(const Tensor& x) {
  auto y = kernel::unary(kernels::tanh, x, Result::Float);
  return record("tanh", y, elements(x), [y = saved_output(y)](const Tensor& g) {
    return g.is_complex() ? g * conj(1 - square(y())) : tanh_backward(g, y());
  });
}
Tensor ElementaryMethods::tanh() const { return ember::tanh(self(this)); }

}  // namespace ember
