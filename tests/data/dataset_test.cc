#include "ember/data/dataset.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "tests/temporary_folder.h"

namespace ember::data {
namespace {

using ember::testing::message_of;

DatasetPtr numbers(int64_t first, int64_t last) { return std::make_shared<TensorDataset>(arange(first, last)); }

int64_t value(const Dataset& dataset, int64_t index) { return dataset.get(index)[0].item<int64_t>(); }

std::vector<int64_t> batch_values(const Dataset& dataset, const std::vector<int64_t>& indices) {
  const auto batch = dataset.get_batch(indices);
  if (!batch) return {};
  const Tensor& x = (*batch)[0];
  return {x.data_ptr<int64_t>(), x.data_ptr<int64_t>() + x.numel()};
}

TEST(TensorDataset, SampleIsASliceOfEachTensor) {
  const Tensor x = arange(12).reshape({4, 3}), y = arange(4);
  const TensorDataset dataset(x, y);
  EXPECT_EQ(dataset.size(), 4);
  const Example sample = dataset.get(2);
  EXPECT_TRUE(equal(sample[0], tensor(std::vector<int64_t>{6, 7, 8})));
  EXPECT_EQ(sample[1].item<int64_t>(), 2);
  EXPECT_EQ(sample[1].dim(), 0);
}

TEST(TensorDataset, BatchRepeatsAndReorders) {
  const TensorDataset dataset(arange(12).reshape({4, 3}));
  const auto batch = dataset.get_batch(std::vector<int64_t>{3, 0, 3});
  EXPECT_TRUE(equal((*batch)[0], tensor({{9, 10, 11}, {0, 1, 2}, {9, 10, 11}})));
}

TEST(TensorDataset, RefusesTensorsThatDoNotMatch) {
  EXPECT_HAS(message_of<ValueError>([] {
               TensorDataset(zeros({4, 3}), zeros({5}));
             }),
             "tensor 1 has shape [5] but its first size must be 4");
  EXPECT_THROW(TensorDataset(std::vector<Tensor>()), ValueError);
  EXPECT_THROW(TensorDataset(zeros({})), ValueError);
}

TEST(TensorDataset, IndexOutOfRangeThrows) {
  const auto dataset = numbers(0, 4);
  EXPECT_HAS(message_of<IndexError>([&] { dataset->get(4); }), "index 4 is out of range for 4 samples");
  EXPECT_THROW(dataset->get(-1), IndexError);
  EXPECT_THROW(dataset->get_batch(std::vector<int64_t>{-1}), IndexError);
}

TEST(Subset, PicksTheseIndices) {
  const Subset subset(numbers(10, 20), {3, 3, 9});
  EXPECT_EQ(subset.size(), 3);
  EXPECT_EQ(value(subset, 2), 19);
  EXPECT_EQ(batch_values(subset, {2, 0}), std::vector<int64_t>({19, 13}));
  EXPECT_THROW(subset.get(3), IndexError);
  EXPECT_THROW(Subset(numbers(0, 3), {3}), IndexError);
}

TEST(ConcatDataset, RunsThroughItsPartsEmptyOnesIncluded) {
  const ConcatDataset all({numbers(0, 3), numbers(0, 0), numbers(100, 102)});
  EXPECT_EQ(all.size(), 5);
  EXPECT_EQ(value(all, 2), 2);
  EXPECT_EQ(value(all, 3), 100);
  EXPECT_EQ(value(all, 4), 101);
  EXPECT_EQ(batch_values(all, {4, 3}), std::vector<int64_t>({101, 100}));
  EXPECT_FALSE(all.get_batch(std::vector<int64_t>{2, 3})) << "out of two parts: one by one";
  EXPECT_THROW(all.get(5), IndexError);
  EXPECT_THROW(ConcatDataset({}), ValueError);
}

TEST(RandomSplit, PartsAreDisjointAndCoverEverything) {
  Generator generator(7);
  const auto parts = random_split(numbers(0, 100), {70, 30, 0}, &generator);
  std::vector<int64_t> all;
  for (const auto& part : parts) all.insert(all.end(), part->indices().begin(), part->indices().end());
  EXPECT_EQ(parts[0]->size(), 70);
  EXPECT_EQ(parts[1]->size(), 30);
  EXPECT_FALSE(std::is_sorted(all.begin(), all.end()));
  std::sort(all.begin(), all.end());
  for (int64_t i = 0; i < 100; ++i) EXPECT_EQ(all[static_cast<size_t>(i)], i);
  Generator again(7);
  EXPECT_EQ(random_split(numbers(0, 100), {70, 30, 0}, &again)[0]->indices(), parts[0]->indices());
}

TEST(RandomSplit, LengthsMustAddUp) {
  EXPECT_HAS(message_of<ValueError>([] {
               random_split(numbers(0, 10), {7, 2});
             }),
             "add up to 9 but the dataset has 10");
  EXPECT_THROW(random_split(numbers(0, 10), {11, -1}), ValueError);
  EXPECT_THROW(random_split(numbers(0, 10), {}), ValueError);
  const int64_t huge = int64_t{1} << 62;
  EXPECT_THROW(random_split(numbers(0, 10), {huge, huge, huge, huge, 10}), ValueError);
}

}  // namespace
}  // namespace ember::data
