// Special functions of real numbers, in double. All take any argument and give NaN, infinities and zeros where PyTorch does.
#pragma once

#include <cstdint>
#include <limits>

namespace ember::cpu::special {

inline constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
inline constexpr double kInfinity = std::numeric_limits<double>::infinity();
inline constexpr double kEpsilon = std::numeric_limits<double>::epsilon();

// gamma.cc
double digamma(double x);
/// The derivative of digamma, in the arithmetic of its argument: at the poles its huge values are those of rounding errors.
double trigamma(double x);
float trigamma(float x);
double lgamma(double x);
/// Hurwitz's zeta: the sum of (q + k)^-s over k = 0, 1, ...
double zeta(double s, double q);
/// The lower and upper regularised incomplete gamma functions; their sum is 1.
double igamma(double a, double x);
double igammac(double a, double x);

// error_function.cc
/// exp(x^2) erfc(x).
double erfcx(double x);
double erfinv(double y);
/// The inverse of the normal distribution function.
double ndtri(double p);
/// The logarithm of the normal distribution function.
double log_ndtr(double x);

// bessel.cc
double j0(double x);
double j1(double x);
double y0(double x);
double y1(double x);
/// Modified ones; those with an e are scaled by exp(-|x|) or exp(x).
double i0(double x);
double i0e(double x);
double i1(double x);
double i1e(double x);
double k0(double x);
double k0e(double x);
double k1(double x);
double k1e(double x);
double spherical_j0(double x);
double airy_ai(double x);

// polynomial.cc
double chebyshev_t(double x, int64_t n);
double chebyshev_u(double x, int64_t n);
double chebyshev_v(double x, int64_t n);
double chebyshev_w(double x, int64_t n);
double hermite_h(double x, int64_t n);
double hermite_he(double x, int64_t n);
double laguerre(double x, int64_t n);
double legendre(double x, int64_t n);

}  // namespace ember::cpu::special
