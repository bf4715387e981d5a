// Mathematics of one argument; declared in ops/pointwise.h.
#include <cmath>
#include <numbers>

#include "autograd/record.h"
#include "core/kernels/pointwise.h"
#include "ops/complex.h"
#include "ops/creation.h"
#include "ops/in_float32.h"
#include "ops/kernel.h"
#include "ops/pointwise.h"

namespace ember {

using kernel::Result;

namespace {

/// For piecewise constant functions: the derivative is zero wherever there is one.
Tensor no_slope(const Tensor& g) { return zeros_like(g); }

}  // namespace

Tensor abs(const Tensor& x) {
  auto y = kernel::unary(kernels::abs, x, Result::Real);
  return record("abs", y, inputs(x), [x = saved(x)](const Tensor& g) { return g * sgn(x()); });
}

Tensor neg(const Tensor& x) {
  kernel::check_defined("neg", "input", x);
  check<NotImplementedError>(x.dtype() != kBool, "neg: bool tensors have no negative, use logical_not");
  auto y = kernel::unary(kernels::neg, x);
  return record("neg", y, inputs(x), [](const Tensor& g) { return -g; });
}

Tensor sign(const Tensor& x) {
  auto y = kernel::unary(kernels::sign, x);
  return record("sign", y, inputs(x), no_slope);
}

Tensor floor(const Tensor& x) {
  auto y = kernel::unary(kernels::floor, x);
  return record("floor", y, inputs(x), no_slope);
}

Tensor ceil(const Tensor& x) {
  auto y = kernel::unary(kernels::ceil, x);
  return record("ceil", y, inputs(x), no_slope);
}

Tensor round(const Tensor& x) {
  auto y = kernel::unary(kernels::round, x);
  return record("round", y, inputs(x), no_slope);
}

Tensor square(const Tensor& x) { return pow(x, 2); }

Tensor exp(const Tensor& x) {
  auto y = kernel::unary(kernels::exp, x, Result::Float);
  return record("exp", y, inputs(x), [y = saved_output(y)](const Tensor& g) { return g * conj(y()); });
}

Tensor expm1(const Tensor& x) {
  auto y = kernel::unary(kernels::expm1, x, Result::Float);
  return record("expm1", y, inputs(x),
                in_float32([y = saved_wide_output(y)](const Tensor& g) { return g * (y() + 1); }));
}

Tensor log(const Tensor& x) {
  auto y = kernel::unary(kernels::log, x, Result::Float);
  return record("log", y, inputs(x), [x = saved(x)](const Tensor& g) { return g / conj(x()); });
}

Tensor log1p(const Tensor& x) {
  auto y = kernel::unary(kernels::log1p, x, Result::Float);
  return record("log1p", y, inputs(x), in_float32([x = saved_wide(x)](const Tensor& g) { return g / (x() + 1); }));
}

Tensor sqrt(const Tensor& x) {
  auto y = kernel::unary(kernels::sqrt, x, Result::Float);
  return record("sqrt", y, inputs(x),
                in_float32([y = saved_wide_output(y)](const Tensor& g) { return g / conj(y() * 2); }));
}

Tensor rsqrt(const Tensor& x) {
  auto y = kernel::unary(kernels::rsqrt, x, Result::Float);
  return record("rsqrt", y, inputs(x),
                in_float32([y = saved_wide_output(y)](const Tensor& g) { return g * -0.5 * conj(pow(y(), 3)); }));
}

Tensor reciprocal(const Tensor& x) {
  auto y = kernel::unary(kernels::reciprocal, x, Result::Float);
  return record("reciprocal", y, inputs(x),
                in_float32([y = saved_wide_output(y)](const Tensor& g) { return -g * conj(square(y())); }));
}

Tensor sin(const Tensor& x) {
  auto y = kernel::unary(kernels::sin, x, Result::Float);
  return record("sin", y, inputs(x), in_float32([x = saved_wide(x)](const Tensor& g) { return g * conj(cos(x())); }));
}

Tensor cos(const Tensor& x) {
  auto y = kernel::unary(kernels::cos, x, Result::Float);
  return record("cos", y, inputs(x), in_float32([x = saved_wide(x)](const Tensor& g) { return -g * conj(sin(x())); }));
}

Tensor erf(const Tensor& x) {
  auto y = kernel::unary(kernels::erf, x, Result::Float);
  return record("erf", y, inputs(x), in_float32([x = saved_wide(x)](const Tensor& g) {
                  return g * (2 * std::numbers::inv_sqrtpi) * exp(-square(x()));
                }));
}

}  // namespace ember
