// Elementwise arithmetic. Inputs broadcast to one shape and promote to one dtype by PyTorch's rules; a C++ number promotes by its kind
// only. Each function throws Error naming itself, the shapes and the dtypes when they do not fit. The twins that end in _ write into x:
// the result must have its shape and a dtype that it can hold.
#pragma once

#include <optional>
#include <string_view>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// a + alpha b.
Tensor add(const Tensor& a, const Tensor& b, const Scalar& alpha = 1);
/// a - alpha b.
Tensor sub(const Tensor& a, const Tensor& b, const Scalar& alpha = 1);
Tensor mul(const Tensor& a, const Tensor& b);
/// True division: integers become the default floating-point dtype.
Tensor div(const Tensor& a, const Tensor& b);
/// The quotient rounded down, in the promoted dtype; no gradient.
Tensor floor_divide(const Tensor& a, const Tensor& b);
/// a - floor(a / b) b: the sign of the divisor, as Python's %.
Tensor remainder(const Tensor& a, const Tensor& b);
/// a to the power b, elementwise.
Tensor pow(const Tensor& a, const Tensor& b);

Tensor operator+(const Tensor& a, const Tensor& b);
Tensor operator-(const Tensor& a, const Tensor& b);
Tensor operator*(const Tensor& a, const Tensor& b);
Tensor operator/(const Tensor& a, const Tensor& b);
/// To the nearest integer, halves to even.
Tensor square(const Tensor& x);
/// 1 / sqrt(x).
Tensor reciprocal(const Tensor& x);
/// start + weight (end - start).
Tensor lerp(const Tensor& start, const Tensor& end, const Tensor& weight);
/// x + value a b.
Tensor addcmul(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value = 1);
/// x + value a / b.
Tensor addcdiv(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value = 1);

// In-place twins: the result must have x's shape and a dtype that x can hold.
Tensor& add_(Tensor& x, const Tensor& other, const Scalar& alpha = 1);
Tensor& sub_(Tensor& x, const Tensor& other, const Scalar& alpha = 1);
Tensor& mul_(Tensor& x, const Tensor& other);
Tensor& div_(Tensor& x, const Tensor& other);
Tensor& pow_(Tensor& x, const Tensor& exponent);
Tensor& lerp_(Tensor& x, const Tensor& end, const Tensor& weight);
Tensor& addcmul_(Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value = 1);
Tensor& addcdiv_(Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value = 1);

/// The quotient, rounded toward zero ("trunc") or down ("floor") in the promoted dtype, or not at all.
Tensor div(const Tensor& a, const Tensor& b, std::optional<std::string_view> rounding_mode);
/// a - trunc(a / b) b: the sign of the dividend, as C's fmod.
Tensor fmod(const Tensor& a, const Tensor& b);
/// b - alpha a.
Tensor rsub(const Tensor& a, const Tensor& b, const Scalar& alpha = 1);
/// pow in float64.
Tensor float_power(const Tensor& a, const Tensor& b);
/// x 2^other, in floating-point.
Tensor ldexp(const Tensor& x, const Tensor& other);

// Integers only.
Tensor gcd(const Tensor& a, const Tensor& b);
Tensor lcm(const Tensor& a, const Tensor& b);

/// Methods of Tensor.
class ArithmeticMethods {
 public:
  Tensor add(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor sub(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor rsub(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor mul(const Tensor& other) const;
  Tensor div(const Tensor& other) const;
  Tensor div(const Tensor& other, std::optional<std::string_view> rounding_mode) const;
  Tensor floor_divide(const Tensor& other) const;
  Tensor remainder(const Tensor& other) const;
  Tensor fmod(const Tensor& other) const;
  Tensor pow(const Tensor& exponent) const;
  Tensor float_power(const Tensor& exponent) const;
  Tensor ldexp(const Tensor& other) const;
  Tensor gcd(const Tensor& other) const;
  Tensor lcm(const Tensor& other) const;
  Tensor lerp(const Tensor& end, const Tensor& weight) const;
  Tensor addcmul(const Tensor& a, const Tensor& b, const Scalar& value = 1) const;
  Tensor addcdiv(const Tensor& a, const Tensor& b, const Scalar& value = 1) const;
  Tensor square() const;
  Tensor reciprocal() const;
  Tensor subtract(const Tensor& other, const Scalar& alpha = 1) const;
  Tensor multiply(const Tensor& other) const;
  Tensor divide(const Tensor& other) const;
  Tensor divide(const Tensor& other, std::optional<std::string_view> rounding_mode) const;
  Tensor true_divide(const Tensor& other) const;
  Tensor& add_(const Tensor& other, const Scalar& alpha = 1);
  Tensor& sub_(const Tensor& other, const Scalar& alpha = 1);
  Tensor& mul_(const Tensor& other);
  Tensor& div_(const Tensor& other);
  Tensor& div_(const Tensor& other, std::optional<std::string_view> rounding_mode);
  Tensor& floor_divide_(const Tensor& other);
  Tensor& remainder_(const Tensor& other);
  Tensor& fmod_(const Tensor& other);
  Tensor& pow_(const Tensor& exponent);
  Tensor& float_power_(const Tensor& exponent);
  Tensor& ldexp_(const Tensor& other);
  Tensor& gcd_(const Tensor& other);
  Tensor& lcm_(const Tensor& other);
  Tensor& lerp_(const Tensor& end, const Tensor& weight);
  Tensor& addcmul_(const Tensor& a, const Tensor& b, const Scalar& value = 1);
  Tensor& addcdiv_(const Tensor& a, const Tensor& b, const Scalar& value = 1);
  Tensor& square_();
  Tensor& reciprocal_();
  Tensor& subtract_(const Tensor& other, const Scalar& alpha = 1);
  Tensor& multiply_(const Tensor& other);
  Tensor& divide_(const Tensor& other);
  Tensor& divide_(const Tensor& other, std::optional<std::string_view> rounding_mode);
  Tensor& true_divide_(const Tensor& other);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
