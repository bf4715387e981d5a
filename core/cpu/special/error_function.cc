// The error function's family.
#include <cmath>
#include <numbers>

#include "core/cpu/special/special.h"

namespace ember::cpu::special {

namespace {

constexpr double kInverseSqrtPi = std::numbers::inv_sqrtpi, kSqrt2 = std::numbers::sqrt2;

/// Good to 4e-7, by Giles' polynomials in w = -log((1 - y) (1 + y)); returns erfinv(y) / y.
double erfinv_slope(double w) {
  const auto& coefficients = w < 5 ? kErfinvCentre : kErfinvTail;
  const double t = w < 5 ? w - 2.5 : std::sqrt(w) - 3;
  double p = 0;
  for (const double c : coefficients) p = p * t + c;
  return p;
}

/// The z >= 0 with erfc(z) = q, for 0 < q <= 1, by Newton's method on log(erfc(z)), which is nearly a parabola.
double erfc_inverse(double q) {
  const double w = -std::log(q * (2 - q));
  double z = w < 16 ? erfinv_slope(w) * (1 - q) : std::sqrt(w - 0.5 * std::log(std::numbers::pi * w));
  const double target = std::log(q);
  for (int i = 0; i < 4; ++i) {
    const double e = erfcx(z);
    const double step = (std::log(e) - z * z - target) * e / (-2 * kInverseSqrtPi);
    z -= step;
    if (std::abs(step) <= 1e-9 * z) break;
  }
  return z;
}

}  // namespace

double erfcx(double x) {
  if (x != x) return x;
  if (x < 2) return std::exp(x * x) * std::erfc(x);
  if (x > 1e100) return kInverseSqrtPi / x;
  // The trapezoidal rule on (x / pi) times the integral of exp(-t^2) / (x^2 + t^2) is right to exp(-(pi / h)^2) once the pole
  // at i x is accounted for (Chiarella and Reichel, 1968).
  constexpr double kStep = 0.5;
  const double square = x * x;
  double sum = 1 / square;
  for (int k = 1; k <= 13; ++k) {
    const double t = k * kStep * (k * kStep);
    sum += 2 * std::exp(-t) / (t + square);
  }
  const double rule = kStep * x / std::numbers::pi * sum;
  if (x >= std::numbers::pi / kStep) return rule;
  return rule - 2 * std::exp(square) / std::expm1(2 * std::numbers::pi * x / kStep);
}

double erfinv(double y) {
  const double magnitude = std::abs(y);
  if (!(magnitude <= 1)) return kNaN;
  if (magnitude == 1) return std::copysign(kInfinity, y);
  if (magnitude > 0.5) return std::copysign(erfc_inverse(1 - magnitude), y);
  double x = erfinv_slope(-std::log1p(-y * y)) * y;
  for (int i = 0; i < 2; ++i) {
    // Halley's step
    const double u = (std::erf(x) - y) / (2 * kInverseSqrtPi * std::exp(-x * x));
    x -= u / (1 + x * u);
  }
  return x;
}

double ndtri(double p) {
  if (!(p >= 0 && p <= 1)) return kNaN;
  if (p == 0 || p == 1) return p == 0 ? -kInfinity : kInfinity;
  if (std::abs(p - 0.5) < 0.25) return kSqrt2 * erfinv(2 * p - 1);
  return p < 0.5 ? -kSqrt2 * erfc_inverse(2 * p) : kSqrt2 * erfc_inverse(2 * (1 - p));
}

double log_ndtr(double x) {
  const double t = x / kSqrt2;
  return x < -1 ? std::log(erfcx(-t) / 2) - t * t : std::log1p(-std::erfc(t) / 2);
}

}  // namespace ember::cpu::special
