// More elementwise functions of one and two numbers.
#include "ops/pointwise/elementary.h"

#include "ops/pointwise/arithmetic.h"
#include "ops/pointwise/comparison.h"
#include "ops/pointwise/rounding.h"
#include "python/bindings/made_once.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

PyObject* named_frexp(const Tensor& x) {
  PyTypeObject* type = made_once([] {
    static PyStructSequence_Field fields[] = {{"mantissa", nullptr}, {"exponent", nullptr}, {nullptr, nullptr}};
    static PyStructSequence_Desc description = {"ember.return_types.frexp", "Mantissa and exponent.", fields, 2};
    return PyStructSequence_NewType(&description);
  });
  const auto [mantissa, exponent] = frexp(x);
  PyObject* result = PyStructSequence_New(type);
  if (!result) throw_python_error();
  PyStructSequence_SetItem(result, 0, wrap(mantissa));
  PyStructSequence_SetItem(result, 1, wrap(exponent));
  return result;
}

void bind_unary(Ops& ops) {
  ops.add_with_in_place("tan(input)", tan, "The tangent.");
  ops.add_with_in_place("asin(input)", asin, "The inverse sine.");
  ops.add_with_in_place("acos(input)", acos, "The inverse cosine.");
  ops.add_with_in_place("atan(input)", atan, "The inverse tangent.");
  ops.add_with_in_place("sinh(input)", sinh, "The hyperbolic sine.");
  ops.add_with_in_place("cosh(input)", cosh, "The hyperbolic cosine.");
  ops.add_with_in_place("asinh(input)", asinh, "The inverse hyperbolic sine.");
  ops.add_with_in_place("acosh(input)", acosh, "The inverse hyperbolic cosine.");
  ops.add_with_in_place("atanh(input)", atanh, "The inverse hyperbolic tangent.");
  ops.add_with_in_place("exp2(input)", exp2, "2 to the power input.");
  ops.add_with_in_place("log2(input)", log2, "The logarithm to base 2.");
  ops.add_with_in_place("log10(input)", log10, "The logarithm to base 10.");
  ops.add_with_in_place("erfc(input)", erfc, "1 - erf(input).");
  ops.add_with_in_place("sinc(input)", sinc, "sin(pi input) / (pi input).");
  ops.add_with_in_place("logit(input, eps=None)", logit, "log(input / (1 - input)), input limited to [eps, 1 - eps].");
  ops.add_with_in_place("deg2rad(input)", deg2rad, "Degrees to radians.");
  ops.add_with_in_place("rad2deg(input)", rad2deg, "Radians to degrees.");
  ops.add_with_in_place("trunc(input)", trunc, "Rounded toward zero.");
  ops.add_with_in_place("frac(input)", frac, "input - trunc(input).");
  ops.add("positive(input)", positive, "input itself.");
  ops.add_with_in_place("nan_to_num(input, nan=None, posinf=None, neginf=None)", nan_to_num,
                        "NaN and infinities replaced by numbers.");
  ops.add("frexp(input)", named_frexp, "Mantissa and exponent, input = mantissa 2^exponent.");
  ops.add("signbit(input)", signbit, "Negative, -0.0 included.");
  ops.add("isposinf(input)", isposinf, "Infinity.");
  ops.add("isneginf(input)", isneginf, "Minus infinity.");
}

void bind_binary(Ops& ops) {
  ops.add_with_in_place("fmod(input, other: Number)", fmod, "C's remainder: the sign of the dividend.");
  ops.add_method("__rdiv__(input, other: Number)", [](const Tensor& a, const Tensor& b) { return div(b, a); });
  ops.add("rsub(input, other: Number, *, alpha=1)", rsub, "other - alpha input.");
  ops.add_with_in_place("float_power(input: Scalar, exponent: Scalar)", float_power, "pow in float64.");
  ops.add_with_in_place("ldexp(input, other)", ldexp, "input 2^other.");
  ops.add("fmax(input, other)", fmax, "The larger element; a number wins over NaN.");
  ops.add("fmin(input, other)", fmin, "The smaller element; a number wins over NaN.");
  ops.add_with_in_place("hypot(input, other)", hypot, "sqrt(input^2 + other^2).");
  ops.add_with_in_place("copysign(input, other: Number)", copysign, "|input| with other's sign.");
  ops.add_with_in_place("nextafter(input, other)", nextafter, "The next number toward other.");
  ops.add_with_in_place("heaviside(input, values)", heaviside, "0, values or 1 where input is below, at or above 0.");
  ops.add("logaddexp(input, other)", logaddexp, "log(exp(input) + exp(other)).");
  ops.add("logaddexp2(input, other)", logaddexp2, "log2(2^input + 2^other).");
  ops.add_with_in_place("xlogy(input: Scalar, other: Scalar)", xlogy, "input log(other), 0 where input is 0.");
  ops.add_with_in_place("gcd(input, other)", gcd, "The greatest common divisor.");
  ops.add_with_in_place("lcm(input, other)", lcm, "The least common multiple.");
  ops.add_with_in_place("bitwise_left_shift(input: Scalar, other: Scalar)", bitwise_left_shift, "input 2^other.");
  ops.add_with_in_place("bitwise_right_shift(input: Scalar, other: Scalar)", bitwise_right_shift,
                        "input / 2^other, rounded down.");
}

}  // namespace

void bind_elementary(Ops& ops) {
  bind_unary(ops);
  bind_binary(ops);
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
                                {"less_equal", "le"},
                                {"arcsin", "asin"},
                                {"arccos", "acos"},
                                {"arctan", "atan"},
                                {"arctan2", "atan2"},
                                {"arcsinh", "asinh"},
                                {"arccosh", "acosh"},
                                {"arctanh", "atanh"},
                                {"fix", "trunc"}}) {
    ops.alias(name, existing);
    ops.alias((std::string(name) + "_").c_str(), (std::string(existing) + "_").c_str());
  }
}

}  // namespace ember::python
