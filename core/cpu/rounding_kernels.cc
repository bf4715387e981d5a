
#include "core/cpu/division.h"
#include "core/cpu/elementary_math.h"
#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"
#include "ember/core/kernels/pointwise.h"

namespace ember::EMBER_ISA {

namespace {

/// Rounding changes nothing in an integer.
template <Name op, auto f>
void rounding(const TensorBase& out, const TensorBase& x) {
  if (x.dtype() == kBool) cpu::fail_dtype(op.text, kBool);
  if (is_integral(x.dtype())) return Elementwise({{out, out.dtype()}}, {{x, x.dtype()}}).run_cast();
  float_unary<f>(out, x);
}

template <class T>
using LoopType = std::conditional_t<sizeof(T) == 2, float, T>;

/// The neighbours of a float are those of its bits, but at 0.
template <class T, class Bits>
void nextafter_bits(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  Elementwise({{out, dtype_of<T>}}, {{a, dtype_of<T>}, {b, dtype_of<T>}}).run([](char* const* p, int64_t n) {
    constexpr Bits kSign = Bits(Bits(1) << (sizeof(Bits) * 8 - 1));
    auto* y = reinterpret_cast<Bits*>(p[0]);
    const auto *from = reinterpret_cast<const Bits*>(p[1]), *to = reinterpret_cast<const Bits*>(p[2]);
#pragma GCC ivdep
    for (int64_t i = 0; i < n; ++i) {
      const Bits bits = from[i], goal_bits = to[i];
      const auto x = static_cast<LoopType<T>>(std::bit_cast<T>(bits)),
                 goal = static_cast<LoopType<T>>(std::bit_cast<T>(goal_bits));
      const Bits smallest = Bits((goal_bits & kSign) | 1);
      const Bits step = Bits((goal > x) == (x > 0) ? 1 : -1);
      const Bits next = x == 0 ? smallest : Bits(bits + step);
      const Bits moved = goal == x ? goal_bits : next;
      y[i] = x != x || goal != goal ? Bits(~kSign) : moved;
    }
  });
}

void nextafter(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  switch (promoted_dtype(a, b)) {
    case DType::Float16:
      return nextafter_bits<Half, uint16_t>(out, a, b);
    case DType::BFloat16:
      return nextafter_bits<BFloat16, uint16_t>(out, a, b);
    case DType::Float32:
      return nextafter_bits<float, uint32_t>(out, a, b);
    case DType::Float64:
      return nextafter_bits<double, uint64_t>(out, a, b);
    default:
      cpu::fail_dtype("nextafter", promoted_dtype(a, b));
  }
}

void nan_to_num(const TensorBase& out, const TensorBase& x, double nan, double high, double low) {
  visit_float_loop_dtype(compute_dtype(x.dtype()), [&]<class T>() {
    map<T, T>(out, x, [n = T(nan), h = T(high), l = T(low)](T v) {
      const T bounded = v == T(kInfinity) ? h : v == -T(kInfinity) ? l : v;
      return v != v ? n : bounded;
    });
  });
}

void frexp(const TensorBase& mantissa, const TensorBase& exponent, const TensorBase& x) {
  if (!x.is_floating_point()) cpu::fail_dtype("frexp", x.dtype());
  visit_float_loop_dtype(compute_dtype(x.dtype()), [&]<class T>() {
    Elementwise({{mantissa, dtype_of<T>}, {exponent, kInt32}}, {{x, dtype_of<T>}}).run([](char* const* p, int64_t n) {
      auto* y = reinterpret_cast<T*>(p[0]);
      auto* e = reinterpret_cast<int32_t*>(p[1]);
      const auto* v = reinterpret_cast<const T*>(p[2]);
      for (int64_t i = 0; i < n; ++i) {
        int power = 0;
        y[i] = std::frexp(v[i], &power);
        e[i] = power;
      }
    });
  });
}

}  // namespace

void register_rounding() {
  kernels::abs[kCPU] = number_unary<"abs", [](auto x) -> decltype(x) {
    if constexpr (std::is_integral_v<decltype(x)>) {
      return x < 0 ? Wrapping<decltype(x)>(0) - Wrapping<decltype(x)>(x) : x;
    } else {
      return math::abs(x);
    }
  }>;
  kernels::neg[kCPU] = number_unary<"neg", [](auto x) -> decltype(x) {
    if constexpr (std::is_integral_v<decltype(x)>)
      return Wrapping<decltype(x)>(0) - x;
    else
      return -x;
  }>;
  kernels::sign[kCPU] = [](const TensorBase& out, const TensorBase& x) {
    visit_loop_dtype(loop_dtype(x.dtype()), [&]<class T>() {
      map<T, T>(out, x, [](T v) { return (v > T(0) ? T(1) : T(0)) - (v < T(0) ? T(1) : T(0)); });
    });
  };
  kernels::floor[kCPU] = rounding<"floor", [](auto x) { return math::floor(x); }>;
  kernels::ceil[kCPU] = rounding<"ceil", [](auto x) { return math::ceil(x); }>;
  kernels::round[kCPU] = rounding<"round", [](auto x) { return math::round(x); }>;
  kernels::copysign[kCPU] = float_binary<[](auto x, auto y) { return math::copysign(x, y); }>;
  kernels::nextafter[kCPU] = nextafter;
  kernels::trunc[kCPU] = float_unary<[](auto x) { return math::trunc(x); }>;
  kernels::frac[kCPU] = float_unary<[](auto x) { return x - math::trunc(x); }>;
  kernels::nan_to_num[kCPU] = nan_to_num;
  kernels::frexp[kCPU] = frexp;
}

}  // namespace ember::EMBER_ISA
