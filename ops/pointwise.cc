#include "ops/pointwise.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "autograd/record.h"
#include "core/kernels/pointwise.h"
#include "ops/complex.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/in_float32.h"
#include "ops/kernel.h"

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
      op, y, inputs(a, b), [](const Tensor& g) { return g; },
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

/// x / (a^2 + b^2), 0 where a and b are.
Tensor over_squares(const Tensor& x, const Tensor& a, const Tensor& b) {
  const Tensor squares = square(a) + square(b), is_zero = squares == 0;
  return where(is_zero, 0, x / where(is_zero, 1, squares));
}

/// The gradient of a maximum or minimum for the operand `mine`: halves where both are equal.
Tensor winner_grad(const Tensor& g, const Tensor& mine_loses, const Tensor& equal) {
  return where(mine_loses, 0, where(equal, g / 2, g));
}

void check_bitwise(const char* op, const Tensor& a, const Tensor& b) {
  kernel::check_defined(op, "input", a);
  kernel::check_defined(op, "other", b);
  const DType dtype = result_type(a, b);
  check<TypeError>(is_integral(dtype, true), op, ": needs integers or bools, not ", describe(a), " and ", describe(b));
}

}  // namespace

Tensor add(const Tensor& a, const Tensor& b, const Scalar& alpha) {
  if (!is_one(alpha)) return add_scaled("add", a, b, alpha);
  auto y = kernel::binary(kernels::add, a, b);
  const auto pass = [](const Tensor& g) { return g; };
  return record("add", y, inputs(a, b), pass, pass);
}

Tensor sub(const Tensor& a, const Tensor& b, const Scalar& alpha) {
  if (!is_one(alpha)) return add_scaled("sub", a, b, negate(alpha));
  kernel::check_defined("sub", "input", a);
  kernel::check_defined("sub", "other", b);
  check<TypeError>(a.dtype() != kBool && b.dtype() != kBool, "sub: bool tensors are not subtracted, use logical_xor");
  auto y = kernel::binary(kernels::sub, a, b);
  return record(
      "sub", y, inputs(a, b), [](const Tensor& g) { return g; }, [](const Tensor& g) { return -g; });
}

Tensor mul(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::mul, a, b);
  return record(
      "mul", y, inputs(a, b), [b = saved(b)](const Tensor& g) { return g * conj(b()); },
      [a = saved(a)](const Tensor& g) { return g * conj(a()); });
}

Tensor div(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::div, a, b, Result::Float);
  return record(
      "div", y, inputs(a, b), [b = saved(b)](const Tensor& g) { return g / conj(b()); },
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return -g * conj(a() / b() / b()); }));
}

Tensor floor_divide(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::floor_divide, a, b); }

Tensor remainder(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::remainder, a, b);
  return record(
      "remainder", y, inputs(a, b), [](const Tensor& g) { return g; },
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return -g * floor_divide(a(), b()); }));
}

Tensor pow(const Tensor& a, const Tensor& b) {
  kernel::check_defined("pow", "input", a);
  kernel::check_defined("pow", "exponent", b);
  const bool is_square =
      b.impl()->is_wrapped_number && !b.is_complex() && b.item<double>() == 2 && result_type(a, b) == a.dtype();
  if (b.impl()->is_wrapped_number) kernel::check_fits("pow", b, result_type(a, b));
  auto y = is_square ? kernel::binary(kernels::mul.as("pow"), a, a) : kernel::binary(kernels::pow, a, b);
  return record("pow", y, inputs(a, b), in_float32([a = saved_wide(a), b = saved_wide(b), is_square](const Tensor& g) {
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

Tensor atan2(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::atan2, a, b, Result::Float);
  return record(
      "atan2", y, inputs(a, b),
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return over_squares(g * b(), a(), b()); }),
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return over_squares(-g * a(), a(), b()); }));
}

Tensor maximum(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::maximum, a, b);
  return record(
      "maximum", y, inputs(a, b),
      [a = saved(a), b = saved(b)](const Tensor& g) { return winner_grad(g, a() < b(), a() == b()); },
      [a = saved(a), b = saved(b)](const Tensor& g) { return winner_grad(g, b() < a(), a() == b()); });
}

Tensor minimum(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::minimum, a, b);
  return record(
      "minimum", y, inputs(a, b),
      [a = saved(a), b = saved(b)](const Tensor& g) { return winner_grad(g, b() < a(), a() == b()); },
      [a = saved(a), b = saved(b)](const Tensor& g) { return winner_grad(g, a() < b(), a() == b()); });
}

Tensor eq(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::eq, a, b, Result::Bool); }
Tensor ne(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::ne, a, b, Result::Bool); }
Tensor lt(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::lt, a, b, Result::Bool); }
Tensor le(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::le, a, b, Result::Bool); }
Tensor gt(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::gt, a, b, Result::Bool); }
Tensor ge(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::ge, a, b, Result::Bool); }

Tensor logical_and(const Tensor& a, const Tensor& b) {
  return kernel::binary(kernels::logical_and, a, b, Result::Bool);
}
Tensor logical_or(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::logical_or, a, b, Result::Bool); }
Tensor logical_xor(const Tensor& a, const Tensor& b) {
  return kernel::binary(kernels::logical_xor, a, b, Result::Bool);
}
Tensor logical_not(const Tensor& x) { return kernel::unary(kernels::logical_not, x, Result::Bool); }

Tensor bitwise_and(const Tensor& a, const Tensor& b) {
  check_bitwise("bitwise_and", a, b);
  return kernel::binary(kernels::bitwise_and, a, b);
}
Tensor bitwise_or(const Tensor& a, const Tensor& b) {
  check_bitwise("bitwise_or", a, b);
  return kernel::binary(kernels::bitwise_or, a, b);
}
Tensor bitwise_xor(const Tensor& a, const Tensor& b) {
  check_bitwise("bitwise_xor", a, b);
  return kernel::binary(kernels::bitwise_xor, a, b);
}
Tensor bitwise_not(const Tensor& x) {
  check_bitwise("bitwise_not", x, x);
  return kernel::unary(kernels::bitwise_not, x);
}

Tensor isnan(const Tensor& x) { return kernel::unary(kernels::isnan, x, Result::Bool); }
Tensor isinf(const Tensor& x) { return kernel::unary(kernels::isinf, x, Result::Bool); }
Tensor isfinite(const Tensor& x) { return logical_not(logical_or(isnan(x), isinf(x))); }

Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b) {
  kernel::check_defined("where", "condition", condition);
  kernel::check_defined("where", "input", a);
  kernel::check_defined("where", "other", b);
  if (condition.dtype() == kUInt8) return where(to(condition, kBool), a, b);
  check<TypeError>(condition.dtype() == kBool, "where: condition is ", describe(condition), " but must be bool");
  kernel::check_same_device("where", std::array{condition, a, b});
  const Shape sizes = kernel::broadcast("where", condition.sizes(), broadcast_shapes(a.sizes(), b.sizes(), "where"));
  const DType dtype = result_type(a, b);
  for (const Tensor* x : {&a, &b})
    if (!is_reduced_floating_point(dtype)) kernel::check_fits("where", *x, dtype);
  Tensor y = empty_tensor(sizes, dtype, condition.device());
  kernels::where.on(kernel::chooser(a, b))(y, condition, a, b);
  return record(
      "where", y, inputs(a, b), [c = condition](const Tensor& g) { return where(c, g, 0); },
      [c = condition](const Tensor& g) { return where(c, 0, g); });
}

Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max) {
  kernel::check_defined("clamp", "input", x);
  check<ValueError>(min || max, "clamp: at least one of min and max must be given");
  const double low = min ? min->to<double>() : -INFINITY, high = max ? max->to<double>() : INFINITY;
  DType dtype = x.dtype();
  for (const auto& limit : {min, max})
    if (limit) dtype = promote_types(dtype, result_type(x, Tensor(*limit)));
  // A limit that no element of an integer type can pass does nothing; one that none can keep is an error.
  if (min && !(is_integral(dtype) && low < 0)) kernel::check_fits("clamp", *min, dtype);
  if (max && !(is_integral(dtype) && high > 0)) kernel::check_fits("clamp", *max, dtype);
  check(!max || dtype != kUInt8 || high >= 0, "clamp: max is ", high, " but no uint8 is below 0");
  const Tensor in = to(x, dtype);
  // The kernel's limits are doubles, which do not hold every int64.
  constexpr double kExact = int64_t{1} << std::numeric_limits<double>::digits;
  if (dtype == kInt64 && ((min && std::abs(low) >= kExact) || (max && std::abs(high) >= kExact))) {
    const Tensor raised = min ? maximum(in, Tensor(*min)) : in;
    return max ? minimum(raised, Tensor(*max)) : raised;
  }
  Tensor y = empty_tensor_like(in, dtype);
  kernels::clamp.on(in)(y, in, low, high);
  return record("clamp", y, inputs(in),
                [x = saved(in), low, high, has_max = max.has_value(), has_min = min.has_value()](const Tensor& g) {
                  const Tensor is_inside = has_max ? x() < high : x() > low;
                  return where(has_max && has_min ? is_inside & (x() > low) : is_inside, g, 0);
                });
}

Tensor clamp_min(const Tensor& x, const Scalar& min) { return clamp(x, min); }
Tensor clamp_max(const Tensor& x, const Scalar& max) { return clamp(x, {}, max); }

Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight) {
  const bool is_number = weight.defined() && weight.impl()->is_wrapped_number && !weight.is_complex();
  if (!is_number && weight.defined() && are_16_bit(start, end, weight))
    return in_float32([](const auto&... wide) { return lerp(wide...); }, start, end, weight);
  if (!is_number || !start.is_floating_point() || start.dtype() != end.dtype()) return start + weight * (end - start);
  const double w = weight.item<double>();
  Tensor y = kernel::make_output("lerp", start, end, Result::Promoted);
  kernels::lerp.on(start)(y, start, end, w);
  return record(
      "lerp", y, inputs(start, end), [w](const Tensor& g) { return g * (1 - w); },
      [w](const Tensor& g) { return g * w; });
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
      "addcmul", y, inputs(x, a, b), [](const Tensor& g) { return g; },
      in_float32([b = saved_wide(b), scaled](const Tensor& g) { return scaled(g * b()); }),
      in_float32([a = saved_wide(a), scaled](const Tensor& g) { return scaled(g * a()); }));
}

Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value) {
  if (are_16_bit(x, a, b)) return in_float32([&](const auto&... wide) { return addcdiv(wide..., value); }, x, a, b);
  return add(x, a / b, value);
}

}  // namespace ember
