#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"
#include "core/kernels/pointwise.h"

namespace ember::EMBER_ISA {

namespace {

/// Rounding changes nothing in an integer.
template <Name op, auto f>
void rounding(const TensorBase& out, const TensorBase& x) {
  if (x.dtype() == kBool) cpu::fail_dtype(op.text, kBool);
  if (is_integral(x.dtype())) return Elementwise({{out, out.dtype()}}, {{x, x.dtype()}}).run_cast();
  float_unary<f>(out, x);
}

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

}  // namespace

void register_unary() {
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

  kernels::exp[kCPU] = float_unary<[](auto x) { return math::exp(x); }>;
  kernels::log[kCPU] = float_unary<[](auto x) { return math::log(x); }>;
  kernels::log1p[kCPU] = float_unary<[](auto x) { return math::log1p(x); }>;
  kernels::expm1[kCPU] = float_unary<[](auto x) { return math::expm1(x); }>;
  kernels::sqrt[kCPU] = float_unary<[](auto x) { return math::sqrt(x); }>;
  kernels::rsqrt[kCPU] = float_unary<[](auto x) { return decltype(x)(1) / math::sqrt(x); }>;
  kernels::reciprocal[kCPU] = float_unary<[](auto x) { return decltype(x)(1) / x; }>;
  kernels::sin[kCPU] = float_unary<[](auto x) { return math::sin(x); }>;
  kernels::cos[kCPU] = float_unary<[](auto x) { return math::cos(x); }>;
  kernels::erf[kCPU] = float_unary<[](auto x) { return math::erf(x); }>;

  kernels::isnan[kCPU] = float_test<[](auto x) { return x != x; }>;
  kernels::isinf[kCPU] = float_test<[](auto x) { return math::abs(x) == __builtin_inf(); }>;
  kernels::logical_not[kCPU] = [](const TensorBase& out, const TensorBase& x) {
    map<bool, bool>(out, x, [](uint8_t v) { return v == 0; });
  };
  kernels::bitwise_not[kCPU] = bitwise_not;
}

}  // namespace ember::EMBER_ISA
