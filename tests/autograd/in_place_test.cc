#include <gtest/gtest.h>

#include "ember/autograd/backward.h"
#include "ember/autograd/grad_mode.h"
#include "ember/ops/ops.h"
#include "tests/support.h"

namespace ember {
namespace {

using test::error_of;
using test::expect_equal;

Tensor leaf(const std::vector<double>& values) { return tensor(values, dtype(kFloat64)).requires_grad_(); }

TEST(InPlace, OnALeafThatRequiresGradIsAnError) {
  Tensor x = leaf({1});
  EXPECT_EQ(error_of([&] { x.add_(1); }),
            "add_: a leaf tensor that requires grad, float64 [1], cannot be modified in place; use "
            "no_grad or clone() it");
  Tensor view = x.view({1, 1});
  EXPECT_NE(error_of([&] { view.mul_(2); }).find("is a view of a leaf tensor that requires grad"), std::string::npos);
  const NoGradGuard guard;
  x.add_(1);
  expect_equal(x, {2});
}

TEST(InPlace, ContinuesTheHistory) {
  Tensor x = leaf({3});
  Tensor y = x * 2;
  y.mul_(5);
  y.add_(x);
  log_(exp_(y));
  y.backward();
  expect_equal(x.grad(), {11});
}

TEST(InPlace, WithItselfAsOperand) {
  Tensor x = leaf({3});
  Tensor y = x * 1;
  y.mul_(y);
  y.backward();
  expect_equal(x.grad(), {6});
}

TEST(InPlace, AfterSavingForBackwardIsAnErrorThatNamesTheOp) {
  Tensor x = leaf({3});
  Tensor y = x * 2;
  const Tensor z = y * y;
  y.add_(1);
  EXPECT_EQ(error_of([&] { z.backward(); }),
            "mul: a tensor saved for backward, float64 [1], was modified in place: it is at "
            "version 1 but was saved at "
            "version 0; clone() it before the in-place op");
}

TEST(InPlace, OnAnOutputThatItsOpSavedIsAnError) {
  Tensor x = leaf({3});
  Tensor y = exp(x);
  y.mul_(2);
  EXPECT_NE(error_of([&] { y.backward(); }).find("exp: a tensor saved for backward"), std::string::npos);
}

TEST(InPlace, ThroughAViewReachesTheBase) {
  Tensor x = leaf({1, 2, 3});
  Tensor y = x * 2;
  y.select(0, 1).mul_(10);
  expect_equal(y, {2, 40, 6});
  y.sum().backward();
  expect_equal(x.grad(), {2, 20, 2});
}

TEST(InPlace, OnTheBaseReachesAView) {
  Tensor x = leaf({1, 2});
  Tensor base = x * 1;
  const Tensor view = base.select(0, 0);
  base.mul_(3);
  (view * 5).backward();
  expect_equal(x.grad(), {15, 0});
}

TEST(InPlace, ThroughAViewOfATensorWithoutGrad) {
  Tensor x = leaf({4});
  Tensor buffer = zeros(3, kFloat64);
  buffer.select(0, 1).copy_(x.select(0, 0) * 2);
  EXPECT_TRUE(buffer.requires_grad());
  (buffer * 3).sum().backward();
  expect_equal(x.grad(), {6});
}

TEST(InPlace, OnSeveralViewsOfOneOpIsAnError) {
  Tensor y = leaf({1, 2}) * 1;
  auto parts = y.unbind();
  EXPECT_NE(error_of([&] { parts[0].add_(1); }).find("is one of several views made by one op"), std::string::npos);
}

TEST(InPlace, OnAViewMadeUnderNoGradIsAnError) {
  Tensor y = leaf({1, 2}) * 1, view;
  {
    const NoGradGuard guard;
    view = y.select(0, 0);
  }
  EXPECT_NE(error_of([&] { view.add_(1); }).find("is a view made under no_grad"), std::string::npos);
}

TEST(InPlace, OnExpandedMemoryIsAnError) {
  Tensor x = ones(1).expand(3);
  EXPECT_NE(error_of([&] { x.add_(1); }).find("share one memory location"), std::string::npos);
}

TEST(InPlace, ResultMustFitShapeAndDtype) {
  Tensor x = ones(2), i = ones(2, kInt64);
  EXPECT_NE(error_of([&] {
              x.add_(ones({3, 2}));
            }).find("does not fit into the tensor to write to, float32 [2]"),
            std::string::npos);
  EXPECT_NE(error_of([&] { i.add_(0.5); }).find("a float32 result cannot be written into int64 [2]"),
            std::string::npos);
}

TEST(InPlace, ReadsAnOverlappingOperandBeforeItIsOverwritten) {
  Tensor x = arange(9, dtype(kFloat64)).view({3, 3});
  x.add_(x.t());
  expect_equal(x.flatten(), {0, 4, 8, 4, 8, 12, 8, 12, 16});
}

TEST(Views, ShareOneVersionCounter) {
  Tensor x = ones({2, 2});
  const Tensor view = x.t();
  const uint32_t before = view.version();
  x.add_(1);
  EXPECT_EQ(view.version(), before + 1);
  x.detach().add_(1);
  EXPECT_EQ(view.version(), before + 2);
}

TEST(Views, ThatAreNotRecordedRequireGradAsTheirBaseDoes) {
  const Tensor w = leaf({1, 2, 3});
  Tensor view, part, detached, copy;
  {
    const NoGradGuard no_grad;
    view = w.view({3, 1});
    part = w[0];
    detached = w.detach();
    copy = w.clone();
  }
  EXPECT_TRUE(view.requires_grad() && view.is_leaf());
  EXPECT_TRUE(part.requires_grad() && part.t().requires_grad());
  EXPECT_FALSE(detached.requires_grad() || copy.requires_grad());
  sum(view * 2).backward();
  EXPECT_FALSE(w.grad().defined() || view.grad().defined()) << "nothing was recorded that a gradient could take";
  Tensor base = tensor({1.0, 2.0});
  const Tensor early = base[0];
  EXPECT_FALSE(early.requires_grad());
  base.requires_grad_();
  EXPECT_TRUE(early.requires_grad());
}

TEST(Views, SecondDerivativeThroughAnInPlaceViewUpdate) {
  Tensor x = leaf({2, 3});
  Tensor y = x * x;
  y.select(0, 0).mul_(y.select(0, 1).detach());
  const Tensor first = autograd::grad({y.sum()}, {x}, {}, true, true)[0];
  expect_equal(first, {4 * 9, 6});
  expect_equal(autograd::grad({first.sum()}, {x})[0], {18, 2});
}

}  // namespace
}  // namespace ember
