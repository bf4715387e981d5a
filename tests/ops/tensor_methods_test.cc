// Methods of Tensor give what the free functions of their names give, and in-place methods keep the tape's rules.
#include <gtest/gtest.h>

#include <algorithm>
#include <tuple>
#include <vector>

#include "tests/support.h"

namespace ember {
namespace {

using test::error_of;

std::vector<Tensor> list(const Tensor& x) { return {x}; }
std::vector<Tensor> list(const std::pair<Tensor, Tensor>& pair) { return {pair.first, pair.second}; }
std::vector<Tensor> list(const std::tuple<Tensor, Tensor>& pair) { return {std::get<0>(pair), std::get<1>(pair)}; }
std::vector<Tensor> list(const std::tuple<Tensor, Tensor, Tensor>& triple) {
  return {std::get<0>(triple), std::get<1>(triple), std::get<2>(triple)};
}
std::vector<Tensor> list(const std::vector<Tensor>& tensors) { return tensors; }

template <class Found, class Expected>
bool same(const Found& found, const Expected& expected) {
  const std::vector<Tensor> left = list(found), right = list(expected);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](const Tensor& a, const Tensor& b) { return a.dtype() == b.dtype() && equal(a, b); });
}

/// Positive, and positive-definite as a matrix.
Tensor sample() { return tensor({{4.0, 0.5, 0.25}, {0.5, 3.0, 0.75}, {0.25, 0.75, 2.0}}, kFloat64); }

TEST(TensorMethods, GiveWhatTheFreeFunctionsGive) {
  const Tensor x = sample(), index = tensor({2, 0}), mask = x > 1;
  EXPECT_TRUE(same(x.tan(), tan(x)));
  EXPECT_TRUE(same(x.arctan2(x.t()), atan2(x, t(x))));
  EXPECT_TRUE(same(x.round(1), round(x, 1)));
  EXPECT_TRUE(same(x.div(2, "floor"), div(x, 2, "floor")));
  EXPECT_TRUE(same(x.where(mask, 0), where(mask, x, 0)));
  EXPECT_TRUE(same(x.polygamma(1), polygamma(1, x)));
  EXPECT_TRUE(same(x.clamp(0.5, 2), clamp(x, 0.5, 2)));
  EXPECT_TRUE(same(x.clamp(x.t(), Tensor()), clamp(x, t(x), Tensor())));
  EXPECT_TRUE(same(x.cumsum(0), cumsum(x, 0)));
  EXPECT_TRUE(same(x.var(1, 0.5), var(x, 1, 0.5)));
  EXPECT_TRUE(same(x.all(0, true), all(x, 0, true)));
  EXPECT_TRUE(same(x.norm(1, 0), norm(x, 1, 0)));
  EXPECT_TRUE(same(x.topk(2), topk(x, 2)));
  EXPECT_TRUE(same(x.median(0), median(x, 0)));
  EXPECT_TRUE(same(x.unique(true, true), unique(x, true, true)));
  EXPECT_TRUE(same(x.histogram(3), histogram(x, 3)));
  EXPECT_TRUE(same(x.diff(1, 0), diff(x, 1, 0)));
  EXPECT_TRUE(same(x.addmm(x, x, 2), addmm(x, x, x, 2)));
  EXPECT_TRUE(same(x.cholesky(), linalg::cholesky(x)));
  EXPECT_TRUE(same(x.slogdet(), linalg::slogdet(x)));
  EXPECT_TRUE(same(x.svd(), svd(x, true, true)));
  EXPECT_TRUE(same(x.split({1, 2}), split(x, {1, 2})));
  EXPECT_TRUE(same(x.tensor_split(2), tensor_split(x, 2)));
  EXPECT_TRUE(same(x.swapaxes(0, 1), transpose(x, 0, 1)));
  EXPECT_TRUE(same(x.repeat_interleave(2, 0), repeat_interleave(x, 2, 0)));
  EXPECT_TRUE(same(x.index_fill(0, index, -1), index_fill(x, 0, index, -1)));
  EXPECT_TRUE(same(x.masked_select(mask), masked_select(x, mask)));
  EXPECT_TRUE(same(x.new_full({2}, 3), full({2}, 3, kFloat64)));
  EXPECT_FALSE(same(x.tan(), x.tanh()));
}

TEST(TensorMethods, OfAnUndefinedTensorThrow) {
  EXPECT_NE(error_of([] { Tensor().tan(); }), "");
  EXPECT_NE(error_of([] { Tensor().tan_(); }), "");
}

TEST(InPlaceMethods, WriteIntoTheTensorItself) {
  Tensor x = sample();
  const char* const data = x.raw_data();
  Tensor& result =
      x.tan_().arctan_().div_(2, "trunc").clamp_(Tensor(0), Tensor(1)).scatter_(0, zeros({1, 3}, kInt64), 7, "add");
  EXPECT_EQ(&result, &x);
  EXPECT_EQ(x.raw_data(), data);
  Tensor expected = clamp(div(atan(tan(sample())), 2, "trunc"), Tensor(0), Tensor(1));
  EXPECT_TRUE(equal(x, scatter(expected, 0, zeros({1, 3}, kInt64), 7, "add")));
}

TEST(InPlaceMethods, GiveTheGradientOfTheirOps) {
  const Tensor x = sample().requires_grad_(), y = sample().requires_grad_();
  tan(x * 0.1).cumsum(0).sum().backward();
  Tensor z = y * 0.1;
  z.tan_().cumsum_(0).sum().backward();
  EXPECT_TRUE(allclose(x.grad(), y.grad()));
}

TEST(InPlaceMethods, ReachTheBaseOfAView) {
  const Tensor x = sample().requires_grad_();
  const Tensor y = x * 1;
  y.select(0, 1).square_();
  y.sum().backward();
  test::expect_near(x.grad().select(0, 1), {1, 6, 1.5});
  test::expect_near(x.grad().select(0, 0), {1, 1, 1});
}

TEST(InPlaceMethods, RefuseLeavesThatRequireGradAndResultsThatDoNotFit) {
  Tensor leaf = sample().requires_grad_();
  EXPECT_NE(error_of([&] { leaf.tan_(); }).find("tan_"), std::string::npos);
  EXPECT_NE(error_of([&] { leaf.arctan_(); }).find("atan_"), std::string::npos);
  Tensor integers = tensor({1, 2, 3});
  EXPECT_NE(error_of([&] { integers.tan_(); }).find("tan_"), std::string::npos);
  EXPECT_NE(error_of([&] { integers.atan2_(ones({2, 3})); }).find("atan2_"), std::string::npos);
  test::expect_equal(integers, {1, 2, 3});
}

TEST(InPlaceMethods, ChangeATensorsOwnShape) {
  Tensor x = zeros({2, 1, 3});
  x.squeeze_(1).t_().unsqueeze_(0);
  EXPECT_EQ(x.sizes(), Shape({1, 3, 2}));
  EXPECT_EQ(x.resize_({3, 2}).sizes(), Shape({3, 2}));
}

}  // namespace
}  // namespace ember
