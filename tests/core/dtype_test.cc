#include "ember/core/dtype.h"

#include "tests/support.h"

namespace ember {
namespace {

/// torch.promote_types(a, b), in the order of DType.
constexpr DType kPromoted[kDTypeCount][kDTypeCount] = {
    {kUInt8, kInt16, kInt16, kInt32, kInt64, kFloat16, kFloat32, kFloat64, kUInt8, kBFloat16, kComplex64, kComplex128},
    {kInt16, kInt8, kInt16, kInt32, kInt64, kFloat16, kFloat32, kFloat64, kInt8, kBFloat16, kComplex64, kComplex128},
    {kInt16, kInt16, kInt16, kInt32, kInt64, kFloat16, kFloat32, kFloat64, kInt16, kBFloat16, kComplex64, kComplex128},
    {kInt32, kInt32, kInt32, kInt32, kInt64, kFloat16, kFloat32, kFloat64, kInt32, kBFloat16, kComplex64, kComplex128},
    {kInt64, kInt64, kInt64, kInt64, kInt64, kFloat16, kFloat32, kFloat64, kInt64, kBFloat16, kComplex64, kComplex128},
    {kFloat16, kFloat16, kFloat16, kFloat16, kFloat16, kFloat16, kFloat32, kFloat64, kFloat16, kFloat32, kComplex64,
     kComplex128},
    {kFloat32, kFloat32, kFloat32, kFloat32, kFloat32, kFloat32, kFloat32, kFloat64, kFloat32, kFloat32, kComplex64,
     kComplex128},
    {kFloat64, kFloat64, kFloat64, kFloat64, kFloat64, kFloat64, kFloat64, kFloat64, kFloat64, kFloat64, kComplex128,
     kComplex128},
    {kUInt8, kInt8, kInt16, kInt32, kInt64, kFloat16, kFloat32, kFloat64, kBool, kBFloat16, kComplex64, kComplex128},
    {kBFloat16, kBFloat16, kBFloat16, kBFloat16, kBFloat16, kFloat32, kFloat32, kFloat64, kBFloat16, kBFloat16,
     kComplex64, kComplex128},
    {kComplex64, kComplex64, kComplex64, kComplex64, kComplex64, kComplex64, kComplex64, kComplex128, kComplex64,
     kComplex64, kComplex64, kComplex128},
    {kComplex128, kComplex128, kComplex128, kComplex128, kComplex128, kComplex128, kComplex128, kComplex128,
     kComplex128, kComplex128, kComplex128, kComplex128},
};

TEST(DType, PromotesByPyTorchsTable) {
  for (int a = 0; a < kDTypeCount; ++a)
    for (int b = 0; b < kDTypeCount; ++b) {
      const auto x = static_cast<DType>(a), y = static_cast<DType>(b);
      EXPECT_EQ(promote_types(x, y), kPromoted[a][b]) << to_string(x) << " and " << to_string(y);
      EXPECT_EQ((ones({2}, x) + ones({2}, y)).dtype(), kPromoted[a][b]);
    }
}

TEST(DType, TensorsWithoutDimsRaiseTheKindOnly) {
  EXPECT_EQ((ones({2}, kInt32) + ones({}, kFloat64)).dtype(), kFloat64);
  EXPECT_EQ((ones({2}, kFloat16) + ones({}, kInt64)).dtype(), kFloat16);
  EXPECT_EQ((ones({2}, kFloat16) + ones({}, kFloat64)).dtype(), kFloat16);
  EXPECT_EQ((ones({2}, kUInt8) + ones({}, kInt64)).dtype(), kUInt8);
}

TEST(DType, NumbersRaiseTheKindOnly) {
  EXPECT_EQ((ones({2}, kBool) + 3).dtype(), kInt64);
  EXPECT_EQ((ones({2}, kInt8) + 3).dtype(), kInt8);
  EXPECT_EQ((ones({2}, kInt8) + 0.5).dtype(), kFloat32);
  EXPECT_EQ((ones({2}, kBFloat16) + 0.5).dtype(), kBFloat16);
}

TEST(DType, DivisionAndMeansOfIntegersAreFloats) {
  EXPECT_EQ((ones({2}, kInt64) / ones({2}, kInt64)).dtype(), kFloat32);
  EXPECT_EQ(sum(ones({2}, kBool)).dtype(), kInt64);
  EXPECT_EQ(exp(ones({2}, kInt32)).dtype(), kFloat32);
}

}  // namespace
}  // namespace ember
