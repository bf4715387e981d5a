// Tensor's methods that work element by element.
#include "ops/activation.h"
#include "ops/arithmetic.h"
#include "ops/complex.h"
#include "ops/elementary.h"
#include "ops/pointwise.h"
#include "ops/shaped_activation.h"
#include "ops/special.h"

namespace ember {

Tensor TensorMethods::add(const Tensor& other, const Scalar& alpha) const { return ember::add(self(), other, alpha); }
Tensor TensorMethods::sub(const Tensor& other, const Scalar& alpha) const { return ember::sub(self(), other, alpha); }
Tensor TensorMethods::rsub(const Tensor& other, const Scalar& alpha) const { return ember::rsub(self(), other, alpha); }
Tensor TensorMethods::mul(const Tensor& other) const { return ember::mul(self(), other); }
Tensor TensorMethods::div(const Tensor& other) const { return ember::div(self(), other); }
Tensor TensorMethods::div(const Tensor& other, std::optional<std::string_view> rounding_mode) const {
  return ember::div(self(), other, rounding_mode);
}
Tensor TensorMethods::floor_divide(const Tensor& other) const { return ember::floor_divide(self(), other); }
Tensor TensorMethods::remainder(const Tensor& other) const { return ember::remainder(self(), other); }
Tensor TensorMethods::fmod(const Tensor& other) const { return ember::fmod(self(), other); }
Tensor TensorMethods::pow(const Tensor& exponent) const { return ember::pow(self(), exponent); }
Tensor TensorMethods::float_power(const Tensor& exponent) const { return ember::float_power(self(), exponent); }
Tensor TensorMethods::ldexp(const Tensor& other) const { return ember::ldexp(self(), other); }
Tensor TensorMethods::atan2(const Tensor& other) const { return ember::atan2(self(), other); }
Tensor TensorMethods::hypot(const Tensor& other) const { return ember::hypot(self(), other); }
Tensor TensorMethods::copysign(const Tensor& other) const { return ember::copysign(self(), other); }
Tensor TensorMethods::nextafter(const Tensor& other) const { return ember::nextafter(self(), other); }
Tensor TensorMethods::heaviside(const Tensor& values) const { return ember::heaviside(self(), values); }
Tensor TensorMethods::logaddexp(const Tensor& other) const { return ember::logaddexp(self(), other); }
Tensor TensorMethods::logaddexp2(const Tensor& other) const { return ember::logaddexp2(self(), other); }
Tensor TensorMethods::xlogy(const Tensor& other) const { return ember::xlogy(self(), other); }
Tensor TensorMethods::gcd(const Tensor& other) const { return ember::gcd(self(), other); }
Tensor TensorMethods::lcm(const Tensor& other) const { return ember::lcm(self(), other); }
Tensor TensorMethods::lerp(const Tensor& end, const Tensor& weight) const { return ember::lerp(self(), end, weight); }
Tensor TensorMethods::addcmul(const Tensor& a, const Tensor& b, const Scalar& value) const {
  return ember::addcmul(self(), a, b, value);
}
Tensor TensorMethods::addcdiv(const Tensor& a, const Tensor& b, const Scalar& value) const {
  return ember::addcdiv(self(), a, b, value);
}
Tensor TensorMethods::maximum(const Tensor& other) const { return ember::maximum(self(), other); }
Tensor TensorMethods::minimum(const Tensor& other) const { return ember::minimum(self(), other); }
Tensor TensorMethods::fmax(const Tensor& other) const { return ember::fmax(self(), other); }
Tensor TensorMethods::fmin(const Tensor& other) const { return ember::fmin(self(), other); }
Tensor TensorMethods::clamp(std::optional<Scalar> min, std::optional<Scalar> max) const {
  return ember::clamp(self(), min, max);
}
Tensor TensorMethods::clamp_min(const Scalar& min) const { return ember::clamp_min(self(), min); }
Tensor TensorMethods::clamp_max(const Scalar& max) const { return ember::clamp_max(self(), max); }

Tensor TensorMethods::eq(const Tensor& other) const { return ember::eq(self(), other); }
Tensor TensorMethods::ne(const Tensor& other) const { return ember::ne(self(), other); }
Tensor TensorMethods::lt(const Tensor& other) const { return ember::lt(self(), other); }
Tensor TensorMethods::le(const Tensor& other) const { return ember::le(self(), other); }
Tensor TensorMethods::gt(const Tensor& other) const { return ember::gt(self(), other); }
Tensor TensorMethods::ge(const Tensor& other) const { return ember::ge(self(), other); }
Tensor TensorMethods::logical_and(const Tensor& other) const { return ember::logical_and(self(), other); }
Tensor TensorMethods::logical_or(const Tensor& other) const { return ember::logical_or(self(), other); }
Tensor TensorMethods::logical_xor(const Tensor& other) const { return ember::logical_xor(self(), other); }
Tensor TensorMethods::logical_not() const { return ember::logical_not(self()); }
Tensor TensorMethods::bitwise_and(const Tensor& other) const { return ember::bitwise_and(self(), other); }
Tensor TensorMethods::bitwise_or(const Tensor& other) const { return ember::bitwise_or(self(), other); }
Tensor TensorMethods::bitwise_xor(const Tensor& other) const { return ember::bitwise_xor(self(), other); }
Tensor TensorMethods::bitwise_not() const { return ember::bitwise_not(self()); }
Tensor TensorMethods::bitwise_left_shift(const Tensor& other) const { return ember::bitwise_left_shift(self(), other); }
Tensor TensorMethods::bitwise_right_shift(const Tensor& other) const {
  return ember::bitwise_right_shift(self(), other);
}
Tensor TensorMethods::where(const Tensor& condition, const Tensor& other) const {
  return ember::where(condition, self(), other);
}

Tensor TensorMethods::abs() const { return ember::abs(self()); }
Tensor TensorMethods::neg() const { return ember::neg(self()); }
Tensor TensorMethods::positive() const { return ember::positive(self()); }
Tensor TensorMethods::sign() const { return ember::sign(self()); }
Tensor TensorMethods::signbit() const { return ember::signbit(self()); }
Tensor TensorMethods::floor() const { return ember::floor(self()); }
Tensor TensorMethods::ceil() const { return ember::ceil(self()); }
Tensor TensorMethods::round() const { return ember::round(self()); }
Tensor TensorMethods::round(int64_t decimals) const { return ember::round(self(), decimals); }
Tensor TensorMethods::trunc() const { return ember::trunc(self()); }
Tensor TensorMethods::frac() const { return ember::frac(self()); }
Tensor TensorMethods::square() const { return ember::square(self()); }
Tensor TensorMethods::sqrt() const { return ember::sqrt(self()); }
Tensor TensorMethods::rsqrt() const { return ember::rsqrt(self()); }
Tensor TensorMethods::reciprocal() const { return ember::reciprocal(self()); }
Tensor TensorMethods::exp() const { return ember::exp(self()); }
Tensor TensorMethods::exp2() const { return ember::exp2(self()); }
Tensor TensorMethods::expm1() const { return ember::expm1(self()); }
Tensor TensorMethods::log() const { return ember::log(self()); }
Tensor TensorMethods::log2() const { return ember::log2(self()); }
Tensor TensorMethods::log10() const { return ember::log10(self()); }
Tensor TensorMethods::log1p() const { return ember::log1p(self()); }
Tensor TensorMethods::logit(std::optional<double> eps) const { return ember::logit(self(), eps); }
Tensor TensorMethods::sin() const { return ember::sin(self()); }
Tensor TensorMethods::cos() const { return ember::cos(self()); }
Tensor TensorMethods::tan() const { return ember::tan(self()); }
Tensor TensorMethods::asin() const { return ember::asin(self()); }
Tensor TensorMethods::acos() const { return ember::acos(self()); }
Tensor TensorMethods::atan() const { return ember::atan(self()); }
Tensor TensorMethods::sinh() const { return ember::sinh(self()); }
Tensor TensorMethods::cosh() const { return ember::cosh(self()); }
Tensor TensorMethods::tanh() const { return ember::tanh(self()); }
Tensor TensorMethods::asinh() const { return ember::asinh(self()); }
Tensor TensorMethods::acosh() const { return ember::acosh(self()); }
Tensor TensorMethods::atanh() const { return ember::atanh(self()); }
Tensor TensorMethods::sinc() const { return ember::sinc(self()); }
Tensor TensorMethods::deg2rad() const { return ember::deg2rad(self()); }
Tensor TensorMethods::rad2deg() const { return ember::rad2deg(self()); }
Tensor TensorMethods::nan_to_num(std::optional<double> nan, std::optional<double> posinf,
                                 std::optional<double> neginf) const {
  return ember::nan_to_num(self(), nan, posinf, neginf);
}
std::pair<Tensor, Tensor> TensorMethods::frexp() const { return ember::frexp(self()); }
Tensor TensorMethods::isnan() const { return ember::isnan(self()); }
Tensor TensorMethods::isinf() const { return ember::isinf(self()); }
Tensor TensorMethods::isfinite() const { return ember::isfinite(self()); }
Tensor TensorMethods::isposinf() const { return ember::isposinf(self()); }
Tensor TensorMethods::isneginf() const { return ember::isneginf(self()); }
Tensor TensorMethods::isreal() const { return ember::isreal(self()); }
Tensor TensorMethods::relu() const { return ember::relu(self()); }
Tensor TensorMethods::sigmoid() const { return ember::sigmoid(self()); }
Tensor TensorMethods::prelu(const Tensor& weight) const { return ember::prelu(self(), weight); }
Tensor TensorMethods::hardshrink(double lambd) const { return ember::hardshrink(self(), lambd); }

Tensor TensorMethods::erf() const { return ember::erf(self()); }
Tensor TensorMethods::erfc() const { return ember::erfc(self()); }
Tensor TensorMethods::erfinv() const { return ember::erfinv(self()); }
Tensor TensorMethods::lgamma() const { return ember::lgamma(self()); }
Tensor TensorMethods::digamma() const { return ember::digamma(self()); }
Tensor TensorMethods::polygamma(int64_t n) const { return ember::polygamma(n, self()); }
Tensor TensorMethods::mvlgamma(int64_t p) const { return ember::mvlgamma(self(), p); }
Tensor TensorMethods::igamma(const Tensor& other) const { return ember::igamma(self(), other); }
Tensor TensorMethods::igammac(const Tensor& other) const { return ember::igammac(self(), other); }
Tensor TensorMethods::i0() const { return ember::i0(self()); }

Tensor TensorMethods::conj() const { return ember::conj(self()); }
Tensor TensorMethods::conj_physical() const { return ember::conj(self()); }
Tensor TensorMethods::resolve_conj() const { return self(); }
Tensor TensorMethods::resolve_neg() const { return self(); }
Tensor TensorMethods::real() const { return ember::real(self()); }
Tensor TensorMethods::imag() const { return ember::imag(self()); }
Tensor TensorMethods::view_as_real() const { return ember::view_as_real(self()); }
Tensor TensorMethods::view_as_complex() const { return ember::view_as_complex(self()); }
Tensor TensorMethods::angle() const { return ember::angle(self()); }
Tensor TensorMethods::sgn() const { return ember::sgn(self()); }

Tensor TensorMethods::absolute() const { return ember::abs(self()); }
Tensor TensorMethods::negative() const { return ember::neg(self()); }
Tensor TensorMethods::subtract(const Tensor& other, const Scalar& alpha) const {
  return ember::sub(self(), other, alpha);
}
Tensor TensorMethods::multiply(const Tensor& other) const { return ember::mul(self(), other); }
Tensor TensorMethods::divide(const Tensor& other) const { return ember::div(self(), other); }
Tensor TensorMethods::divide(const Tensor& other, std::optional<std::string_view> rounding_mode) const {
  return ember::div(self(), other, rounding_mode);
}
Tensor TensorMethods::true_divide(const Tensor& other) const { return ember::div(self(), other); }
Tensor TensorMethods::clip(std::optional<Scalar> min, std::optional<Scalar> max) const {
  return ember::clamp(self(), min, max);
}
Tensor TensorMethods::greater(const Tensor& other) const { return ember::gt(self(), other); }
Tensor TensorMethods::greater_equal(const Tensor& other) const { return ember::ge(self(), other); }
Tensor TensorMethods::less(const Tensor& other) const { return ember::lt(self(), other); }
Tensor TensorMethods::less_equal(const Tensor& other) const { return ember::le(self(), other); }
Tensor TensorMethods::not_equal(const Tensor& other) const { return ember::ne(self(), other); }
Tensor TensorMethods::arcsin() const { return ember::asin(self()); }
Tensor TensorMethods::arccos() const { return ember::acos(self()); }
Tensor TensorMethods::arctan() const { return ember::atan(self()); }
Tensor TensorMethods::arctan2(const Tensor& other) const { return ember::atan2(self(), other); }
Tensor TensorMethods::arcsinh() const { return ember::asinh(self()); }
Tensor TensorMethods::arccosh() const { return ember::acosh(self()); }
Tensor TensorMethods::arctanh() const { return ember::atanh(self()); }
Tensor TensorMethods::fix() const { return ember::trunc(self()); }

Tensor TensorMethods::clamp_between(const Tensor& min, const Tensor& max) const {
  return ember::clamp_between(self(), min, max);
}

}  // namespace ember
