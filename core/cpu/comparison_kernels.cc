#include <algorithm>
#include <limits>

#include "core/cpu/division.h"
#include "core/cpu/elementary_math.h"
#include "core/cpu/elements.h"
#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"
#include "ember/core/kernels/pointwise.h"

namespace ember::EMBER_ISA {

namespace {

/// A test that only floats can pass.
template <auto f>
void float_test(const TensorBase& out, const TensorBase& x) {
  visit_float_loop_dtype(float_loop_dtype(x.dtype(), kFloat32), [&]<class T>() { map<bool, T>(out, x, f); });
}

void bitwise_not(const TensorBase& out, const TensorBase& x) {
  if (x.is_floating_point()) cpu::fail_dtype("bitwise_not", x.dtype());
  if (x.dtype() == kBool) return map<bool, bool>(out, x, [](uint8_t v) { return v == 0; });
  visit_loop_dtype(loop_dtype(x.dtype()), [&]<class T>() {
    if constexpr (std::is_integral_v<T>) map<T, T>(out, x, [](T v) -> T { return ~v; });
  });
}

/// On bytes where all are of one byte, since bits know no carry.
template <Name op, auto f>
void bitwise(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  const DType dtype = promoted_dtype(a, b);
  if (is_floating_point(dtype)) cpu::fail_dtype(op.text, dtype);
  if (dtype == kBool) return logical<f>(out, a, b);
  if (dtype == kUInt8) return map<uint8_t, uint8_t>(out, a, b, f);
  if (dtype == kInt64) return map<int64_t, int64_t>(out, a, b, f);
  map<int32_t, int32_t>(out, a, b, f);
}

/// Moves words, whatever they mean: a and b arrive in the dtype of `out`.
template <class Word>
void where_words(const TensorBase& out, const TensorBase& condition, const TensorBase& a, const TensorBase& b) {
  const DType dtype = out.dtype();
  Elementwise({{out, dtype}}, {{condition, kBool}, {a, dtype}, {b, dtype}}).run([](char* const* p, int64_t n) {
    auto* y = reinterpret_cast<Word*>(p[0]);
    const auto* c = reinterpret_cast<const uint8_t*>(p[1]);
    const auto* x0 = reinterpret_cast<const Word*>(p[2]);
    const auto* x1 = reinterpret_cast<const Word*>(p[3]);
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) {
      const Word yes = x0[i], no = x1[i];
      y[i] = c[i] != 0 ? yes : no;
    }
  });
}

void where(const TensorBase& out, const TensorBase& condition, const TensorBase& a, const TensorBase& b) {
  visit_word(out.element_size(), [&]<class Word>() { where_words<Word>(out, condition, a, b); });
}

/// The bound as a number of the loop's type; a bound beyond its range bounds nothing.
template <class T>
T bound(double value) {
  if constexpr (std::is_integral_v<T>) {
    using Limits = std::numeric_limits<T>;
    if (value <= static_cast<double>(Limits::min())) return Limits::min();
    if (value >= static_cast<double>(Limits::max())) return Limits::max();
  }
  return static_cast<T>(value);
}

void clamp(const TensorBase& out, const TensorBase& x, double min, double max) {
  if (x.dtype() == kBool) cpu::fail_dtype("clamp", kBool);
  visit_loop_dtype(loop_dtype(x.dtype()), [&]<class T>() {
    const T low = bound<T>(min), high = bound<T>(max);
    // A NaN among the three wins. No comparison with it holds, so that one in x stays.
    if (low != low || high != high) return map<T, T>(out, x, [nan = low + high](T) { return nan; });
    map<T, T>(out, x, [=](T v) {
      const T raised = v < low ? low : v;
      return raised > high ? high : raised;
    });
  });
}

void signbit(const TensorBase& out, const TensorBase& x) {
  visit_loop_dtype(loop_dtype(x.dtype()), [&]<class T>() {
    map<bool, T>(out, x, [](T v) {
      if constexpr (std::is_floating_point_v<T>)
        return math::copysign(T(1), v) < T(0);
      else
        return v < T(0);
    });
  });
}

}  // namespace

void register_comparison() {
  kernels::isnan[kCPU] = float_test<[](auto x) { return x != x; }>;
  kernels::isinf[kCPU] = float_test<[](auto x) { return math::abs(x) == __builtin_inf(); }>;
  kernels::logical_not[kCPU] = [](const TensorBase& out, const TensorBase& x) {
    map<bool, bool>(out, x, [](uint8_t v) { return v == 0; });
  };
  kernels::bitwise_not[kCPU] = bitwise_not;
  // x != x lets a NaN through from either side.
  kernels::maximum[kCPU] = number_binary<[](auto x, auto y) { return y < x || x != x ? x : y; }>;
  kernels::minimum[kCPU] = number_binary<[](auto x, auto y) { return x < y || x != x ? x : y; }>;
  kernels::eq[kCPU] = comparison<[](auto x, auto y) { return x == y; }>;
  kernels::ne[kCPU] = comparison<[](auto x, auto y) { return x != y; }>;
  kernels::lt[kCPU] = comparison<[](auto x, auto y) { return x < y; }>;
  kernels::le[kCPU] = comparison<[](auto x, auto y) { return x <= y; }>;
  kernels::gt[kCPU] = comparison<[](auto x, auto y) { return y < x; }>;
  kernels::ge[kCPU] = comparison<[](auto x, auto y) { return y <= x; }>;
  kernels::logical_and[kCPU] = logical<[](auto x, auto y) { return (x != 0) & (y != 0); }>;
  kernels::logical_or[kCPU] = logical<[](auto x, auto y) { return (x | y) != 0; }>;
  kernels::logical_xor[kCPU] = logical<[](auto x, auto y) { return (x != 0) ^ (y != 0); }>;
  kernels::bitwise_and[kCPU] = bitwise<"bitwise_and", [](auto x, auto y) { return x & y; }>;
  kernels::bitwise_or[kCPU] = bitwise<"bitwise_or", [](auto x, auto y) { return x | y; }>;
  kernels::bitwise_xor[kCPU] = bitwise<"bitwise_xor", [](auto x, auto y) { return x ^ y; }>;
  kernels::where[kCPU] = where;
  kernels::clamp[kCPU] = clamp;
  // A NaN loses to a number.
  kernels::fmax[kCPU] = number_binary<[](auto x, auto y) { return y < x || y != y ? x : y; }>;
  kernels::fmin[kCPU] = number_binary<[](auto x, auto y) { return x < y || y != y ? x : y; }>;
  // A shift by the width or more, or by a negative count, pushes out every bit.
  kernels::left_shift[kCPU] = integer_binary<"bitwise_left_shift", [](auto x, auto y) -> decltype(x) {
    using U = Wrapping<decltype(x)>;
    constexpr auto kBits = static_cast<decltype(x)>(sizeof(x) * 8);
    return y < 0 || y >= kBits ? 0 : static_cast<decltype(x)>(U(x) << U(y));
  }>;
  kernels::right_shift[kCPU] = integer_binary<"bitwise_right_shift", [](auto x, auto y) -> decltype(x) {
    constexpr auto kLast = static_cast<decltype(x)>(sizeof(x) * 8 - 1);
    return (x >> (y < 0 || y > kLast ? kLast : y));
  }>;
  kernels::signbit[kCPU] = signbit;
}

}  // namespace ember::EMBER_ISA
