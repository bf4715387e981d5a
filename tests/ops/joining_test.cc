// Joining many tensors, and tensors without elements.
#include "tests/support.h"

namespace ember {
namespace {

TEST(Joining, ManySmallTensorsStandInOrder) {
  constexpr int64_t kMany = 5000;
  const Tensor numbers = arange(kMany);
  const std::vector<Tensor> ones = split(numbers, 1), columns = split(expand(numbers, {3, kMany}), 1, 1);
  EXPECT_TRUE(equal(cat(ones), numbers));
  EXPECT_TRUE(equal(stack(unbind(numbers)), numbers));
  EXPECT_TRUE(equal(cat(columns, 1), expand(numbers, {3, kMany})));
  EXPECT_TRUE(equal(stack(ones, 1), view(numbers, {1, kMany})));
}

TEST(Joining, RowsFewAndManyAreJoinedAlike) {
  for (const int64_t rows : {1, 63, 64, 65, 300}) {
    const Tensor a = view(arange(2 * rows), {rows, 2}), b = -a;
    const Tensor joined = cat({a, b, a}, 1);
    EXPECT_TRUE(equal(narrow(joined, 1, 0, 2), a)) << rows;
    EXPECT_TRUE(equal(narrow(joined, 1, 2, 2), b)) << rows;
    EXPECT_TRUE(equal(stack({a, b}, 2).select(2, 1), b)) << rows;
  }
}

TEST(Joining, TensorsWithoutElementsGiveOne) {
  EXPECT_EQ(cat({ones({2, 0}), ones({2, 0})}, 1).sizes(), Shape({2, 0}));
  EXPECT_EQ(cat({ones({0, 2}), ones({0, 3})}, 1).sizes(), Shape({0, 5}));
  EXPECT_EQ(stack({ones(0), ones(0)}, 1).sizes(), Shape({0, 2}));
}

TEST(Joining, TheGradientOfManyPartsComesBackWhole) {
  Tensor x = arange(2000, kFloat64).requires_grad_();
  sum(cat(split(x, 1)) * x.detach()).backward();
  EXPECT_TRUE(equal(x.grad(), x.detach()));
}

}  // namespace
}  // namespace ember
