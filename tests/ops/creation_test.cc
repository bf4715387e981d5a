// Factories, conversions and copies.
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ember/ops/ops.h"

namespace ember {
namespace {

TEST(Creation, TakesTheDTypeOfTheKindOfNumber) {
  EXPECT_EQ(full({2}, 1).dtype(), kInt64);
  EXPECT_EQ(full({2}, true).dtype(), kBool);
  EXPECT_EQ(full({2}, 1.0).dtype(), kFloat32);
  EXPECT_EQ(full({2}, 1, kFloat16).dtype(), kFloat16);
  EXPECT_EQ(arange(3).dtype(), kInt64);
  EXPECT_EQ(arange(0, 1, 0.5).dtype(), kFloat32);
  EXPECT_EQ(zeros(3).dtype(), kFloat32);
  EXPECT_EQ(scalar_tensor(2).dtype(), kFloat32);
  EXPECT_TRUE(zeros(3, requires_grad()).requires_grad());
}

TEST(Creation, ArangeStopsBeforeItsEnd) {
  EXPECT_TRUE(equal(arange(2, 9, 3), tensor({2, 5, 8})));
  EXPECT_TRUE(equal(arange(3, 0, -2), tensor({3, 1})));
  EXPECT_EQ(arange(1, 1).numel(), 0);
  EXPECT_EQ(arange(0, 1, 0.1).numel(), 10);
  EXPECT_THROW(arange(0, 3, -1), Error);
  EXPECT_THROW(arange(0, 3, 0), Error);
  EXPECT_THROW(arange(0, std::numeric_limits<double>::infinity()), Error);
}

TEST(Creation, TriangleIndicesLookOnlyAtTheRowsThatHoldSome) {
  constexpr int64_t kMany = int64_t{1} << 38;
  EXPECT_TRUE(equal(triu_indices(kMany, 2), tensor({{0, 0, 1}, {0, 1, 1}})));
  EXPECT_TRUE(equal(tril_indices(kMany, 2, 1 - kMany), tensor({{kMany - 1}, {int64_t{0}}})));
  EXPECT_EQ(triu_indices(kMany, 2, 2).sizes(), Shape({2, 0}));
  EXPECT_EQ(tril_indices(3, 0).sizes(), Shape({2, 0}));
  EXPECT_TRUE(equal(tril_indices(3, 2), tensor({{0, 1, 1, 2, 2}, {0, 0, 1, 0, 1}})));
}

TEST(Creation, LinspaceIncludesBothEnds) {
  const Tensor x = linspace(-1, 2, 7, kFloat64);
  EXPECT_EQ(x[0].item<double>(), -1);
  EXPECT_EQ(x[6].item<double>(), 2);
  EXPECT_EQ(x[2].item<double>(), 0);
  EXPECT_EQ(linspace(3, 4, 1).item<float>(), 3);
  EXPECT_THROW(linspace(0, 1, -1), Error);
}

TEST(Creation, EyeAndTriangles) {
  EXPECT_TRUE(equal(eye(2, 3), tensor({{1.0, 0.0, 0.0}, {0.0, 1.0, 0.0}})));
  EXPECT_TRUE(equal(tril_indices(2, 3), tensor({{0, 1, 1}, {0, 0, 1}})));
  EXPECT_TRUE(equal(triu_indices(2, 3, 1), tensor({{0, 0, 1}, {1, 2, 2}})));
}

TEST(Creation, TensorCopiesNestedLists) {
  const Tensor x = tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}});
  EXPECT_EQ(x.sizes(), Shape({3, 2}));
  EXPECT_EQ(x.dtype(), kFloat32);
  EXPECT_EQ(x[2][1].item<float>(), 6);
  EXPECT_EQ(tensor(3).dim(), 0);
  EXPECT_EQ(tensor({1}).sizes(), Shape({1}));
  EXPECT_EQ(tensor({1, 2}).dtype(), kInt64);
  EXPECT_EQ(tensor({true, false}).dtype(), kBool);
  EXPECT_EQ(tensor({1.0, 2.0}, kInt32).dtype(), kInt32);
  EXPECT_EQ(tensor(std::vector<double>{1, 2}).dtype(), kFloat32);
  EXPECT_EQ(tensor(std::vector<double>{1, 2}, kFloat64).dtype(), kFloat64);
  EXPECT_THROW(tensor({{1, 2}, {3}}), ValueError);
}

TEST(Creation, LikeKeepsTheOrderOfDimensionsInMemory) {
  const Tensor x = t(zeros({2, 3}));
  EXPECT_EQ(zeros_like(x).strides(), x.strides());
  EXPECT_EQ(ones_like(x, kInt32).dtype(), kInt32);
  EXPECT_EQ(sum(full_like(x, 2)).item<float>(), 12);
}

TEST(Creation, RejectsImpossibleShapes) {
  EXPECT_THROW(zeros({2, -1}), Error);
  EXPECT_THROW(empty({int64_t{1} << 40, int64_t{1} << 40}), OutOfMemoryError);
  EXPECT_THROW(empty_strided({2}, {1, 1}), Error);
}

TEST(Creation, FromBlobSharesMemoryUntilTheLastViewGoes) {
  std::vector<float> data{1, 2, 3, 4};
  bool released = false;
  {
    Tensor x = from_blob(data.data(), {2, 2}, {2, 1}, [&] { released = true; });
    const Tensor row = x[1];
    x.fill_(7);
    x = Tensor();
    EXPECT_FALSE(released);
    EXPECT_EQ(row[0].item<float>(), 7);
  }
  EXPECT_TRUE(released);
  EXPECT_EQ(data[3], 7);
  EXPECT_THROW(from_blob(nullptr, {2}), Error);
}

TEST(Copy, ConversionsReturnTheTensorItselfWhenNothingChanges) {
  const Tensor x = ones({2});
  EXPECT_TRUE(to(x, kFloat32).is_same(x));
  EXPECT_FALSE(to(x, kFloat32, /*copy=*/true).is_same(x));
  EXPECT_TRUE(contiguous(x).is_same(x));
}

TEST(Copy, ConversionsCarryGradientsBackInTheDTypeOfTheInput) {
  const Tensor x = ones({2}, requires_grad());
  sum(to(x, kFloat64)).backward();
  EXPECT_EQ(x.grad().dtype(), kFloat32);
}

TEST(Copy, CopyInPlaceBroadcastsConvertsAndSendsTheGradientToTheSource) {
  const Tensor source = ones({3}, TensorOptions(kFloat64).requires_grad());
  Tensor x = zeros({2, 3});
  x.copy_(source);
  EXPECT_EQ(sum(x).item<float>(), 6);
  sum(x).backward();
  EXPECT_TRUE(equal(source.grad(), full({3}, 2, kFloat64)));
  EXPECT_THROW(x.copy_(ones({4})), Error);
}

TEST(Copy, OverlappingViewsAreCopiedAsIfReadFirst) {
  Tensor x = arange(5);
  Tensor to = narrow(x, 0, 1, 4);
  to.copy_(narrow(x, 0, 0, 4));
  EXPECT_TRUE(equal(x, tensor({0, 0, 1, 2, 3})));
}

TEST(Copy, ClosenessKnowsInfinitiesAndNaN) {
  const double infinity = std::numeric_limits<double>::infinity(), nan = std::nan("");
  EXPECT_TRUE(allclose(tensor({1.0, infinity}), tensor({1.0 + 1e-6, infinity})));
  EXPECT_FALSE(allclose(tensor({infinity}), tensor({-infinity})));
  EXPECT_FALSE(allclose(tensor({nan}), tensor({nan})));
  EXPECT_TRUE(allclose(tensor({nan}), tensor({nan}), 1e-5, 1e-8, /*equal_nan=*/true));
  EXPECT_FALSE(equal(tensor({1, 2}), tensor({1, 2, 3})));
}

}  // namespace
}  // namespace ember
