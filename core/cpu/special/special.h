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
/// erfinv(y) / y to 4e-7, as polynomials of w - 2.5 for w = -log((1 - y) (1 + y)) < 5, and of sqrt(w) - 3 beyond: M. Giles,
/// "Approximating the erfinv function", 2012. From the highest power down.
inline constexpr double kErfinvCentre[] = {2.81022636e-08,  3.43273939e-07, -3.5233877e-06,
                                           -4.39150654e-06, 0.00021858087,  -0.00125372503,
                                           -0.00417768164,  0.246640727,    1.50140941};
inline constexpr double kErfinvTail[] = {-0.000200214257, 0.000100950558, 0.00134934322, -0.00367342844, 0.00573950773,
                                         -0.0076224613,   0.00943887047,  1.00167406,    2.83297682};
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
