// Orthogonal polynomials by their three-term recurrences (DLMF 18.9), and Chebyshev's by cosines where those are shorter. Degrees so
// large that a recurrence would take long are given by closed or asymptotic forms. A negative degree gives 0.
#include <cmath>

#include "core/cpu/special/special.h"

namespace ember::cpu::special {

namespace {

/// The degree from which cosines are taken.
constexpr int64_t kLargeDegree = 8;
/// The longest recurrence; beyond, asymptotic forms are exact to about 1e-8.
constexpr int64_t kLongest = int64_t{1} << 16;
/// Hermite polynomials of higher degree overflow.
constexpr int64_t kMaxHermiteDegree = 512;

/// p_n from p_0 = 1, p_1 = `first` and p_(k+1) = next(p_k, p_(k-1), k).
template <class Next>
double recurrence(int64_t n, double first, Next next) {
  if (n < 0) return 0;
  double before = 1, value = first;
  if (n == 0) return before;
  for (int64_t k = 1; k < n && value == value; ++k) {
    const double after = next(value, before, static_cast<double>(k));
    before = value;
    value = after;
  }
  return value;
}

double chebyshev(double x, int64_t n, double first) {
  return recurrence(n, first, [x](double p, double before, double) { return 2 * x * p - before; });
}

double sign_of(int64_t n) { return n % 2 == 0 ? 1 : -1; }

bool is_oscillating(double x, int64_t n) { return n > kLargeDegree && std::abs(x) < 1; }

/// Where the cosines of chebyshev_t and its like become hyperbolic.
bool is_growing_long(double x, int64_t n) { return n > kLongest && std::abs(x) > 1; }

/// Chebyshev's polynomials of the third kind at x > 1, and of the fourth.
double growing_v(double x, double degree) {
  const double t = std::acosh(x);
  return std::cosh((degree + 0.5) * t) / std::cosh(t / 2);
}
double growing_w(double x, double degree) {
  const double t = std::acosh(x);
  return std::sinh((degree + 0.5) * t) / std::sinh(t / 2);
}

/// Hilb's formula with its first correction (DLMF 18.15.12 ff.), and its continuation beyond 1; for x >= 0.
double legendre_of_large_degree(double x, double degree) {
  const double rho = degree + 0.5;
  if (x > 1) {
    const double t = std::acosh(x), z = rho * t;
    const double slope = (t / std::tanh(t) - 1) / (8 * t * rho);
    return std::sqrt(t / std::sinh(t)) * std::exp(z) * (i0e(z) - slope * i1e(z));
  }
  const double t = std::acos(x), z = rho * t;
  return std::sqrt(t / std::sin(t)) * (j0(z) + (t / std::tan(t) - 1) / (8 * t * rho) * j1(z));
}

/// DLMF 18.15.19 with its first correction.
double laguerre_of_large_degree(double x, double degree) {
  const double nu = 4 * degree + 2, u = std::abs(x) / nu, root = std::sqrt(u);
  if (x < 0) {
    const double xi = (std::sqrt(u * (1 + u)) + std::asinh(root)) / 2, v = u / (1 + u);
    const double b = -0.5 * (0.125 - xi / std::sqrt(v) * (0.125 + v / 4 - 5 * v * v / 24));
    const double z = nu * xi;
    return std::exp(z + x / 2) * std::sqrt(xi / std::sqrt(u * (1 + u))) * (i0e(z) + b / (xi * nu) * i1e(z));
  }
  if (u > 0.5) return kNaN;  // exp(x / 2) has long overflowed
  const double xi = (std::sqrt(u * (1 - u)) + std::asin(root)) / 2, v = u / (1 - u);
  const double b = -0.5 * (0.125 + xi / std::sqrt(v) * (-0.125 + v / 4 + 5 * v * v / 24));
  const double z = nu * xi;
  return std::exp(x / 2) * std::sqrt(xi / std::sqrt(u * (1 - u))) * (j0(z) + b / (xi * nu) * j1(z));
}

}  // namespace

double chebyshev_t(double x, int64_t n) {
  if (n >= 0 && std::abs(x) == 1) return x > 0 ? 1 : sign_of(n);
  if (is_oscillating(x, n)) return std::cos(static_cast<double>(n) * std::acos(x));
  if (is_growing_long(x, n))
    return std::cosh(static_cast<double>(n) * std::acosh(std::abs(x))) * (x > 0 ? 1 : sign_of(n));
  return chebyshev(x, n, x);
}

double chebyshev_u(double x, int64_t n) {
  const double degree = static_cast<double>(n);
  if (n >= 0 && std::abs(x) == 1) return (degree + 1) * (x > 0 ? 1 : sign_of(n));
  if (is_oscillating(x, n)) return std::sin((degree + 1) * std::acos(x)) / std::sin(std::acos(x));
  if (is_growing_long(x, n)) {
    const double t = std::acosh(std::abs(x));
    return std::sinh((degree + 1) * t) / std::sinh(t) * (x > 0 ? 1 : sign_of(n));
  }
  return chebyshev(x, n, 2 * x);
}

double chebyshev_v(double x, int64_t n) {
  const double degree = static_cast<double>(n);
  if (n >= 0 && std::abs(x) == 1) return x > 0 ? 1 : (2 * degree + 1) * sign_of(n);
  if (is_oscillating(x, n)) return std::cos((degree + 0.5) * std::acos(x)) / std::cos(std::acos(x) / 2);
  if (is_growing_long(x, n)) return x > 0 ? growing_v(x, degree) : sign_of(n) * growing_w(-x, degree);
  return chebyshev(x, n, 2 * x - 1);
}

double chebyshev_w(double x, int64_t n) {
  const double degree = static_cast<double>(n);
  if (n >= 0 && std::abs(x) == 1) return x > 0 ? 2 * degree + 1 : sign_of(n);
  if (is_oscillating(x, n)) return std::sin((degree + 0.5) * std::acos(x)) / std::sin(std::acos(x) / 2);
  if (is_growing_long(x, n)) return x > 0 ? growing_w(x, degree) : sign_of(n) * growing_v(-x, degree);
  return chebyshev(x, n, 2 * x + 1);
}

double hermite_h(double x, int64_t n) {
  if (n > kMaxHermiteDegree) return kNaN;
  return recurrence(n, 2 * x, [x](double p, double before, double k) { return 2 * (x * p - k * before); });
}

double hermite_he(double x, int64_t n) {
  if (n > kMaxHermiteDegree) return kNaN;
  return recurrence(n, x, [x](double p, double before, double k) { return x * p - k * before; });
}

double laguerre(double x, int64_t n) {
  if (n >= 0 && x == 0) return 1;
  if (n > kLongest && x == x) return laguerre_of_large_degree(x, static_cast<double>(n));
  return recurrence(n, 1 - x,
                    [x](double p, double before, double k) { return ((2 * k + (1 - x)) * p - k * before) / (k + 1); });
}

double legendre(double x, int64_t n) {
  if (n >= 0 && std::abs(x) == 1) return x > 0 ? 1 : sign_of(n);
  if (n > kLongest && x == x)
    return legendre_of_large_degree(std::abs(x), static_cast<double>(n)) * (x > 0 ? 1 : sign_of(n));
  return recurrence(n, x,
                    [x](double p, double before, double k) { return ((2 * k + 1) * x * p - k * before) / (k + 1); });
}

}  // namespace ember::cpu::special
