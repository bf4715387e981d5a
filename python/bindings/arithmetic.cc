// Elementwise arithmetic.
#include "ember/ops/pointwise/arithmetic.h"

#include "python/bindings/ops.h"

namespace ember::python {

void bind_arithmetic(Ops& ops) {
  ops.add("add(input: Number, other: Number, *, alpha=1)", add, "input + alpha other.");
  ops.add_method("add_(input, other: Number, *, alpha=1)", add_);
  ops.add("sub(input: Number, other: Number, *, alpha=1)", sub, "input - alpha other.");
  ops.add_method("sub_(input, other: Number, *, alpha=1)", sub_);
  ops.add("mul(input: Number, other: Number)", mul, "The elementwise product.");
  ops.add_method("mul_(input, other: Number)", mul_);
  ops.add(
      "div(input: Number, other: Number)", [](const Tensor& a, const Tensor& b) { return div(a, b); },
      "True division; integers become floats.");
  const auto rounded_div = [](const Tensor& a, const Tensor& b, std::optional<std::string_view> rounding_mode) {
    return div(a, b, rounding_mode);
  };
  ops.add("div(input: Number, other: Number, *, rounding_mode)", rounded_div,
          "The quotient rounded down ('floor') or to 0 ('trunc').");
  ops.add_in_place("div(input: Number, other: Number, *, rounding_mode)", rounded_div);
  ops.add_method("div_(input, other: Number)", div_);
  ops.add_with_in_place("floor_divide(input: Number, other: Number)", floor_divide, "The quotient rounded down.");
  ops.add_with_in_place("remainder(input: Scalar, other: Scalar)", remainder, "Python's %: the sign of the divisor.");
  ops.add("pow(input: Scalar, exponent: Scalar)", pow, "input to the power exponent.");
  ops.add_method("pow_(input, exponent: Number)", pow_);
  ops.add_with_in_place("square(input)", square, "input times itself.");
  ops.add_with_in_place("reciprocal(input)", reciprocal, "1 / input.");
  ops.add("lerp(input, end, weight: Number)", lerp, "input + weight (end - input).");
  ops.add_method("lerp_(input, end, weight: Number)", lerp_);
  ops.add("addcmul(input, tensor1, tensor2, *, value=1)", addcmul, "input + value tensor1 tensor2.");
  ops.add_method("addcmul_(input, tensor1, tensor2, *, value=1)", addcmul_);
  ops.add("addcdiv(input, tensor1, tensor2, *, value=1)", addcdiv, "input + value tensor1 / tensor2.");
  ops.add_method("addcdiv_(input, tensor1, tensor2, *, value=1)", addcdiv_);
  ops.add_with_in_place("fmod(input, other: Number)", fmod, "C's remainder: the sign of the dividend.");
  ops.add_method("__rdiv__(input, other: Number)", [](const Tensor& a, const Tensor& b) { return div(b, a); });
  ops.add("rsub(input, other: Number, *, alpha=1)", rsub, "other - alpha input.");
  ops.add_with_in_place("float_power(input: Scalar, exponent: Scalar)", float_power, "pow in float64.");
  ops.add_with_in_place("ldexp(input, other)", ldexp, "input 2^other.");
  ops.add_with_in_place("gcd(input, other)", gcd, "The greatest common divisor.");
  ops.add_with_in_place("lcm(input, other)", lcm, "The least common multiple.");

  ops.alias_with_in_place("subtract", "sub");
  ops.alias_with_in_place("multiply", "mul");
  ops.alias_with_in_place("divide", "div");
  ops.alias_with_in_place("true_divide", "div");
}

}  // namespace ember::python
