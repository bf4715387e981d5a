// Special functions, elementwise: the gamma, error, Bessel and zeta functions, and orthogonal polynomials. Integers become the
// default floating-point dtype. Those of ember::special have their names of PyTorch's torch.special. Definitions: NIST Digital Library
// of Mathematical Functions.
#pragma once

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// log |Gamma(x)|.
Tensor lgamma(const Tensor& x);
/// The derivative of lgamma.
Tensor digamma(const Tensor& x);
/// The n-th derivative of digamma; n must not be negative.
Tensor polygamma(int64_t n, const Tensor& x);
/// The logarithm of the multivariate gamma function of dimension p >= 1.
Tensor mvlgamma(const Tensor& x, int64_t p);
/// The regularised lower incomplete gamma function of shape a at x; floats only. It has no gradient for a.
Tensor igamma(const Tensor& a, const Tensor& x);
/// 1 - igamma(a, x), exact where that is small.
Tensor igammac(const Tensor& a, const Tensor& x);
Tensor erfinv(const Tensor& x);
/// The modified Bessel function of order 0.
Tensor i0(const Tensor& x);

namespace special {

/// -x log(x), 0 at 0 and -infinity below.
Tensor entr(const Tensor& x);
/// exp(x^2) erfc(x).
Tensor erfcx(const Tensor& x);
/// The normal distribution function, its logarithm and its inverse.
Tensor ndtr(const Tensor& x);
Tensor log_ndtr(const Tensor& x);
Tensor ndtri(const Tensor& p);
/// x log(1 + y), and 0 where x is 0, unless y is NaN.
Tensor xlog1py(const Tensor& x, const Tensor& y);
/// Hurwitz's zeta function, the sum of (q + k)^-x over k = 0, 1, ...; no gradient for x.
Tensor zeta(const Tensor& x, const Tensor& q);

// Modified Bessel functions of orders 0 and 1; i0e and i1e are scaled by exp(-|x|), the scaled k0 and k1 by exp(x).
Tensor i0e(const Tensor& x);
Tensor i1(const Tensor& x);
Tensor i1e(const Tensor& x);
Tensor modified_bessel_k0(const Tensor& x);
Tensor modified_bessel_k1(const Tensor& x);
/// No gradient, as the next ones.
Tensor scaled_modified_bessel_k0(const Tensor& x);
Tensor scaled_modified_bessel_k1(const Tensor& x);
Tensor spherical_bessel_j0(const Tensor& x);
Tensor airy_ai(const Tensor& x);

// Bessel functions of the first and second kind.
Tensor bessel_j0(const Tensor& x);
Tensor bessel_j1(const Tensor& x);
Tensor bessel_y0(const Tensor& x);
Tensor bessel_y1(const Tensor& x);

// Orthogonal polynomials of x of degree n, which is rounded toward zero; 0 where n is negative. No gradient.
Tensor chebyshev_polynomial_t(const Tensor& x, const Tensor& n);
Tensor chebyshev_polynomial_u(const Tensor& x, const Tensor& n);
Tensor chebyshev_polynomial_v(const Tensor& x, const Tensor& n);
Tensor chebyshev_polynomial_w(const Tensor& x, const Tensor& n);
Tensor shifted_chebyshev_polynomial_t(const Tensor& x, const Tensor& n);
Tensor shifted_chebyshev_polynomial_u(const Tensor& x, const Tensor& n);
Tensor shifted_chebyshev_polynomial_v(const Tensor& x, const Tensor& n);
Tensor shifted_chebyshev_polynomial_w(const Tensor& x, const Tensor& n);
Tensor hermite_polynomial_h(const Tensor& x, const Tensor& n);
Tensor hermite_polynomial_he(const Tensor& x, const Tensor& n);
Tensor laguerre_polynomial_l(const Tensor& x, const Tensor& n);
Tensor legendre_polynomial_p(const Tensor& x, const Tensor& n);

}  // namespace special

/// Methods of Tensor.
class SpecialMethods {
 public:
  Tensor erfinv() const;
  Tensor lgamma() const;
  Tensor digamma() const;
  Tensor polygamma(int64_t n) const;
  Tensor mvlgamma(int64_t p) const;
  Tensor igamma(const Tensor& other) const;
  Tensor igammac(const Tensor& other) const;
  Tensor i0() const;
  Tensor& erfinv_();
  Tensor& lgamma_();
  Tensor& digamma_();
  Tensor& polygamma_(int64_t n);
  Tensor& mvlgamma_(int64_t p);
  Tensor& igamma_(const Tensor& other);
  Tensor& igammac_(const Tensor& other);
  Tensor& i0_();
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
