#include "ember/ops/pointwise/comparison.h"

#include <cmath>
#include <limits>
#include <numbers>

#include "ember/autograd/record.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/pointwise/rounding.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

using kernel::Result;

namespace {

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

/// Equal elements share the gradient; else `a_wins(a, b)` says who gets it.
template <class F>
Tensor record_choice(const char* op, const Tensor& y, const Tensor& a, const Tensor& b, F a_wins) {
  return record(
      op, y, elements(a, b),
      [a = saved(a), b = saved(b), a_wins](const Tensor& g) {
        return where(a() == b(), g / 2, where(a_wins(a(), b()), g, 0));
      },
      [a = saved(a), b = saved(b), a_wins](const Tensor& g) {
        return where(a() == b(), g / 2, where(a_wins(a(), b()), 0, g));
      });
}

}  // namespace

Tensor maximum(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::maximum, a, b);
  return record(
      "maximum", y, elements(a, b),
      [a = saved(a), b = saved(b)](const Tensor& g) { return winner_grad(g, a() < b(), a() == b()); },
      [a = saved(a), b = saved(b)](const Tensor& g) { return winner_grad(g, b() < a(), a() == b()); });
}
Tensor ComparisonMethods::maximum(const Tensor& other) const { return ember::maximum(self(this), other); }
Tensor ReductionMethods::max(const Tensor& other) const { return ember::maximum(self(this), other); }

Tensor minimum(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::minimum, a, b);
  return record(
      "minimum", y, elements(a, b),
      [a = saved(a), b = saved(b)](const Tensor& g) { return winner_grad(g, b() < a(), a() == b()); },
      [a = saved(a), b = saved(b)](const Tensor& g) { return winner_grad(g, a() < b(), a() == b()); });
}
Tensor ComparisonMethods::minimum(const Tensor& other) const { return ember::minimum(self(this), other); }
Tensor ReductionMethods::min(const Tensor& other) const { return ember::minimum(self(this), other); }

Tensor eq(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::eq, a, b, Result::Bool); }
Tensor operator==(const Tensor& a, const Tensor& b) { return eq(a, b); }
Tensor ComparisonMethods::eq(const Tensor& other) const { return ember::eq(self(this), other); }
Tensor& ComparisonMethods::eq_(const Tensor& other) { return in_place("eq_", self(this), ember::eq, other); }

Tensor ne(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::ne, a, b, Result::Bool); }
Tensor operator!=(const Tensor& a, const Tensor& b) { return ne(a, b); }
Tensor ComparisonMethods::ne(const Tensor& other) const { return ember::ne(self(this), other); }
Tensor ComparisonMethods::not_equal(const Tensor& other) const { return ember::ne(self(this), other); }
Tensor& ComparisonMethods::ne_(const Tensor& other) { return in_place("ne_", self(this), ember::ne, other); }
Tensor& ComparisonMethods::not_equal_(const Tensor& other) { return ne_(other); }

Tensor lt(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::lt, a, b, Result::Bool); }
Tensor operator<(const Tensor& a, const Tensor& b) { return lt(a, b); }
Tensor ComparisonMethods::lt(const Tensor& other) const { return ember::lt(self(this), other); }
Tensor ComparisonMethods::less(const Tensor& other) const { return ember::lt(self(this), other); }
Tensor& ComparisonMethods::lt_(const Tensor& other) { return in_place("lt_", self(this), ember::lt, other); }
Tensor& ComparisonMethods::less_(const Tensor& other) { return lt_(other); }

Tensor le(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::le, a, b, Result::Bool); }
Tensor operator<=(const Tensor& a, const Tensor& b) { return le(a, b); }
Tensor ComparisonMethods::le(const Tensor& other) const { return ember::le(self(this), other); }
Tensor ComparisonMethods::less_equal(const Tensor& other) const { return ember::le(self(this), other); }
Tensor& ComparisonMethods::le_(const Tensor& other) { return in_place("le_", self(this), ember::le, other); }
Tensor& ComparisonMethods::less_equal_(const Tensor& other) { return le_(other); }

Tensor gt(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::gt, a, b, Result::Bool); }
Tensor operator>(const Tensor& a, const Tensor& b) { return gt(a, b); }
Tensor ComparisonMethods::gt(const Tensor& other) const { return ember::gt(self(this), other); }
Tensor ComparisonMethods::greater(const Tensor& other) const { return ember::gt(self(this), other); }
Tensor& ComparisonMethods::gt_(const Tensor& other) { return in_place("gt_", self(this), ember::gt, other); }
Tensor& ComparisonMethods::greater_(const Tensor& other) { return gt_(other); }

Tensor ge(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::ge, a, b, Result::Bool); }
Tensor operator>=(const Tensor& a, const Tensor& b) { return ge(a, b); }
Tensor ComparisonMethods::ge(const Tensor& other) const { return ember::ge(self(this), other); }
Tensor ComparisonMethods::greater_equal(const Tensor& other) const { return ember::ge(self(this), other); }
Tensor& ComparisonMethods::ge_(const Tensor& other) { return in_place("ge_", self(this), ember::ge, other); }
Tensor& ComparisonMethods::greater_equal_(const Tensor& other) { return ge_(other); }

Tensor logical_and(const Tensor& a, const Tensor& b) {
  return kernel::binary(kernels::logical_and, a, b, Result::Bool);
}
Tensor ComparisonMethods::logical_and(const Tensor& other) const { return ember::logical_and(self(this), other); }
Tensor& ComparisonMethods::logical_and_(const Tensor& other) {
  return in_place("logical_and_", self(this), ember::logical_and, other);
}

Tensor logical_or(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::logical_or, a, b, Result::Bool); }
Tensor ComparisonMethods::logical_or(const Tensor& other) const { return ember::logical_or(self(this), other); }
Tensor& ComparisonMethods::logical_or_(const Tensor& other) {
  return in_place("logical_or_", self(this), ember::logical_or, other);
}

Tensor logical_xor(const Tensor& a, const Tensor& b) {
  return kernel::binary(kernels::logical_xor, a, b, Result::Bool);
}
Tensor ComparisonMethods::logical_xor(const Tensor& other) const { return ember::logical_xor(self(this), other); }
Tensor& ComparisonMethods::logical_xor_(const Tensor& other) {
  return in_place("logical_xor_", self(this), ember::logical_xor, other);
}

Tensor logical_not(const Tensor& x) { return kernel::unary(kernels::logical_not, x, Result::Bool); }
Tensor ComparisonMethods::logical_not() const { return ember::logical_not(self(this)); }
Tensor& ComparisonMethods::logical_not_() { return in_place("logical_not_", self(this), ember::logical_not); }

Tensor bitwise_and(const Tensor& a, const Tensor& b) {
  check_bitwise("bitwise_and", a, b);
  return kernel::binary(kernels::bitwise_and, a, b);
}
Tensor operator&(const Tensor& a, const Tensor& b) { return bitwise_and(a, b); }
Tensor ComparisonMethods::bitwise_and(const Tensor& other) const { return ember::bitwise_and(self(this), other); }
Tensor& ComparisonMethods::bitwise_and_(const Tensor& other) {
  return in_place("bitwise_and_", self(this), ember::bitwise_and, other);
}

Tensor bitwise_or(const Tensor& a, const Tensor& b) {
  check_bitwise("bitwise_or", a, b);
  return kernel::binary(kernels::bitwise_or, a, b);
}
Tensor operator|(const Tensor& a, const Tensor& b) { return bitwise_or(a, b); }
Tensor ComparisonMethods::bitwise_or(const Tensor& other) const { return ember::bitwise_or(self(this), other); }
Tensor& ComparisonMethods::bitwise_or_(const Tensor& other) {
  return in_place("bitwise_or_", self(this), ember::bitwise_or, other);
}

Tensor bitwise_xor(const Tensor& a, const Tensor& b) {
  check_bitwise("bitwise_xor", a, b);
  return kernel::binary(kernels::bitwise_xor, a, b);
}
Tensor operator^(const Tensor& a, const Tensor& b) { return bitwise_xor(a, b); }
Tensor ComparisonMethods::bitwise_xor(const Tensor& other) const { return ember::bitwise_xor(self(this), other); }
Tensor& ComparisonMethods::bitwise_xor_(const Tensor& other) {
  return in_place("bitwise_xor_", self(this), ember::bitwise_xor, other);
}

Tensor bitwise_not(const Tensor& x) {
  check_bitwise("bitwise_not", x, x);
  return kernel::unary(kernels::bitwise_not, x);
}
Tensor operator~(const Tensor& x) { return bitwise_not(x); }
Tensor ComparisonMethods::bitwise_not() const { return ember::bitwise_not(self(this)); }
Tensor& ComparisonMethods::bitwise_not_() { return in_place("bitwise_not_", self(this), ember::bitwise_not); }

Tensor isnan(const Tensor& x) { return kernel::unary(kernels::isnan, x, Result::Bool); }
Tensor ComparisonMethods::isnan() const { return ember::isnan(self(this)); }

Tensor isinf(const Tensor& x) { return kernel::unary(kernels::isinf, x, Result::Bool); }
Tensor ComparisonMethods::isinf() const { return ember::isinf(self(this)); }

Tensor isfinite(const Tensor& x) { return logical_not(logical_or(isnan(x), isinf(x))); }
Tensor ComparisonMethods::isfinite() const { return ember::isfinite(self(this)); }

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
      "where", y, elements(a, b), [c = condition](const Tensor& g) { return where(c, g, 0); },
      [c = condition](const Tensor& g) { return where(c, 0, g); });
}
Tensor ComparisonMethods::where(const Tensor& condition, const Tensor& other) const {
  return ember::where(condition, self(this), other);
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
  return record("clamp", y, elements(in),
                [x = saved(in), low, high, has_max = max.has_value(), has_min = min.has_value()](const Tensor& g) {
                  const Tensor is_inside = has_max ? x() < high : x() > low;
                  return where(has_max && has_min ? is_inside & (x() > low) : is_inside, g, 0);
                });
}
Tensor ComparisonMethods::clamp(std::optional<Scalar> min, std::optional<Scalar> max) const {
  return ember::clamp(self(this), min, max);
}
Tensor ComparisonMethods::clip(std::optional<Scalar> min, std::optional<Scalar> max) const {
  return ember::clamp(self(this), min, max);
}

Tensor clamp_min(const Tensor& x, const Scalar& min) { return clamp(x, min); }
Tensor ComparisonMethods::clamp_min(const Scalar& min) const { return ember::clamp_min(self(this), min); }

Tensor clamp_max(const Tensor& x, const Scalar& max) { return clamp(x, {}, max); }
Tensor ComparisonMethods::clamp_max(const Scalar& max) const { return ember::clamp_max(self(this), max); }

Tensor fmax(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::fmax, a, b);
  return record_choice("fmax", y, a, b, [](const Tensor& x, const Tensor& z) { return (x > z) | isnan(z); });
}
Tensor ComparisonMethods::fmax(const Tensor& other) const { return ember::fmax(self(this), other); }

Tensor fmin(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::fmin, a, b);
  return record_choice("fmin", y, a, b, [](const Tensor& x, const Tensor& z) { return (x < z) | isnan(z); });
}
Tensor ComparisonMethods::fmin(const Tensor& other) const { return ember::fmin(self(this), other); }

Tensor clamp_between(const Tensor& x, const Tensor& min, const Tensor& max) {
  kernel::check_defined("clamp", "input", x);
  check<ValueError>(min.defined() || max.defined(), "clamp: at least one of min and max must be given");
  const auto is_number = [](const Tensor& limit) { return !limit.defined() || limit.impl()->is_wrapped_number; };
  const auto number = [](const Tensor& limit) {
    return limit.defined() ? std::optional<Scalar>(limit.item()) : std::nullopt;
  };
  if (is_number(min) && is_number(max)) return clamp(x, number(min), number(max));
  Tensor y = x;
  {
    const NoGradGuard no_grad;
    if (min.defined()) y = maximum(y, min);
    if (max.defined()) y = minimum(y, max);
  }
  // A limit takes the gradient of what lies beyond it and half of what equals it; the larger one all of it where they cross.
  return record("clamp", y, elements(x, min, max),
                [x = saved(x), min = saved(min), max = saved(max)](const Tensor& g, const Needs<3>&) {
                  const Tensor none = full({}, false, TensorOptions(kBool).device(g.device()));
                  const bool has_min = min().defined(), has_max = max().defined();
                  const Tensor crossed = has_min && has_max ? min() > max() : none;
                  const Tensor met = has_min && has_max ? min() == max() : none;
                  std::array<Tensor, 3> grads = {where(crossed, 0, g)};
                  const auto share = [&](const Tensor& beyond, const Tensor& at) {
                    const Tensor is_shared = at & ~met & ~crossed;
                    grads[0] = where(beyond, 0, where(is_shared, g / 2, grads[0]));
                    return where(crossed, 0, where(beyond, g, where(is_shared, g / 2, 0)));
                  };
                  if (has_min) grads[1] = share(x() < min(), x() == min());
                  if (has_max) grads[2] = where(crossed, g, share(x() > max(), x() == max()));
                  return grads;
                });
}

template <std::same_as<Tensor> T>
Tensor clamp(const Tensor& x, const T& min, const T& max) {
  return clamp_between(x, min, max);
}
template <std::same_as<Tensor> Limit>
Limit ComparisonMethods::clamp(const Limit& min, const Limit& max) const {
  return clamp_between(self(this), min, max);
}
template <std::same_as<Tensor> Limit>
Limit ComparisonMethods::clip(const Limit& min, const Limit& max) const {
  return clamp_between(self(this), min, max);
}
template <std::same_as<Tensor> Limit>
Limit& ComparisonMethods::clamp_(const Limit& min, const Limit& max) {
  return in_place("clamp_", self(this), clamp_between, min, max);
}
template <std::same_as<Tensor> Limit>
Limit& ComparisonMethods::clip_(const Limit& min, const Limit& max) {
  return in_place("clip_", self(this), clamp_between, min, max);
}
template Tensor clamp(const Tensor&, const Tensor&, const Tensor&);
template Tensor ComparisonMethods::clamp(const Tensor&, const Tensor&) const;
template Tensor ComparisonMethods::clip(const Tensor&, const Tensor&) const;
template Tensor& ComparisonMethods::clamp_(const Tensor&, const Tensor&);
template Tensor& ComparisonMethods::clip_(const Tensor&, const Tensor&);

Tensor heaviside(const Tensor& x, const Tensor& values) {
  kernel::check_defined("heaviside", "input", x);
  kernel::check_defined("heaviside", "values", values);
  check<TypeError>(x.dtype() == values.dtype(), "heaviside: values are ", describe(values),
                   " but must have input's dtype ", x.dtype());
  NoGradGuard no_grad;
  return where(x == 0, values, to(x > 0, x.dtype()));
}
Tensor ComparisonMethods::heaviside(const Tensor& values) const { return ember::heaviside(self(this), values); }
Tensor& ComparisonMethods::heaviside_(const Tensor& values) {
  return in_place("heaviside_", self(this), ember::heaviside, values);
}

Tensor bitwise_left_shift(const Tensor& a, const Tensor& b) {
  return kernel::binary(kernels::left_shift.as("bitwise_left_shift"), a, b);
}
Tensor operator<<(const Tensor& a, const Tensor& b) { return bitwise_left_shift(a, b); }
Tensor ComparisonMethods::bitwise_left_shift(const Tensor& other) const {
  return ember::bitwise_left_shift(self(this), other);
}
Tensor& ComparisonMethods::bitwise_left_shift_(const Tensor& other) {
  return in_place("bitwise_left_shift_", self(this), ember::bitwise_left_shift, other);
}

Tensor bitwise_right_shift(const Tensor& a, const Tensor& b) {
  return kernel::binary(kernels::right_shift.as("bitwise_right_shift"), a, b);
}
Tensor operator>>(const Tensor& a, const Tensor& b) { return bitwise_right_shift(a, b); }
Tensor ComparisonMethods::bitwise_right_shift(const Tensor& other) const {
  return ember::bitwise_right_shift(self(this), other);
}
Tensor& ComparisonMethods::bitwise_right_shift_(const Tensor& other) {
  return in_place("bitwise_right_shift_", self(this), ember::bitwise_right_shift, other);
}

Tensor signbit(const Tensor& x) { return kernel::unary(kernels::signbit, x, Result::Bool); }
Tensor ComparisonMethods::signbit() const { return ember::signbit(self(this)); }

Tensor isposinf(const Tensor& x) {
  kernel::check_defined("isposinf", "input", x);
  return x == INFINITY;
}
Tensor ComparisonMethods::isposinf() const { return ember::isposinf(self(this)); }

Tensor isneginf(const Tensor& x) {
  kernel::check_defined("isneginf", "input", x);
  return x == -INFINITY;
}
Tensor ComparisonMethods::isneginf() const { return ember::isneginf(self(this)); }

Tensor& clamp_(Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max) {
  return in_place("clamp_", x, [&](const Tensor& a) { return clamp(a, min, max); });
}
Tensor& ComparisonMethods::clamp_(std::optional<Scalar> min, std::optional<Scalar> max) {
  return ember::clamp_(self(this), min, max);
}
Tensor& ComparisonMethods::clip_(std::optional<Scalar> min, std::optional<Scalar> max) { return clamp_(min, max); }

Tensor& clamp_min_(Tensor& x, const Scalar& min) { return clamp_(x, min); }
Tensor& ComparisonMethods::clamp_min_(const Scalar& min) { return ember::clamp_min_(self(this), min); }

Tensor& clamp_max_(Tensor& x, const Scalar& max) { return clamp_(x, {}, max); }
Tensor& ComparisonMethods::clamp_max_(const Scalar& max) { return ember::clamp_max_(self(this), max); }

}  // namespace ember
