#include <algorithm>
#include <limits>

#include "core/cpu/elements.h"
#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"
#include "core/kernels/pointwise.h"

namespace ember::EMBER_ISA {

namespace {

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

void add_scaled(const TensorBase& out, const TensorBase& a, const TensorBase& b, const Scalar& alpha) {
  visit_loop_dtype(loop_dtype(promoted_dtype(a, b)), [&]<class T>() {
    using W = Wrapping<T>;
    const W factor = static_cast<W>(alpha.to<T>());
    map<T, T>(out, a, b, [factor](T x, T y) { return static_cast<T>(static_cast<W>(x) + factor * static_cast<W>(y)); });
  });
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

}  // namespace

void register_ternary() {
  kernels::where[kCPU] = where;
  kernels::add_scaled[kCPU] = add_scaled;
  kernels::clamp[kCPU] = clamp;
}

}  // namespace ember::EMBER_ISA
