#include "ember/data/transforms.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>

#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/shape/rearrange.h"
#include "tests/temporary_folder.h"

namespace ember::data {
namespace {

using ember::testing::message_of;

/// [1, height, width] with distinct values from 1.
Tensor image(int64_t height, int64_t width) {
  return arange(1, height * width + 1, dtype(kFloat32)).reshape({1, height, width});
}

TEST(ToFloat, ScalesIntegersByTheirLargestValue) {
  const Tensor bytes = tensor({0, 51, 255}, dtype(kUInt8));
  EXPECT_TRUE(equal(ToFloat()(bytes), tensor({0.f, 0.2f, 1.f})));
  EXPECT_TRUE(equal(ToFloat()(tensor({2.5}, dtype(kFloat64))), tensor({2.5f}))) << "floats keep their value";
}

TEST(Normalize, UsesEachChannelsMeanAndStd) {
  const Tensor x = ones({2, 2, 1, 1});
  const Tensor y = Normalize({0.5, 0}, {0.25, 2})(x);
  EXPECT_TRUE(equal(y, tensor({2.f, 0.5f, 2.f, 0.5f}).reshape({2, 2, 1, 1})));
  EXPECT_EQ(Normalize({0}, {1})(ones({3, 2, 2}, dtype(kFloat64))).dtype(), kFloat64);
}

TEST(Normalize, RefusesWhatItCannotNormalize) {
  EXPECT_THROW(Normalize({1, 2}, {1}), ValueError);
  EXPECT_THROW(Normalize({}, {}), ValueError);
  EXPECT_THROW(Normalize({1}, {0}), ValueError);
  EXPECT_THROW(Normalize({1, 2}, {1, 1})(ones({3, 2, 2})), ValueError);
  EXPECT_HAS(message_of<TypeError>([] { Normalize({1}, {1})(ones({1, 2, 2}, dtype(kUInt8))); }), "ToFloat");
}

TEST(RandomHorizontalFlip, MirrorsAboutEverySecondImage) {
  const Tensor x = image(2, 3), mirrored = flip(x, {-1});
  int64_t flips = 0;
  for (int64_t index = 0; index < 1000; ++index) {
    const SampleGeneratorGuard guard(1, 0, index);
    const Tensor y = RandomHorizontalFlip()(x);
    const bool is_flipped = equal(y, mirrored);
    EXPECT_TRUE(is_flipped || equal(y, x));
    flips += is_flipped;
  }
  EXPECT_NEAR(flips, 500, 5 * std::sqrt(250.0));
  EXPECT_TRUE(equal(RandomHorizontalFlip(1)(x), mirrored));
  EXPECT_TRUE(equal(RandomHorizontalFlip(0)(x), x));
  EXPECT_THROW(RandomHorizontalFlip(1.5), ValueError);
}

TEST(RandomCrop, TakesEveryWindow) {
  const Tensor x = image(3, 4);
  std::set<float> corners;
  for (int64_t index = 0; index < 200; ++index) {
    const SampleGeneratorGuard guard(1, 0, index);
    const Tensor y = RandomCrop(Shape({2, 2}))(x);
    ASSERT_EQ(y.sizes(), Shape({1, 2, 2}));
    const float corner = y[0][0][0].item<float>();
    EXPECT_EQ(y[0][1][1].item<float>(), corner + 5);
    corners.insert(corner);
  }
  EXPECT_EQ(corners, std::set<float>({1, 2, 3, 5, 6, 7}));
}

TEST(RandomCrop, PadsWithZeros) {
  const Tensor x = image(2, 2);
  std::set<float> sums;
  for (int64_t index = 0; index < 300; ++index) {
    const SampleGeneratorGuard guard(1, 0, index);
    const Tensor y = RandomCrop(2, 1)(x);
    ASSERT_EQ(y.sizes(), Shape({1, 2, 2}));
    sums.insert(y.sum().item<float>());
  }
  // The whole image, its rows, its columns and its four corners.
  EXPECT_EQ(sums, std::set<float>({10, 3, 7, 4, 6, 1, 2, 3, 4}));
}

TEST(RandomCrop, RefusesImagesSmallerThanTheWindow) {
  EXPECT_HAS(message_of<ValueError>([] { RandomCrop(5, 1)(image(2, 2)); }), "is smaller than the window [5, 5]");
  EXPECT_THROW(RandomCrop(0), ValueError);
  EXPECT_THROW(RandomCrop(2)(ones({4})), ValueError);
}

TEST(Compose, RunsInOrderAndTakesBatchesWhenAllDo) {
  const Compose scaled({ToFloat(), Normalize({0.5}, {0.5})});
  EXPECT_TRUE(
      equal(scaled(tensor({0, 255}, dtype(kUInt8)).reshape({1, 1, 2})), tensor({-1.f, 1.f}).reshape({1, 1, 2})));
  EXPECT_TRUE(Transform(scaled).takes_batches());
  EXPECT_FALSE(Transform(Compose({ToFloat(), RandomHorizontalFlip()})).takes_batches());
  EXPECT_FALSE(Transform([](const Tensor& x) { return x; }).takes_batches());
  EXPECT_TRUE(Transform().takes_batches());
}

TEST(TransformedDataset, TransformsInputAndTarget) {
  const auto base = std::make_shared<TensorDataset>(image(2, 2).expand({3, 1, 2, 2}), arange(3));
  const TransformedDataset dataset(base, Normalize({0}, {2}), [](const Tensor& y) { return y + 10; });
  EXPECT_EQ(dataset.get(1)[0][0][1][1].item<float>(), 2);
  EXPECT_EQ(dataset.get(1)[1].item<int64_t>(), 11);
  EXPECT_FALSE(dataset.get_batch(std::vector<int64_t>{0})) << "the target's function takes single samples";
  const TransformedDataset bulk(base, Normalize({0}, {2}));
  EXPECT_TRUE(equal((*bulk.get_batch(std::vector<int64_t>{1}))[0][0], bulk.get(1)[0]));
}

TEST(SampleGenerator, IsTheDefaultOneOutsideOfASample) {
  EXPECT_EQ(&sample_generator(), &default_generator());
  {
    const SampleGeneratorGuard outer(1, 2, 3);
    const uint64_t seed = sample_generator().seed();
    {
      const SampleGeneratorGuard inner(1, 2, 4);
      EXPECT_NE(sample_generator().seed(), seed);
    }
    EXPECT_EQ(sample_generator().seed(), seed);
  }
  EXPECT_EQ(&sample_generator(), &default_generator());
}

}  // namespace
}  // namespace ember::data
