// Gradient clipping and parameters as one vector.
#include "ember/nn/clip_grad.h"

#include <gtest/gtest.h>

#include <limits>

#include "ember/nn/parameter_vector.h"
#include "tests/reference_json.h"

namespace ember {
namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Gradients (3, -4) and (12), and a parameter without one: norms 13, 19 and 12.
std::vector<Tensor> parameters() {
  std::vector<Tensor> result = {zeros(2).requires_grad_(), zeros({1, 1}).requires_grad_(), zeros(5).requires_grad_()};
  result[0].set_grad(tensor({3.0, -4.0}));
  result[1].set_grad(tensor({{12.0}}));
  return result;
}

void expect_grads(const std::vector<Tensor>& params, std::vector<double> first, double second) {
  const auto values = test::values_of(params[0].grad());
  EXPECT_NEAR(values[0], first[0], 1e-5);
  EXPECT_NEAR(values[1], first[1], 1e-5);
  EXPECT_NEAR(params[1].grad().item<double>(), second, 1e-5);
  EXPECT_FALSE(params[2].grad().defined());
}

TEST(ClipGradNorm, ScalesToTheNorm) {
  auto params = parameters();
  EXPECT_FLOAT_EQ(nn::utils::clip_grad_norm_(params, 6.5).item<float>(), 13);
  expect_grads(params, {1.5, -2}, 6);
}

TEST(ClipGradNorm, LeavesSmallGradients) {
  auto params = parameters();
  EXPECT_FLOAT_EQ(nn::utils::clip_grad_norm_(params, 100).item<float>(), 13);
  EXPECT_EQ(params[1].grad().item<double>(), 12) << "not even rounded";
}

TEST(ClipGradNorm, KnowsOtherNorms) {
  auto params = parameters();
  EXPECT_FLOAT_EQ(nn::utils::clip_grad_norm_(params, 9.5, 1).item<float>(), 19);
  expect_grads(params, {1.5, -2}, 6);
  params = parameters();
  EXPECT_FLOAT_EQ(nn::utils::clip_grad_norm_(params, 6, kInfinity).item<float>(), 12);
  expect_grads(params, {1.5, -2}, 6);
}

TEST(ClipGradNorm, TakesANormThatIsKnown) {
  auto params = parameters();
  nn::utils::clip_grads_with_norm_(params, 6.5, scalar_tensor(13.0));
  expect_grads(params, {1.5, -2}, 6);
  nn::utils::clip_grads_with_norm_(params, 6.5, scalar_tensor(1.0));
  expect_grads(params, {1.5, -2}, 6);
}

TEST(ClipGradNorm, OfNothingIsZero) { EXPECT_EQ(nn::utils::clip_grad_norm_({zeros(2)}, 1).item<double>(), 0); }

TEST(ClipGradNorm, ReportsNonFiniteNormsIfAsked) {
  auto params = parameters();
  params[1].grad().fill_(kInfinity);
  EXPECT_THROW(nn::utils::clip_grad_norm_(params, 1, 2, true), Error);
  EXPECT_EQ(nn::utils::clip_grad_norm_(params, 1).item<double>(), kInfinity);
}

TEST(ClipGradValue, LimitsEachElement) {
  auto params = parameters();
  nn::utils::clip_grad_value_(params, 3.5);
  expect_grads(params, {3, -3.5}, 3.5);
}

TEST(ParameterVector, RoundTrips) {
  std::vector<Tensor> params = {tensor({{1.0, 2.0}, {3.0, 4.0}}).requires_grad_(), tensor({5.0}).requires_grad_()};
  const Tensor vector = nn::utils::parameters_to_vector(params);
  EXPECT_EQ(test::values_of(vector), (std::vector<double>{1, 2, 3, 4, 5}));
  nn::utils::vector_to_parameters(vector.detach() * 2, params);
  EXPECT_EQ(test::values_of(params[0]), (std::vector<double>{2, 4, 6, 8}));
  EXPECT_EQ(params[1].item<double>(), 10);
  EXPECT_TRUE(params[0].is_leaf());
  EXPECT_THROW(nn::utils::vector_to_parameters(zeros(4), params), Error);
}

}  // namespace
}  // namespace ember
