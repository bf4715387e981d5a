
#include "core/cpu/elementary_math.h"
#include "core/cpu/families.h"
#include "core/cpu/pointwise.h"
#include "core/cpu/special/special.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/core/kernels/special.h"

namespace ember::EMBER_ISA {

namespace {

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

}  // namespace

void register_special() {
  kernels::xlog1py[kCPU] = float_binary<[](auto x, auto y) {
    using T = decltype(x);
    const T product = x * math::log1p(y);
    return y != y ? T(kNaN) : x == T(0) ? T(0) : product;
  }>;
  kernels::erfinv[kCPU] = float_unary<[](auto x) { return erfinv(x); }>;
  kernels::lgamma[kCPU] = lgamma;
  kernels::digamma[kCPU] = digamma;
  kernels::i0[kCPU] = modified_bessel<0, cpu::special::i0>;
  kernels::i1[kCPU] = modified_bessel<1, cpu::special::i1>;
}

}  // namespace ember::EMBER_ISA
