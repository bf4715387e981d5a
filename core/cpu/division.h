// Loops of divisions and remainders, of floats without the C library's slow fmod, of integers without traps.
#pragma once

#include "core/cpu/pointwise.h"

namespace ember::EMBER_ISA {

/// The remainder of a / b rounded toward zero, without the C library's bit-by-bit loop: exact while the quotient is small, which
/// `failed` says. Floats are divided in double, where the product is exact.
inline float fast_remainder(float a, float b, int64_t& failed) {
  const double x = a, y = b;
  const double quotient = __builtin_trunc(x / y);
  failed += math::abs(quotient) < 0x1p29 ? 0 : 1;
  const double rest = quotient == 0 ? x : x - quotient * y;
  // The quotient may have been rounded up to the next integer.
  const bool overshot = rest * __builtin_copysign(1.0, x) < 0;
  return static_cast<float>(rest + (overshot ? __builtin_copysign(y, x) : 0.0));
}
inline double fast_remainder(double a, double b, int64_t& failed) {
#ifdef __FMA__
  const double quotient = __builtin_trunc(a / b);
  failed += math::abs(quotient) < 0x1p52 ? 0 : 1;
  const double rest = quotient == 0 ? a : __builtin_fma(-quotient, b, a);
  const bool overshot = rest * __builtin_copysign(1.0, a) < 0;
  return rest + (overshot ? __builtin_copysign(b, a) : 0.0);
#else
  failed = 1;
  return a - b;
#endif
}

/// y[i] = f(a[i], b[i], remainder of a[i] / b[i]), by blocks so that a block with one large quotient can start again.
template <class T, class F>
void divide_floats(const TensorBase& out, const TensorBase& a, const TensorBase& b, F f) {
  Elementwise({{out, dtype_of<T>}}, {{a, dtype_of<T>}, {b, dtype_of<T>}}).run([=](char* const* p, int64_t n) {
    constexpr int64_t kBlock = 256;
    T rests[kBlock];
    for (int64_t begin = 0; begin < n; begin += kBlock) {
      auto* y = reinterpret_cast<T*>(p[0]) + begin;
      const auto* x0 = reinterpret_cast<const T*>(p[1]) + begin;
      const auto* x1 = reinterpret_cast<const T*>(p[2]) + begin;
      const int64_t count = n - begin < kBlock ? n - begin : kBlock;
      int64_t failed = 0;
      for (int64_t i = 0; i < count; ++i) rests[i] = fast_remainder(x0[i], x1[i], failed);
      if (failed != 0) {
        for (int64_t i = 0; i < count; ++i) rests[i] = std::fmod(x0[i], x1[i]);
      }
#pragma GCC ivdep
      for (int64_t i = 0; i < count; ++i) y[i] = f(x0[i], x1[i], rests[i]);
    }
  });
}

/// Calls f(a, b) for integers, with the divisors that the processor would trap on taken out.
template <class T, class F>
void divide_integers(const char* op, const TensorBase& out, const TensorBase& a, const TensorBase& b,
                     T (*by_minus_one)(T), F f) {
  Elementwise({{out, dtype_of<T>}}, {{a, dtype_of<T>}, {b, dtype_of<T>}}).run([=](char* const* p, int64_t n) {
    auto* y = reinterpret_cast<T*>(p[0]);
    const auto* x0 = reinterpret_cast<const T*>(p[1]);
    const auto* x1 = reinterpret_cast<const T*>(p[2]);
    for (int64_t i = 0; i < n; ++i) {
      if (x1[i] == 0) cpu::fail_division_by_zero(op);
      y[i] = x1[i] == -1 ? by_minus_one(x0[i]) : f(x0[i], x1[i]);
    }
  });
}

}  // namespace ember::EMBER_ISA
