#include "ops/arithmetic.h"

#include <cmath>
#include <numbers>

#include "autograd/record.h"
#include "core/kernels/pointwise.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/elementary.h"
#include "ops/in_float32.h"
#include "ops/kernel.h"
#include "ops/pointwise.h"

namespace ember {

using kernel::Result;

namespace {

Tensor no_slope(const Tensor& g) { return zeros_like(g); }

/// Equal elements share the gradient; else `a_wins(a, b)` says who gets it.
template <class F>
Tensor record_choice(const char* op, const Tensor& y, const Tensor& a, const Tensor& b, F a_wins) {
  return record(
      op, y, inputs(a, b),
      [a = saved(a), b = saved(b), a_wins](const Tensor& g) {
        return where(a() == b(), g / 2, where(a_wins(a(), b()), g, 0));
      },
      [a = saved(a), b = saved(b), a_wins](const Tensor& g) {
        return where(a() == b(), g / 2, where(a_wins(a(), b()), 0, g));
      });
}

}  // namespace

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
  return record("div", y, inputs(a, b), no_slope, no_slope);
}

Tensor fmod(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::fmod, a, b);
  return record(
      "fmod", y, inputs(a, b), [](const Tensor& g) { return g; },
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return -g * div(a(), b(), "trunc"); }));
}

Tensor rsub(const Tensor& a, const Tensor& b, const Scalar& alpha) {
  kernel::check_defined("rsub", "input", a);
  kernel::check_defined("rsub", "other", b);
  broadcast_shapes(a.sizes(), b.sizes(), "rsub");  // so that a message names these two in this order
  return sub(b, a, alpha);
}

Tensor float_power(const Tensor& a, const Tensor& b) {
  kernel::check_defined("float_power", "input", a);
  kernel::check_defined("float_power", "exponent", b);
  const DType dtype = a.is_complex() || b.is_complex() ? kComplex128 : kFloat64;
  const Tensor exponent = b.impl()->is_wrapped_number ? b : to(b, dtype);
  return pow(to(a, dtype), exponent);
}

Tensor ldexp(const Tensor& x, const Tensor& other) {
  kernel::check_defined("ldexp", "input", x);
  kernel::check_defined("ldexp", "other", other);
  return in_float32([](const Tensor& a, const Tensor& b) { return a * pow(Tensor(Scalar(2.0)), b); }, x, other);
}

Tensor fmax(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::fmax, a, b);
  return record_choice("fmax", y, a, b, [](const Tensor& x, const Tensor& z) { return (x > z) | isnan(z); });
}

Tensor fmin(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::fmin, a, b);
  return record_choice("fmin", y, a, b, [](const Tensor& x, const Tensor& z) { return (x < z) | isnan(z); });
}

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
  return record("clamp", y, inputs(x, min, max),
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

Tensor hypot(const Tensor& a, const Tensor& b) {
  // The gradient needs the length, also where it is beyond the dtype.
  if (are_16_bit(a, b) && (a.requires_grad() || b.requires_grad())) return in_float32(hypot, a, b);
  auto y = kernel::binary(kernels::hypot, a, b);
  return record("hypot", y, inputs(a, b),
                in_float32([a = saved_wide(a), y = saved_wide_output(y)](const Tensor& g) { return g * (a() / y()); }),
                in_float32([b = saved_wide(b), y = saved_wide_output(y)](const Tensor& g) { return g * (b() / y()); }));
}

Tensor copysign(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::copysign, a, b, Result::Float);
  return record(
      "copysign", y, inputs(a, b),
      [a = saved(a), b = saved(b)](const Tensor& g) {
        return where(a() == 0, 0, where(signbit(a()) == signbit(b()), g, -g));
      },
      no_slope);
}

Tensor nextafter(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::nextafter, a, b);
  return record(
      "nextafter", y, inputs(a, b), [a = saved(a), b = saved(b)](const Tensor& g) { return where(a() == b(), 0, g); },
      no_slope);
}

Tensor heaviside(const Tensor& x, const Tensor& values) {
  kernel::check_defined("heaviside", "input", x);
  kernel::check_defined("heaviside", "values", values);
  check<TypeError>(x.dtype() == values.dtype(), "heaviside: values are ", describe(values),
                   " but must have input's dtype ", x.dtype());
  NoGradGuard no_grad;
  return where(x == 0, values, to(x > 0, x.dtype()));
}

Tensor logaddexp(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::logaddexp, a, b);
  // 1 / (1 + exp(b - a)), which has no NaN where a or b is infinite but where both are.
  return record(
      "logaddexp", y, inputs(a, b),
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return g / (1 + exp(b() - a())); }),
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return g / (1 + exp(a() - b())); }));
}

Tensor logaddexp2(const Tensor& a, const Tensor& b) {
  auto y = kernel::binary(kernels::logaddexp2, a, b);
  return record(
      "logaddexp2", y, inputs(a, b),
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return g / (1 + exp2(b() - a())); }),
      in_float32([a = saved_wide(a), b = saved_wide(b)](const Tensor& g) { return g / (1 + exp2(a() - b())); }));
}

Tensor xlogy(const Tensor& x, const Tensor& y) {
  auto z = kernel::binary(kernels::xlogy, x, y, Result::Float);
  return record("xlogy", z, inputs(x, y), in_float32([x = saved_wide(x), y = saved_wide(y)](const Tensor& g) {
                  return where((x() == 0) & (y() <= 0), 0, g * log(y()));
                }),
                in_float32([x = saved_wide(x), y = saved_wide(y)](const Tensor& g) { return g * x() / y(); }));
}

Tensor gcd(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::gcd, a, b); }
Tensor lcm(const Tensor& a, const Tensor& b) { return kernel::binary(kernels::lcm, a, b); }
Tensor bitwise_left_shift(const Tensor& a, const Tensor& b) {
  return kernel::binary(kernels::left_shift.as("bitwise_left_shift"), a, b);
}
Tensor bitwise_right_shift(const Tensor& a, const Tensor& b) {
  return kernel::binary(kernels::right_shift.as("bitwise_right_shift"), a, b);
}

}  // namespace ember
