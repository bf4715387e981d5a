// Elementary functions of one real number, beyond those of ops/pointwise.h. Integers become the default floating-point dtype
// unless it says otherwise.
#pragma once

#include <optional>

#include "core/tensor.h"

namespace ember {

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

// These keep integers.
/// Rounded toward zero.
Tensor trunc(const Tensor& x);
/// x - trunc(x); floats only.
Tensor frac(const Tensor& x);
/// To `decimals` places after the point, or before it when negative; floats only unless it is 0.
Tensor round(const Tensor& x, int64_t decimals);
/// x itself; TypeError for bools.
Tensor positive(const Tensor& x);
/// NaN and the infinities replaced; these by the largest and the smallest number of x's dtype unless given.
Tensor nan_to_num(const Tensor& x, std::optional<double> nan = {}, std::optional<double> posinf = {},
                  std::optional<double> neginf = {});
/// x = mantissa 2^exponent with |mantissa| in [1/2, 1); exponent is int32. Floats only.
std::pair<Tensor, Tensor> frexp(const Tensor& x);

// Tests, with bool results.
/// Negative, -0.0 included.
Tensor signbit(const Tensor& x);
Tensor isposinf(const Tensor& x);
Tensor isneginf(const Tensor& x);

}  // namespace ember
