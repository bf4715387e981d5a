// First derivatives where a formula would divide by zero or tie: the values are PyTorch's.
#include <cmath>
#include <functional>

#include "ember/autograd/functional.h"
#include "tests/support.h"

namespace ember {
namespace {

using Values = std::vector<double>;
constexpr double kInf = INFINITY;

struct Unary {
  const char* name;
  std::function<Tensor(const Tensor&)> f;
  Values x, slope;
};

const Unary kUnary[] = {
    {"clamp_at_limits", [](const Tensor& x) { return clamp(x, 0, 1); }, {0, .5, 1, kInf, NAN}, {0, 1, 0, 0, 0}},
    {"clamp_min", [](const Tensor& x) { return clamp_min(x, 0); }, {0, 1, kInf}, {0, 1, 1}},
    {"clamp_max", [](const Tensor& x) { return clamp_max(x, 0); }, {0, -1, -kInf}, {0, 1, 1}},
    {"hardtanh", [](const Tensor& x) { return hardtanh(x, -1, 1); }, {-1, 0, 1, NAN, kInf}, {0, 1, 0, 0, 0}},
    {"relu6", relu6, {0, 1, 6, NAN}, {0, 1, 0, 0}},
    {"hardsigmoid", hardsigmoid, {-3, 3, NAN}, {0, 0, 0}},
    {"hardswish", hardswish, {-3, 3, NAN}, {0, 1, NAN}},
    {"threshold", [](const Tensor& x) { return threshold(x, 1, 5); }, {1, 2, kInf}, {0, 1, 1}},
    {"elu", [](const Tensor& x) { return elu(x); }, {0, NAN, kInf, -kInf}, {1, NAN, 1, 0}},
    {"selu", selu, {NAN}, {NAN}},
    {"hardshrink", [](const Tensor& x) { return hardshrink(x, 1); }, {1, -1, 2, NAN}, {0, 0, 1, 0}},
    {"softshrink", [](const Tensor& x) { return softshrink(x, 1); }, {1, -1, 2, NAN}, {0, 0, 1, 0}},
    {"logit", [](const Tensor& x) { return logit(x); }, {0, .5, 1, 2, -1}, {kInf, 4, kInf, NAN, NAN}},
    {"logit_eps", [](const Tensor& x) { return logit(x, 0.25); }, {0, .25, .5, 1, 2}, {0, 16. / 3, 4, 0, 0}},
    {"atan2_self", [](const Tensor& x) { return atan2(x, x); }, {0, -0., 1}, {0, 0, 0}},
    {"abs", abs, {0, -0., -1}, {0, 0, -1}},
    {"sqrt", sqrt, {0, kInf}, {kInf, 0}},
    {"square_by_pow", [](const Tensor& x) { return pow(x, 2); }, {0, -0.}, {0, 0}},
    {"power_by_a_number", [](const Tensor& x) { return pow(x, 0.1); }, {2}, {0.1 * std::pow(2, -0.9)}},
    {"power_of_zero", [](const Tensor& x) { return pow(x, 0); }, {0, kInf}, {0, 0}},
    {"zero_to_the_power", [](const Tensor& x) { return pow(0, x); }, {0, 1, 2}, {0, 0, 0}},
    {"norm_of_zeros", [](const Tensor& x) { return norm(x); }, {0, 0}, {0, 0}},
    {"norm_of_one",
     [](const Tensor& x) {
       return norm(view(x, {2, 1}), 2, 1);
     },
     {1e300, -1e-300},
     {1, -1}},
    {"half_norm_of_zeros", [](const Tensor& x) { return norm(x, 0.5); }, {0, 0}, {0, 0}},
    {"prod_of_one_zero", [](const Tensor& x) { return prod(x); }, {0, 2, 3}, {6, 0, 0}},
    {"prod_of_zeros", [](const Tensor& x) { return prod(x); }, {0, 0, 3}, {0, 0, 0}},
    {"cumprod", [](const Tensor& x) { return sum(cumprod(x, 0)); }, {0, 2, 3}, {9, 0, 0}},
    {"amax_ties", [](const Tensor& x) { return amax(x); }, {2, 1, 2}, {.5, 0, .5}},
    {"std_of_equals", [](const Tensor& x) { return std(x); }, {1, 1}, {0, 0}},
    {"normalize_zeros", [](const Tensor& x) { return normalize(x, 2, 0); }, {0, 0}, {1e12, 1e12}},
};

class UnarySlope : public testing::TestWithParam<Unary> {};

TEST_P(UnarySlope, IsPyTorchs) {
  const Unary& row = GetParam();
  Tensor x = tensor(row.x, kFloat64).requires_grad_();
  sum(row.f(x)).backward();
  const Values found = test::values(x.grad());
  for (size_t i = 0; i < row.x.size(); ++i) {
    if (std::isnan(row.slope[i]) || std::isinf(row.slope[i]))
      EXPECT_EQ(concat(found[i]), concat(row.slope[i])) << "at " << row.x[i];
    else
      EXPECT_NEAR(found[i], row.slope[i], 1e-9 * std::max(1.0, std::abs(row.slope[i]))) << "at " << row.x[i];
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, UnarySlope, testing::ValuesIn(kUnary), [](const auto& info) { return info.param.name; });

struct Several {
  const char* name;
  std::function<Tensor(const std::vector<Tensor>&)> f;
  Values x, slopes;  ///< one number for each operand
};

Tensor clamped(const std::vector<Tensor>& x) { return clamp(x[0], x[1], x[2]); }

const Several kSeveral[] = {
    {"atan2_at_zero", [](const auto& x) { return atan2(x[0], x[1]); }, {0, 0}, {0, 0}},
    {"atan2_underflow", [](const auto& x) { return atan2(x[0], x[1]); }, {0, 1e-300}, {0, 0}},
    {"maximum_tie", [](const auto& x) { return maximum(x[0], x[1]); }, {1, 1}, {.5, .5}},
    {"fmax_nan", [](const auto& x) { return fmax(x[0], x[1]); }, {1, NAN}, {1, 0}},
    {"nextafter_tie", [](const auto& x) { return nextafter(x[0], x[1]); }, {1, 1}, {0, 0}},
    {"nextafter", [](const auto& x) { return nextafter(x[0], x[1]); }, {1, 2}, {1, 0}},
    {"clamp_low_tie", clamped, {0, 0, 1}, {.5, .5, 0}},
    {"clamp_high_tie", clamped, {1, 0, 1}, {.5, 0, .5}},
    {"clamp_all_equal", clamped, {2, 2, 2}, {1, 0, 0}},
    {"clamp_crossed", clamped, {0, 2, 1}, {0, 0, 1}},
    {"clamp_crossed_tie", clamped, {2, 2, 1}, {0, 0, 1}},
    {"clamp_below_met", clamped, {0, 1, 1}, {0, 1, 0}},
    {"clamp_above_met", clamped, {5, 1, 1}, {0, 0, 1}},
    {"clamp_infinite", clamped, {kInf, kInf, kInf}, {1, 0, 0}},
    {"clamp_nan", clamped, {NAN, 0, 1}, {1, 0, 0}},
    {"clamp_min_tie", [](const auto& x) { return clamp(x[0], x[1]); }, {2, 2}, {.5, .5}},
    {"clamp_max_tie", [](const auto& x) { return clamp(x[0], Tensor(), x[1]); }, {2, 2}, {.5, .5}},
    {"hypot", [](const auto& x) { return hypot(x[0], x[1]); }, {3, 4}, {.6, .8}},
    {"xlogy_zero", [](const auto& x) { return xlogy(x[0], x[1]); }, {0, 0}, {0, NAN}},
    {"cdist_of_equals",
     [](const auto& x) {
       return cdist(view(x[0], {1, 1}), view(x[1], {1, 1}));
     },
     {2, 2},
     {0, 0}},
};

class SeveralSlopes : public testing::TestWithParam<Several> {};

TEST_P(SeveralSlopes, ArePyTorchs) {
  const Several& row = GetParam();
  std::vector<Tensor> x;
  for (const double value : row.x) x.push_back(full({}, value, TensorOptions(kFloat64).requires_grad()));
  sum(row.f(x)).backward();
  for (size_t i = 0; i < x.size(); ++i) {
    ASSERT_TRUE(x[i].grad().defined()) << "operand " << i;
    const double found = x[i].grad().item<double>();
    if (std::isnan(row.slopes[i]))
      EXPECT_TRUE(std::isnan(found)) << "operand " << i;
    else
      EXPECT_NEAR(found, row.slopes[i], 1e-12) << "operand " << i;
  }
}

INSTANTIATE_TEST_SUITE_P(Rows, SeveralSlopes, testing::ValuesIn(kSeveral),
                         [](const auto& info) { return info.param.name; });

TEST(Slopes, APowerOfANegativeNumberHasAComplexOne) {
  Tensor z = full({}, std::complex<double>(0, 1), TensorOptions(kComplex128).requires_grad());
  real(pow(-1, z)).backward();
  const auto slope = z.grad().item<std::complex<double>>();
  EXPECT_NEAR(slope.real(), 0, 1e-12);
  EXPECT_NEAR(slope.imag(), -M_PI * std::exp(-M_PI), 1e-12);
}

}  // namespace
}  // namespace ember
