#include "ember/ops/pointwise/arithmetic.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "ember/autograd/record.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"
#include "ops/internal/slopes.h"

namespace ember {

using kernel::Result;

namespace {

bool is_one(const Scalar& alpha) { return is_integral(alpha.dtype(), true) && alpha.to<int64_t>() == 1; }

void check_alpha(const char* op, const Scalar& alpha, DType dtype) {
  const bool fits = dtype == kBool ? !is_differentiable(alpha.dtype()) : can_cast(alpha.dtype(), dtype);
  check<TypeError>(fits, op, ": alpha is ", alpha, " but for tensors of dtype ", dtype, " it must be ",
                   is_floating_point(dtype) ? "real" : "an integer");
  kernel::check_fits(op, alpha, dtype);
}

/// a + alpha b.
Tensor add_scaled(const char* op, const Tensor& a, const Tensor& b, const Scalar& alpha) {
  kernel::check_defined(op, "input", a);
  kernel::check_defined(op, "other", b);
  kernel::check_same_device(op, std::array{a, b});
  const DType dtype = result_type(a, b);
  check_alpha(op, alpha, dtype);
  Tensor y = empty_tensor(kernel::broadcast(op, a.sizes(), b.sizes()), dtype, a.device());
  kernels::add_scaled.as(op).on(kernel::chooser(a, b))(y, a, b, alpha);
  return record(
      op, y, elements(a, b), [](const Tensor& g) { return g; },
      [alpha](const Tensor& g) { return g * conj(Tensor(alpha)); });
}

Scalar negate(const Scalar& s) {
  if (s.is_complex()) return -s.to<std::complex<double>>();
  return s.is_floating_point() ? Scalar(-s.to<double>()) : Scalar(-s.to<int64_t>());
}

/// An exponent less one; of a number in double, as a sum of numbers would be of the default dtype.
Tensor less_one(const Tensor& exponent) {
  const bool is_real_number = exponent.impl()->is_wrapped_number && exponent.is_floating_point();
  return is_real_number ? Tensor(exponent.item<double>() - 1) : exponent - 1;
}

/// Whether it is 1 of whatever kind.
bool equals_one(const Scalar& alpha) { return alpha.to<std::complex<double>>() == 1.0; }

Tensor pass(const Tensor& g) { return g; }

/// alpha as a tensor, checked to fit the sum.
Tensor factor(const char* op, const Scalar& alpha, const Tensor& x, const Tensor& other) {
  kernel::check_defined(op, "other", other);
  kernel::check_fits(op, alpha, result_type(x, other));
  return Tensor(alpha);
}

/// What a pullback needs of the value that x had before it is overwritten.
SavedTensor saved_before(const Tensor& x, const Tensor& other) {
  return GradMode::is_enabled() && other.requires_grad() ? saved(clone(x)) : SavedTensor();
}

/// x + value term, where `term` is what `op` adds.
Tensor& add_term(const char* op, Tensor& x, const Tensor& term, const Scalar& value) {
  autograd::check_in_place(op, x, {&term});
  kernel::check_into(op, x, term, result_type(x, term));
  return add_(x, term, value);
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b, const Scalar& alpha) {
  if (!is_one(alpha)) return add_scaled("add", a, b, alpha);
  auto y = kernel::binary(kernels::add, a, b);
  const auto pass = [](const Tensor& g) { return g; };
  return record("add", y, elements(a, b), pass, pass);
}
Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
Tensor ArithmeticMethods::add(const Tensor& other, const Scalar& alpha) const {
  return ember::add(self(this), other, alpha);
}

Tensor sub(const Tensor& a, const Tensor& b, const Scalar& alpha) {
  if (!is_one(alpha)) return add_scaled("sub", a, b, negate(alpha));
  kernel::check_defined("sub", "input", a);
  kernel::check_defined("sub", "other", b);
  check<TypeError>(a.dtype() != kBool && b.dtype() != kBool, "sub: bool tensors are not subtracted, use logical_xor");
  auto y = kernel::binary(kernels::sub, a, b);
  return record(
      "sub", y, elements(a, b), [](const Tensor& g) { return g; }, [](const Tensor& g) { return -g; });
}
Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
Tensor ArithmeticMethods::sub(const Tensor& other, const Scalar& alpha) const {
  return ember::sub(self(this), other, alpha);
}
Tensor ArithmeticMethods::subtract(const Tensor& other, const Scalar& alpha) const {
  return ember::sub(self(this), other, alpha);
}

Tensor mul(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::mul, a, b);
  return record(
      "mul", y, elements(a, b), [b = saved(b)](const Tensor& g) { return g * conj(b()); },
      [a = saved(a)](const Tensor& g) { return g * conj(a()); });
}
Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
Tensor ArithmeticMethods::mul(const Tensor& other) const { return ember::mul(self(this), other); }
Tensor ArithmeticMethods::multiply(const Tensor& other) const { return ember::mul(self(this), other); }

Tensor div(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::div, a, b, Result::Float);
  return record(
      "div", y, elements(a, b), [b = saved(b)](const Tensor& g) { return g / conj(b()); },
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return -g * conj(a() / b() / b()); }));
}

Tensor floor_divide(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::floor_divide, a, b); }
Tensor ArithmeticMethods::floor_divide(const Tensor& other) const { return ember::floor_divide(self(this), other); }
Tensor& ArithmeticMethods::floor_divide_(const Tensor& other) {
  return in_place("floor_divide_", self(this), ember::floor_divide, other);
}

Tensor remainder(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::remainder, a, b);
  return record(
      "remainder", y, elements(a, b), [](const Tensor& g) { return g; },
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return -g * floor_divide(a(), b()); }));
}
Tensor ArithmeticMethods::remainder(const Tensor& other) const { return ember::remainder(self(this), other); }
Tensor& ArithmeticMethods::remainder_(const Tensor& other) {
  return in_place("remainder_", self(this), ember::remainder, other);
}

Tensor pow(const Tensor& a, const Tensor& b) {
  kernel::check_defined("pow", "input", a);
  kernel::check_defined("pow", "exponent", b);
  const bool is_square =
      b.impl()->is_wrapped_number && !b.is_complex() && b.item<double>() == 2 && result_type(a, b) == a.dtype();
  if (b.impl()->is_wrapped_number) kernel::check_fits("pow", b, result_type(a, b));
  auto y = is_square ? kernel::binary(kernels::mul.as("pow"), a, a) : kernel::binary(kernels::pow, a, b);
  return record("pow", y, elements(a, b),
                in_float32([a = saved_wide(a), b = saved_wide(b), is_square](const Tensor& g) {
                  if (is_square) return g * conj(a() * 2);
                  // At exponent 0 the formula would give 0 times infinity for a = 0.
                  return where(b() == 0, 0, g * conj(b() * pow(a(), less_one(b()))));
                }),
                in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) {
                  // A negative base has a logarithm among the complex numbers.
                  const Tensor base = g.is_complex() ? to(a(), g.dtype()) : a();
                  return where((a() == 0) & (real(b()) >= 0), 0, g * conj(pow(a(), b()) * log(base)));
                }));
}
Tensor ArithmeticMethods::pow(const Tensor& exponent) const { return ember::pow(self(this), exponent); }

Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight) {
  const bool is_number = weight.defined() && weight.impl()->is_wrapped_number && !weight.is_complex();
  if (!is_number && weight.defined() && are_16_bit(start, end, weight))
    return in_float32([](const auto&... wide) { return lerp(wide...); }, start, end, weight);
  if (!is_number || !start.is_floating_point() || start.dtype() != end.dtype()) return start + weight * (end - start);
  const double w = weight.item<double>();
  Tensor y = kernel::make_output("lerp", start, end, Result::Promoted);
  kernels::lerp.on(start)(y, start, end, w);
  return record(
      "lerp", y, elements(start, end), [w](const Tensor& g) { return g * (1 - w); },
      [w](const Tensor& g) { return g * w; });
}
Tensor ArithmeticMethods::lerp(const Tensor& end, const Tensor& weight) const {
  return ember::lerp(self(this), end, weight);
}

Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value) {
  if (!x.is_floating_point() || x.dtype() != a.dtype() || x.dtype() != b.dtype() || value.is_complex())
    return add(x, a * b, value);
  const Shape sizes = kernel::broadcast("addcmul", x.sizes(), broadcast_shapes(a.sizes(), b.sizes(), "addcmul"));
  kernel::check_fits("addcmul", value, compute_dtype(x.dtype()));
  Tensor y = x.sizes() == sizes ? empty_tensor_like(x, x.dtype()) : empty_tensor(sizes, x.dtype(), x.device());
  kernels::addcmul.on(x)(y, x, a, b, value);
  const auto scaled = [value](const Tensor& g) { return is_one(value) ? g : g * Tensor(value); };
  return record(
      "addcmul", y, elements(x, a, b), [](const Tensor& g) { return g; },
      in_float32([b = saved_wide(b), scaled](const Tensor& g) { return scaled(g * b()); }),
      in_float32([a = saved_wide(a), scaled](const Tensor& g) { return scaled(g * a()); }));
}
Tensor ArithmeticMethods::addcmul(const Tensor& a, const Tensor& b, const Scalar& value) const {
  return ember::addcmul(self(this), a, b, value);
}

Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value) {
  if (are_16_bit(x, a, b)) return in_float32([&](const auto&... wide) { return addcdiv(wide..., value); }, x, a, b);
  return add(x, a / b, value);
}
Tensor ArithmeticMethods::addcdiv(const Tensor& a, const Tensor& b, const Scalar& value) const {
  return ember::addcdiv(self(this), a, b, value);
}

Tensor square(const Tensor& x) { return pow(x, 2); }
Tensor ArithmeticMethods::square() const { return ember::square(self(this)); }
Tensor& ArithmeticMethods::square_() { return in_place("square_", self(this), ember::square); }

Tensor reciprocal(const Tensor& x) {
  auto y = kernel::unary(kernels::reciprocal, x, Result::Float);
  return record("reciprocal", y, elements(x),
                in_float32([y = saved_wide_output(y)](const Tensor& g) { return -g * conj(square(y())); }));
}
Tensor ArithmeticMethods::reciprocal() const { return ember::reciprocal(self(this)); }
Tensor& ArithmeticMethods::reciprocal_() { return in_place("reciprocal_", self(this), ember::reciprocal); }

Tensor div(const Tensor& a, const Tensor& b, std::optional<std::string_view> rounding_mode) {
  if (!rounding_mode) return div(a, b);
  kernel::check_defined("div", "input", a);
  kernel::check_defined("div", "other", b);
  check<ValueError>(rounding_mode == "trunc" || rounding_mode == "floor", "div: rounding_mode is \"", *rounding_mode,
                    "\" but must be None, \"trunc\" or \"floor\"");
  const DType dtype = result_type(a, b);
  check<NotImplementedError>(dtype != kBool, "div: bool tensors have no rounded quotient");
  Tensor y;
  {
    NoGradGuard no_grad;
    if (rounding_mode == "floor")
      y = floor_divide(a, b);
    else if (is_floating_point(dtype))
      y = in_float32([](const Tensor& x, const Tensor& z) { return trunc(div(x, z)); }, a, b);
    else
      y = floor_divide(a - fmod(a, b), b);
  }
  return record("div", y, elements(a, b), no_slope, no_slope);
}
Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }
Tensor ArithmeticMethods::div(const Tensor& other) const { return ember::div(self(this), other); }
Tensor ArithmeticMethods::div(const Tensor& other, std::optional<std::string_view> rounding_mode) const {
  return ember::div(self(this), other, rounding_mode);
}
Tensor ArithmeticMethods::divide(const Tensor& other) const { return ember::div(self(this), other); }
Tensor ArithmeticMethods::divide(const Tensor& other, std::optional<std::string_view> rounding_mode) const {
  return ember::div(self(this), other, rounding_mode);
}
Tensor ArithmeticMethods::true_divide(const Tensor& other) const { return ember::div(self(this), other); }
Tensor& ArithmeticMethods::div_(const Tensor& other, std::optional<std::string_view> rounding_mode) {
  return in_place("div_", self(this), [&](const Tensor& x) { return ember::div(x, other, rounding_mode); });
}

Tensor fmod(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::fmod, a, b);
  return record(
      "fmod", y, elements(a, b), [](const Tensor& g) { return g; },
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return -g * div(a(), b(), "trunc"); }));
}
Tensor ArithmeticMethods::fmod(const Tensor& other) const { return ember::fmod(self(this), other); }
Tensor& ArithmeticMethods::fmod_(const Tensor& other) { return in_place("fmod_", self(this), ember::fmod, other); }

Tensor rsub(const Tensor& a, const Tensor& b, const Scalar& alpha) {
  kernel::check_defined("rsub", "input", a);
  kernel::check_defined("rsub", "other", b);
  broadcast_shapes(a.sizes(), b.sizes(), "rsub");  // so that a message names these two in this order
  return sub(b, a, alpha);
}
Tensor ArithmeticMethods::rsub(const Tensor& other, const Scalar& alpha) const {
  return ember::rsub(self(this), other, alpha);
}

Tensor float_power(const Tensor& a, const Tensor& b) {
  kernel::check_defined("float_power", "input", a);
  kernel::check_defined("float_power", "exponent", b);
  const DType dtype = a.is_complex() || b.is_complex() ? kComplex128 : kFloat64;
  const Tensor exponent = b.impl()->is_wrapped_number ? b : to(b, dtype);
  return pow(to(a, dtype), exponent);
}
Tensor ArithmeticMethods::float_power(const Tensor& exponent) const { return ember::float_power(self(this), exponent); }
Tensor& ArithmeticMethods::float_power_(const Tensor& exponent) {
  return in_place("float_power_", self(this), ember::float_power, exponent);
}

Tensor ldexp(const Tensor& x, const Tensor& other) {
  kernel::check_defined("ldexp", "input", x);
  kernel::check_defined("ldexp", "other", other);
  return in_float32([](const Tensor& a, const Tensor& b) { return a * pow(Tensor(Scalar(2.0)), b); }, x, other);
}
Tensor ArithmeticMethods::ldexp(const Tensor& other) const { return ember::ldexp(self(this), other); }
Tensor& ArithmeticMethods::ldexp_(const Tensor& other) { return in_place("ldexp_", self(this), ember::ldexp, other); }

Tensor gcd(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::gcd, a, b); }
Tensor ArithmeticMethods::gcd(const Tensor& other) const { return ember::gcd(self(this), other); }
Tensor& ArithmeticMethods::gcd_(const Tensor& other) { return in_place("gcd_", self(this), ember::gcd, other); }

Tensor lcm(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::lcm, a, b); }
Tensor ArithmeticMethods::lcm(const Tensor& other) const { return ember::lcm(self(this), other); }
Tensor& ArithmeticMethods::lcm_(const Tensor& other) { return in_place("lcm_", self(this), ember::lcm, other); }

Tensor& add_(Tensor& x, const Tensor& other, const Scalar& alpha) {
  if (!equals_one(alpha)) return add_(x, mul(other, factor("add_", alpha, x, other)));
  autograd::check_in_place("add_", x, {&other});
  kernel::binary_into(kernels::add.as("add_"), x, other);
  return record_in_place("add_", x, elements(x, other), pass, pass);
}
Tensor& ArithmeticMethods::add_(const Tensor& other, const Scalar& alpha) {
  return ember::add_(self(this), other, alpha);
}

Tensor& sub_(Tensor& x, const Tensor& other, const Scalar& alpha) {
  if (!equals_one(alpha)) return sub_(x, mul(other, factor("sub_", alpha, x, other)));
  autograd::check_in_place("sub_", x, {&other});
  kernel::binary_into(kernels::sub.as("sub_"), x, other);
  return record_in_place("sub_", x, elements(x, other), pass, [](const Tensor& g) { return -g; });
}
Tensor& ArithmeticMethods::sub_(const Tensor& other, const Scalar& alpha) {
  return ember::sub_(self(this), other, alpha);
}
Tensor& ArithmeticMethods::subtract_(const Tensor& other, const Scalar& alpha) { return sub_(other, alpha); }

Tensor& mul_(Tensor& x, const Tensor& other) {
  autograd::check_in_place("mul_", x, {&other});
  kernel::check_defined("mul_", "other", other);
  const Tensor factor = kernel::share_memory(x, other) && x.requires_grad() ? clone(other) : other;
  const SavedTensor before = saved_before(x, other);
  kernel::binary_into(kernels::mul.as("mul_"), x, factor);
  return record_in_place(
      "mul_", x, elements(x, other), [b = saved(factor)](const Tensor& g) { return g * conj(b()); },
      [a = before](const Tensor& g) { return g * conj(a()); });
}
Tensor& ArithmeticMethods::mul_(const Tensor& other) { return ember::mul_(self(this), other); }
Tensor& ArithmeticMethods::multiply_(const Tensor& other) { return mul_(other); }

Tensor& div_(Tensor& x, const Tensor& other) {
  autograd::check_in_place("div_", x, {&other});
  kernel::check_defined("div_", "other", other);
  check<TypeError>(x.is_differentiable(), "div_: a float quotient cannot be written into ", describe(x));
  const Tensor divisor = kernel::share_memory(x, other) && x.requires_grad() ? clone(other) : other;
  const SavedTensor before = saved_before(x, other);
  kernel::binary_into(kernels::div.as("div_"), x, divisor);
  return record_in_place(
      "div_", x, elements(x, other), [b = saved(divisor)](const Tensor& g) { return g / conj(b()); },
      [a = before, b = saved(divisor)](const Tensor& g) { return -g * conj(a() / b() / b()); });
}
Tensor& ArithmeticMethods::div_(const Tensor& other) { return ember::div_(self(this), other); }
Tensor& ArithmeticMethods::divide_(const Tensor& other) { return div_(other); }
Tensor& ArithmeticMethods::divide_(const Tensor& other, std::optional<std::string_view> rounding_mode) {
  return div_(other, rounding_mode);
}
Tensor& ArithmeticMethods::true_divide_(const Tensor& other) { return div_(other); }

Tensor& pow_(Tensor& x, const Tensor& exponent) {
  return in_place("pow_", x, [&](const Tensor& a) { return pow(a, exponent); });
}
Tensor& ArithmeticMethods::pow_(const Tensor& exponent) { return ember::pow_(self(this), exponent); }

Tensor& lerp_(Tensor& x, const Tensor& end, const Tensor& weight) {
  return in_place("lerp_", x, [&](const Tensor& start) { return lerp(start, end, weight); });
}
Tensor& ArithmeticMethods::lerp_(const Tensor& end, const Tensor& weight) {
  return ember::lerp_(self(this), end, weight);
}

Tensor& addcmul_(Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value) {
  return add_term("addcmul_", x, mul(a, b), value);
}
Tensor& ArithmeticMethods::addcmul_(const Tensor& a, const Tensor& b, const Scalar& value) {
  return ember::addcmul_(self(this), a, b, value);
}

Tensor& addcdiv_(Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value) {
  return add_term("addcdiv_", x, div(a, b), value);
}
Tensor& ArithmeticMethods::addcdiv_(const Tensor& a, const Tensor& b, const Scalar& value) {
  return ember::addcdiv_(self(this), a, b, value);
}

}  // namespace ember
