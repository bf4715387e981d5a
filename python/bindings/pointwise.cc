// Elementwise ops.
#include "ops/pointwise/arithmetic.h"
#include "ops/pointwise/comparison.h"
#include "ops/pointwise/elementary.h"
#include "ops/pointwise/rounding.h"
#include "python/bindings/ops.h"

namespace ember::python {

void bind_pointwise(Ops& ops) {
  ops.add("add(input: Number, other: Number, *, alpha=1)", add, "input + alpha other.");
  ops.add("sub(input: Number, other: Number, *, alpha=1)", sub, "input - alpha other.");
  ops.add("mul(input: Number, other: Number)", mul, "The elementwise product.");
  ops.add(
      "div(input: Number, other: Number)", [](const Tensor& a, const Tensor& b) { return div(a, b); },
      "True division; integers become floats.");
  const auto rounded_div = [](const Tensor& a, const Tensor& b, std::optional<std::string_view> rounding_mode) {
    return div(a, b, rounding_mode);
  };
  ops.add("div(input: Number, other: Number, *, rounding_mode)", rounded_div,
          "The quotient rounded down ('floor') or to 0 ('trunc').");
  ops.add_in_place("div(input: Number, other: Number, *, rounding_mode)", rounded_div);
  ops.add_with_in_place("floor_divide(input: Number, other: Number)", floor_divide, "The quotient rounded down.");
  ops.add_with_in_place("remainder(input: Scalar, other: Scalar)", remainder, "Python's %: the sign of the divisor.");
  ops.add("pow(input: Scalar, exponent: Scalar)", pow, "input to the power exponent.");
  ops.add_with_in_place("atan2(input, other)", atan2, "The angle of the point (other, input).");
  ops.add("maximum(input, other)", maximum, "The larger element; NaN wins.");
  ops.add("minimum(input, other)", minimum, "The smaller element; NaN wins.");

  ops.add_with_in_place("eq(input, other: Number)", eq, "input == other, elementwise.");
  ops.add_with_in_place("ne(input, other: Number)", ne, "input != other, elementwise.");
  ops.add_with_in_place("lt(input, other: Number)", lt, "input < other, elementwise.");
  ops.add_with_in_place("le(input, other: Number)", le, "input <= other, elementwise.");
  ops.add_with_in_place("gt(input, other: Number)", gt, "input > other, elementwise.");
  ops.add_with_in_place("ge(input, other: Number)", ge, "input >= other, elementwise.");
  ops.add_with_in_place("logical_and(input, other)", logical_and, "Both are true.");
  ops.add_with_in_place("logical_or(input, other)", logical_or, "At least one is true.");
  ops.add_with_in_place("logical_xor(input, other)", logical_xor, "Exactly one is true.");
  ops.add_with_in_place("logical_not(input)", logical_not, "Not true.");
  ops.add_with_in_place("bitwise_and(input: Scalar, other: Scalar)", bitwise_and, "Bits of integers, logic on bools.");
  ops.add_with_in_place("bitwise_or(input: Scalar, other: Scalar)", bitwise_or, "Bits of integers, logic on bools.");
  ops.add_with_in_place("bitwise_xor(input: Scalar, other: Scalar)", bitwise_xor, "Bits of integers, logic on bools.");
  ops.add_with_in_place("bitwise_not(input)", bitwise_not, "Bits of integers, logic on bools.");

  ops.add("abs(input)", abs, "The absolute value.");
  ops.add("neg(input)", neg, "-input.");
  ops.add_with_in_place("sign(input)", sign, "-1, 0 or 1.");
  ops.add_with_in_place("floor(input)", floor, "Rounded down.");
  ops.add_with_in_place("ceil(input)", ceil, "Rounded up.");
  ops.add_with_in_place(
      "round(input, *, decimals=0)", [](const Tensor& x, int64_t decimals) { return round(x, decimals); },
      "To the nearest integer, halves to even, or to so many decimals.");
  ops.add_with_in_place("square(input)", square, "input times itself.");
  ops.add("exp(input)", exp, "e to the power input.");
  ops.add_with_in_place("expm1(input)", expm1, "exp(input) - 1, exact near 0.");
  ops.add("log(input)", log, "The natural logarithm.");
  ops.add_with_in_place("log1p(input)", log1p, "log(1 + input), exact near 0.");
  ops.add("sqrt(input)", sqrt, "The square root.");
  ops.add_with_in_place("rsqrt(input)", rsqrt, "1 / sqrt(input).");
  ops.add_with_in_place("reciprocal(input)", reciprocal, "1 / input.");
  ops.add_with_in_place("sin(input)", sin, "The sine.");
  ops.add_with_in_place("cos(input)", cos, "The cosine.");
  ops.add("tanh(input)", tanh, "The hyperbolic tangent.");
  ops.add_with_in_place("erf(input)", erf, "The error function.");
  ops.add("isnan(input)", isnan, "Not a number.");
  ops.add("isinf(input)", isinf, "Infinite.");
  ops.add("isfinite(input)", isfinite, "Neither infinite nor NaN.");
  ops.add_with_in_place("clamp(input, min: Number=None, max: Number=None)", clamp_between,
                        "input limited to [min, max].");
  ops.add_with_in_place(
      "clamp_min(input, min: Number)",
      [](const Tensor& x, const Tensor& min) { return clamp_between(x, min, Tensor()); }, "input, at least min.");
  ops.add_with_in_place(
      "clamp_max(input, max: Number)",
      [](const Tensor& x, const Tensor& max) { return clamp_between(x, Tensor(), max); }, "input, at most max.");
  ops.add_function("where(condition, input: Number, other: Number)", where,
                   "input where condition holds, other elsewhere.");
  ops.add_method(
      "where(input: Number, condition, other: Number)",
      [](const Tensor& x, const Tensor& condition, const Tensor& other) { return where(condition, x, other); });
  ops.add("lerp(input, end, weight: Number)", lerp, "input + weight (end - input).");
  ops.add("addcmul(input, tensor1, tensor2, *, value=1)", addcmul, "input + value tensor1 tensor2.");
  ops.add("addcdiv(input, tensor1, tensor2, *, value=1)", addcdiv, "input + value tensor1 / tensor2.");
}

}  // namespace ember::python
