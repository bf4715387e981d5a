// Special functions of orders and degrees that no loop could count to.
#include <cmath>

#include "tests/support.h"

namespace ember {
namespace {

using Polynomial = Tensor (*)(const Tensor& x, const Tensor& n);

double at(Polynomial p, double x, double degree) {
  return p(full({}, x, kFloat64), full({}, degree, kFloat64)).item<double>();
}

constexpr double kDegrees[] = {65536, 65537, 1e6, 0x1p31, 1e12};

TEST(Special, LegendrePolynomialsOfLargeDegreeKeepTheirRecurrence) {
  for (const double n : kDegrees) {
    for (const double x : {0.3, -0.7, 0.01, 0.99999}) {
      const double before = at(special::legendre_polynomial_p, x, n - 1),
                   here = at(special::legendre_polynomial_p, x, n);
      const double after = ((2 * n + 1) * x * here - n * before) / (n + 1);
      const double amplitude = std::sqrt(2 / (M_PI * n * std::sqrt(1 - x * x)));
      EXPECT_NEAR(at(special::legendre_polynomial_p, x, n + 1), after, 1e-3 * amplitude) << n << " at " << x;
      EXPECT_LE(std::abs(here), 1.1 * amplitude) << n << " at " << x;
    }
    EXPECT_EQ(at(special::legendre_polynomial_p, -1, n), std::fmod(n, 2) == 0 ? 1 : -1);
  }
  EXPECT_EQ(at(special::legendre_polynomial_p, 1.5, 0x1p31), INFINITY);
  EXPECT_NEAR(at(special::legendre_polynomial_p, 0.3, 131075), -0.0021888334986, 1e-12);
}

TEST(Special, LaguerrePolynomialsOfLargeDegreeKeepTheirRecurrence) {
  for (const double n : kDegrees) {
    for (const double x : {1e-9, 0.3, 10.0}) {
      const double before = at(special::laguerre_polynomial_l, x, n - 1),
                   here = at(special::laguerre_polynomial_l, x, n);
      const double after = ((2 * n + 1 - x) * here - n * before) / (n + 1);
      EXPECT_NEAR(at(special::laguerre_polynomial_l, x, n + 1), after, 1e-4 * std::exp(x / 2)) << n << " at " << x;
    }
  }
  EXPECT_NEAR(at(special::laguerre_polynomial_l, 0.3, 131075), 0.0465310193198, 1e-11);
  EXPECT_NEAR(at(special::laguerre_polynomial_l, -0.3, 131075) / 3.0019919260e170, 1, 1e-8);
}

TEST(Special, ChebyshevPolynomialsGrowByTheirHyperbolicForms) {
  const double x = 1.0000001;
  for (const Polynomial p : {special::chebyshev_polynomial_t, special::chebyshev_polynomial_u,
                             special::chebyshev_polynomial_v, special::chebyshev_polynomial_w}) {
    for (const double at_x : {x, -x}) {
      const double after = 2 * at_x * at(p, at_x, 65537) - at(p, at_x, 65536);
      EXPECT_NEAR(at(p, at_x, 65538) / after, 1, 1e-6);
    }
    EXPECT_EQ(at(p, 1.5, 0x1p31), INFINITY);
  }
}

TEST(Special, ZetaOfALargeOrderIsItsFirstTerm) {
  EXPECT_EQ(special::zeta(full({}, 1e9, kFloat64), 2.0).item<double>(), 0);
  EXPECT_EQ(special::zeta(full({}, 1e300, kFloat64), 1.0).item<double>(), 1);
  EXPECT_EQ(special::zeta(full({}, INFINITY, kFloat64), 3.0).item<double>(), 0);
  EXPECT_NEAR(special::zeta(full({}, 700.0, kFloat64), 2.0).item<double>() / std::pow(2.0, -700), 1, 1e-14);
}

}  // namespace
}  // namespace ember
