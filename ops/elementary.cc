#include "ops/elementary.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "autograd/record.h"
#include "core/kernels/pointwise.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/in_float32.h"
#include "ops/kernel.h"
#include "ops/pointwise.h"

namespace ember {

using kernel::Result;

namespace {

Tensor no_slope(const Tensor& g) { return zeros_like(g); }

}  // namespace

Tensor tan(const Tensor& x) {
  auto y = kernel::unary(kernels::tan, x, Result::Float);
  return record("tan", y, inputs(x),
                in_float32([y = saved_wide_output(y)](const Tensor& g) { return g * (1 + square(y())); }));
}

Tensor asin(const Tensor& x) {
  auto y = kernel::unary(kernels::asin, x, Result::Float);
  return record("asin", y, inputs(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g * rsqrt(1 - square(x())); }));
}

Tensor acos(const Tensor& x) {
  auto y = kernel::unary(kernels::acos, x, Result::Float);
  return record("acos", y, inputs(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return -g * rsqrt(1 - square(x())); }));
}

Tensor atan(const Tensor& x) {
  auto y = kernel::unary(kernels::atan, x, Result::Float);
  return record("atan", y, inputs(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g / (1 + square(x())); }));
}

Tensor sinh(const Tensor& x) {
  auto y = kernel::unary(kernels::sinh, x, Result::Float);
  return record("sinh", y, inputs(x), in_float32([x = saved_wide(x)](const Tensor& g) { return g * cosh(x()); }));
}

Tensor cosh(const Tensor& x) {
  auto y = kernel::unary(kernels::cosh, x, Result::Float);
  return record("cosh", y, inputs(x), in_float32([x = saved_wide(x)](const Tensor& g) { return g * sinh(x()); }));
}

Tensor asinh(const Tensor& x) {
  auto y = kernel::unary(kernels::asinh, x, Result::Float);
  return record("asinh", y, inputs(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g * rsqrt(square(x()) + 1); }));
}

Tensor acosh(const Tensor& x) {
  auto y = kernel::unary(kernels::acosh, x, Result::Float);
  return record("acosh", y, inputs(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g * rsqrt(square(x()) - 1); }));
}

Tensor atanh(const Tensor& x) {
  auto y = kernel::unary(kernels::atanh, x, Result::Float);
  return record("atanh", y, inputs(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g / (1 - square(x())); }));
}

Tensor exp2(const Tensor& x) {
  auto y = kernel::unary(kernels::exp2, x, Result::Float);
  return record("exp2", y, inputs(x),
                in_float32([y = saved_wide_output(y)](const Tensor& g) { return g * y() * std::numbers::ln2; }));
}

Tensor log2(const Tensor& x) {
  auto y = kernel::unary(kernels::log2, x, Result::Float);
  return record("log2", y, inputs(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g / (x() * std::numbers::ln2); }));
}

Tensor log10(const Tensor& x) {
  auto y = kernel::unary(kernels::log10, x, Result::Float);
  return record("log10", y, inputs(x),
                in_float32([x = saved_wide(x)](const Tensor& g) { return g / (x() * std::numbers::ln10); }));
}

Tensor erfc(const Tensor& x) {
  auto y = kernel::unary(kernels::erfc, x, Result::Float);
  return record("erfc", y, inputs(x), in_float32([x = saved_wide(x)](const Tensor& g) {
                  return g * (-2 * std::numbers::inv_sqrtpi) * exp(-square(x()));
                }));
}

Tensor sinc(const Tensor& x) {
  kernel::check_defined("sinc", "input", x);
  if (are_16_bit(x)) return in_float32([](const Tensor& wide) { return sinc(wide); }, x);
  // At 0 the quotient is taken elsewhere, so that no NaN comes into the gradient.
  const Tensor is_zero = x == 0, angle = where(is_zero, 1, x * std::numbers::pi);
  return where(is_zero, 1, sin(angle) / angle);
}

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
  return record("logit", y, inputs(x), [x = saved(x), eps](const Tensor& g) {
    const double low = eps.value_or(0);
    return where((x() >= low) & (x() <= 1 - low), g / (x() * (1 - x())), eps ? 0 : NAN);
  });
}

Tensor deg2rad(const Tensor& x) {
  kernel::check_defined("deg2rad", "input", x);
  return x * (std::numbers::pi / 180);
}
Tensor rad2deg(const Tensor& x) {
  kernel::check_defined("rad2deg", "input", x);
  return x * (180 / std::numbers::pi);
}

Tensor trunc(const Tensor& x) {
  kernel::check_defined("trunc", "input", x);
  if (is_integral(x.dtype())) return clone(x);
  check<NotImplementedError>(x.dtype() != kBool, "trunc: input is ", describe(x), " but must not be bool");
  auto y = kernel::unary(kernels::trunc, x);
  return record("trunc", y, inputs(x), no_slope);
}

Tensor frac(const Tensor& x) {
  kernel::check_defined("frac", "input", x);
  check<NotImplementedError>(x.is_floating_point(), "frac: input is ", describe(x), " but must be floating-point");
  auto y = kernel::unary(kernels::frac, x);
  return record("frac", y, inputs(x), [](const Tensor& g) { return g; });
}

Tensor round(const Tensor& x, int64_t decimals) {
  if (decimals == 0) return round(x);
  kernel::check_defined("round", "input", x);
  check<NotImplementedError>(x.is_floating_point(), "round: input is ", describe(x),
                             " but with decimals it must be floating-point");
  if (are_16_bit(x)) return in_float32([decimals](const Tensor& wide) { return round(wide, decimals); }, x);
  const double power = std::pow(10.0, std::abs(static_cast<double>(decimals)));
  return decimals > 0 ? round(x * power) / power : round(x / power) * power;
}

Tensor positive(const Tensor& x) {
  kernel::check_defined("positive", "input", x);
  check<NotImplementedError>(x.dtype() != kBool, "positive: input is ", describe(x), " but must not be bool");
  return x;
}

Tensor nan_to_num(const Tensor& x, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  kernel::check_defined("nan_to_num", "input", x);
  if (!x.is_floating_point()) return clone(x);
  const double bound = largest_number(x.dtype());
  Tensor y = empty_tensor_like(x, x.dtype());
  kernels::nan_to_num.on(x)(y, x, nan.value_or(0), posinf.value_or(bound), neginf.value_or(-bound));
  return record("nan_to_num", y, inputs(x), [x = saved(x)](const Tensor& g) { return where(isfinite(x()), g, 0); });
}

std::pair<Tensor, Tensor> frexp(const Tensor& x) {
  kernel::check_defined("frexp", "input", x);
  check<NotImplementedError>(x.is_floating_point(), "frexp: input is ", describe(x), " but must be floating-point");
  Tensor mantissa = empty_tensor_like(x, x.dtype()), exponent = empty_tensor_like(x, kInt32);
  kernels::frexp.on(x)(mantissa, exponent, x);
  mantissa = record("frexp", mantissa, inputs(x),
                    [e = saved(exponent)](const Tensor& g) { return g / exp2(to(e(), g.dtype())); });
  return {mantissa, exponent};
}

Tensor signbit(const Tensor& x) { return kernel::unary(kernels::signbit, x, Result::Bool); }

Tensor isposinf(const Tensor& x) {
  kernel::check_defined("isposinf", "input", x);
  return x == INFINITY;
}
Tensor isneginf(const Tensor& x) {
  kernel::check_defined("isneginf", "input", x);
  return x == -INFINITY;
}

}  // namespace ember
