// Bessel and Airy functions. Formulas: DLMF chapters 9 and 10.
#include <cmath>
#include <numbers>

#include "core/cpu/special/special.h"

namespace ember::cpu::special {

namespace {

constexpr double kPi = std::numbers::pi;

/// I of order 0 or 1 by its power series (10.25.2), all of whose terms are positive.
double modified_series(int order, double x) {
  const double y = x * x / 4;
  double term = order ? x / 2 : 1, sum = term;
  for (int k = 1; k < 500 && std::abs(term) > kEpsilon * std::abs(sum); ++k) {
    term *= y / (static_cast<double>(k) * (k + order));
    sum += term;
  }
  return sum;
}

/// exp(-x) I for x >= 25 by 10.40.1, whose smallest term is exp(-2x).
double modified_expansion(int order, double x) {
  const double mu = 4.0 * order * order;
  double term = 1, sum = 1;
  for (int k = 1; k < 100; ++k) {
    const double odd = 2 * k - 1;
    term *= -(mu - odd * odd) / (8 * k * x);
    sum += term;
    if (std::abs(term) <= kEpsilon * std::abs(sum)) break;
  }
  return sum / std::sqrt(2 * kPi * x);
}

constexpr double kLargeModified = 25;

double scaled_modified(int order, double x) {
  const double magnitude = std::abs(x);
  if (std::isinf(x)) return 0;
  const double value = magnitude < kLargeModified ? std::exp(-magnitude) * modified_series(order, magnitude)
                                                  : modified_expansion(order, magnitude);
  return order && x < 0 ? -value : value;
}

/// exp(x) K of any order for x >= 2: 10.32.9 with t = 2 asinh(v / sqrt(2x)) becomes the integral of a Gaussian times a smooth
/// function, on which the trapezoidal rule is exact to rounding.
double scaled_macdonald(double order, double x) {
  constexpr double kStep = 0.3;
  const double width = std::sqrt(2 * x);
  double sum = 0.5;
  for (int k = 1; k <= 21; ++k) {
    const double v = k * kStep, u = v / width;
    sum += std::exp(-v * v) * std::cosh(order * 2 * std::asinh(u)) / std::sqrt(1 + u * u);
  }
  return 2 / width * kStep * sum;
}

/// K of order 0 for 0 < x < 2 (10.31.2).
double k0_series(double x) {
  const double y = x * x / 4;
  double term = 1, harmonic = 0, sum = 0;
  for (int k = 1; k < 40; ++k) {
    term *= y / (static_cast<double>(k) * k);
    harmonic += 1.0 / k;
    sum += term * harmonic;
  }
  return sum - (std::log(x / 2) + std::numbers::egamma) * modified_series(0, x);
}

/// K of order 1 for 0 < x < 2 (10.31.1).
double k1_series(double x) {
  const double y = x * x / 4;
  double term = 1, digammas = 1 - 2 * std::numbers::egamma, sum = digammas;
  for (int k = 1; k < 40; ++k) {
    term *= y / (static_cast<double>(k) * (k + 1));
    digammas += 1.0 / k + 1.0 / (k + 1);
    sum += term * digammas;
  }
  return 1 / x + std::log(x / 2) * modified_series(1, x) - x / 4 * sum;
}

/// K, or exp(x) K, of order 0 or 1.
double macdonald(int order, double x, bool scaled) {
  if (x == 0) return kInfinity;
  if (!(x > 0)) return kNaN;
  if (x < 2) return (order ? k1_series(x) : k0_series(x)) * (scaled ? std::exp(x) : 1);
  if (std::isinf(x)) return 0;
  return scaled_macdonald(order, x) * (scaled ? 1 : std::exp(-x));
}

/// Ai's Maclaurin series (9.4.1), in long double: for negative x the terms cancel.
double airy_series(long double x) {
  constexpr long double kAiryAtZero = 0.355028053887817239260063186L, kSlopeAtZero = 0.258819403792806798405183560L;
  const long double cube = x * x * x;
  long double f = 1, g = x, sum = kAiryAtZero * f - kSlopeAtZero * g;
  for (int k = 1; k < 100; ++k) {
    const long double n = 3 * k;
    f *= cube / (n * (n - 1));
    g *= cube / (n * (n + 1));
    sum += kAiryAtZero * f - kSlopeAtZero * g;
    if (std::abs(f) + std::abs(g) < 1e-22L) break;
  }
  return static_cast<double>(sum);
}

/// Ai(-x) for x >= 9 (9.7.9).
double airy_oscillating(double x) {
  const double zeta = 2.0 / 3 * x * std::sqrt(x);
  double u = 1, even = 0, odd = 0;
  for (int k = 0; k < 24; ++k) {
    if (k) u *= (6.0 * k - 5) * (6.0 * k - 3) * (6.0 * k - 1) / (216.0 * k * (2.0 * k - 1) * zeta);
    if (k % 2)
      odd += k % 4 == 1 ? u : -u;
    else
      even += k % 4 == 0 ? u : -u;
    if (u < kEpsilon) break;
  }
  const double phase = zeta - kPi / 4;
  return (std::cos(phase) * even + std::sin(phase) * odd) / std::sqrt(kPi * std::sqrt(x));
}

}  // namespace

double j0(double x) { return ::j0(x); }
double j1(double x) { return ::j1(x); }
double y0(double x) { return x == 0 ? -kInfinity : x > 0 ? ::y0(x) : kNaN; }
double y1(double x) { return x == 0 ? -kInfinity : x > 0 ? ::y1(x) : kNaN; }

double i0e(double x) { return scaled_modified(0, x); }
double i1e(double x) { return scaled_modified(1, x); }
double i0(double x) {
  return std::abs(x) < kLargeModified ? modified_series(0, x)
                                      : std::exp(std::abs(x)) * modified_expansion(0, std::abs(x));
}
double i1(double x) {
  if (std::abs(x) < kLargeModified) return modified_series(1, x);
  return std::copysign(std::exp(std::abs(x)) * modified_expansion(1, std::abs(x)), x);
}

double k0(double x) { return macdonald(0, x, false); }
double k1(double x) { return macdonald(1, x, false); }
double k0e(double x) { return macdonald(0, x, true); }
double k1e(double x) { return macdonald(1, x, true); }

double spherical_j0(double x) {
  if (std::isinf(x)) return 0;
  if (std::abs(x) < 1e-4) return 1 - x * x / 6;
  return std::sin(x) / x;
}

double airy_ai(double x) {
  if (std::isinf(x)) return x > 0 ? 0 : kNaN;
  if (x < -9) return airy_oscillating(-x);
  if (!(x > 2.1)) return airy_series(x);
  const double zeta = 2.0 / 3 * x * std::sqrt(x);
  return std::sqrt(x / 3) / kPi * std::exp(-zeta) * scaled_macdonald(1.0 / 3, zeta);
}

}  // namespace ember::cpu::special
