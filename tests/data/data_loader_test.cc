#include "ember/data/data_loader.h"

#include <gtest/gtest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <limits>
#include <numeric>
#include <thread>

#include "ember/data/transforms.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/random/random.h"
#include "ember/ops/shape/joining.h"
#include "tests/data/numbers.h"
#include "tests/temporary_folder.h"

namespace ember::data {
namespace {

using ember::testing::message_of;

TEST(DataLoader, KeepsTheDatasetsOrder) {
  for (int64_t workers : {0, 1, 3}) {
    DataLoader loader(Numbers(100), DataLoaderOptions(8).workers(workers));
    EXPECT_EQ(drain(loader), up_to(100)) << workers << " workers";
  }
}

TEST(DataLoader, LastBatchIsSmallerOrDropped) {
  std::vector<int64_t> sizes;
  DataLoader all(Numbers(10), DataLoaderOptions(4));
  EXPECT_EQ(all.size(), 3);
  for (auto& batch : all) sizes.push_back(batch[0].size(0));
  EXPECT_EQ(sizes, std::vector<int64_t>({4, 4, 2}));
  DataLoader full_only(Numbers(10), DataLoaderOptions(4).drop_last());
  EXPECT_EQ(full_only.size(), 2);
  EXPECT_EQ(drain(full_only), up_to(8));
}

TEST(DataLoader, EmptyDatasetGivesNoBatch) {
  for (int64_t workers : {0, 2}) {
    DataLoader loader(Numbers(0), DataLoaderOptions(8).workers(workers).shuffle());
    EXPECT_EQ(loader.size(), 0);
    EXPECT_TRUE(drain(loader).empty());
  }
}

TEST(DataLoader, ErrorArrivesAtItsBatchWithTheSamplesIndex) {
  for (int64_t workers : {0, 1, 3}) {
    DataLoader loader(Numbers(40, 17), DataLoaderOptions(4).workers(workers));
    auto epoch = loader.start_epoch();
    for (int64_t i = 0; i < 4; ++i) EXPECT_EQ(values((*epoch->next())[0])[0], 4 * i);
    EXPECT_EQ(message_of<TypeError>([&] { epoch->next(); }), "DataLoader: sample 17: it is a bad one");
    EXPECT_EQ(values((*epoch->next())[0])[0], 20) << "the batch after the failed one";
  }
}

TEST(DataLoader, ErrorLeavesTheLoopAndTheLoaderUsable) {
  DataLoader loader(Numbers(40, 39), DataLoaderOptions(4).workers(2));
  EXPECT_THROW(drain(loader), TypeError);
  EXPECT_THROW(drain(loader), TypeError);
}

TEST(DataLoader, NamesTheSampleOfAFailingBulkRead) {
  DataLoader loader(TensorDataset(zeros({10, 2})), DataLoaderOptions().batch_sampler(std::make_shared<BatchSampler>(
                                                       std::make_shared<SequentialSampler>(12), 4)));
  EXPECT_EQ(message_of<IndexError>([&] {
              for (auto& batch : loader) (void)batch;
            }),
            "DataLoader: sample 10: TensorDataset: index 10 is out of range for 10 samples");
}

/// Counts the threads inside of get.
struct Counting : Numbers {
  using Numbers::Numbers;
  Example get(int64_t index) const override {
    ++*started;
    auto sample = Numbers::get(index);
    ++*finished;
    return sample;
  }
  std::shared_ptr<std::atomic<int64_t>> started = std::make_shared<std::atomic<int64_t>>(0);
  std::shared_ptr<std::atomic<int64_t>> finished = std::make_shared<std::atomic<int64_t>>(0);
};

TEST(DataLoader, LeavingALoopEarlyEndsItsThreads) {
  const Counting dataset(100000);
  DataLoader loader(dataset, DataLoaderOptions(2).workers(3).prefetch(4));
  for (auto& batch : loader)
    if (values(batch[0])[0] >= 10) break;
  const int64_t started = *dataset.started;
  EXPECT_EQ(started, *dataset.finished) << "the loop's end waits for every thread";
  std::this_thread::sleep_for(std::chrono::milliseconds(5));
  EXPECT_EQ(started, *dataset.started) << "nothing is loaded afterwards";
}

TEST(DataLoader, WorkersStayWithinThePrefetchBound) {
  const Counting dataset(100000);
  DataLoader loader(dataset, DataLoaderOptions(1).workers(2).prefetch(3));
  auto epoch = loader.start_epoch();
  for (int64_t i = 0; i < 10; ++i) epoch->next();
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  EXPECT_LE(*dataset.started, 10 + 2 * 3);
  EXPECT_GE(*dataset.started, 10);
}

TEST(DataLoader, TwoEpochsAtOnceDoNotDisturbOneAnother) {
  DataLoader loader(Numbers(20), DataLoaderOptions(5).workers(2));
  auto first = loader.start_epoch(), second = loader.start_epoch();
  for (int64_t i = 0; i < 4; ++i) {
    EXPECT_EQ(values((*first->next())[0])[0], 5 * i);
    EXPECT_EQ(values((*second->next())[0])[0], 5 * i);
  }
  EXPECT_FALSE(first->next());
  EXPECT_FALSE(first->next());
}

TEST(DataLoader, BulkReadsGiveTheSameAsSingleOnes) {
  const Tensor x = randn({30, 3}), y = arange(30);
  DataLoader bulk(TensorDataset(x, y), DataLoaderOptions(7).shuffle().seed(1));
  DataLoader single(TensorDataset(x, y), DataLoaderOptions(7).shuffle().seed(1).collate(stack_examples));
  auto other = single.begin();
  for (auto& batch : bulk) {
    EXPECT_TRUE(equal(batch[0], (*other)[0]));
    EXPECT_TRUE(equal(batch[1], (*other)[1]));
    ++other;
  }
  EXPECT_TRUE(other == single.end());
}

TEST(DataLoader, CollateFunctionMakesTheBatch) {
  const auto pad = [](const std::vector<Example>& samples) -> Example {
    return {full({}, static_cast<int64_t>(samples.size()))};
  };
  DataLoader loader(Numbers(5), DataLoaderOptions(3).workers(1).collate(pad));
  EXPECT_EQ(drain(loader), std::vector<int64_t>({3, 2}));
}

struct Ragged : Numbers {
  using Numbers::Numbers;
  Example get(int64_t index) const override { return {zeros({index})}; }
};

TEST(DataLoader, SamplesOfDifferentShapeNeedACollateFunction) {
  DataLoader loader(Ragged(4), DataLoaderOptions(2));
  const std::string message = message_of<ValueError>([&] { loader.begin(); });
  EXPECT_HAS(message, "tensor 0 of one batch's samples is float32 [0] and float32 [1]");
  EXPECT_HAS(message, "collate");
}

TEST(DataLoader, ThreadsThatShareALoopGetEveryBatchOnce) {
  for (int64_t workers : {0, 2}) {
    DataLoader loader(Numbers(300), DataLoaderOptions(1).workers(workers).prefetch(1));
    const auto epoch = loader.start_epoch();
    std::vector<std::atomic<int>> taken(300);
    std::vector<std::thread> callers;
    for (int i = 0; i < 3; ++i)
      callers.emplace_back([&] {
        while (const auto batch = epoch->next()) ++taken[values((*batch)[0])[0]];
      });
    for (std::thread& caller : callers) caller.join();
    EXPECT_TRUE(std::all_of(taken.begin(), taken.end(), [](const auto& count) { return count == 1; }));
  }
}

TEST(DataLoader, WaitsNoLongerThanAsked) {
  struct Slow : Numbers {
    using Numbers::Numbers;
    Example get(int64_t index) const override {
      std::this_thread::sleep_for(std::chrono::milliseconds(60));
      return Numbers::get(index);
    }
  };
  DataLoader loader(Slow(2), DataLoaderOptions(1).workers(1));
  const auto epoch = loader.start_epoch();
  EXPECT_FALSE(epoch->wait(std::chrono::milliseconds(1)));
  EXPECT_TRUE(epoch->wait(std::chrono::seconds(20)));
  EXPECT_EQ(values((*epoch->next())[0])[0], 0);
  epoch->next();
  EXPECT_TRUE(epoch->wait(std::chrono::seconds(20))) << "at the end there is nothing to wait for";
  EXPECT_FALSE(epoch->next());
}

TEST(DataLoader, TakesHugeNumbers) {
  const int64_t huge = int64_t{1} << 62;
  DataLoader prefetching(Numbers(20), DataLoaderOptions(3).workers(4).prefetch(huge));
  EXPECT_EQ(drain(prefetching), up_to(20));
  DataLoader whole(Numbers(20), DataLoaderOptions(huge + (huge - 1)).workers(1));
  EXPECT_EQ(drain(whole), up_to(20));
  EXPECT_EQ(whole.size(), 1);
}

TEST(DataLoader, AForkedProcessHasNoWorkers) {
  DataLoader loader(Numbers(100), DataLoaderOptions(1).workers(2));
  auto epoch = loader.start_epoch();
  epoch->next();
  const pid_t child = fork();
  if (child == 0) {
    const std::string message = message_of<Error>([&] { epoch->next(); });
    epoch.reset();
    _exit(message.find("in the process that it was begun in") == std::string::npos);
  }
  int status = -1;
  for (int i = 0; i < 2000 && waitpid(child, &status, WNOHANG) == 0; ++i)
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  EXPECT_EQ(status, 0);
}

TEST(DataLoader, RefusesOptionsThatMakeNoSense) {
  const auto make = [](DataLoaderOptions options) { DataLoader(Numbers(3), std::move(options)); };
  EXPECT_THROW(make(DataLoaderOptions(0)), ValueError);
  EXPECT_THROW(make(DataLoaderOptions(1).workers(-1)), ValueError);
  EXPECT_THROW(make(DataLoaderOptions(1).prefetch(0)), ValueError);
  const auto order = std::make_shared<SequentialSampler>(3);
  EXPECT_THROW(make(DataLoaderOptions(1).sampler(order).shuffle()), ValueError);
  EXPECT_THROW(make(DataLoaderOptions(2).batch_sampler(std::make_shared<BatchSampler>(order, 2))), ValueError);
  EXPECT_THROW(DataLoader{DatasetPtr()}, ValueError);
}

}  // namespace
}  // namespace ember::data
