#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"

namespace ember::EMBER_ISA {

namespace {

/// Rounding changes nothing in an integer.
template <Name op, auto f>
void rounding(const Tensor& out, const Tensor& x) {
  if (x.dtype() == kBool) cpu::fail_dtype(op.text, kBool);
  if (is_integral(x.dtype())) return Elementwise({{out, out.dtype()}}, {{x, x.dtype()}}).run_cast();
  float_unary<f>(out, x);
}

/// A test that only floats can pass.
template <auto f>
void float_test(const Tensor& out, const Tensor& x) {
  visit_float_loop_dtype(float_loop_dtype(x.dtype(), kFloat32), [&]<class T>() { map<bool, T>(out, x, f); });
}

void bitwise_not(const Tensor& out, const Tensor& x) {
  if (x.is_floating_point()) cpu::fail_dtype("bitwise_not", x.dtype());
  if (x.dtype() == kBool) return map<bool, bool>(out, x, [](uint8_t v) { return v == 0; });
  visit_loop_dtype(loop_dtype(x.dtype()), [&]<class T>() {
    if constexpr (std::is_integral_v<T>) map<T, T>(out, x, [](T v) -> T { return ~v; });
  });
}

}  // namespace

void register_unary(Backend& table) {
  table.abs = number_unary<"abs", [](auto x) -> decltype(x) {
    if constexpr (std::is_integral_v<decltype(x)>) {
      return x < 0 ? Wrapping<decltype(x)>(0) - Wrapping<decltype(x)>(x) : x;
    } else {
      return math::abs(x);
    }
  }>;
  table.neg = number_unary<"neg", [](auto x) -> decltype(x) {
    if constexpr (std::is_integral_v<decltype(x)>)
      return Wrapping<decltype(x)>(0) - x;
    else
      return -x;
  }>;
  table.sign = [](const Tensor& out, const Tensor& x) {
    visit_loop_dtype(loop_dtype(x.dtype()), [&]<class T>() {
      map<T, T>(out, x, [](T v) { return (v > T(0) ? T(1) : T(0)) - (v < T(0) ? T(1) : T(0)); });
    });
  };
  table.floor = rounding<"floor", [](auto x) { return math::floor(x); }>;
  table.ceil = rounding<"ceil", [](auto x) { return math::ceil(x); }>;
  table.round = rounding<"round", [](auto x) { return math::round(x); }>;

  table.exp = float_unary<[](auto x) { return math::exp(x); }>;
  table.log = float_unary<[](auto x) { return math::log(x); }>;
  table.log1p = float_unary<[](auto x) { return math::log1p(x); }>;
  table.expm1 = float_unary<[](auto x) { return math::expm1(x); }>;
  table.sqrt = float_unary<[](auto x) { return math::sqrt(x); }>;
  table.rsqrt = float_unary<[](auto x) { return decltype(x)(1) / math::sqrt(x); }>;
  table.reciprocal = float_unary<[](auto x) { return decltype(x)(1) / x; }>;
  table.sin = float_unary<[](auto x) { return math::sin(x); }>;
  table.cos = float_unary<[](auto x) { return math::cos(x); }>;
  table.erf = float_unary<[](auto x) { return math::erf(x); }>;

  table.isnan = float_test<[](auto x) { return x != x; }>;
  table.isinf = float_test<[](auto x) { return math::abs(x) == __builtin_inf(); }>;
  table.logical_not = [](const Tensor& out, const Tensor& x) {
    map<bool, bool>(out, x, [](uint8_t v) { return v == 0; });
  };
  table.bitwise_not = bitwise_not;
}

}  // namespace ember::EMBER_ISA
