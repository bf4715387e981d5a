// Views share memory and history with what they were made of.
#include <gtest/gtest.h>

#include <functional>

#include "ember/autograd/backward.h"
#include "ember/autograd/grad_mode.h"
#include "ember/ops/ops.h"

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

TEST(Views, GradientsOfNamedInputsPassThroughAChangedView) {
  const Tensor x = leaf({2, 3});
  Tensor y = transpose(mul(x, 2), 0, 1);
  Tensor row = select(y, 0, 1);
  row.fill_(5);
  const Tensor z = mul(y, 3);
  const Tensor g = autograd::grad({sum(z)}, {x})[0];
  EXPECT_TRUE(equal(g, tensor({{6.0, 0.0, 6.0}, {6.0, 0.0, 6.0}}, kFloat64)));
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

TEST(Views, OfEveryKindCarryInPlaceChangesToStorageAndTape) {
  const std::pair<const char*, std::function<Tensor(const Tensor&)>> kinds[] = {
      {"as_strided",
       [](const Tensor& x) {
         return as_strided(x, {2, 2}, {4, 1}, 1);
       }},
      {"unfold", [](const Tensor& x) { return unfold(x, 1, 2, 2); }},
      {"diagonal", [](const Tensor& x) { return diagonal(x, 1); }},
      {"movedim", [](const Tensor& x) { return movedim(x, 0, 1); }},
      {"transpose", [](const Tensor& x) { return transpose(x, 0, 1); }},
      {"slice", [](const Tensor& x) { return slice(x, 1, 1, 4, 2); }},
      {"tensor_split", [](const Tensor& x) { return tensor_split(x, 2)[1]; }},
      {"T", [](const Tensor& x) { return T(x); }},
  };
  for (const auto& [name, view] : kinds) {
    const Tensor x = leaf({3, 4});
    const Tensor y = mul(x, 2);
    Tensor part = view(y);
    EXPECT_EQ(part.storage(), y.storage()) << name;
    part.mul_(10);
    sum(y).backward();
    // What the view sees has the factor 20, the rest 2.
    const Tensor factors = full({3, 4}, 2, kFloat64);
    view(factors).fill_(20);
    EXPECT_TRUE(equal(x.grad(), factors)) << name;
    EXPECT_TRUE(equal(y, mul(x.detach(), factors))) << name;
  }
}

TEST(Views, AsAnotherDTypeShareMemory) {
  const Tensor x = ones({2, 3});
  Tensor bits = view(x, kInt32);
  EXPECT_EQ(bits.storage(), x.storage());
  EXPECT_EQ(bits.sizes(), Shape({2, 3}));
  bits.fill_(0x40000000);
  EXPECT_EQ(sum(x).item<float>(), 12);
  EXPECT_EQ(view(x, kInt16).sizes(), Shape({2, 6}));
  EXPECT_EQ(view(ones({2, 4}), kFloat64).sizes(), Shape({2, 2}));
  EXPECT_NE(error_of([&] { view(x, kFloat64); }).find("do not make whole elements"), std::string::npos);
  EXPECT_NE(error_of([&] { view(t(x), kUInt8); }).find("must have stride 1"), std::string::npos);
}

TEST(Views, SavedTensorsNoticeChangesThroughAnotherDType) {
  const Tensor x = leaf({3});
  const Tensor y = exp(x);
  view(y.detach(), kInt64).fill_(0);
  EXPECT_NE(error_of([&] { sum(y).backward(); }).find("modified"), std::string::npos);
}

TEST(OwnShape, ChangesInPlaceAndKeepsTheTape) {
  const Tensor x = leaf({2, 3});
  Tensor y = mul(x, 2);
  const Tensor row = select(y, 0, 1);
  transpose_(y, 0, 1);
  EXPECT_EQ(y.sizes(), Shape({3, 2}));
  unsqueeze_(y, 0);
  y.mul_(tensor({1.0, 10.0}));
  squeeze_(y);
  t_(y);
  EXPECT_EQ(y.sizes(), Shape({2, 3}));
  (sum(y) + sum(row)).backward();
  EXPECT_TRUE(equal(x.grad(), tensor({{2.0, 2.0, 2.0}, {40.0, 40.0, 40.0}}, kFloat64)));
}

TEST(OwnShape, OfAViewLeavesItsBaseAlone) {
  const Tensor x = leaf({2, 3});
  const Tensor y = mul(x, 2);
  Tensor part = narrow(y, 1, 0, 2);
  t_(part);
  EXPECT_EQ(part.sizes(), Shape({2, 2}));
  part.mul_(tensor({1.0, 10.0}));
  EXPECT_EQ(y.sizes(), Shape({2, 3}));
  sum(y).backward();
  EXPECT_TRUE(equal(x.grad(), tensor({{2.0, 2.0, 2.0}, {20.0, 20.0, 2.0}}, kFloat64)));
}

TEST(OwnShape, OfALeafThatRequiresGradIsRefused) {
  Tensor x = leaf({2, 3});
  EXPECT_NE(error_of([&] { t_(x); }).find("leaf"), std::string::npos);
  EXPECT_NE(error_of([&] { resize_(x, 2); }).find("requires grad"), std::string::npos);
}

TEST(OwnShape, ResizeKeepsTheElementsThatFit) {
  Tensor x = arange(6);
  resize_(x, {2, 2});
  EXPECT_TRUE(equal(x, arange(4).view({2, 2})));
  resize_(x, {3, 3});
  EXPECT_TRUE(equal(reshape(x, -1).narrow(0, 0, 6), arange(6)));
  EXPECT_NE(error_of([&] { resize_(x, {int64_t{1} << 62, 4}); }).find("too large"), std::string::npos);
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
