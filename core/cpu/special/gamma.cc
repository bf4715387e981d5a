// The gamma function's family. Formulas: NIST Digital Library of Mathematical Functions (DLMF), chapters 5, 8 and 25.
#include <cmath>
#include <numbers>

#include "core/cpu/special/special.h"

namespace ember::cpu::special {

namespace {

constexpr double kPi = std::numbers::pi;

/// Bernoulli numbers B_2, B_4, ...
constexpr double kBernoulli[] = {1.0 / 6,       -1.0 / 30, 1.0 / 42,      -1.0 / 30,     5.0 / 66,
                                 -691.0 / 2730, 7.0 / 6,   -3617.0 / 510, 43867.0 / 798, -174611.0 / 330};

/// log(1 + x) - x without cancellation near 0.
double log1p_minus(double x) {
  if (x < -0.5 || x > 1) return std::log1p(x) - x;
  const double r = x / (2 + x), square = r * r;
  double sum = 0, power = r * square;
  for (int k = 3; k < 80; k += 2, power *= square) {
    const double term = 2 * power / k;
    sum += term;
    if (std::abs(term) <= kEpsilon * std::abs(sum)) break;
  }
  return sum - x * r;
}

/// lgamma(1 + a) with full relative accuracy near 0; DLMF 5.7.3.
double lgamma1p(double a) {
  if (std::abs(a) > 0.3) return lgamma(1 + a);
  double sum = -std::numbers::egamma * a, power = -a;
  for (int k = 2; k < 60; ++k) {
    power *= -a;
    const double term = zeta(k, 1) * power / k;
    sum += term;
    if (std::abs(term) <= kEpsilon * std::abs(sum)) break;
  }
  return sum;
}

/// x^a exp(-x) / Gamma(a + 1). For large a by Stirling's series, whose exponent does not cancel.
double gamma_density(double a, double x) {
  if (a < 10) return std::exp(a * std::log(x) - x - lgamma(a + 1));
  double correction = 0, power = a;
  for (int k = 1; k <= 8; ++k, power *= a * a) correction += kBernoulli[k - 1] / (2.0 * k * (2.0 * k - 1) * power);
  return std::exp(a * log1p_minus((x - a) / a) - correction) / std::sqrt(2 * kPi * a);
}

constexpr int64_t kMaxTerms = 200000;

/// DLMF 8.7.1, of the lower function.
double lower_series(double a, double x) {
  double term = 1, sum = 1;
  for (int64_t k = 1; k < kMaxTerms && term > kEpsilon * sum; ++k) {
    term *= x / (a + static_cast<double>(k));
    sum += term;
  }
  return gamma_density(a, x) * sum;
}

/// DLMF 8.9.2, the continued fraction of the upper function, by Lentz's method.
double upper_fraction(double a, double x) {
  constexpr double kTiny = 1e-300;
  double b = x + 1 - a, c = 1 / kTiny, d = 1 / (b == 0 ? kTiny : b), h = d;
  for (int64_t k = 1; k < kMaxTerms; ++k) {
    const double i = static_cast<double>(k), numerator = -i * (i - a);
    b += 2;
    d = numerator * d + b;
    d = 1 / (d == 0 ? kTiny : d);
    c = b + numerator / c;
    c = c == 0 ? kTiny : c;
    h *= d * c;
    if (std::abs(d * c - 1) <= kEpsilon) break;
  }
  return gamma_density(a, x) * a * h;
}

/// The upper function for small x, where 1 minus the lower one would cancel.
double upper_series(double a, double x) {
  double sum = 0, power = 1;
  for (int k = 1; k < 100; ++k) {
    power *= -x / k;
    const double term = power / (a + k);
    sum += term;
    if (std::abs(term) <= kEpsilon * std::abs(sum)) break;
  }
  const double exponent = a * std::log(x) - lgamma1p(a);
  return -std::expm1(exponent) - std::exp(exponent) * a * sum;
}

/// DLMF 8.12.3 and 8.12.4 with the first coefficient, enough from a = 1e8 on.
double uniform_expansion(double a, double x, bool upper) {
  const double mu = (x - a) / a, half_square = -log1p_minus(mu);
  const double eta = std::copysign(std::sqrt(2 * half_square), mu);
  const double c0 = std::abs(eta) < 1e-3 ? -1.0 / 3 + eta / 12 : 1 / mu - 1 / eta;
  const double rest = std::exp(-a * half_square) / std::sqrt(2 * kPi * a) * c0;
  const double tail = 0.5 * std::erfc((upper ? eta : -eta) * std::sqrt(a / 2));
  return upper ? tail + rest : tail - rest;
}

constexpr double kLargeShape = 1e8;

double pole_square(double x) { return std::sin(kPi * x); }
float pole_square(float x) { return std::sin(static_cast<float>(kPi) * x); }

template <class T>
T trigamma_in(T x) {
  T sign = 1, result = 0;
  if (x < T(0.5)) {
    sign = -1;
    const T sine = pole_square(x);
    result -= static_cast<T>(kPi * kPi) / (sine * sine);
    x = 1 - x;
  }
  for (int i = 0; i < 6; ++i, x += 1) result += 1 / (x * x);
  const T y = 1 / (x * x);
  // DLMF 5.15.8
  result +=
      (1 + 1 / (2 * x) +
       y * (T(1) / 6 - y * (T(1) / 30 - y * (T(1) / 42 - y * (T(1) / 30 - y * (T(5) / 66 - y * (T(691) / 2730))))))) /
      x;
  return sign * result;
}

}  // namespace

double digamma(double x) {
  if (x == 0) return std::copysign(kInfinity, -x);
  double result = 0;
  if (x < 0) {
    double whole;
    const double fraction = std::modf(x, &whole);
    if (fraction == 0) return kNaN;
    result = -kPi / std::tan(kPi * fraction);
    x = 1 - x;
  }
  for (; x < 10; x += 1) result -= 1 / x;
  const double y = 1 / (x * x);
  double tail = 0;
  for (int k = 8; k >= 1; --k) tail = (tail + kBernoulli[k - 1] / (2 * k)) * y;
  return result + std::log(x) - 0.5 / x - tail;
}

double trigamma(double x) { return trigamma_in(x); }
float trigamma(float x) { return trigamma_in(x); }

double lgamma(double x) {
  int sign;
  return ::lgamma_r(x, &sign);
}

double zeta(double s, double q) {
  if (s == 1) return kInfinity;
  if (!(s > 1) || q != q) return kNaN;
  if (q <= 0) {
    if (q == std::floor(q)) return kInfinity;
    if (s != std::floor(s)) return kNaN;
    if (q < -1000) {
      // The sum over all integers, which depends on q's fraction only, less the terms before q.
      const double fraction = q - std::floor(q), sign = std::fmod(s, 2) == 0 ? 1 : -1;
      return zeta(s, fraction) + sign * (zeta(s, 1 - fraction) - zeta(s, 1 - q));
    }
  }
  // Euler and Maclaurin's summation (DLMF 25.11.5), from where its terms fall fast.
  double sum = 0, a = q;
  for (; a < 10 || a < s; a += 1) {
    const double term = std::pow(a, -s);
    sum += term;
    if (a > 0 && (term < kEpsilon * std::abs(sum) || term == 0)) return sum;
  }
  const double power = std::pow(a, -s);
  sum += power * (a / (s - 1) + 0.5);
  double factor = s * power / a;
  for (int k = 1; k <= 10; ++k) {
    // factor = s (s + 1) ... (s + 2k - 2) a^(-s - 2k + 1) / (2k)!
    factor /= k == 1 ? 2 : (2.0 * k - 1) * (2.0 * k);
    const double term = kBernoulli[k - 1] * factor;
    sum += term;
    if (std::abs(term) < kEpsilon * std::abs(sum)) break;
    factor *= (s + 2 * k - 1) * (s + 2 * k) / (a * a);
  }
  return sum;
}

double igamma(double a, double x) {
  if (!(a >= 0) || !(x >= 0)) return kNaN;
  if (a == 0) return x > 0 ? 1 : kNaN;
  if (x == 0) return 0;
  if (std::isinf(a)) return std::isinf(x) ? kNaN : 0;
  if (std::isinf(x)) return 1;
  if (a > kLargeShape) return uniform_expansion(a, x, false);
  return x > 1 && x > a ? 1 - igammac(a, x) : lower_series(a, x);
}

double igammac(double a, double x) {
  if (!(a >= 0) || !(x >= 0)) return kNaN;
  if (a == 0) return x > 0 ? 0 : kNaN;
  if (x == 0) return 1;
  if (std::isinf(a)) return std::isinf(x) ? kNaN : 1;
  if (std::isinf(x)) return 0;
  if (a > kLargeShape) return uniform_expansion(a, x, true);
  if (x > 1.1) return x < a ? 1 - lower_series(a, x) : upper_fraction(a, x);
  const bool lower_is_small = x <= 0.5 ? -0.4 / std::log(x) < a : x * 1.1 < a;
  return lower_is_small ? 1 - lower_series(a, x) : upper_series(a, x);
}

}  // namespace ember::cpu::special
