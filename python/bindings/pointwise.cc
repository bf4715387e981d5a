// Elementwise ops and activations.
#include "ops/pointwise.h"

#include "ops/activation.h"
#include "python/bindings/ops.h"

namespace ember::python {

void bind_pointwise(Ops& ops, Ops& functional) {
  ops.add("add(input, other, *, alpha=1)", add, "input + alpha other.");
  ops.add("sub(input, other, *, alpha=1)", sub, "input - alpha other.");
  ops.add("mul(input, other)", mul, "The elementwise product.");
  ops.add("div(input, other)", div, "True division; integers become floats.");
  ops.add("floor_divide(input, other)", floor_divide, "The quotient rounded down.");
  ops.add("remainder(input, other)", remainder, "Python's %: the sign of the divisor.");
  ops.add("pow(input, exponent)", pow, "input to the power exponent.");
  ops.add("atan2(input, other)", atan2, "The angle of the point (other, input).");
  ops.add("maximum(input, other)", maximum, "The larger element; NaN wins.");
  ops.add("minimum(input, other)", minimum, "The smaller element; NaN wins.");

  ops.add("eq(input, other)", eq, "input == other, elementwise.");
  ops.add("ne(input, other)", ne, "input != other, elementwise.");
  ops.add("lt(input, other)", lt, "input < other, elementwise.");
  ops.add("le(input, other)", le, "input <= other, elementwise.");
  ops.add("gt(input, other)", gt, "input > other, elementwise.");
  ops.add("ge(input, other)", ge, "input >= other, elementwise.");
  ops.add("logical_and(input, other)", logical_and, "Both are true.");
  ops.add("logical_or(input, other)", logical_or, "At least one is true.");
  ops.add("logical_xor(input, other)", logical_xor, "Exactly one is true.");
  ops.add("logical_not(input)", logical_not, "Not true.");
  ops.add("bitwise_and(input, other)", bitwise_and, "Bits of integers, logic on bools.");
  ops.add("bitwise_or(input, other)", bitwise_or, "Bits of integers, logic on bools.");
  ops.add("bitwise_xor(input, other)", bitwise_xor, "Bits of integers, logic on bools.");
  ops.add("bitwise_not(input)", bitwise_not, "Bits of integers, logic on bools.");

  ops.add("abs(input)", abs, "The absolute value.");
  ops.add("neg(input)", neg, "-input.");
  ops.add("sign(input)", sign, "-1, 0 or 1.");
  ops.add("floor(input)", floor, "Rounded down.");
  ops.add("ceil(input)", ceil, "Rounded up.");
  ops.add("round(input)", round, "To the nearest integer, halves to even.");
  ops.add("square(input)", square, "input times itself.");
  ops.add("exp(input)", exp, "e to the power input.");
  ops.add("expm1(input)", expm1, "exp(input) - 1, exact near 0.");
  ops.add("log(input)", log, "The natural logarithm.");
  ops.add("log1p(input)", log1p, "log(1 + input), exact near 0.");
  ops.add("sqrt(input)", sqrt, "The square root.");
  ops.add("rsqrt(input)", rsqrt, "1 / sqrt(input).");
  ops.add("reciprocal(input)", reciprocal, "1 / input.");
  ops.add("sin(input)", sin, "The sine.");
  ops.add("cos(input)", cos, "The cosine.");
  ops.add("tanh(input)", tanh, "The hyperbolic tangent.");
  ops.add("erf(input)", erf, "The error function.");
  ops.add("isnan(input)", isnan, "Not a number.");
  ops.add("isinf(input)", isinf, "Infinite.");
  ops.add("isfinite(input)", isfinite, "Neither infinite nor NaN.");
  ops.add("clamp(input, min=None, max=None)", clamp, "input limited to [min, max].");
  ops.add("clamp_min(input, min)", clamp_min, "input, at least min.");
  ops.add("clamp_max(input, max)", clamp_max, "input, at most max.");
  ops.add_function("where(condition, input, other)", where, "input where condition holds, other elsewhere.");
  ops.add_method("where(input, condition, other)", [](const Tensor& x, const Tensor& condition, const Tensor& other) {
    return where(condition, x, other);
  });
  ops.add("lerp(input, end, weight)", lerp, "input + weight (end - input).");
  ops.add("addcmul(input, tensor1, tensor2, *, value=1)", addcmul, "input + value tensor1 tensor2.");
  ops.add("addcdiv(input, tensor1, tensor2, *, value=1)", addcdiv, "input + value tensor1 / tensor2.");

  ops.add("relu(input)", relu, "max(input, 0).");
  ops.add("sigmoid(input)", sigmoid, "1 / (1 + exp(-input)).");
  for (auto [name, existing] : {std::pair{"absolute", "abs"},
                                {"negative", "neg"},
                                {"subtract", "sub"},
                                {"multiply", "mul"},
                                {"divide", "div"},
                                {"true_divide", "div"},
                                {"clip", "clamp"},
                                {"greater", "gt"},
                                {"less", "lt"},
                                {"not_equal", "ne"},
                                {"greater_equal", "ge"},
                                {"less_equal", "le"}})
    ops.alias(name, existing);

  functional.add_function(
      "relu(input, inplace=False)", [](Tensor& x, bool inplace) { return inplace ? relu_(x) : relu(x); },
      "max(input, 0).");
  functional.add_function("relu6(input)", relu6, "min(max(input, 0), 6).");
  functional.add_function("leaky_relu(input, negative_slope=0.01)", leaky_relu,
                          "input where positive, negative_slope input elsewhere.");
  functional.add_function("elu(input, alpha=1.0)", elu, "input where positive, alpha (exp(input) - 1) elsewhere.");
  functional.add_function("sigmoid(input)", sigmoid, "1 / (1 + exp(-input)).");
  functional.add_function("tanh(input)", tanh, "The hyperbolic tangent.");
  functional.add_function("logsigmoid(input)", logsigmoid, "log(sigmoid(input)).");
  functional.add_function("silu(input)", silu, "input sigmoid(input).");
  functional.add_function("gelu(input, approximate='none')", gelu, "input Phi(input), exactly or by 'tanh'.");
  functional.add_function("softplus(input, beta=1.0)", softplus, "log(1 + exp(beta input)) / beta.");
  functional.add_function("hardswish(input)", hardswish, "input relu6(input + 3) / 6.");
}

}  // namespace ember::python
