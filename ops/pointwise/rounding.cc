#include "ember/ops/pointwise/rounding.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "ember/autograd/record.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/pointwise/elementary.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"
#include "ops/internal/slopes.h"

namespace ember {

using kernel::Result;

Tensor abs(const Tensor& x) {
  auto y = kernel::unary(kernels::abs, x, Result::Real);
  return record("abs", y, elements(x), [x = saved(x)](const Tensor& g) { return g * sgn(x()); });
}
Tensor RoundingMethods::abs() const { return ember::abs(self(this)); }
Tensor RoundingMethods::absolute() const { return ember::abs(self(this)); }

Tensor neg(const Tensor& x) {
  kernel::check_defined("neg", "input", x);
  check<NotImplementedError>(x.dtype() != kBool, "neg: bool tensors have no negative, use logical_not");
  auto y = kernel::unary(kernels::neg, x);
  return record("neg", y, elements(x), [](const Tensor& g) { return -g; });
}
Tensor operator-(const Tensor& x) { return neg(x); }
Tensor RoundingMethods::neg() const { return ember::neg(self(this)); }
Tensor RoundingMethods::negative() const { return ember::neg(self(this)); }

Tensor sign(const Tensor& x) {
  auto y = kernel::unary(kernels::sign, x);
  return record("sign", y, elements(x), no_slope);
}
Tensor RoundingMethods::sign() const { return ember::sign(self(this)); }
Tensor& RoundingMethods::sign_() { return in_place("sign_", self(this), ember::sign); }

Tensor floor(const Tensor& x) {
  auto y = kernel::unary(kernels::floor, x);
  return record("floor", y, elements(x), no_slope);
}
Tensor RoundingMethods::floor() const { return ember::floor(self(this)); }
Tensor& RoundingMethods::floor_() { return in_place("floor_", self(this), ember::floor); }

Tensor ceil(const Tensor& x) {
  auto y = kernel::unary(kernels::ceil, x);
  return record("ceil", y, elements(x), no_slope);
}
Tensor RoundingMethods::ceil() const { return ember::ceil(self(this)); }
Tensor& RoundingMethods::ceil_() { return in_place("ceil_", self(this), ember::ceil); }

Tensor round(const Tensor& x) {
  auto y = kernel::unary(kernels::round, x);
  return record("round", y, elements(x), no_slope);
}

Tensor copysign(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::copysign, a, b, Result::Float);
  return record(
      "copysign", y, elements(a, b),
      [a = saved(a), b = saved(b)](const Tensor& g) {
        return where(a() == 0, 0, where(signbit(a()) == signbit(b()), g, -g));
      },
      no_slope);
}
Tensor RoundingMethods::copysign(const Tensor& other) const { return ember::copysign(self(this), other); }
Tensor& RoundingMethods::copysign_(const Tensor& other) {
  return in_place("copysign_", self(this), ember::copysign, other);
}

Tensor nextafter(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::nextafter, a, b);
  return record(
      "nextafter", y, elements(a, b), [a = saved(a), b = saved(b)](const Tensor& g) { return where(a() == b(), 0, g); },
      no_slope);
}
Tensor RoundingMethods::nextafter(const Tensor& other) const { return ember::nextafter(self(this), other); }
Tensor& RoundingMethods::nextafter_(const Tensor& other) {
  return in_place("nextafter_", self(this), ember::nextafter, other);
}

Tensor trunc(const Tensor& x) {
  kernel::check_defined("trunc", "input", x);
  if (is_integral(x.dtype())) return clone(x);
  check<NotImplementedError>(x.dtype() != kBool, "trunc: input is ", describe(x), " but must not be bool");
  auto y = kernel::unary(kernels::trunc, x);
  return record("trunc", y, elements(x), no_slope);
}
Tensor RoundingMethods::trunc() const { return ember::trunc(self(this)); }
Tensor RoundingMethods::fix() const { return ember::trunc(self(this)); }
Tensor& RoundingMethods::trunc_() { return in_place("trunc_", self(this), ember::trunc); }
Tensor& RoundingMethods::fix_() { return trunc_(); }

Tensor frac(const Tensor& x) {
  kernel::check_defined("frac", "input", x);
  check<NotImplementedError>(x.is_floating_point(), "frac: input is ", describe(x), " but must be floating-point");
  auto y = kernel::unary(kernels::frac, x);
  return record("frac", y, elements(x), [](const Tensor& g) { return g; });
}
Tensor RoundingMethods::frac() const { return ember::frac(self(this)); }
Tensor& RoundingMethods::frac_() { return in_place("frac_", self(this), ember::frac); }

Tensor round(const Tensor& x, int64_t decimals) {
  if (decimals == 0) return round(x);
  kernel::check_defined("round", "input", x);
  check<NotImplementedError>(x.is_floating_point(), "round: input is ", describe(x),
                             " but with decimals it must be floating-point");
  if (are_16_bit(x)) return in_float32([decimals](const Tensor& wide) { return round(wide, decimals); }, x);
  const double power = std::pow(10.0, std::abs(static_cast<double>(decimals)));
  return decimals > 0 ? round(x * power) / power : round(x / power) * power;
}
Tensor RoundingMethods::round() const { return ember::round(self(this)); }
Tensor RoundingMethods::round(int64_t decimals) const { return ember::round(self(this), decimals); }
Tensor& RoundingMethods::round_() {
  return in_place("round_", self(this), [](const Tensor& x) { return ember::round(x); });
}
Tensor& RoundingMethods::round_(int64_t decimals) {
  return in_place("round_", self(this), [&](const Tensor& x) { return ember::round(x, decimals); });
}

Tensor positive(const Tensor& x) {
  kernel::check_defined("positive", "input", x);
  check<NotImplementedError>(x.dtype() != kBool, "positive: input is ", describe(x), " but must not be bool");
  return x;
}
Tensor RoundingMethods::positive() const { return ember::positive(self(this)); }

Tensor nan_to_num(const Tensor& x, std::optional<double> nan, std::optional<double> posinf,
                  std::optional<double> neginf) {
  kernel::check_defined("nan_to_num", "input", x);
  if (!x.is_floating_point()) return clone(x);
  const double bound = largest_number(x.dtype());
  Tensor y = empty_tensor_like(x, x.dtype());
  kernels::nan_to_num.on(x)(y, x, nan.value_or(0), posinf.value_or(bound), neginf.value_or(-bound));
  return record("nan_to_num", y, elements(x), [x = saved(x)](const Tensor& g) { return where(isfinite(x()), g, 0); });
}
Tensor RoundingMethods::nan_to_num(std::optional<double> nan, std::optional<double> posinf,
                                   std::optional<double> neginf) const {
  return ember::nan_to_num(self(this), nan, posinf, neginf);
}
Tensor& RoundingMethods::nan_to_num_(std::optional<double> nan, std::optional<double> posinf,
                                     std::optional<double> neginf) {
  return in_place("nan_to_num_", self(this), ember::nan_to_num, nan, posinf, neginf);
}

std::pair<Tensor, Tensor> frexp(const Tensor& x) {
  kernel::check_defined("frexp", "input", x);
  check<NotImplementedError>(x.is_floating_point(), "frexp: input is ", describe(x), " but must be floating-point");
  Tensor mantissa = empty_tensor_like(x, x.dtype()), exponent = empty_tensor_like(x, kInt32);
  kernels::frexp.on(x)(mantissa, exponent, x);
  mantissa = record("frexp", mantissa, elements(x),
                    [e = saved(exponent)](const Tensor& g) { return g / exp2(to(e(), g.dtype())); });
  return {mantissa, exponent};
}
std::pair<Tensor, Tensor> RoundingMethods::frexp() const { return ember::frexp(self(this)); }

Tensor& neg_(Tensor& x) { return in_place("neg_", x, neg); }
Tensor& RoundingMethods::neg_() { return ember::neg_(self(this)); }
Tensor& RoundingMethods::negative_() { return neg_(); }

Tensor& abs_(Tensor& x) { return in_place("abs_", x, abs); }
Tensor& RoundingMethods::abs_() { return ember::abs_(self(this)); }
Tensor& RoundingMethods::absolute_() { return abs_(); }

}  // namespace ember
