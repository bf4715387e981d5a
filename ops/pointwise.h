// Elementwise arithmetic, comparison and mathematics. Inputs broadcast to one shape and promote to one dtype by PyTorch's rules;
// a C++ number promotes by its kind only. Each function throws Error naming itself, the shapes and the dtypes when they do not fit.
#pragma once

#include <optional>

#include "core/tensor.h"

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
/// The angle of the point (b, a).
Tensor atan2(const Tensor& a, const Tensor& b);
/// The larger element; NaN wins. Equal elements share the gradient.
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Tensor& b);

inline Tensor operator+(const Tensor& a, const Tensor& b) { return add(a, b); }
inline Tensor operator-(const Tensor& a, const Tensor& b) { return sub(a, b); }
inline Tensor operator*(const Tensor& a, const Tensor& b) { return mul(a, b); }
inline Tensor operator/(const Tensor& a, const Tensor& b) { return div(a, b); }

/// Comparisons give bool tensors.
Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);

inline Tensor operator==(const Tensor& a, const Tensor& b) { return eq(a, b); }
inline Tensor operator!=(const Tensor& a, const Tensor& b) { return ne(a, b); }
inline Tensor operator<(const Tensor& a, const Tensor& b) { return lt(a, b); }
inline Tensor operator<=(const Tensor& a, const Tensor& b) { return le(a, b); }
inline Tensor operator>(const Tensor& a, const Tensor& b) { return gt(a, b); }
inline Tensor operator>=(const Tensor& a, const Tensor& b) { return ge(a, b); }

/// Logic on truth values; bool results.
Tensor logical_and(const Tensor& a, const Tensor& b);
Tensor logical_or(const Tensor& a, const Tensor& b);
Tensor logical_xor(const Tensor& a, const Tensor& b);
Tensor logical_not(const Tensor& x);
/// Bits of integers, or logic on bools; TypeError for floats.
Tensor bitwise_and(const Tensor& a, const Tensor& b);
Tensor bitwise_or(const Tensor& a, const Tensor& b);
Tensor bitwise_xor(const Tensor& a, const Tensor& b);
Tensor bitwise_not(const Tensor& x);

inline Tensor operator&(const Tensor& a, const Tensor& b) { return bitwise_and(a, b); }
inline Tensor operator|(const Tensor& a, const Tensor& b) { return bitwise_or(a, b); }
inline Tensor operator^(const Tensor& a, const Tensor& b) { return bitwise_xor(a, b); }
inline Tensor operator~(const Tensor& x) { return bitwise_not(x); }

Tensor abs(const Tensor& x);
Tensor neg(const Tensor& x);
inline Tensor operator-(const Tensor& x) { return neg(x); }
/// -1, 0 or 1; its gradient is zero.
Tensor sign(const Tensor& x);
Tensor floor(const Tensor& x);
Tensor ceil(const Tensor& x);
/// To the nearest integer, halves to even.
Tensor round(const Tensor& x);
Tensor square(const Tensor& x);

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
Tensor reciprocal(const Tensor& x);
Tensor sin(const Tensor& x);
Tensor cos(const Tensor& x);
Tensor tanh(const Tensor& x);
/// The error function, 2 / sqrt(pi) times the integral of exp(-t^2) from 0 to x.
Tensor erf(const Tensor& x);

Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);

/// x limited to [min, max]; the gradient passes where x was between them. Throws unless at least one limit is given.
Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max = {});
Tensor clamp_min(const Tensor& x, const Scalar& min);
Tensor clamp_max(const Tensor& x, const Scalar& max);
/// a where `condition` (bool) holds, b elsewhere; all three broadcast.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);
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
Tensor& exp_(Tensor& x);
Tensor& log_(Tensor& x);
Tensor& sqrt_(Tensor& x);
Tensor& tanh_(Tensor& x);
Tensor& neg_(Tensor& x);
Tensor& abs_(Tensor& x);
Tensor& clamp_(Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max = {});
Tensor& clamp_min_(Tensor& x, const Scalar& min);
Tensor& clamp_max_(Tensor& x, const Scalar& max);
Tensor& lerp_(Tensor& x, const Tensor& end, const Tensor& weight);
Tensor& addcmul_(Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value = 1);
Tensor& addcdiv_(Tensor& x, const Tensor& a, const Tensor& b, const Scalar& value = 1);

}  // namespace ember
