// Runs that are killed and go on: Checkpoint.
#include "ember/io/checkpoint.h"

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <random>

#include "ember/core/parallel.h"
#include "ember/data/transforms.h"
#include "ember/nn/nn.h"
#include "ember/ops/ops.h"
#include "ember/optim/optim.h"
#include "tests/temporary_folder.h"

namespace ember {
namespace {

using data::DataLoader;
using data::DataLoaderOptions;
using testing::message_of;
using testing::read_file;
using testing::TemporaryFolder;
using testing::write_file;

constexpr int64_t kSamples = 52;

/// Samples that draw random numbers.
struct Noisy : data::Dataset {
  int64_t size() const override { return kSamples; }
  data::Example get(int64_t index) const override {
    return {full({4}, static_cast<double>(index % 7)) + randn({4}), full({}, index % 3, dtype(kInt64))};
  }
};

struct Training {
  explicit Training(const std::string& path, int64_t workers, std::optional<uint64_t> seed = std::nullopt)
      : loader(Noisy(), options(workers, seed)), run(path) {
    run.add("model", net).add("optimizer", optimizer).add("scheduler", scheduler).add("loader", loader);
    run.resume();
  }
  static DataLoaderOptions options(int64_t workers, std::optional<uint64_t> seed) {
    DataLoaderOptions options(8);
    options.shuffle().workers(workers);
    if (seed) options.seed(*seed);
    return options;
  }

  void train(int64_t epochs, int64_t killed_at = -1) {
    for ([[maybe_unused]] int64_t epoch : run.epochs(epochs)) {
      for (auto& batch : loader) {
        const Tensor loss = cross_entropy(net(batch[0]), batch[1]);
        optimizer.zero_grad();
        loss.backward();
        optimizer.step();
        scheduler.step();
        if (++run.step == killed_at) raise(SIGKILL);
        if (rand({}).item<double>() < 0.4) run.save();
      }
      run.save();
    }
  }
  std::string result() {
    std::string bytes;
    for (const auto& [name, x] : net->state_dict()) bytes.append(x.raw_data(), static_cast<size_t>(x.nbytes()));
    return bytes + concat(run.step, " ", rand({}).item<double>(), " ", optimizer.param_groups()[0].options().lr_);
  }

  nn::Sequential net{nn::Linear(4, 8), nn::Dropout(0.4), nn::Linear(8, 3)};
  optim::Adam optimizer{net->parameters(), optim::AdamOptions(0.01)};
  optim::lr_scheduler::CosineAnnealingLR scheduler{optimizer, 28};
  DataLoader loader;
  Checkpoint run;
};

/// Trains in a child process; whether that came to the end.
bool train_in_child(const std::string& path, int64_t workers, int64_t killed_at, const std::string& result) {
  const pid_t child = fork();
  if (child == 0) {
    set_num_threads(1);
    manual_seed(1);
    Training training(path, workers);
    randn({10});  // what is drawn before the loop changes nothing
    training.train(4, killed_at);
    write_file(result, training.result());
    _exit(0);
  }
  int status = 0;
  waitpid(child, &status, 0);
  return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

TEST(Checkpoint, KilledRunEndsWhereOneDoesThatWasLeftAlone) {
  const TemporaryFolder folder;
  const std::string result = folder.file("result");
  for (int64_t workers : {0, 2}) {
    ASSERT_TRUE(train_in_child(folder.file(concat("whole", workers)), workers, -1, result));
    const std::string expected = read_file(result);
    std::mt19937_64 random(std::random_device{}());
    std::vector<int64_t> steps = {7};
    for (int i = 0; i < 7; ++i) steps.push_back(std::uniform_int_distribution<int64_t>(1, 27)(random));
    for (size_t i = 0; i < steps.size(); ++i) {
      const std::string path = folder.file(concat("run", workers, "-", i));
      EXPECT_FALSE(train_in_child(path, workers, steps[i], result));
      ASSERT_TRUE(train_in_child(path, i % 2 ? workers : 3, -1, result));
      EXPECT_EQ(read_file(result), expected) << "killed at step " << steps[i];
    }
  }
}

struct CheckpointFiles : ::testing::Test {
  TemporaryFolder folder;
  std::string path = folder.file("run.safetensors");
};

TEST_F(CheckpointFiles, SeveralModelsAndNotes) {
  nn::Linear generator(2, 3), critic(3, 1);
  Checkpoint first(path);
  first.add("generator", generator).add("critic", critic);
  first.notes["curve"] = "[1]";
  first.epoch = 2;
  first.step = 70;
  first.save();
  nn::Linear a(2, 3), b(3, 1);
  Generator noise(3);
  Checkpoint second(path);
  second.add("generator", a).add("critic", b);
  EXPECT_TRUE(second.resume());
  EXPECT_TRUE(equal(a->weight, generator->weight));
  EXPECT_TRUE(equal(b->bias, critic->bias));
  EXPECT_EQ(second.epoch, 2);
  EXPECT_EQ(second.step, 70);
  EXPECT_EQ(second.notes, (Metadata{{"curve", "[1]"}}));
  EXPECT_FALSE(Checkpoint(folder.file("absent")).resume());
}

TEST_F(CheckpointFiles, NamesOfParts) {
  nn::Linear net(1, 1);
  Checkpoint run(path);
  run.add("net", net);
  EXPECT_HAS(message_of<ValueError>([&] { run.add("net", net); }), "two parts named 'net'");
  for (const char* name : {"", "a.b", "a b", "random", "note", "epoch"})
    EXPECT_THROW(run.add(name, net), ValueError) << name;
}

TEST_F(CheckpointFiles, AnotherRunsFileChangesNothing) {
  {
    Training training(path, 0);
    training.train(1);
  }
  nn::Linear first(4, 8), wide(4, 9);
  Training other(folder.file("other"), 0);
  const Tensor before = other.net->parameters()[0].clone();
  const auto random = default_generator().state();

  Checkpoint fewer(path);
  fewer.add("model", other.net);
  EXPECT_HAS(message_of<IoError>([&] { fewer.resume(); }), "holds 'loader' too, which this run does not have");

  other.run.add("critic", first);
  EXPECT_HAS(message_of<IoError>([&] { other.run.load(path); }), "was saved without its critic");

  Checkpoint misshapen(path);
  misshapen.add("optimizer", other.optimizer)
      .add("scheduler", other.scheduler)
      .add("loader", other.loader)
      .add("model", wide);
  EXPECT_THROW(misshapen.resume(), Error);
  EXPECT_TRUE(other.optimizer.state_dict().state.empty());
  EXPECT_EQ(other.scheduler.last_epoch(), 0);
  EXPECT_EQ(other.loader.epoch(), 0);

  optim::SGD sgd(other.net->parameters(), optim::SGDOptions(0.1));
  Checkpoint another(path);
  another.add("optimizer", sgd).add("scheduler", other.scheduler).add("loader", other.loader).add("model", other.net);
  EXPECT_HAS(message_of<IoError>([&] { another.resume(); }), "its optimizer is a optimizer Adam, not a optimizer SGD");
  EXPECT_TRUE(equal(other.net->parameters()[0], before));
  EXPECT_EQ(default_generator().state().position, random.position);
}

TEST_F(CheckpointFiles, TheSecondOfTwoModelsThatRefusesGivesTheFirstBackWhatItHad) {
  nn::Linear a(2, 3), b(3, 1), c(2, 3), wide(3, 2);
  Checkpoint(path).add("a", a).add("b", b).save();
  const Tensor before = c->weight.clone();
  Checkpoint run(path);
  run.add("a", c).add("b", wide);
  EXPECT_THROW(run.resume(), Error);
  EXPECT_TRUE(equal(c->weight, before));
}

TEST_F(CheckpointFiles, SavedWhereTheLoopIs) {
  const auto next_epoch = [&] {
    Metadata metadata;
    load_tensors(path, &metadata);
    return metadata["epoch"];
  };
  DataLoader loader(Noisy(), DataLoaderOptions(8));
  Checkpoint run(path);
  run.add("loader", loader);
  for ([[maybe_unused]] int64_t epoch : run.epochs(1)) {
    run.save();
    EXPECT_EQ(next_epoch(), "0") << "before the loop";
    for ([[maybe_unused]] auto& batch : loader) {
      run.save();
      EXPECT_EQ(next_epoch(), "0") << "within";
    }
    run.save();
    EXPECT_EQ(next_epoch(), "1") << "behind";
  }
}

TEST(DataLoaderState, GoesOnInTheMiddleOfALoop) {
  const auto rest = [](data::Epoch& epoch) {
    std::vector<Tensor> batches;
    while (auto batch = epoch.next()) batches.push_back((*batch)[0]);
    return batches;
  };
  for (int64_t workers : {0, 3})
    for (const auto& seed : {std::optional<uint64_t>(), std::optional<uint64_t>(5)}) {
      manual_seed(1);
      DataLoader loader(Noisy(), Training::options(workers, seed));
      loader.start_epoch()->next();
      const auto epoch = loader.start_epoch();
      for (int i = 0; i < 3; ++i) epoch->next();
      const auto state = loader.state();
      EXPECT_EQ(state.taken, 3);
      EXPECT_EQ(state.epoch, 1);
      DataLoader other(Noisy(), Training::options(2, seed));
      other.set_state(state);
      EXPECT_EQ(other.state(), state);
      const auto resumed = other.start_epoch();
      const auto expected = rest(*epoch), found = rest(*resumed);
      ASSERT_EQ(expected.size(), 4u);
      ASSERT_EQ(found.size(), 4u);
      for (size_t i = 0; i < 4; ++i) EXPECT_TRUE(equal(expected[i], found[i]));
      EXPECT_EQ(loader.state().taken, std::nullopt);
    }
}

TEST(DataLoaderState, OfOtherBatchesIsAnError) {
  DataLoader loader(Noisy(), DataLoaderOptions(8).sampler(std::make_shared<data::RandomSampler>(kSamples)));
  loader.start_epoch()->next();
  const auto state = loader.state();
  DataLoader another(Noisy(), DataLoaderOptions(8).sampler(std::make_shared<data::RandomSampler>(kSamples)));
  EXPECT_HAS(message_of<ValueError>([&] { another.set_state(state); }), "the sampler gives another order");
  DataLoader smaller(Noisy(), DataLoaderOptions(4));
  EXPECT_HAS(message_of<ValueError>([&] { smaller.set_state(state); }), "batch_size 8 but this one has 4");
  const auto first = loader.start_epoch(), second = loader.start_epoch();
  EXPECT_HAS(message_of<Error>([&] { loader.state(); }), "several loops");
}

}  // namespace
}  // namespace ember
