// In which order a loader reads, and where the random numbers of orders and samples come from.
#include <gtest/gtest.h>

#include <algorithm>
#include <atomic>
#include <limits>

#include "ember/data/transforms.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/random/random.h"
#include "ember/ops/shape/joining.h"
#include "tests/data/numbers.h"
#include "tests/temporary_folder.h"

namespace ember::data {
namespace {

using ember::testing::message_of;

TEST(DataLoader, ShuffledOrderIsAPermutationOfItsOwnEachEpoch) {
  DataLoader loader(Numbers(100), DataLoaderOptions(8).shuffle().seed(3));
  const auto first = drain(loader), second = drain(loader);
  EXPECT_NE(first, up_to(100));
  EXPECT_NE(first, second);
  for (auto order : {first, second}) {
    std::sort(order.begin(), order.end());
    EXPECT_EQ(order, up_to(100));
  }
}

TEST(DataLoader, OrderDependsOnSeedAndEpochOnly) {
  DataLoader direct(Numbers(100), DataLoaderOptions(8).shuffle().seed(3));
  const auto first = drain(direct), second = drain(direct);
  for (int64_t workers : {1, 2, 5}) {
    DataLoader threaded(Numbers(100), DataLoaderOptions(8).shuffle().seed(3).workers(workers).prefetch(1));
    EXPECT_EQ(drain(threaded), first);
    EXPECT_EQ(drain(threaded), second);
    threaded.set_epoch(1);
    EXPECT_EQ(drain(threaded), second);
  }
  DataLoader other(Numbers(100), DataLoaderOptions(8).shuffle().seed(4));
  EXPECT_NE(drain(other), first);
}

TEST(DataLoader, SeedComesFromTheDefaultGenerator) {
  const auto run = [] {
    DataLoader loader(Numbers(50), DataLoaderOptions(8).shuffle());
    return drain(loader);
  };
  manual_seed(5);
  const auto first = run(), second = run();
  EXPECT_NE(first, second);
  manual_seed(5);
  EXPECT_EQ(run(), first);
}

TEST(DataLoader, RandomTransformsDependOnSeedEpochAndIndexOnly) {
  const auto noise = [](const Tensor& x) { return x + rand({2}, {}, &sample_generator()); };
  const auto data =
      std::make_shared<TransformedDataset>(std::make_shared<TensorDataset>(zeros({20, 2})), Transform(noise));
  const auto run = [&](int64_t workers, int64_t batch_size, bool shuffle, int64_t epoch) {
    DataLoader loader(data, DataLoaderOptions(batch_size).workers(workers).shuffle(shuffle).seed(9));
    loader.set_epoch(epoch);
    std::vector<Tensor> batches;
    for (auto& batch : loader) batches.push_back(batch[0]);
    return cat(batches);
  };
  const Tensor x = run(0, 4, false, 0);
  EXPECT_FALSE(equal(x[0], x[1])) << "each sample has numbers of its own";
  EXPECT_TRUE(equal(x, run(2, 4, false, 0)));
  EXPECT_TRUE(equal(x, run(3, 5, false, 0)));
  EXPECT_FALSE(equal(x, run(0, 4, false, 1)));
  EXPECT_TRUE(allclose(x.sum(0), run(0, 4, true, 0).sum(0))) << "whatever the order";
}

/// Sample i is {i, a random number}, after a while that differs from sample to sample.
struct Noise : Numbers {
  using Numbers::Numbers;
  Example get(int64_t index) const override {
    auto sample = Numbers::get(index);
    sample.push_back(rand({}));
    return sample;
  }
};

TEST(DataLoader, SamplesDrawFromNumbersOfTheirOwn) {
  const auto run = [](int64_t workers) {
    manual_seed(4);
    DataLoader loader(Noise(40), DataLoaderOptions(4).workers(workers));
    std::vector<Tensor> noise;
    for (auto& batch : loader) noise.push_back(batch[1]);
    noise.push_back(rand({1}));  // a loop draws one seed from the default generator and nothing else
    return cat(noise);
  };
  const Tensor direct = run(0);
  for (int64_t workers : {1, 2, 3}) EXPECT_TRUE(equal(run(workers), direct)) << workers << " workers";
  manual_seed(4);
  draw_seed();
  EXPECT_EQ(rand({1}).item<float>(), direct[40].item<float>());
}

/// 0, 1, ..., 9, 0, 1, ... without an end; counts how far it was read.
struct Endless : Sampler {
  int64_t size() const override { return std::numeric_limits<int64_t>::max(); }
  IndexStream stream(int64_t) const override {
    return [this]() -> std::optional<int64_t> { return read++ % 10; };
  }
  mutable std::atomic<int64_t> read = 0;
};

TEST(DataLoader, ReadsTheOrderAsItIsNeeded) {
  for (int64_t workers : {0, 2}) {
    for (int64_t prefetch : {int64_t{2}, int64_t{1} << 62}) {
      const auto sampler = std::make_shared<Endless>();
      DataLoader loader(Numbers(10), DataLoaderOptions(3).sampler(sampler).workers(workers).prefetch(prefetch));
      const auto epoch = loader.start_epoch();
      for (int64_t i = 0; i < 20; ++i)
        EXPECT_EQ(values((*epoch->next())[0]), std::vector<int64_t>({3 * i % 10, (3 * i + 1) % 10, (3 * i + 2) % 10}));
      if (prefetch == 2) {
        EXPECT_LE(sampler->read, 3 * (20 + workers * prefetch));
      }
    }
  }
  EXPECT_THROW(Endless().indices(0), NotImplementedError);
}

TEST(DataLoader, AnErrorOfTheOrderComesAfterTheBatchesBeforeIt) {
  struct Broken : Endless {
    IndexStream stream(int64_t) const override {
      return [this]() -> std::optional<int64_t> {
        check<ValueError>(read < 4, "no more");
        return read++;
      };
    }
  };
  for (int64_t workers : {0, 2}) {
    DataLoader loader(Numbers(10), DataLoaderOptions(2).sampler(std::make_shared<Broken>()).workers(workers));
    const auto epoch = loader.start_epoch();
    EXPECT_EQ(values((*epoch->next())[0]), std::vector<int64_t>({0, 1}));
    EXPECT_EQ(values((*epoch->next())[0]), std::vector<int64_t>({2, 3}));
    EXPECT_HAS(message_of<ValueError>([&] { epoch->next(); }), "no more");
  }
}

TEST(DataLoader, BatchSamplersMayOverrideEither) {
  struct Listed : BatchSampler {
    int64_t size() const override { return 2; }
    std::vector<std::vector<int64_t>> batches(int64_t) const override { return {{4, 2}, {0}}; }
  };
  struct Streamed : BatchSampler {
    int64_t size() const override { return 3; }
    BatchStream stream(int64_t) const override {
      return [i = int64_t{0}]() mutable -> std::optional<std::vector<int64_t>> {
        if (i == 3) return std::nullopt;
        return std::vector<int64_t>{i++, 7};
      };
    }
  };
  for (int64_t workers : {0, 2}) {
    DataLoader listed(Numbers(10), DataLoaderOptions().batch_sampler(std::make_shared<Listed>()).workers(workers));
    EXPECT_EQ(drain(listed), std::vector<int64_t>({4, 2, 0}));
    DataLoader streamed(Numbers(10), DataLoaderOptions().batch_sampler(std::make_shared<Streamed>()).workers(workers));
    EXPECT_EQ(drain(streamed), std::vector<int64_t>({0, 7, 1, 7, 2, 7}));
  }
}

TEST(DataLoader, EachLoopFollowsTheDefaultGenerator) {
  DataLoader loader(Numbers(50), DataLoaderOptions(8).shuffle());
  manual_seed(5);
  const auto first = drain(loader), second = drain(loader);
  manual_seed(5);
  EXPECT_EQ(drain(loader), first) << "however many loops there were before";
  EXPECT_NE(first, second);
}

}  // namespace
}  // namespace ember::data
