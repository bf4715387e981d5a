// Elementwise signs, rounding, and the parts of floating-point numbers. They keep integers unless they say otherwise.
#pragma once

#include <optional>
#include <utility>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

Tensor abs(const Tensor& x);
Tensor neg(const Tensor& x);
Tensor operator-(const Tensor& x);
/// -1, 0 or 1; its gradient is zero.
Tensor sign(const Tensor& x);
Tensor floor(const Tensor& x);
Tensor ceil(const Tensor& x);
/// To the nearest integer, halves to even.
Tensor round(const Tensor& x);

// In-place twins: the result must have x's shape and a dtype that x can hold.
Tensor& neg_(Tensor& x);
Tensor& abs_(Tensor& x);
/// |a| with b's sign.
Tensor copysign(const Tensor& a, const Tensor& b);
/// The next number after a in the direction of b; floats only. Its gradient is a's.
Tensor nextafter(const Tensor& a, const Tensor& b);

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

/// Methods of Tensor.
class RoundingMethods {
 public:
  Tensor copysign(const Tensor& other) const;
  Tensor nextafter(const Tensor& other) const;
  Tensor abs() const;
  Tensor neg() const;
  Tensor positive() const;
  Tensor sign() const;
  Tensor floor() const;
  Tensor ceil() const;
  Tensor round() const;
  Tensor round(int64_t decimals) const;
  Tensor trunc() const;
  Tensor frac() const;
  Tensor nan_to_num(std::optional<double> nan = {}, std::optional<double> posinf = {},
                    std::optional<double> neginf = {}) const;
  std::pair<Tensor, Tensor> frexp() const;
  Tensor absolute() const;
  Tensor negative() const;
  Tensor fix() const;
  Tensor& copysign_(const Tensor& other);
  Tensor& nextafter_(const Tensor& other);
  Tensor& abs_();
  Tensor& neg_();
  Tensor& sign_();
  Tensor& floor_();
  Tensor& ceil_();
  Tensor& round_();
  Tensor& round_(int64_t decimals);
  Tensor& trunc_();
  Tensor& frac_();
  Tensor& nan_to_num_(std::optional<double> nan = {}, std::optional<double> posinf = {},
                      std::optional<double> neginf = {});
  Tensor& absolute_();
  Tensor& negative_();
  Tensor& fix_();
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
