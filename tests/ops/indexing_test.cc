// Indexing beyond what the op table covers: in-place forms, corner cases of indices, errors.
#include <gtest/gtest.h>

#include "ember/ops/ops.h"

namespace ember {
namespace {

Tensor counting(const Shape& sizes) { return reshape(arange(sizes.numel(), kFloat64), sizes); }

template <class E, class F>
std::string error_of(F f) {
  try {
    f();
  } catch (const E& error) {
    return error.what();
  }
  return "no such error";
}

TEST(Index, BasicIndicesGiveViewsAndTensorsGiveCopies) {
  const Tensor x = counting({3, 4});
  EXPECT_EQ(x.index({Slice(None, None, 2), "...", 1}).storage(), x.storage());
  EXPECT_EQ(x.index({}).storage(), x.storage());
  EXPECT_NE(x.index({tensor({0, 1})}).storage(), x.storage());
}

TEST(Index, TruthValuesAddADimension) {
  const Tensor x = counting({3, 4});
  EXPECT_EQ(x.index({true}).sizes(), Shape({1, 3, 4}));
  EXPECT_EQ(x.index({false}).sizes(), Shape({0, 3, 4}));
}

TEST(Index, ZeroDimIntegerTensorsAreIntegers) {
  const Tensor x = counting({3, 4});
  EXPECT_TRUE(equal(x.index({tensor(2)}), select(x, 0, 2)));
}

TEST(Index, EmptyIndexTensorsSelectNothing) {
  EXPECT_EQ(counting({3, 4}).index({zeros({0}, kInt64)}).sizes(), Shape({0, 4}));
  EXPECT_EQ(counting({3, 4}).index({zeros({3}, kBool)}).sizes(), Shape({0, 4}));
}

TEST(Index, RejectsWhatDoesNotFit) {
  const Tensor x = counting({3, 4});
  EXPECT_NE(error_of<IndexError>([&] { x.index({"...", "..."}); }).find("single ellipsis"), std::string::npos);
  EXPECT_NE(error_of<IndexError>([&] { x.index({0, 0, 0}); }).find("too many indices"), std::string::npos);
  EXPECT_NE(error_of<IndexError>([&] { x.index({ones({2})}); }).find("float32"), std::string::npos);
  EXPECT_NE(error_of<IndexError>([&] {
              x.index({tensor({0, -4})});
            }).find("index -4 is out of range"),
            std::string::npos);
  EXPECT_NE(error_of<IndexError>([&] {
              x.index({tensor({0, 1}), tensor({0, 1, 2})});
            }).find("do not broadcast"),
            std::string::npos);
  EXPECT_NE(error_of<ValueError>([&] { x.index({Slice(None, None, -1)}); }).find("must be positive"),
            std::string::npos);
}

TEST(IndexPut, WritesThroughSlicesArraysAndMasks) {
  Tensor x = zeros({3, 4}, kFloat64);
  x.index_put_({1}, tensor({1.0, 2.0, 3.0, 4.0}));
  x.index_put_({tensor({0, -1}), tensor({0, 0})}, 7);
  x.index_put_({gt(x, 6)}, 9);
  EXPECT_TRUE(equal(x, tensor({{9.0, 0.0, 0.0, 0.0}, {1.0, 2.0, 3.0, 4.0}, {9.0, 0.0, 0.0, 0.0}}, kFloat64)));
}

TEST(IndexPut, AccumulatesWhereIndicesRepeat) {
  Tensor x = zeros({3}, kFloat64);
  index_put_(x, {tensor({1, 1, 2})}, tensor({1.0, 2.0, 3.0}), /*accumulate=*/true);
  EXPECT_TRUE(equal(x, tensor({0.0, 3.0, 3.0}, kFloat64)));
}

TEST(IndexPut, SendsGradientsToTheValueAndToTheRestOfTheBase) {
  const Tensor x = ones({3}, TensorOptions(kFloat64).requires_grad()),
               value = ones({2}, TensorOptions(kFloat64).requires_grad());
  Tensor y = mul(x, 2);
  y.index_put_({tensor({0, 2})}, mul(value, 5));
  sum(mul(y, counting({3}))).backward();
  EXPECT_TRUE(equal(x.grad(), tensor({0.0, 2.0, 0.0}, kFloat64)));
  EXPECT_TRUE(equal(value.grad(), tensor({0.0, 10.0}, kFloat64)));
}

TEST(IndexPut, LeavesThatRequireGradStayAsTheyAre) {
  Tensor x = ones({3}).requires_grad_();
  EXPECT_NE(error_of<Error>([&] { x.index_put_({tensor({0})}, 1); }).find("leaf"), std::string::npos);
  EXPECT_EQ(sum(x).item<float>(), 3);
}

TEST(Scatter, InPlaceFormsAgreeWithTheOthers) {
  const Tensor x = counting({2, 3}), index = tensor({{2, 0}, {1, 1}}), src = counting({2, 2});
  Tensor a = clone(x), b = clone(x), c = clone(x);
  EXPECT_TRUE(equal(scatter_add_(a, 1, index, src), scatter_add(x, 1, index, src)));
  EXPECT_TRUE(equal(scatter_(b, 1, narrow(index, 0, 0, 1), -1), scatter(x, 1, narrow(index, 0, 0, 1), -1)));
  EXPECT_TRUE(
      equal(index_add_(c, 0, tensor({1, 1}), counting({2, 3})), index_add(x, 0, tensor({1, 1}), counting({2, 3}))));
}

TEST(Embedding, GivesNoGradientToThePaddingRow) {
  const Tensor weight = ones({4, 2}).requires_grad_();
  sum(embedding(weight, tensor({{0, 3}, {3, 1}}), -1)).backward();
  EXPECT_TRUE(equal(weight.grad(), tensor({{1.0, 1.0}, {1.0, 1.0}, {0.0, 0.0}, {0.0, 0.0}})));
}

TEST(MaskedFill, WritesInPlaceOverABroadcastMask) {
  Tensor x = counting({2, 3});
  x.masked_fill_(tensor({true, false, true}), 0);
  EXPECT_TRUE(equal(x, tensor({{0.0, 1.0, 0.0}, {0.0, 4.0, 0.0}}, kFloat64)));
}

TEST(Indexing, AUint8TensorIsAMask) {
  const Tensor x = tensor({5, 6, 7});
  EXPECT_TRUE(equal(index(x, {tensor({1, 0, 2}, kUInt8)}), tensor({5, 7})));
  EXPECT_EQ(index(x, {full({}, 2, kUInt8)}).sizes(), Shape({1, 3}));
  EXPECT_EQ(index(x, {full({}, 0, kUInt8)}).sizes(), Shape({0, 3}));
}

}  // namespace
}  // namespace ember
