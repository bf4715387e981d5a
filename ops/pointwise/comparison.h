// Elementwise comparisons, logic and bits, and the choices made by them. Inputs broadcast and promote as in arithmetic.h.
#pragma once

#include <concepts>
#include <optional>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// The larger element; NaN wins. Equal elements share the gradient.
Tensor maximum(const Tensor& a, const Tensor& b);
Tensor minimum(const Tensor& a, const Tensor& b);

/// Comparisons give bool tensors.
Tensor eq(const Tensor& a, const Tensor& b);
Tensor ne(const Tensor& a, const Tensor& b);
Tensor lt(const Tensor& a, const Tensor& b);
Tensor le(const Tensor& a, const Tensor& b);
Tensor gt(const Tensor& a, const Tensor& b);
Tensor ge(const Tensor& a, const Tensor& b);

Tensor operator==(const Tensor& a, const Tensor& b);
Tensor operator!=(const Tensor& a, const Tensor& b);
Tensor operator<(const Tensor& a, const Tensor& b);
Tensor operator<=(const Tensor& a, const Tensor& b);
Tensor operator>(const Tensor& a, const Tensor& b);
Tensor operator>=(const Tensor& a, const Tensor& b);

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

Tensor operator&(const Tensor& a, const Tensor& b);
Tensor operator|(const Tensor& a, const Tensor& b);
Tensor operator^(const Tensor& a, const Tensor& b);
Tensor operator~(const Tensor& x);

Tensor isnan(const Tensor& x);
Tensor isinf(const Tensor& x);
Tensor isfinite(const Tensor& x);

/// x limited to [min, max]; the gradient passes where x was between them. Throws unless at least one limit is given.
Tensor clamp(const Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max = {});
Tensor clamp_min(const Tensor& x, const Scalar& min);
Tensor clamp_max(const Tensor& x, const Scalar& max);
/// a where `condition` (bool) holds, b elsewhere; all three broadcast.
Tensor where(const Tensor& condition, const Tensor& a, const Tensor& b);

// In-place twins: the result must have x's shape and a dtype that x can hold.
Tensor& clamp_(Tensor& x, std::optional<Scalar> min, std::optional<Scalar> max = {});
Tensor& clamp_min_(Tensor& x, const Scalar& min);
Tensor& clamp_max_(Tensor& x, const Scalar& max);

/// The larger element; a number wins over NaN.
Tensor fmax(const Tensor& a, const Tensor& b);
Tensor fmin(const Tensor& a, const Tensor& b);
/// x limited to [min, max], which broadcast; either may be undefined. Where min > max the result is max.
Tensor clamp_between(const Tensor& x, const Tensor& min, const Tensor& max);
template <std::same_as<Tensor> T>
Tensor clamp(const Tensor& x, const T& min, const T& max = {});
/// 0 where x < 0, `values` where x is 0, 1 where x > 0; both have one dtype. No gradient.
Tensor heaviside(const Tensor& x, const Tensor& values);
/// a 2^b; bits that do not fit are lost.
Tensor bitwise_left_shift(const Tensor& a, const Tensor& b);
/// a / 2^b, rounded down.
Tensor bitwise_right_shift(const Tensor& a, const Tensor& b);

Tensor operator<<(const Tensor& a, const Tensor& b);
Tensor operator>>(const Tensor& a, const Tensor& b);

// Tests, with bool results.
/// Negative, -0.0 included.
Tensor signbit(const Tensor& x);
Tensor isposinf(const Tensor& x);
Tensor isneginf(const Tensor& x);

/// Methods of Tensor.
class ComparisonMethods {
 public:
  Tensor heaviside(const Tensor& values) const;
  Tensor maximum(const Tensor& other) const;
  Tensor minimum(const Tensor& other) const;
  Tensor fmax(const Tensor& other) const;
  Tensor fmin(const Tensor& other) const;
  Tensor clamp(std::optional<Scalar> min, std::optional<Scalar> max = {}) const;
  Tensor clamp_min(const Scalar& min) const;
  Tensor clamp_max(const Scalar& max) const;
  Tensor eq(const Tensor& other) const;
  Tensor ne(const Tensor& other) const;
  Tensor lt(const Tensor& other) const;
  Tensor le(const Tensor& other) const;
  Tensor gt(const Tensor& other) const;
  Tensor ge(const Tensor& other) const;
  Tensor logical_and(const Tensor& other) const;
  Tensor logical_or(const Tensor& other) const;
  Tensor logical_xor(const Tensor& other) const;
  Tensor logical_not() const;
  Tensor bitwise_and(const Tensor& other) const;
  Tensor bitwise_or(const Tensor& other) const;
  Tensor bitwise_xor(const Tensor& other) const;
  Tensor bitwise_not() const;
  Tensor bitwise_left_shift(const Tensor& other) const;
  Tensor bitwise_right_shift(const Tensor& other) const;
  /// This tensor where `condition` holds, `other` elsewhere.
  Tensor where(const Tensor& condition, const Tensor& other) const;
  Tensor signbit() const;
  Tensor isnan() const;
  Tensor isinf() const;
  Tensor isfinite() const;
  Tensor isposinf() const;
  Tensor isneginf() const;
  Tensor clip(std::optional<Scalar> min, std::optional<Scalar> max = {}) const;
  Tensor greater(const Tensor& other) const;
  Tensor greater_equal(const Tensor& other) const;
  Tensor less(const Tensor& other) const;
  Tensor less_equal(const Tensor& other) const;
  Tensor not_equal(const Tensor& other) const;
  // Limits that are tensors; one of them may be undefined. Templates, so that a number is no tensor here.
  template <std::same_as<Tensor> Limit>
  Limit clamp(const Limit& min, const Limit& max = {}) const;
  template <std::same_as<Tensor> Limit>
  Limit clip(const Limit& min, const Limit& max = {}) const;
  Tensor& heaviside_(const Tensor& values);
  Tensor& clamp_(std::optional<Scalar> min, std::optional<Scalar> max = {});
  Tensor& clamp_min_(const Scalar& min);
  Tensor& clamp_max_(const Scalar& max);
  Tensor& eq_(const Tensor& other);
  Tensor& ne_(const Tensor& other);
  Tensor& lt_(const Tensor& other);
  Tensor& le_(const Tensor& other);
  Tensor& gt_(const Tensor& other);
  Tensor& ge_(const Tensor& other);
  Tensor& logical_and_(const Tensor& other);
  Tensor& logical_or_(const Tensor& other);
  Tensor& logical_xor_(const Tensor& other);
  Tensor& logical_not_();
  Tensor& bitwise_and_(const Tensor& other);
  Tensor& bitwise_or_(const Tensor& other);
  Tensor& bitwise_xor_(const Tensor& other);
  Tensor& bitwise_not_();
  Tensor& bitwise_left_shift_(const Tensor& other);
  Tensor& bitwise_right_shift_(const Tensor& other);
  Tensor& clip_(std::optional<Scalar> min, std::optional<Scalar> max = {});
  Tensor& greater_(const Tensor& other);
  Tensor& greater_equal_(const Tensor& other);
  Tensor& less_(const Tensor& other);
  Tensor& less_equal_(const Tensor& other);
  Tensor& not_equal_(const Tensor& other);
  template <std::same_as<Tensor> Limit>
  Limit& clamp_(const Limit& min, const Limit& max = {});
  template <std::same_as<Tensor> Limit>
  Limit& clip_(const Limit& min, const Limit& max = {});
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
