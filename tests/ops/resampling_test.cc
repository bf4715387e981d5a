#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "ember/ops/ops.h"

namespace ember {
namespace {

/// How many elements are not finite.
int64_t count_infinite(const Tensor& x) { return sum(to(logical_not(isfinite(x)), kInt64)).item<int64_t>(); }

TEST(Interpolate, SpreadsAnInfinitePixelToItsNeighboursOnly) {
  for (const char* mode : {"bilinear", "bicubic"}) {
    Tensor x = ones({1, 1, 6, 6});
    x.select(2, 0).select(2, 0).fill_(std::numeric_limits<float>::infinity());
    // A pixel of the result sees one or two to each side.
    const int64_t reach = mode == std::string("bilinear") ? 3 : 5;
    const Tensor y = interpolate(x, {12, 12}, {}, mode);
    EXPECT_LE(count_infinite(y), reach * reach) << mode;
    EXPECT_EQ(count_infinite(narrow(y, 3, reach, 12 - reach)), 0) << mode;
    EXPECT_EQ(count_infinite(narrow(y, 2, reach, 12 - reach)), 0) << mode;
  }
}

TEST(Interpolate, SpreadsAnInfiniteGradientToItsPixelsOnly) {
  const Tensor x = ones({1, 1, 5, 5}).requires_grad_();
  const Tensor y = interpolate(x, {10, 10}, {}, "bilinear");
  Tensor g = ones(y.sizes());
  g.select(2, 0).select(2, 0).fill_(std::numeric_limits<float>::infinity());
  y.backward(g);
  EXPECT_EQ(count_infinite(narrow(x.grad(), 2, 2, 3)), 0);
  EXPECT_EQ(count_infinite(narrow(x.grad(), 3, 2, 3)), 0);
}

}  // namespace
}  // namespace ember
