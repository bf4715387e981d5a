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
void only_float_binary(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
  if (!is_floating_point(promoted_dtype(a, b))) cpu::fail_dtype(op.text, promoted_dtype(a, b));
  float_binary<f>(out, a, b);
}

/// One element after another, for what does not vectorise. Integers only.
template <Name op, auto f>
void integer_binary(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
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

void lerp(const TensorBase& out, const TensorBase& a, const TensorBase& b, double weight) {
  visit_float_loop_dtype(float_loop_dtype(promoted_dtype(a, b), out.dtype()), [&]<class T>() {
    // From the nearer end, so that weight 1 gives b itself.
    if (weight < 0.5)
      map<T, T>(out, a, b, [w = T(weight)](T x, T y) { return x + w * (y - x); });
    else
      map<T, T>(out, a, b, [w = T(1 - weight)](T x, T y) { return y - w * (y - x); });
  });
}

void addcmul(const TensorBase& out, const TensorBase& x, const TensorBase& a, const TensorBase& b,
             const Scalar& value) {
  visit_loop_dtype(loop_dtype(out.dtype()), [&]<class T>() {
    using W = Wrapping<T>;
    const W factor = static_cast<W>(value.to<T>());
    constexpr DType dtype = dtype_of<T>;
    Elementwise({{out, dtype}}, {{x, dtype}, {a, dtype}, {b, dtype}}).run([=](char* const* p, int64_t n) {
      auto* y = reinterpret_cast<T*>(p[0]);
      const auto *added = reinterpret_cast<const T*>(p[1]), *left = reinterpret_cast<const T*>(p[2]),
                 *right = reinterpret_cast<const T*>(p[3]);
#pragma GCC ivdep
      for (int64_t i = 0; i < n; ++i)
        y[i] = static_cast<T>(static_cast<W>(added[i]) + factor * (static_cast<W>(left[i]) * static_cast<W>(right[i])));
    });
  });
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

void fmod(const TensorBase& out, const TensorBase& a, const TensorBase& b) {
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

// --- Special functions. A loop leaves what its formula does not cover to the scalar functions.

/// y[i] = formula(x[i]), or exact(x[i]) where formula sets `uncovered`.
template <class F>
void map_covered(const TensorBase& out, const TensorBase& x, double (*exact)(double), F formula) {
  if (float_loop_dtype(x.dtype(), out.dtype()) == kFloat64) {
    return Elementwise({{out, kFloat64}}, {{x, kFloat64}}).run([=](char* const* p, int64_t n) {
      auto* y = reinterpret_cast<double*>(p[0]);
      const auto* values = reinterpret_cast<const double*>(p[1]);
      for (int64_t i = 0; i < n; ++i) y[i] = exact(values[i]);
    });
  }
  Elementwise({{out, kFloat32}}, {{x, kFloat32}}).run([=](char* const* p, int64_t n) {
    constexpr int64_t kBlock = 64;
    float kept[kBlock];
    for (int64_t begin = 0; begin < n; begin += kBlock) {
      auto* y = reinterpret_cast<float*>(p[0]) + begin;
      const auto* values = reinterpret_cast<const float*>(p[1]) + begin;
      const int64_t count = n - begin < kBlock ? n - begin : kBlock;
      int64_t uncovered = 0;
      for (int64_t i = 0; i < count; ++i) {
        kept[i] = values[i];
        y[i] = static_cast<float>(formula(double(kept[i]), uncovered));
      }
      if (uncovered == 0) continue;
      for (int64_t i = 0; i < count; ++i) {
        int64_t alone = 0;
        formula(double(kept[i]), alone);
        if (alone != 0) y[i] = static_cast<float>(exact(kept[i]));
      }
    }
  });
}

/// Stirling's series (DLMF 5.11.1) from 8 on, and the recurrence below. Its error of 1e-14 is too much beside the zeros.
inline double lgamma_of_positive(double x, int64_t& uncovered) {
  uncovered += x > 0 && x < kInfinity && math::abs(x - 1) > 1e-3 && math::abs(x - 2) > 1e-3 ? 0 : 1;
  const bool is_large = x >= 8;
  const double s = is_large ? x : x + 8, r = 1 / s;
  const double product = is_large ? 1.0 : x * (x + 1) * ((x + 2) * (x + 3)) * ((x + 4) * (x + 5) * ((x + 6) * (x + 7)));
  const double tail = r * math::polynomial(r * r, 1.0 / 12, -1.0 / 360, 1.0 / 1260, -1.0 / 1680, 1.0 / 1188,
                                           -691.0 / 360360, 1.0 / 156);
  return (s - 0.5) * math::log(s) - s + 0.91893853320467274178 + tail - math::log(product);
}

/// The same for its derivative (DLMF 5.11.2).
inline double digamma_of_positive(double x, int64_t& uncovered) {
  uncovered += x > 0 && x < kInfinity ? 0 : 1;
  const bool is_large = x >= 8;
  const double s = is_large ? x : x + 8, r = 1 / s, y = r * r;
  // 1 / x + 1 / (x + 1) + ... as one fraction
  double numerator = 0, denominator = 1;
#pragma GCC unroll 8
  for (int k = 0; k < 8; ++k) {
    numerator = numerator * (x + k) + denominator;
    denominator *= x + k;
  }
  const double below = is_large ? 0.0 : numerator / denominator;
  const double tail = y * math::polynomial(y, 1.0 / 12, -1.0 / 120, 1.0 / 252, -1.0 / 240, 1.0 / 132, -691.0 / 32760,
                                           1.0 / 12, -3617.0 / 8160);
  return math::log(s) - 0.5 * r - tail - below;
}

void lgamma(const TensorBase& out, const TensorBase& x) {
  map_covered(out, x, cpu::special::lgamma,
              [](double v, int64_t& uncovered) { return lgamma_of_positive(v, uncovered); });
}
void digamma(const TensorBase& out, const TensorBase& x) {
  map_covered(out, x, cpu::special::digamma,
              [](double v, int64_t& uncovered) { return digamma_of_positive(v, uncovered); });
}

constexpr int kBesselTerms = 48;

/// 1 / (k! (k + order)!), with which I = (x / 2)^order times a series in x^2 / 4 (DLMF 10.25.2).
constexpr auto bessel_coefficients(int order) {
  std::array<double, kBesselTerms> c{1};
  for (int k = 1; k < kBesselTerms; ++k) c[size_t(k)] = c[size_t(k - 1)] / (double(k) * (k + order));
  return c;
}

/// Horner's rule for a block at a time: with as many terms as its largest element needs, all of them positive.
template <int order, double (*exact)(double)>
void modified_bessel(const TensorBase& out, const TensorBase& x) {
  visit_float_loop_dtype(float_loop_dtype(x.dtype(), out.dtype()), [&]<class T>() {
    Elementwise({{out, dtype_of<T>}}, {{x, dtype_of<T>}}).run([](char* const* p, int64_t n) {
      static constexpr auto kCoefficients = bessel_coefficients(order);
      constexpr int64_t kBlock = 128;
      constexpr double kLargest = 25;
      double values[kBlock], squares[kBlock], sums[kBlock];
      for (int64_t begin = 0; begin < n; begin += kBlock) {
        auto* y = reinterpret_cast<T*>(p[0]) + begin;
        const auto* from = reinterpret_cast<const T*>(p[1]) + begin;
        const int64_t count = n - begin < kBlock ? n - begin : kBlock;
        double largest = 0;
        int64_t uncovered = 0;
        for (int64_t i = 0; i < count; ++i) {
          const double v = from[i], magnitude = math::abs(v);
          const bool is_covered = magnitude < kLargest;
          uncovered += is_covered ? 0 : 1;
          values[i] = v;
          const double bounded = is_covered ? magnitude : 0.0;
          squares[i] = bounded * bounded / 4;
          sums[i] = 0;
          largest = largest < bounded ? bounded : largest;
        }
        // Where the terms fall below a 1e-17th of the sum, found by trial.
        const double wanted = 8 + 2 * largest, fewer = 13 + 1.2 * largest;
        for (int k = static_cast<int>(wanted < fewer ? wanted : fewer); k >= 0; --k) {
          const double c = kCoefficients[size_t(k)];
          for (int64_t i = 0; i < count; ++i) sums[i] = math::mul_add(sums[i], squares[i], c);
        }
        for (int64_t i = 0; i < count; ++i) y[i] = static_cast<T>(order ? values[i] / 2 * sums[i] : sums[i]);
        if (uncovered == 0) continue;
        for (int64_t i = 0; i < count; ++i)
          if (!(math::abs(values[i]) < kLargest)) y[i] = static_cast<T>(exact(values[i]));
      }
    });
  });
}

void register_binary_functions() {
  kernels::fmod[kCPU] = fmod;
  // A NaN loses to a number.
  kernels::fmax[kCPU] = number_binary<[](auto x, auto y) { return y < x || y != y ? x : y; }>;
  kernels::fmin[kCPU] = number_binary<[](auto x, auto y) { return x < y || y != y ? x : y; }>;
  kernels::hypot[kCPU] = only_float_binary<"hypot", [](auto x, auto y) { return math::hypot(x, y); }>;
  kernels::copysign[kCPU] = float_binary<[](auto x, auto y) { return math::copysign(x, y); }>;
  kernels::nextafter[kCPU] = nextafter;
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
  kernels::xlog1py[kCPU] = float_binary<[](auto x, auto y) {
    using T = decltype(x);
    const T product = x * math::log1p(y);
    return y != y ? T(kNaN) : x == T(0) ? T(0) : product;
  }>;

  kernels::gcd[kCPU] = integer_binary<"gcd", [](auto x, auto y) { return gcd(x, y); }>;
  kernels::lcm[kCPU] = integer_binary<"lcm", [](auto x, auto y) -> decltype(x) {
    using U = Wrapping<decltype(x)>;
    const auto divisor = gcd(x, y);
    if (divisor == 0) return 0;
    const U product = U(x / divisor) * U(y);
    return static_cast<decltype(x)>(static_cast<decltype(x)>(product) < 0 ? U(0) - product : product);
  }>;
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
}

}  // namespace

void register_elementary() {
  kernels::erfinv[kCPU] = float_unary<[](auto x) { return erfinv(x); }>;
  kernels::lgamma[kCPU] = lgamma;
  kernels::digamma[kCPU] = digamma;
  kernels::i0[kCPU] = modified_bessel<0, cpu::special::i0>;
  kernels::i1[kCPU] = modified_bessel<1, cpu::special::i1>;
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
  kernels::lerp[kCPU] = lerp;
  kernels::addcmul[kCPU] = addcmul;
  kernels::erfc[kCPU] = float_unary<[](auto x) { return math::erfc(x); }>;
  kernels::trunc[kCPU] = float_unary<[](auto x) { return math::trunc(x); }>;
  kernels::frac[kCPU] = float_unary<[](auto x) { return x - math::trunc(x); }>;
  kernels::nan_to_num[kCPU] = nan_to_num;
  kernels::signbit[kCPU] = signbit;
  kernels::frexp[kCPU] = frexp;
  register_binary_functions();
}

}  // namespace ember::EMBER_ISA
