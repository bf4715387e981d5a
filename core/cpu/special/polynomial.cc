// Orthogonal polynomials by their three-term recurrences (DLMF 18.9), and Chebyshev's by cosines where those are shorter. A
// negative degree gives 0.
#include <cmath>

#include "core/cpu/special/special.h"

namespace ember::cpu::special {

namespace {

/// The degree from which cosines are taken.
constexpr int64_t kLargeDegree = 8;
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

}  // namespace

double chebyshev_t(double x, int64_t n) {
  if (n >= 0 && std::abs(x) == 1) return x > 0 ? 1 : sign_of(n);
  if (is_oscillating(x, n)) return std::cos(static_cast<double>(n) * std::acos(x));
  return chebyshev(x, n, x);
}

double chebyshev_u(double x, int64_t n) {
  const double degree = static_cast<double>(n);
  if (n >= 0 && std::abs(x) == 1) return (degree + 1) * (x > 0 ? 1 : sign_of(n));
  if (is_oscillating(x, n)) return std::sin((degree + 1) * std::acos(x)) / std::sin(std::acos(x));
  return chebyshev(x, n, 2 * x);
}

double chebyshev_v(double x, int64_t n) {
  const double degree = static_cast<double>(n);
  if (n >= 0 && std::abs(x) == 1) return x > 0 ? 1 : (2 * degree + 1) * sign_of(n);
  if (is_oscillating(x, n)) return std::cos((degree + 0.5) * std::acos(x)) / std::cos(std::acos(x) / 2);
  return chebyshev(x, n, 2 * x - 1);
}

double chebyshev_w(double x, int64_t n) {
  const double degree = static_cast<double>(n);
  if (n >= 0 && std::abs(x) == 1) return x > 0 ? 2 * degree + 1 : sign_of(n);
  if (is_oscillating(x, n)) return std::sin((degree + 0.5) * std::acos(x)) / std::sin(std::acos(x) / 2);
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
  return recurrence(n, 1 - x,
                    [x](double p, double before, double k) { return ((2 * k + (1 - x)) * p - k * before) / (k + 1); });
}

double legendre(double x, int64_t n) {
  if (n >= 0 && std::abs(x) == 1) return x > 0 ? 1 : sign_of(n);
  return recurrence(n, x,
                    [x](double p, double before, double k) { return ((2 * k + 1) * x * p - k * before) / (k + 1); });
}

}  // namespace ember::cpu::special
