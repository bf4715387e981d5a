// Elementwise comparisons, logic and bits, and the choices made by them.
#include "ember/ops/pointwise/comparison.h"

#include "ember/ops/indexing/take.h"
#include "python/bindings/ops.h"

namespace ember::python {

void bind_comparison(Ops& ops) {
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
  ops.add_function("where(condition)", nonzero_tuple);
  ops.add_method(
      "where(input: Number, condition, other: Number)",
      [](const Tensor& x, const Tensor& condition, const Tensor& other) { return where(condition, x, other); });
  ops.add("signbit(input)", signbit, "Negative, -0.0 included.");
  ops.add("isposinf(input)", isposinf, "Infinity.");
  ops.add("isneginf(input)", isneginf, "Minus infinity.");
  ops.add("fmax(input, other)", fmax, "The larger element; a number wins over NaN.");
  ops.add("fmin(input, other)", fmin, "The smaller element; a number wins over NaN.");
  ops.add_with_in_place("heaviside(input, values)", heaviside, "0, values or 1 where input is below, at or above 0.");
  ops.add_with_in_place("bitwise_left_shift(input: Scalar, other: Scalar)", bitwise_left_shift, "input 2^other.");
  ops.add_with_in_place("bitwise_right_shift(input: Scalar, other: Scalar)", bitwise_right_shift,
                        "input / 2^other, rounded down.");

  ops.alias_with_in_place("clip", "clamp");
  ops.alias_with_in_place("greater", "gt");
  ops.alias_with_in_place("less", "lt");
  ops.alias_with_in_place("not_equal", "ne");
  ops.alias_with_in_place("greater_equal", "ge");
  ops.alias_with_in_place("less_equal", "le");
}

}  // namespace ember::python
