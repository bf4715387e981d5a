// Elementwise arithmetic of two numbers, beyond that of ops/pointwise.h: other divisions, extremes, logarithmic sums, integers.
#pragma once

#include <concepts>
#include <optional>
#include <string_view>

#include "core/tensor.h"

namespace ember {

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

/// The larger element; a number wins over NaN.
Tensor fmax(const Tensor& a, const Tensor& b);
Tensor fmin(const Tensor& a, const Tensor& b);
/// x limited to [min, max], which broadcast; either may be undefined. Where min > max the result is max.
Tensor clamp_between(const Tensor& x, const Tensor& min, const Tensor& max);
template <std::same_as<Tensor> T>
Tensor clamp(const Tensor& x, const T& min, const T& max = {}) {
  return clamp_between(x, min, max);
}

/// sqrt(a^2 + b^2) without overflow; floats only.
Tensor hypot(const Tensor& a, const Tensor& b);
/// |a| with b's sign.
Tensor copysign(const Tensor& a, const Tensor& b);
/// The next number after a in the direction of b; floats only. Its gradient is a's.
Tensor nextafter(const Tensor& a, const Tensor& b);
/// 0 where x < 0, `values` where x is 0, 1 where x > 0; both have one dtype. No gradient.
Tensor heaviside(const Tensor& x, const Tensor& values);
/// log(exp(a) + exp(b)) without overflow; floats only.
Tensor logaddexp(const Tensor& a, const Tensor& b);
/// log2(2^a + 2^b).
Tensor logaddexp2(const Tensor& a, const Tensor& b);
/// x log(y), and 0 where x is 0, unless y is NaN.
Tensor xlogy(const Tensor& x, const Tensor& y);

// Integers only.
Tensor gcd(const Tensor& a, const Tensor& b);
Tensor lcm(const Tensor& a, const Tensor& b);
/// a 2^b; bits that do not fit are lost.
Tensor bitwise_left_shift(const Tensor& a, const Tensor& b);
/// a / 2^b, rounded down.
Tensor bitwise_right_shift(const Tensor& a, const Tensor& b);

inline Tensor operator<<(const Tensor& a, const Tensor& b) { return bitwise_left_shift(a, b); }
inline Tensor operator>>(const Tensor& a, const Tensor& b) { return bitwise_right_shift(a, b); }

}  // namespace ember
