#include "ember/core/kernels/random.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "ember/core/random.h"
#include "tests/core/kernel_testing.h"

namespace ember {
namespace {

using namespace testing;

// The known answers of the Random123 distribution.
TEST(Philox, MatchesPublishedVectors) {
  using Words = std::array<uint32_t, 4>;
  EXPECT_EQ(philox(0, 0, 0), (Words{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox(~0ull, ~0ull, ~0ull), (Words{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox(0x85a308d3243f6a88, 0x0370734413198a2e, 0x299f31d0a4093822),
            (Words{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(Generator, ReservesDisjointPositions) {
  Generator generator(5);
  EXPECT_EQ(generator.reserve(10).position, 0u);
  EXPECT_EQ(generator.reserve(1).position, 10u);
  const auto state = generator.state();
  EXPECT_EQ(state.position, 11u);
  EXPECT_EQ(state.seed, 5u);
  generator.manual_seed(5);
  EXPECT_EQ(generator.state().position, 0u);
  generator.set_state(state);
  EXPECT_EQ(generator.reserve(0).position, 11u);
}

TEST(RandomKernels, UniformIsPhiloxWhateverTheVectorWidth) {
  for_each_isa([] {
    for (int64_t size : kSizes) {
      Generator generator(123456789012345);
      generator.set_state({123456789012345, 0xfffffffe});
      const Tensor x = empty_tensor(Shape(size), kFloat32), y = empty_tensor(Shape(size), kFloat64);
      kernels::uniform[kCPU](x, 0, 1, generator);
      const uint64_t second = generator.state().position;
      kernels::uniform[kCPU](y, 0, 1, generator);
      std::vector<double> expected(size), expected64(size);
      for (int64_t i = 0; i < size; ++i) {
        expected[i] = (philox(0xfffffffe + i / 4, 0, 123456789012345)[i % 4] >> 8) * 0x1p-24;
        const auto words = philox(second + i / 2, 0, 123456789012345);
        const uint64_t pair = words[i % 2 * 2] | uint64_t{words[i % 2 * 2 + 1]} << 32;
        expected64[i] = static_cast<double>(pair >> 11) * 0x1p-53;
      }
      EXPECT_EQ(values(x), expected);
      EXPECT_EQ(values(y), expected64);
    }
  });
}

TEST(RandomKernels, DrawsDoNotOverlap) {
  for_each_isa([] {
    Generator generator(3);
    std::map<double, int> seen;
    for (int draw = 0; draw < 50; ++draw) {
      const Tensor x = empty_tensor(Shape(draw * 3 + 1), kFloat64);
      kernels::uniform[kCPU](x, 0, 1, generator);
      for (double value : values(x)) ++seen[value];
    }
    for (auto [value, count] : seen) ASSERT_EQ(count, 1) << value;
  });
}

double moment(const std::vector<double>& x, int power, double center = 0) {
  double sum = 0;
  for (double value : x) sum += std::pow(value - center, power);
  return sum / static_cast<double>(x.size());
}

TEST(RandomKernels, UniformFillsItsRangeEvenly) {
  for_each_isa([] {
    for (DType dtype : kFloatDTypes) {
      Generator generator(1);
      const Tensor x = empty_tensor(Shape(200000), dtype);
      kernels::uniform[kCPU](x, -2, 6, generator);
      const auto drawn = values(x);
      EXPECT_GE(*std::min_element(drawn.begin(), drawn.end()), -2);
      EXPECT_LE(*std::max_element(drawn.begin(), drawn.end()), 6);
      EXPECT_NEAR(moment(drawn, 1), 2, 0.03) << to_string(dtype);
      EXPECT_NEAR(moment(drawn, 2, 2), 64.0 / 12, 0.05) << to_string(dtype);
    }
  });
}

TEST(RandomKernels, NormalHasTheMomentsOfANormal) {
  for_each_isa([] {
    for (DType dtype : kFloatDTypes) {
      Generator generator(2);
      const Tensor x = empty_tensor(Shape(400001), dtype);
      kernels::normal[kCPU](x, 1, 2, generator);
      const auto drawn = values(x);
      EXPECT_NEAR(moment(drawn, 1), 1, 0.02) << to_string(dtype);
      EXPECT_NEAR(moment(drawn, 2, 1), 4, 0.05) << to_string(dtype);
      EXPECT_NEAR(moment(drawn, 3, 1), 0, 0.2) << to_string(dtype);
      EXPECT_NEAR(moment(drawn, 4, 1), 48, 1.5) << to_string(dtype);
      int64_t within = 0;
      for (double value : drawn) within += std::abs(value - 1) < 2;
      EXPECT_NEAR(static_cast<double>(within) / 400001, 0.6827, 0.004) << to_string(dtype);
    }
  });
}

TEST(RandomKernels, NormalOfOneSeedIsTheSameForAllInstructionSets) {
  std::vector<double> first;
  for_each_isa([&] {
    Generator generator(2);
    const Tensor x = empty_tensor(Shape(5000), kFloat32);
    kernels::normal[kCPU](x, 0, 1, generator);
    if (first.empty()) first = values(x);
    expect_near(values(x), first, 1e-5, 1e-6);
  });
}

TEST(RandomKernels, BernoulliMeetsItsProbability) {
  for_each_isa([] {
    for (DType dtype : kAllDTypes) {
      Generator generator(4);
      const Tensor x = empty_tensor(Shape(100003), dtype);
      kernels::bernoulli[kCPU](x, 0.3, generator);
      const auto drawn = values(x);
      for (double value : drawn) ASSERT_TRUE(value == 0 || value == 1);
      EXPECT_NEAR(moment(drawn, 1), 0.3, 0.01) << to_string(dtype);
      kernels::bernoulli[kCPU](x, 0, generator);
      EXPECT_EQ(moment(values(x), 1), 0);
      kernels::bernoulli[kCPU](x, 1, generator);
      EXPECT_EQ(moment(values(x), 1), 1);
    }
  });
}

TEST(RandomKernels, IntegersCoverTheirRange) {
  for_each_isa([] {
    for (DType dtype : {kInt8, kInt32, kInt64, kUInt8, kFloat32}) {
      Generator generator(6);
      const Tensor x = empty_tensor(Shape(70000), dtype);
      kernels::random_integers[kCPU](x, dtype == kUInt8 ? 1 : -3, 4, generator);
      std::map<double, int> counts;
      for (double value : values(x)) ++counts[value];
      const int expected = dtype == kUInt8 ? 3 : 7;
      ASSERT_EQ(static_cast<int>(counts.size()), expected);
      for (auto [value, count] : counts) {
        EXPECT_LT(value, 4);
        EXPECT_NEAR(count, 70000.0 / expected, 600) << value;
      }
    }
    Generator generator(6);
    const Tensor wide = empty_tensor(Shape(1000), kInt64);
    kernels::random_integers[kCPU](wide, INT64_MIN, INT64_MAX, generator);
    const auto* drawn = wide.data_ptr<int64_t>();
    EXPECT_LT(*std::min_element(drawn, drawn + 1000), INT64_MIN / 2);
    EXPECT_GT(*std::max_element(drawn, drawn + 1000), INT64_MAX / 2);
  });
}

TEST(RandomKernels, DependNeitherOnThreadsNorOnStrides) {
  for_each_isa([] {
    const auto draw = [&](DType dtype, Layout layout, int kind) {
      Generator generator(9);
      const Tensor x = make_empty({301, 401}, dtype, layout);
      if (kind == 0) kernels::uniform[kCPU](x, 0, 1, generator);
      if (kind == 1) kernels::normal[kCPU](x, 0, 1, generator);
      if (kind == 2) kernels::bernoulli[kCPU](x, 0.5, generator);
      if (kind == 3) kernels::random_integers[kCPU](x, 0, 100, generator);
      return x;
    };
    for (DType dtype : {kFloat32, kFloat64, kBFloat16}) {
      for (int kind = 0; kind < 4; ++kind) {
        expect_same_for_any_threads([&] { return draw(dtype, Layout::Contiguous, kind); });
        const auto expected = values(draw(dtype, Layout::Contiguous, kind));
        EXPECT_EQ(values(draw(dtype, Layout::Transposed, kind)), expected);
        EXPECT_EQ(values(draw(dtype, Layout::Stepped, kind)), expected);
      }
    }
  });
}

}  // namespace
}  // namespace ember
