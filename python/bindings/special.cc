// ember.special, and those of its functions that are also ember's own and methods of Tensor.
#include "ember/ops/pointwise/special.h"

#include "ember/ops/activation/activation.h"
#include "ember/ops/activation/softmax.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

void bind_gamma(Ops& ops) {
  ops.add_with_in_place("lgamma(input)", lgamma, "log |Gamma(input)|.");
  ops.add_with_in_place("digamma(input)", digamma, "The derivative of lgamma.");
  ops.add_function("polygamma(n, input)", polygamma, "The n-th derivative of digamma.");
  const auto method = [](const Tensor& x, int64_t n) { return polygamma(n, x); };
  ops.add_method("polygamma(input, n)", method);
  ops.add_in_place("polygamma(input, n)", method);
  ops.add_with_in_place("mvlgamma(input, p)", mvlgamma, "log of the multivariate gamma function.");
  ops.add_with_in_place("igamma(input, other)", igamma, "The lower incomplete gamma function of shape input.");
  ops.add_with_in_place("igammac(input, other)", igammac, "The upper incomplete gamma function of shape input.");
  ops.add_with_in_place("erfinv(input)", erfinv, "The inverse error function.");
  ops.add_with_in_place("i0(input)", i0, "The modified Bessel function of order 0.");
}

void bind_bessel(Ops& special) {
  special.add_function("i0e(input)", special::i0e, "exp(-|input|) i0(input).");
  special.add_function("i1(input)", special::i1, "The modified Bessel function of order 1.");
  special.add_function("i1e(input)", special::i1e, "exp(-|input|) i1(input).");
  special.add_function("bessel_j0(input)", special::bessel_j0, "Of the first kind, order 0.");
  special.add_function("bessel_j1(input)", special::bessel_j1, "Of the first kind, order 1.");
  special.add_function("bessel_y0(input)", special::bessel_y0, "Of the second kind, order 0.");
  special.add_function("bessel_y1(input)", special::bessel_y1, "Of the second kind, order 1.");
  special.add_function("modified_bessel_i0(input)", i0, "Modified, of the first kind, order 0.");
  special.add_function("modified_bessel_i1(input)", special::i1, "Modified, of the first kind, order 1.");
  special.add_function("modified_bessel_k0(input)", special::modified_bessel_k0, "Of the second kind, order 0.");
  special.add_function("modified_bessel_k1(input)", special::modified_bessel_k1, "Of the second kind, order 1.");
  special.add_function("scaled_modified_bessel_k0(x)", special::scaled_modified_bessel_k0, "Times exp(x).");
  special.add_function("scaled_modified_bessel_k1(x)", special::scaled_modified_bessel_k1, "Times exp(x).");
  special.add_function("spherical_bessel_j0(x)", special::spherical_bessel_j0, "sin(x) / x.");
  special.add_function("airy_ai(x)", special::airy_ai, "The Airy function Ai.");
}

void bind_polynomials(Ops& special) {
  const char* doc = "The polynomial of degree n at input.";
  special.add_function("chebyshev_polynomial_t(input: Scalar, n: Scalar)", special::chebyshev_polynomial_t, doc);
  special.add_function("chebyshev_polynomial_u(input: Scalar, n: Scalar)", special::chebyshev_polynomial_u, doc);
  special.add_function("chebyshev_polynomial_v(input: Scalar, n: Scalar)", special::chebyshev_polynomial_v, doc);
  special.add_function("chebyshev_polynomial_w(input: Scalar, n: Scalar)", special::chebyshev_polynomial_w, doc);
  special.add_function("shifted_chebyshev_polynomial_t(input: Scalar, n: Scalar)",
                       special::shifted_chebyshev_polynomial_t, doc);
  special.add_function("shifted_chebyshev_polynomial_u(input: Scalar, n: Scalar)",
                       special::shifted_chebyshev_polynomial_u, doc);
  special.add_function("shifted_chebyshev_polynomial_v(input: Scalar, n: Scalar)",
                       special::shifted_chebyshev_polynomial_v, doc);
  special.add_function("shifted_chebyshev_polynomial_w(input: Scalar, n: Scalar)",
                       special::shifted_chebyshev_polynomial_w, doc);
  special.add_function("hermite_polynomial_h(input: Scalar, n: Scalar)", special::hermite_polynomial_h, doc);
  special.add_function("hermite_polynomial_he(input: Scalar, n: Scalar)", special::hermite_polynomial_he, doc);
  special.add_function("laguerre_polynomial_l(input: Scalar, n: Scalar)", special::laguerre_polynomial_l, doc);
  special.add_function("legendre_polynomial_p(input: Scalar, n: Scalar)", special::legendre_polynomial_p, doc);
}

/// Other names for what ember has itself.
void bind_second_names(Ops& special) {
  special.add_function("psi(input)", digamma);
  special.add_function("gammaln(input)", lgamma);
  special.add_function("gammainc(input, other)", igamma);
  special.add_function("gammaincc(input, other)", igammac);
  special.add_function("multigammaln(input, p)", mvlgamma);
  special.add_function("expit(input)", sigmoid);
  special.add_function("log_softmax(input, dim, *, dtype=None)", log_softmax);
}

}  // namespace

void bind_special(Ops& ops, Ops& special) {
  bind_gamma(ops);
  bind_bessel(special);
  bind_polynomials(special);
  bind_second_names(special);
  special.share(ops, {"digamma", "erf", "erfc", "erfinv", "exp2", "expm1", "i0", "log1p", "logit", "logsumexp",
                      "polygamma", "round", "sinc", "softmax", "xlogy"});
  special.add_function("entr(input)", special::entr, "-input log(input).");
  special.add_function("erfcx(input)", special::erfcx, "exp(input^2) erfc(input).");
  special.add_function("ndtr(input)", special::ndtr, "The normal distribution function.");
  special.add_function("log_ndtr(input)", special::log_ndtr, "The logarithm of ndtr.");
  special.add_function("ndtri(input)", special::ndtri, "The inverse of ndtr.");
  special.add_function("xlog1py(input: Scalar, other: Scalar)", special::xlog1py,
                       "input log(1 + other), 0 where input is 0.");
  special.add_function("zeta(input: Scalar, other: Scalar)", special::zeta, "Hurwitz's zeta function.");
}

}  // namespace ember::python
