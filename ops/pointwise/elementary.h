// Elementary functions of real and complex numbers. Integers become the default floating-point dtype unless it says otherwise.
#pragma once

#include <optional>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// The angle of the point (b, a).
Tensor atan2(const Tensor& a, const Tensor& b);

// From here on integers become the default floating-point dtype.
Tensor exp(const Tensor& x);
/// exp(x) - 1, exact near 0.
Tensor expm1(const Tensor& x);
Tensor log(const Tensor& x);
/// log(1 + x), exact near 0.
Tensor log1p(const Tensor& x);
Tensor sqrt(const Tensor& x);
/// 1 / sqrt(x).
Tensor rsqrt(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tanh(const Tensor& x);
/// The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
Tensor erf(const Tensor& x);

// In-place twins: the result must have x's shape and a dtype that x can hold.
Tensor& exp_(Tensor& x);
Tensor& log_(Tensor& x);
Tensor& sqrt_(Tensor& x);
Tensor& tanh_(Tensor& x);

/// sqrt(a^2 + b^2) without overflow; floats only.
Tensor hypot(const Tensor& a, const Tensor& b);
/// log(exp(a) + exp(b)) without overflow; floats only.
Tensor logaddexp(const Tensor& a, const Tensor& b);
/// log2(2^a + 2^b).
Tensor logaddexp2(const Tensor& a, const Tensor& b);
/// x log(y), and 0 where x is 0, unless y is NaN.
Tensor xlogy(const Tensor& x, const Tensor& y);

Tensor tan(const Tensor& x);
Tensor asin(const Tensor& x);
Tensor acos(const Tensor& x);
Tensor atan(const Tensor& x);
Tensor sinh(const Tensor& x);
Tensor cosh(const Tensor& x);
Tensor asinh(const Tensor& x);
Tensor acosh(const Tensor& x);
Tensor atanh(const Tensor& x);
/// 2 to the power x.
Tensor exp2(const Tensor& x);
Tensor log2(const Tensor& x);
Tensor log10(const Tensor& x);
/// 1 - erf(x), exact for large x.
Tensor erfc(const Tensor& x);
/// sin(pi x) / (pi x), and 1 at 0.
Tensor sinc(const Tensor& x);
/// log(x / (1 - x)); with eps, of x limited to [eps, 1 - eps].
Tensor logit(const Tensor& x, std::optional<double> eps = {});
Tensor deg2rad(const Tensor& x);
Tensor rad2deg(const Tensor& x);

/// Methods of Tensor.
class ElementaryMethods {
 public:
  Tensor atan2(const Tensor& other) const;
  Tensor hypot(const Tensor& other) const;
  Tensor logaddexp(const Tensor& other) const;
  Tensor logaddexp2(const Tensor& other) const;
  Tensor xlogy(const Tensor& other) const;
  Tensor sqrt() const;
  Tensor rsqrt() const;
  Tensor exp() const;
  Tensor exp2() const;
  Tensor expm1() const;
  Tensor log() const;
  Tensor log2() const;
  Tensor log10() const;
  Tensor log1p() const;
  Tensor logit(std::optional<double> eps = {}) const;
  Tensor sin() const;
  Tensor cos() const;
  Tensor tan() const;
  Tensor asin() const;
  Tensor acos() const;
  Tensor atan() const;
  Tensor sinh() const;
  Tensor cosh() const;
  Tensor tanh() const;
  Tensor asinh() const;
  Tensor acosh() const;
  Tensor atanh() const;
  Tensor sinc() const;
  Tensor deg2rad() const;
  Tensor rad2deg() const;
  Tensor erf() const;
  Tensor erfc() const;
  Tensor arcsin() const;
  Tensor arccos() const;
  Tensor arctan() const;
  Tensor arctan2(const Tensor& other) const;
  Tensor arcsinh() const;
  Tensor arccosh() const;
  Tensor arctanh() const;
  Tensor& atan2_(const Tensor& other);
  Tensor& hypot_(const Tensor& other);
  Tensor& xlogy_(const Tensor& other);
  Tensor& sqrt_();
  Tensor& rsqrt_();
  Tensor& exp_();
  Tensor& exp2_();
  Tensor& expm1_();
  Tensor& log_();
  Tensor& log2_();
  Tensor& log10_();
  Tensor& log1p_();
  Tensor& logit_(std::optional<double> eps = {});
  Tensor& sin_();
  Tensor& cos_();
  Tensor& tan_();
  Tensor& asin_();
  Tensor& acos_();
  Tensor& atan_();
  Tensor& sinh_();
  Tensor& cosh_();
  Tensor& tanh_();
  Tensor& asinh_();
  Tensor& acosh_();
  Tensor& atanh_();
  Tensor& sinc_();
  Tensor& deg2rad_();
  Tensor& rad2deg_();
  Tensor& erf_();
  Tensor& erfc_();
  Tensor& arcsin_();
  Tensor& arccos_();
  Tensor& arctan_();
  Tensor& arctan2_(const Tensor& other);
  Tensor& arcsinh_();
  Tensor& arccosh_();
  Tensor& arctanh_();
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
