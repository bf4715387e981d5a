// Elementary functions.
#include "ember/ops/pointwise/elementary.h"

#include "python/bindings/ops.h"

namespace ember::python {

void bind_elementary(Ops& ops) {
  ops.add_with_in_place("atan2(input, other)", atan2, "The angle of the point (other, input).");
  ops.add("exp(input)", exp, "e to the power input.");
  ops.add_with_in_place("expm1(input)", expm1, "exp(input) - 1, exact near 0.");
  ops.add_method("exp_(input)", exp_);
  ops.add("log(input)", log, "The natural logarithm.");
  ops.add_with_in_place("log1p(input)", log1p, "log(1 + input), exact near 0.");
  ops.add("sqrt(input)", sqrt, "The square root.");
  ops.add_with_in_place("rsqrt(input)", rsqrt, "1 / sqrt(input).");
  ops.add_with_in_place("sin(input)", sin, "The sine.");
  ops.add_with_in_place("cos(input)", cos, "The cosine.");
  ops.add("tanh(input)", tanh, "The hyperbolic tangent.");
  ops.add_method("tanh_(input)", tanh_);
  ops.add_with_in_place("erf(input)", erf, "The error function.");
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
  ops.add_with_in_place("hypot(input, other)", hypot, "sqrt(input^2 + other^2).");
  ops.add_method("sqrt_(input)", sqrt_);
  ops.add("logaddexp(input, other)", logaddexp, "log(exp(input) + exp(other)).");
  ops.add_method("log_(input)", log_);
  ops.add("logaddexp2(input, other)", logaddexp2, "log2(2^input + 2^other).");
  ops.add_with_in_place("xlogy(input: Scalar, other: Scalar)", xlogy, "input log(other), 0 where input is 0.");

  ops.alias_with_in_place("arcsin", "asin");
  ops.alias_with_in_place("arccos", "acos");
  ops.alias_with_in_place("arctan", "atan");
  ops.alias_with_in_place("arctan2", "atan2");
  ops.alias_with_in_place("arcsinh", "asinh");
  ops.alias_with_in_place("arccosh", "acosh");
  ops.alias_with_in_place("arctanh", "atanh");
}

}  // namespace ember::python
