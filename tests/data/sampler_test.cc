#include "ember/data/sampler.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <set>

#include "ember/core/error.h"

namespace ember::data {
namespace {

TEST(Permutation, EachElementIsEquallyLikelyAtEachPlace) {
  constexpr int64_t kSize = 5, kRuns = 20000;
  std::vector<std::vector<int64_t>> counts(kSize, std::vector<int64_t>(kSize));
  for (int64_t run = 0; run < kRuns; ++run) {
    const auto order = permutation(kSize, 11, static_cast<uint64_t>(run));
    for (int64_t place = 0; place < kSize; ++place)
      ++counts[static_cast<size_t>(place)][static_cast<size_t>(order[static_cast<size_t>(place)])];
  }
  for (const auto& row : counts)
    for (int64_t count : row) EXPECT_NEAR(count, static_cast<double>(kRuns) / kSize, 5 * std::sqrt(kRuns * 0.2 * 0.8));
}

TEST(RandomSampler, OrderIsAFunctionOfSeedAndEpoch) {
  const RandomSampler sampler(50, 1);
  EXPECT_EQ(sampler.indices(4), RandomSampler(50, 1).indices(4));
  EXPECT_NE(sampler.indices(4), sampler.indices(5));
  EXPECT_NE(sampler.indices(4), RandomSampler(50, 2).indices(4));
  EXPECT_TRUE(RandomSampler(0, 1).indices(0).empty());
}

TEST(WeightedRandomSampler, DrawsInProportion) {
  const auto drawn = WeightedRandomSampler({1, 0, 3}, 40000, true, 5).indices(0);
  EXPECT_EQ(drawn.size(), 40000u);
  EXPECT_EQ(std::count(drawn.begin(), drawn.end(), 1), 0);
  EXPECT_NEAR(std::count(drawn.begin(), drawn.end(), 2), 30000, 5 * std::sqrt(40000 * 0.25 * 0.75));
}

TEST(WeightedRandomSampler, WithoutReplacementRepeatsNothing) {
  int64_t first_is_heavy = 0;
  const WeightedRandomSampler sampler({1, 0, 3}, 2, false, 5);
  for (int64_t epoch = 0; epoch < 4000; ++epoch) {
    const auto drawn = sampler.indices(epoch);
    EXPECT_EQ(std::set<int64_t>(drawn.begin(), drawn.end()), std::set<int64_t>({0, 2}));
    first_is_heavy += drawn[0] == 2;
  }
  EXPECT_NEAR(first_is_heavy, 3000, 5 * std::sqrt(4000 * 0.25 * 0.75));
}

TEST(WeightedRandomSampler, RefusesWeightsThatMakeNoSense) {
  EXPECT_THROW(WeightedRandomSampler({1, -1}, 1), ValueError);
  EXPECT_THROW(WeightedRandomSampler({1, NAN}, 1), ValueError);
  EXPECT_THROW(WeightedRandomSampler({0, 0}, 1), ValueError);
  EXPECT_THROW(WeightedRandomSampler({1, 0}, 2, false), ValueError);
  EXPECT_THROW(WeightedRandomSampler({1}, -1), ValueError);
}

TEST(Samplers, RefuseNegativeSizes) {
  EXPECT_THROW(SequentialSampler(-1), ValueError);
  EXPECT_THROW(RandomSampler(-1), ValueError);
  EXPECT_THROW(RandomSampler(-1, 3), ValueError);
}

TEST(BatchSampler, GroupsInOrder) {
  const auto order = std::make_shared<SequentialSampler>(5);
  const BatchSampler all(order, 2), full(order, 2, true);
  using Batches = std::vector<std::vector<int64_t>>;
  EXPECT_EQ(all.batches(0), Batches({{0, 1}, {2, 3}, {4}}));
  EXPECT_EQ(all.size(), 3);
  EXPECT_EQ(full.batches(0), Batches({{0, 1}, {2, 3}}));
  EXPECT_EQ(full.size(), 2);
  EXPECT_THROW(BatchSampler(order, 0), ValueError);
}

TEST(DrawSeed, MovesItsGeneratorOn) {
  Generator generator(3), same(3);
  const uint64_t first = draw_seed(&generator);
  EXPECT_NE(first, draw_seed(&generator));
  EXPECT_EQ(first, draw_seed(&same));
}

}  // namespace
}  // namespace ember::data
