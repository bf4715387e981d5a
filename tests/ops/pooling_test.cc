#include <gtest/gtest.h>

#include <limits>

#include "ember/ops/ops.h"

namespace ember {
namespace {

TEST(MaxPool, NamesTheLastNaNOfAWindowOnEachPath) {
  constexpr float kNaN = std::numeric_limits<float>::quiet_NaN();
  // Windows side by side, a few of them, and channels innermost.
  for (const int64_t width : {12, 4}) {
    const Tensor x = full({1, 2, 2, width}, kNaN);
    for (const Tensor& laid_out : {x, contiguous(x, MemoryFormat::ChannelsLast)}) {
      const auto [values, indices] = max_pool2d_with_indices(laid_out, 2);
      EXPECT_TRUE(all(isnan(values)).item<bool>());
      EXPECT_EQ(indices.select(0, 0).select(0, 1).select(0, 0).select(0, 1).item<int64_t>(), width + 3);
    }
  }
}

}  // namespace
}  // namespace ember
