// Views share memory and history with what they were made of.
#include <gtest/gtest.h>

#include "autograd/grad_mode.h"
#include "ops/ops.h"

namespace ember {
namespace {

Tensor leaf(const Shape& sizes) {
  Tensor x = arange(sizes.numel(), kFloat64);
  return reshape(x, sizes).detach().requires_grad_();
}

template <class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const Error& error) {
    return error.what();
  }
  return "no error";
}

TEST(Views, ShareStorageWithTheirBase) {
  const Tensor x = zeros({3, 4});
  for (const Tensor& y :
       {view(x, {4, 3}), t(x), select(x, 0, 1), narrow(x, 1, 1, 2), slice(x, 1, 0, 4, 2), expand(x, {2, 3, 4}),
        squeeze(x), unsqueeze(x, 0), diagonal(x), unbind(x)[1], split(x, 2)[1], index(x, {1, Slice(2)})})
    EXPECT_EQ(y.storage(), x.storage());
  Tensor column = select(x, 1, 2);
  column.fill_(5);
  EXPECT_EQ(sum(x).item<float>(), 15);
}

TEST(Views, ReshapeCopiesOnlyWhenItMust) {
  const Tensor x = zeros({3, 4});
  EXPECT_EQ(reshape(x, {2, 6}).storage(), x.storage());
  EXPECT_EQ(reshape(t(x), {2, 2, 3}).storage(), x.storage());
  EXPECT_NE(reshape(t(x), {12}).storage(), x.storage());
}

TEST(Views, InPlaceChangesThroughAViewReachTheGradientOfTheBase) {
  const Tensor x = leaf({2, 3});
  const Tensor y = mul(x, 2);
  Tensor row = select(y, 0, 1);
  row.mul_(10);
  sum(y).backward();
  EXPECT_TRUE(equal(x.grad(), tensor({{2.0, 2.0, 2.0}, {20.0, 20.0, 20.0}}, kFloat64)));
}

TEST(Views, InPlaceChangesOfTheBaseReachTheGradientOfAView) {
  const Tensor x = leaf({2, 3});
  Tensor y = mul(x, 2);
  const Tensor row = select(y, 0, 1);
  y.mul_(3);
  sum(row).backward();
  EXPECT_TRUE(equal(x.grad(), tensor({{0.0, 0.0, 0.0}, {6.0, 6.0, 6.0}}, kFloat64)));
}

TEST(Views, OneOfSeveralViewsMayNotBeChangedInPlace) {
  const Tensor y = mul(leaf({2, 4}), 2);
  for (const auto& views : {split(y, 2, 1), chunk(y, 2, 1), unbind(y, 1)}) {
    Tensor first = views[0];
    EXPECT_NE(error_of([&] { first.mul_(2); }).find("one of several views"), std::string::npos);
    const NoGradGuard no_grad;
    EXPECT_NO_THROW(first.mul_(2));
  }
}

TEST(Views, OverlappingElementsCountTwiceInTheGradient) {
  const Tensor x = leaf({4});
  sum(as_strided(x, {3, 2}, {1, 1})).backward();
  EXPECT_TRUE(equal(x.grad(), tensor({1.0, 2.0, 2.0, 1.0}, kFloat64)));
}

TEST(Views, ExpandedTensorsRefuseToBeWritten) {
  Tensor y = expand(zeros({1, 3}), {2, 3});
  EXPECT_NE(error_of([&] { y.fill_(1); }).find("share one memory location"), std::string::npos);
}

TEST(Views, SplitPassesZerosForPartsWithoutGradient) {
  const Tensor x = leaf({4});
  sum(split(x, 1)[2]).backward();
  EXPECT_TRUE(equal(x.grad(), tensor({0.0, 0.0, 1.0, 0.0}, kFloat64)));
}

TEST(Views, TransposedZeroSizeAndZeroDimTensorsWork) {
  EXPECT_EQ(reshape(zeros({0, 3}), {3, 0}).sizes(), Shape({3, 0}));
  EXPECT_EQ(view(zeros({}), {1, 1}).sizes(), Shape({1, 1}));
  EXPECT_EQ(flatten(zeros({})).sizes(), Shape({1}));
  EXPECT_EQ(cat({zeros({0}), ones({2, 2})}, 1).sizes(), Shape({2, 2}));
  EXPECT_NE(error_of([] { reshape(zeros({0, 3}), {0, -1}); }).find("-1"), std::string::npos);
}

TEST(Cat, PromotesDTypesAndCastsGradientsBack) {
  const Tensor a = ones({2}).requires_grad_(), b = leaf({2});
  const Tensor y = cat({a, b, ones({1}, kInt64)});
  EXPECT_EQ(y.dtype(), kFloat64);
  sum(y).backward();
  EXPECT_EQ(a.grad().dtype(), kFloat32);
  EXPECT_EQ(b.grad().dtype(), kFloat64);
}

}  // namespace
}  // namespace ember
