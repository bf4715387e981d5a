
#include "core/cpu/elementary_math.h"
#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"
#include "ember/core/kernels/pointwise.h"

namespace ember::EMBER_ISA {

namespace {

/// Floats only, of both inputs.
template <Name op, auto f>
void only_float_binary(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  if (!is_floating_point(promoted_dtype(a, b))) cpu::fail_dtype(op.text, promoted_dtype(a, b));
  float_binary<f>(out, a, b);
}

/// log(exp(a) + exp(b)): equal infinities must not meet in a difference.
template <auto log_of_sum>
constexpr auto log_add = [](auto a, auto b) {
  using T = decltype(a);
  const T high = a < b ? b : a, gap = math::abs(a - b);
  const T sum = high + log_of_sum(gap);
  return a == b && math::abs(a) == T(kInfinity) ? a : sum;
};

}  // namespace

void register_elementary() {
  kernels::exp[kCPU] = float_unary<[](auto x) { return math::exp(x); }>;
  kernels::log[kCPU] = float_unary<[](auto x) { return math::log(x); }>;
  kernels::log1p[kCPU] = float_unary<[](auto x) { return math::log1p(x); }>;
  kernels::expm1[kCPU] = float_unary<[](auto x) { return math::expm1(x); }>;
  kernels::sqrt[kCPU] = float_unary<[](auto x) { return math::sqrt(x); }>;
  kernels::rsqrt[kCPU] = float_unary<[](auto x) { return decltype(x)(1) / math::sqrt(x); }>;
  kernels::sin[kCPU] = float_unary<[](auto x) { return math::sin(x); }>;
  kernels::cos[kCPU] = float_unary<[](auto x) { return math::cos(x); }>;
  kernels::erf[kCPU] = float_unary<[](auto x) { return math::erf(x); }>;
  kernels::atan2[kCPU] = float_binary<[](auto y, auto x) { return math::atan2(y, x); }>;
  kernels::hypot[kCPU] = only_float_binary<"hypot", [](auto x, auto y) { return math::hypot(x, y); }>;
  kernels::logaddexp[kCPU] =
      only_float_binary<"logaddexp", log_add<[](auto gap) { return math::log1p(math::exp(-gap)); }>>;
  kernels::logaddexp2[kCPU] =
      only_float_binary<"logaddexp2", log_add<[](auto gap) {
                          return math::log1p(math::exp2(-gap)) * decltype(gap)(1.44269504088896340736);
                        }>>;
  kernels::xlogy[kCPU] = float_binary<[](auto x, auto y) {
    using T = decltype(x);
    const T product = x * math::log(y);
    return y != y ? T(kNaN) : x == T(0) ? T(0) : product;
  }>;
  kernels::tan[kCPU] = float_unary<[](auto x) { return math::tan(x); }>;
  kernels::asin[kCPU] = float_unary<[](auto x) { return math::asin(x); }>;
  kernels::acos[kCPU] = float_unary<[](auto x) { return math::acos(x); }>;
  kernels::atan[kCPU] = float_unary<[](auto x) { return math::atan(x); }>;
  kernels::sinh[kCPU] = float_unary<[](auto x) { return math::sinh(x); }>;
  kernels::cosh[kCPU] = float_unary<[](auto x) { return math::cosh(x); }>;
  kernels::asinh[kCPU] = float_unary<[](auto x) { return math::asinh(x); }>;
  kernels::acosh[kCPU] = float_unary<[](auto x) { return math::acosh(x); }>;
  kernels::atanh[kCPU] = float_unary<[](auto x) { return math::atanh(x); }>;
  kernels::exp2[kCPU] = float_unary<[](auto x) { return math::exp2(x); }>;
  kernels::log2[kCPU] = float_unary<[](auto x) { return math::log2(x); }>;
  kernels::log10[kCPU] = float_unary<[](auto x) { return math::log10(x); }>;
  kernels::erfc[kCPU] = float_unary<[](auto x) { return math::erfc(x); }>;
}

}  // namespace ember::EMBER_ISA
