// Functions of one or two real numbers; see core/kernels/pointwise.h.
#include "core/cpu/division.h"
#include "core/cpu/elementary_math.h"
#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"
#include "core/cpu/special/special.h"
#include "core/kernels/pointwise.h"
#include "core/kernels/special.h"

namespace ember::EMBER_ISA {

namespace {

constexpr double kInfinity = __builtin_inf();
constexpr double kNaN = __builtin_nan("");

/// Floats only, of both inputs.
template <Name op, auto f>
void only_float_binary(const Tensor& out, const Tensor& a, const Tensor& b) {
  if (!is_floating_point(promoted_dtype(a, b))) cpu::fail_dtype(op.text, promoted_dtype(a, b));
  float_binary<f>(out, a, b);
}

/// One element after another, for what does not vectorise. Integers only.
template <Name op, auto f>
void integer_binary(const Tensor& out, const Tensor& a, const Tensor& b) {
  const DType dtype = promoted_dtype(a, b);
  if (!is_integral(dtype)) cpu::fail_dtype(op.text, dtype);
  visit_loop_dtype(loop_dtype(dtype), [&]<class T>() {
    if constexpr (std::is_integral_v<T>) map<T, T>(out, a, b, f);
  });
}

template <class T>
inline T gcd(T x, T y) {
  using U = Wrapping<T>;
  U a = x < 0 ? U(0) - U(x) : U(x), b = y < 0 ? U(0) - U(y) : U(y);
  while (b != 0) {
    const U rest = a % b;
    a = b;
    b = rest;
  }
  return static_cast<T>(a);
}

void signbit(const Tensor& out, const Tensor& x) {
  visit_loop_dtype(loop_dtype(x.dtype()), [&]<class T>() {
    map<bool, T>(out, x, [](T v) {
      if constexpr (std::is_floating_point_v<T>)
        return math::copysign(T(1), v) < T(0);
      else
        return v < T(0);
    });
  });
}

template <class T>
using LoopType = std::conditional_t<sizeof(T) == 2, float, T>;

/// The neighbours of a float are those of its bits, but at 0.
template <class T, class Bits>
void nextafter_bits(const Tensor& out, const Tensor& a, const Tensor& b) {
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

void nextafter(const Tensor& out, const Tensor& a, const Tensor& b) {
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

void nan_to_num(const Tensor& out, const Tensor& x, double nan, double high, double low) {
  visit_float_loop_dtype(compute_dtype(x.dtype()), [&]<class T>() {
    map<T, T>(out, x, [n = T(nan), h = T(high), l = T(low)](T v) {
      const T bounded = v == T(kInfinity) ? h : v == -T(kInfinity) ? l : v;
      return v != v ? n : bounded;
    });
  });
}

void frexp(const Tensor& mantissa, const Tensor& exponent, const Tensor& x) {
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

void fmod(const Tensor& out, const Tensor& a, const Tensor& b) {
  const DType dtype = promoted_dtype(a, b);
  if (dtype == kBool) cpu::fail_dtype("fmod", dtype);
  visit_loop_dtype(loop_dtype(dtype), [&]<class T>() {
    if constexpr (std::is_floating_point_v<T>)
      divide_floats<T>(out, a, b, [](T, T, T rest) { return rest; });
    else
      divide_integers<T>(
          "fmod", out, a, b, [](T) { return T(0); }, [](T x, T y) -> T { return x % y; });
  });
}

/// log(exp(a) + exp(b)): equal infinities must not meet in a difference.
template <auto log_of_sum>
constexpr auto log_add = [](auto a, auto b) {
  using T = decltype(a);
  const T high = a < b ? b : a, gap = math::abs(a - b);
  const T sum = high + log_of_sum(gap);
  return a == b && math::abs(a) == T(kInfinity) ? a : sum;
};

/// Giles' polynomials alone, which are good enough for float32.
inline float erfinv(float y) {
  using cpu::special::kErfinvCentre, cpu::special::kErfinvTail;
  const float w = -math::log((1 - y) * (1 + y));
  const bool is_centre = w < 5;
  const float t = is_centre ? w - 2.5f : math::sqrt(w) - 3;
  auto p = static_cast<float>(is_centre ? kErfinvCentre[0] : kErfinvTail[0]);
#pragma GCC unroll 8
  for (int i = 1; i < 9; ++i) p = p * t + static_cast<float>(is_centre ? kErfinvCentre[i] : kErfinvTail[i]);
  return math::abs(y) == 1 ? math::copysign(float(kInfinity), y) : p * y;
}
inline double erfinv(double y) { return cpu::special::erfinv(y); }

void register_binary_functions(PointwiseKernels& table) {
  table.fmod = fmod;
  // A NaN loses to a number.
  table.fmax = number_binary<[](auto x, auto y) { return y < x || y != y ? x : y; }>;
  table.fmin = number_binary<[](auto x, auto y) { return x < y || y != y ? x : y; }>;
  table.hypot = only_float_binary<"hypot", [](auto x, auto y) { return math::hypot(x, y); }>;
  table.copysign = float_binary<[](auto x, auto y) { return math::copysign(x, y); }>;
  table.nextafter = nextafter;
  table.logaddexp = only_float_binary<"logaddexp", log_add<[](auto gap) { return math::log1p(math::exp(-gap)); }>>;
  table.logaddexp2 = only_float_binary<"logaddexp2", log_add<[](auto gap) {
                                         return math::log1p(math::exp2(-gap)) * decltype(gap)(1.44269504088896340736);
                                       }>>;
  table.xlogy = float_binary<[](auto x, auto y) {
    using T = decltype(x);
    const T product = x * math::log(y);
    return y != y ? T(kNaN) : x == T(0) ? T(0) : product;
  }>;
  table.xlog1py = float_binary<[](auto x, auto y) {
    using T = decltype(x);
    const T product = x * math::log1p(y);
    return y != y ? T(kNaN) : x == T(0) ? T(0) : product;
  }>;

  table.gcd = integer_binary<"gcd", [](auto x, auto y) { return gcd(x, y); }>;
  table.lcm = integer_binary<"lcm", [](auto x, auto y) -> decltype(x) {
    using U = Wrapping<decltype(x)>;
    const auto divisor = gcd(x, y);
    if (divisor == 0) return 0;
    const U product = U(x / divisor) * U(y);
    return static_cast<decltype(x)>(static_cast<decltype(x)>(product) < 0 ? U(0) - product : product);
  }>;
  // A shift by the width or more, or by a negative count, pushes out every bit.
  table.left_shift = integer_binary<"bitwise_left_shift", [](auto x, auto y) -> decltype(x) {
    using U = Wrapping<decltype(x)>;
    constexpr auto kBits = static_cast<decltype(x)>(sizeof(x) * 8);
    return y < 0 || y >= kBits ? 0 : static_cast<decltype(x)>(U(x) << U(y));
  }>;
  table.right_shift = integer_binary<"bitwise_right_shift", [](auto x, auto y) -> decltype(x) {
    constexpr auto kLast = static_cast<decltype(x)>(sizeof(x) * 8 - 1);
    return (x >> (y < 0 || y > kLast ? kLast : y));
  }>;
}

}  // namespace

void register_elementary() {
  kernel_table<SpecialKernels>(kCPU).erfinv = float_unary<[](auto x) { return erfinv(x); }>;
  auto& table = kernel_table<PointwiseKernels>(kCPU);
  table.tan = float_unary<[](auto x) { return math::tan(x); }>;
  table.asin = float_unary<[](auto x) { return math::asin(x); }>;
  table.acos = float_unary<[](auto x) { return math::acos(x); }>;
  table.atan = float_unary<[](auto x) { return math::atan(x); }>;
  table.sinh = float_unary<[](auto x) { return math::sinh(x); }>;
  table.cosh = float_unary<[](auto x) { return math::cosh(x); }>;
  table.asinh = float_unary<[](auto x) { return math::asinh(x); }>;
  table.acosh = float_unary<[](auto x) { return math::acosh(x); }>;
  table.atanh = float_unary<[](auto x) { return math::atanh(x); }>;
  table.exp2 = float_unary<[](auto x) { return math::exp2(x); }>;
  table.log2 = float_unary<[](auto x) { return math::log2(x); }>;
  table.log10 = float_unary<[](auto x) { return math::log10(x); }>;
  table.erfc = float_unary<[](auto x) { return math::erfc(x); }>;
  table.trunc = float_unary<[](auto x) { return math::trunc(x); }>;
  table.frac = float_unary<[](auto x) { return x - math::trunc(x); }>;
  table.nan_to_num = nan_to_num;
  table.signbit = signbit;
  table.frexp = frexp;
  register_binary_functions(table);
}

}  // namespace ember::EMBER_ISA
