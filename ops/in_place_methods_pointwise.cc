// Tensor's in-place methods that work element by element.
#include "ops/activation.h"
#include "ops/arithmetic.h"
#include "ops/complex.h"
#include "ops/elementary.h"
#include "ops/in_place.h"
#include "ops/pointwise.h"
#include "ops/special.h"

namespace ember {

Tensor& InPlaceMethods::add_(const Tensor& other, const Scalar& alpha) { return ember::add_(self(), other, alpha); }
Tensor& InPlaceMethods::sub_(const Tensor& other, const Scalar& alpha) { return ember::sub_(self(), other, alpha); }
Tensor& InPlaceMethods::mul_(const Tensor& other) { return ember::mul_(self(), other); }
Tensor& InPlaceMethods::div_(const Tensor& other) { return ember::div_(self(), other); }
Tensor& InPlaceMethods::div_(const Tensor& other, std::optional<std::string_view> rounding_mode) {
  return in_place("div_", self(), [&](const Tensor& x) { return ember::div(x, other, rounding_mode); });
}
Tensor& InPlaceMethods::floor_divide_(const Tensor& other) {
  return in_place("floor_divide_", self(), ember::floor_divide, other);
}
Tensor& InPlaceMethods::remainder_(const Tensor& other) {
  return in_place("remainder_", self(), ember::remainder, other);
}
Tensor& InPlaceMethods::fmod_(const Tensor& other) { return in_place("fmod_", self(), ember::fmod, other); }
Tensor& InPlaceMethods::pow_(const Tensor& exponent) { return ember::pow_(self(), exponent); }
Tensor& InPlaceMethods::float_power_(const Tensor& exponent) {
  return in_place("float_power_", self(), ember::float_power, exponent);
}
Tensor& InPlaceMethods::ldexp_(const Tensor& other) { return in_place("ldexp_", self(), ember::ldexp, other); }
Tensor& InPlaceMethods::atan2_(const Tensor& other) { return in_place("atan2_", self(), ember::atan2, other); }
Tensor& InPlaceMethods::hypot_(const Tensor& other) { return in_place("hypot_", self(), ember::hypot, other); }
Tensor& InPlaceMethods::copysign_(const Tensor& other) { return in_place("copysign_", self(), ember::copysign, other); }
Tensor& InPlaceMethods::nextafter_(const Tensor& other) {
  return in_place("nextafter_", self(), ember::nextafter, other);
}
Tensor& InPlaceMethods::heaviside_(const Tensor& values) {
  return in_place("heaviside_", self(), ember::heaviside, values);
}
Tensor& InPlaceMethods::xlogy_(const Tensor& other) { return in_place("xlogy_", self(), ember::xlogy, other); }
Tensor& InPlaceMethods::gcd_(const Tensor& other) { return in_place("gcd_", self(), ember::gcd, other); }
Tensor& InPlaceMethods::lcm_(const Tensor& other) { return in_place("lcm_", self(), ember::lcm, other); }
Tensor& InPlaceMethods::lerp_(const Tensor& end, const Tensor& weight) { return ember::lerp_(self(), end, weight); }
Tensor& InPlaceMethods::addcmul_(const Tensor& a, const Tensor& b, const Scalar& value) {
  return ember::addcmul_(self(), a, b, value);
}
Tensor& InPlaceMethods::addcdiv_(const Tensor& a, const Tensor& b, const Scalar& value) {
  return ember::addcdiv_(self(), a, b, value);
}
Tensor& InPlaceMethods::clamp_(std::optional<Scalar> min, std::optional<Scalar> max) {
  return ember::clamp_(self(), min, max);
}
Tensor& InPlaceMethods::clamp_min_(const Scalar& min) { return ember::clamp_min_(self(), min); }
Tensor& InPlaceMethods::clamp_max_(const Scalar& max) { return ember::clamp_max_(self(), max); }

Tensor& InPlaceMethods::eq_(const Tensor& other) { return in_place("eq_", self(), ember::eq, other); }
Tensor& InPlaceMethods::ne_(const Tensor& other) { return in_place("ne_", self(), ember::ne, other); }
Tensor& InPlaceMethods::lt_(const Tensor& other) { return in_place("lt_", self(), ember::lt, other); }
Tensor& InPlaceMethods::le_(const Tensor& other) { return in_place("le_", self(), ember::le, other); }
Tensor& InPlaceMethods::gt_(const Tensor& other) { return in_place("gt_", self(), ember::gt, other); }
Tensor& InPlaceMethods::ge_(const Tensor& other) { return in_place("ge_", self(), ember::ge, other); }
Tensor& InPlaceMethods::logical_and_(const Tensor& other) {
  return in_place("logical_and_", self(), ember::logical_and, other);
}
Tensor& InPlaceMethods::logical_or_(const Tensor& other) {
  return in_place("logical_or_", self(), ember::logical_or, other);
}
Tensor& InPlaceMethods::logical_xor_(const Tensor& other) {
  return in_place("logical_xor_", self(), ember::logical_xor, other);
}
Tensor& InPlaceMethods::logical_not_() { return in_place("logical_not_", self(), ember::logical_not); }
Tensor& InPlaceMethods::bitwise_and_(const Tensor& other) {
  return in_place("bitwise_and_", self(), ember::bitwise_and, other);
}
Tensor& InPlaceMethods::bitwise_or_(const Tensor& other) {
  return in_place("bitwise_or_", self(), ember::bitwise_or, other);
}
Tensor& InPlaceMethods::bitwise_xor_(const Tensor& other) {
  return in_place("bitwise_xor_", self(), ember::bitwise_xor, other);
}
Tensor& InPlaceMethods::bitwise_not_() { return in_place("bitwise_not_", self(), ember::bitwise_not); }
Tensor& InPlaceMethods::bitwise_left_shift_(const Tensor& other) {
  return in_place("bitwise_left_shift_", self(), ember::bitwise_left_shift, other);
}
Tensor& InPlaceMethods::bitwise_right_shift_(const Tensor& other) {
  return in_place("bitwise_right_shift_", self(), ember::bitwise_right_shift, other);
}

Tensor& InPlaceMethods::abs_() { return ember::abs_(self()); }
Tensor& InPlaceMethods::neg_() { return ember::neg_(self()); }
Tensor& InPlaceMethods::sign_() { return in_place("sign_", self(), ember::sign); }
Tensor& InPlaceMethods::sgn_() { return in_place("sgn_", self(), ember::sgn); }
Tensor& InPlaceMethods::conj_physical_() { return in_place("conj_physical_", self(), ember::conj); }
Tensor& InPlaceMethods::floor_() { return in_place("floor_", self(), ember::floor); }
Tensor& InPlaceMethods::ceil_() { return in_place("ceil_", self(), ember::ceil); }
Tensor& InPlaceMethods::round_() {
  return in_place("round_", self(), [](const Tensor& x) { return ember::round(x); });
}
Tensor& InPlaceMethods::round_(int64_t decimals) {
  return in_place("round_", self(), [&](const Tensor& x) { return ember::round(x, decimals); });
}
Tensor& InPlaceMethods::trunc_() { return in_place("trunc_", self(), ember::trunc); }
Tensor& InPlaceMethods::frac_() { return in_place("frac_", self(), ember::frac); }
Tensor& InPlaceMethods::square_() { return in_place("square_", self(), ember::square); }
Tensor& InPlaceMethods::sqrt_() { return ember::sqrt_(self()); }
Tensor& InPlaceMethods::rsqrt_() { return in_place("rsqrt_", self(), ember::rsqrt); }
Tensor& InPlaceMethods::reciprocal_() { return in_place("reciprocal_", self(), ember::reciprocal); }
Tensor& InPlaceMethods::exp_() { return ember::exp_(self()); }
Tensor& InPlaceMethods::exp2_() { return in_place("exp2_", self(), ember::exp2); }
Tensor& InPlaceMethods::expm1_() { return in_place("expm1_", self(), ember::expm1); }
Tensor& InPlaceMethods::log_() { return ember::log_(self()); }
Tensor& InPlaceMethods::log2_() { return in_place("log2_", self(), ember::log2); }
Tensor& InPlaceMethods::log10_() { return in_place("log10_", self(), ember::log10); }
Tensor& InPlaceMethods::log1p_() { return in_place("log1p_", self(), ember::log1p); }
Tensor& InPlaceMethods::logit_(std::optional<double> eps) { return in_place("logit_", self(), ember::logit, eps); }
Tensor& InPlaceMethods::sin_() { return in_place("sin_", self(), ember::sin); }
Tensor& InPlaceMethods::cos_() { return in_place("cos_", self(), ember::cos); }
Tensor& InPlaceMethods::tan_() { return in_place("tan_", self(), ember::tan); }
Tensor& InPlaceMethods::asin_() { return in_place("asin_", self(), ember::asin); }
Tensor& InPlaceMethods::acos_() { return in_place("acos_", self(), ember::acos); }
Tensor& InPlaceMethods::atan_() { return in_place("atan_", self(), ember::atan); }
Tensor& InPlaceMethods::sinh_() { return in_place("sinh_", self(), ember::sinh); }
Tensor& InPlaceMethods::cosh_() { return in_place("cosh_", self(), ember::cosh); }
Tensor& InPlaceMethods::tanh_() { return ember::tanh_(self()); }
Tensor& InPlaceMethods::asinh_() { return in_place("asinh_", self(), ember::asinh); }
Tensor& InPlaceMethods::acosh_() { return in_place("acosh_", self(), ember::acosh); }
Tensor& InPlaceMethods::atanh_() { return in_place("atanh_", self(), ember::atanh); }
Tensor& InPlaceMethods::sinc_() { return in_place("sinc_", self(), ember::sinc); }
Tensor& InPlaceMethods::deg2rad_() { return in_place("deg2rad_", self(), ember::deg2rad); }
Tensor& InPlaceMethods::rad2deg_() { return in_place("rad2deg_", self(), ember::rad2deg); }
Tensor& InPlaceMethods::nan_to_num_(std::optional<double> nan, std::optional<double> posinf,
                                    std::optional<double> neginf) {
  return in_place("nan_to_num_", self(), ember::nan_to_num, nan, posinf, neginf);
}
Tensor& InPlaceMethods::relu_() { return ember::relu_(self()); }
Tensor& InPlaceMethods::sigmoid_() { return ember::sigmoid_(self()); }
Tensor& InPlaceMethods::erf_() { return in_place("erf_", self(), ember::erf); }
Tensor& InPlaceMethods::erfc_() { return in_place("erfc_", self(), ember::erfc); }
Tensor& InPlaceMethods::erfinv_() { return in_place("erfinv_", self(), ember::erfinv); }
Tensor& InPlaceMethods::lgamma_() { return in_place("lgamma_", self(), ember::lgamma); }
Tensor& InPlaceMethods::digamma_() { return in_place("digamma_", self(), ember::digamma); }
Tensor& InPlaceMethods::polygamma_(int64_t n) {
  return in_place("polygamma_", self(), [&](const Tensor& x) { return ember::polygamma(n, x); });
}
Tensor& InPlaceMethods::mvlgamma_(int64_t p) { return in_place("mvlgamma_", self(), ember::mvlgamma, p); }
Tensor& InPlaceMethods::igamma_(const Tensor& other) { return in_place("igamma_", self(), ember::igamma, other); }
Tensor& InPlaceMethods::igammac_(const Tensor& other) { return in_place("igammac_", self(), ember::igammac, other); }
Tensor& InPlaceMethods::i0_() { return in_place("i0_", self(), ember::i0); }

Tensor& InPlaceMethods::absolute_() { return abs_(); }
Tensor& InPlaceMethods::negative_() { return neg_(); }
Tensor& InPlaceMethods::subtract_(const Tensor& other, const Scalar& alpha) { return sub_(other, alpha); }
Tensor& InPlaceMethods::multiply_(const Tensor& other) { return mul_(other); }
Tensor& InPlaceMethods::divide_(const Tensor& other) { return div_(other); }
Tensor& InPlaceMethods::divide_(const Tensor& other, std::optional<std::string_view> rounding_mode) {
  return div_(other, rounding_mode);
}
Tensor& InPlaceMethods::true_divide_(const Tensor& other) { return div_(other); }
Tensor& InPlaceMethods::clip_(std::optional<Scalar> min, std::optional<Scalar> max) { return clamp_(min, max); }
Tensor& InPlaceMethods::greater_(const Tensor& other) { return gt_(other); }
Tensor& InPlaceMethods::greater_equal_(const Tensor& other) { return ge_(other); }
Tensor& InPlaceMethods::less_(const Tensor& other) { return lt_(other); }
Tensor& InPlaceMethods::less_equal_(const Tensor& other) { return le_(other); }
Tensor& InPlaceMethods::not_equal_(const Tensor& other) { return ne_(other); }
Tensor& InPlaceMethods::arcsin_() { return asin_(); }
Tensor& InPlaceMethods::arccos_() { return acos_(); }
Tensor& InPlaceMethods::arctan_() { return atan_(); }
Tensor& InPlaceMethods::arctan2_(const Tensor& other) { return atan2_(other); }
Tensor& InPlaceMethods::arcsinh_() { return asinh_(); }
Tensor& InPlaceMethods::arccosh_() { return acosh_(); }
Tensor& InPlaceMethods::arctanh_() { return atanh_(); }
Tensor& InPlaceMethods::fix_() { return trunc_(); }

Tensor& InPlaceMethods::clamp_between_(const char* name, const Tensor& min, const Tensor& max) {
  return in_place(name, self(), ember::clamp_between, min, max);
}

}  // namespace ember
