#include "ember/io/serialize.h"

#include <gtest/gtest.h>

#include <cmath>

#include "ember/io/checkpoint.h"
#include "ember/nn/nn.h"
#include "ember/ops/ops.h"
#include "ember/optim/optim.h"
#include "tests/temporary_folder.h"

namespace ember {
namespace {

using testing::message_of;
using testing::TemporaryFolder;

struct Net : nn::Module {
  Tensor forward(const Tensor& x) override { return second(dropout(relu(first(x)))); }
  nn::Linear first = register_module("first", nn::Linear(4, 8));
  nn::Linear second = register_module("second", nn::Linear(8, 3));
  nn::Dropout dropout = register_module("dropout", nn::Dropout(0.5));
};

void expect_equal(const nn::StateDict& a, const nn::StateDict& b) {
  ASSERT_EQ(a.keys(), b.keys());
  for (const auto& [name, x] : a) EXPECT_TRUE(equal(x, b[name])) << name;
}

struct Serialize : ::testing::Test {
  TemporaryFolder folder;
  std::string path = folder.file("x.safetensors");
};

TEST_F(Serialize, Tensor) {
  const Tensor x = randn({2, 3});
  save(x, path);
  Tensor y;
  load(y, path);
  EXPECT_TRUE(equal(x, y));
  save(std::vector<Tensor>{x, x}, path);
  EXPECT_HAS(message_of<IoError>([&] { load(y, path); }), "expected one tensor but it holds 2");
}

TEST_F(Serialize, ListKeepsItsOrder) {
  std::vector<Tensor> list, loaded;
  for (int64_t i = 0; i < 12; ++i) list.push_back(full({}, i, i % 2 ? dtype(kInt16) : dtype(kFloat64)));
  save(list, path);
  load(loaded, path);
  ASSERT_EQ(loaded.size(), 12u);
  for (size_t i = 0; i < 12; ++i) EXPECT_TRUE(equal(loaded[i], list[i])) << i;
  save_tensors({{"w", ones({1})}}, path);
  EXPECT_THROW(load(loaded, path), IoError);
}

TEST_F(Serialize, ModuleKeepsItsOwnTensors) {
  Net trained, fresh;
  const Tensor weight = fresh.first->weight;
  save(trained, path);
  load(fresh, path);
  expect_equal(fresh.state_dict(), trained.state_dict());
  EXPECT_TRUE(fresh.first->weight.is_same(weight));
  EXPECT_TRUE(weight.requires_grad());
}

TEST_F(Serialize, HoldersAndPointers) {
  const nn::Linear a(2, 3), b(2, 3);
  save(a, path);
  load(b, path);
  expect_equal(a->state_dict(), b->state_dict());
  const auto net = std::make_shared<Net>();
  save(net, path);
  load(net, path);
  EXPECT_THROW(save(std::shared_ptr<nn::Module>(), path), ValueError);
}

TEST_F(Serialize, AnotherModelsFileChangesNothing) {
  Net net;
  const nn::Linear other(4, 8);
  save(other, path);
  const Tensor before = net.first->weight.clone();
  EXPECT_THROW(load(net, path), Error);
  EXPECT_TRUE(equal(net.first->weight, before));
}

/// One step on fixed data; dropout draws from the default generator.
void train_step(Net& net, optim::Optimizer& optimizer) {
  const Tensor x = arange(20, dtype(kFloat32)).reshape({5, 4}) / 10;
  optimizer.zero_grad();
  cross_entropy(net(x), remainder(arange(5), 3)).backward();
  optimizer.step();
}

TEST_F(Serialize, OptimizersComeBack) {
  const auto adam = [](Net& net) {
    return std::make_unique<optim::Adam>(net.parameters(), optim::AdamOptions(0.01).amsgrad(true));
  };
  const auto sgd = [](Net& net) {
    return std::make_unique<optim::SGD>(net.parameters(), optim::SGDOptions(0.1).momentum(0.9));
  };
  const auto check_round_trip = [&](auto make) {
    Net a, b;
    b.load_state_dict(a.state_dict());
    auto first = make(a), second = make(b);
    train_step(a, *first);
    b.load_state_dict(a.state_dict());
    save(*first, path);
    second->param_groups()[0].options().lr_ = 99;
    load(*second, path);
    const auto random = default_generator().state();
    train_step(a, *first);
    default_generator().set_state(random);
    train_step(b, *second);
    expect_equal(a.state_dict(), b.state_dict());
  };
  check_round_trip(adam);
  check_round_trip(sgd);
}

TEST_F(Serialize, OptimizerFromAnotherFile) {
  Net net;
  optim::SGD optimizer(net.parameters(), optim::SGDOptions(0.1));
  save(net, path);
  EXPECT_HAS(message_of<IoError>([&] { load(optimizer, path); }), "holds tensors but no optimizer");
}

struct Training {
  Net net;
  optim::Adam optimizer{net.parameters(), optim::AdamOptions(0.01)};
  optim::lr_scheduler::CosineAnnealingLR scheduler{optimizer, 10};
  TrainingState state{.model = &net, .optimizer = &optimizer, .scheduler = &scheduler, .epoch = 0, .notes = {}};

  void train(int64_t steps) {
    for (int64_t i = 0; i < steps; ++i) {
      train_step(net, optimizer);
      scheduler.step();
      ++state.epoch;
    }
  }
};

TEST_F(Serialize, ResumedRunIsTheSameToTheLastBit) {
  manual_seed(1);
  Training whole;
  whole.train(3);
  whole.state.notes["curve"] = "[1, 2]";
  save_checkpoint(whole.state, path);
  whole.train(4);

  manual_seed(2);
  Training resumed;
  load_checkpoint(resumed.state, path);
  EXPECT_EQ(resumed.state.epoch, 3);
  EXPECT_EQ(resumed.state.notes, (Metadata{{"curve", "[1, 2]"}}));
  resumed.train(4);
  expect_equal(resumed.net.state_dict(), whole.net.state_dict());
  EXPECT_EQ(resumed.scheduler.get_last_lr(), whole.scheduler.get_last_lr());
}

TEST_F(Serialize, ModelAloneComesOutOfACheckpoint) {
  Training training;
  training.train(1);
  save_checkpoint(training.state, path);
  Net net;
  load(net, path);
  expect_equal(net.state_dict(), training.net.state_dict());
}

TEST_F(Serialize, CheckpointWithoutWhatIsAskedFor) {
  Training training;
  save_checkpoint({.model = &training.net, .optimizer = nullptr, .scheduler = nullptr, .epoch = 1, .notes = {}}, path);
  const Tensor before = training.net.first->weight.clone();
  EXPECT_HAS(message_of<IoError>([&] { load_checkpoint(training.state, path); }), "was saved without its optimizer");
  save(training.net, path);
  EXPECT_HAS(message_of<IoError>([&] { load_checkpoint(training.state, path); }), "is no training checkpoint");
  save_tensors({}, path, {{"format", "ember.checkpoint"}, {"epoch", "x"}});
  EXPECT_HAS(message_of<IoError>([&] { load_checkpoint(training.state, path); }), "epoch is 'x', no number");
  EXPECT_TRUE(equal(training.net.first->weight, before));
}

TEST_F(Serialize, CheckpointOfAnyNumbers) {
  for (double rate : {std::nan(""), HUGE_VAL, 0.25}) {
    Training training, other;
    training.optimizer.param_groups()[0].options().lr_ = rate;
    training.state.epoch = -3;
    save_checkpoint(training.state, path);
    load_checkpoint(other.state, path);
    EXPECT_EQ(other.state.epoch, -3);
    const double loaded = other.optimizer.param_groups()[0].options().lr_;
    EXPECT_TRUE(loaded == rate || (std::isnan(loaded) && std::isnan(rate))) << loaded;
    save(training.optimizer, path);
    load(other.optimizer, path);
  }
}

TEST_F(Serialize, CheckpointOfOtherGroupsChangesNothing) {
  Training training;
  training.train(1);
  save_checkpoint(training.state, path);

  Net net;
  optim::Adam optimizer({optim::ParamGroup({net.first->weight}), optim::ParamGroup({net.first->bias})},
                        optim::AdamOptions(0.5));
  TrainingState state{.model = &net, .optimizer = &optimizer, .scheduler = nullptr, .epoch = 7, .notes = {}};
  const Tensor before = net.first->weight.clone();
  EXPECT_THROW(load_checkpoint(state, path), ValueError);
  EXPECT_TRUE(equal(net.first->weight, before));
  EXPECT_EQ(state.epoch, 7);

  // A model that refuses gives the optimizer and the schedule back what they had.
  struct Wide : Net {
    nn::Linear third = register_module("third", nn::Linear(1, 1));
  } wide;
  Training other;
  other.state.model = &wide;
  EXPECT_THROW(load_checkpoint(other.state, path), Error);
  EXPECT_TRUE(other.optimizer.state_dict().state.empty());
  EXPECT_EQ(other.scheduler.get_last_lr(), std::vector<double>{0.01});
}

TEST_F(Serialize, StateDictThatDoesNotFitChangesNothing) {
  Net net;
  nn::StateDict state = net.state_dict();
  nn::StateDict bad;
  for (const auto& [name, x] : state) bad.insert(name, name == "second.bias" ? ones({5}) : x + 1);
  const Tensor before = net.first->weight.clone();
  EXPECT_THROW(net.load_state_dict(bad), Error);
  EXPECT_THROW(net.load_state_dict(bad, false), Error);
  EXPECT_TRUE(equal(net.first->weight, before));
}

TEST_F(Serialize, CheckpointWithDamagedJson) {
  Training training;
  training.train(1);
  save_checkpoint(training.state, path);
  Metadata metadata;
  const TensorDict tensors = load_tensors(path, &metadata);
  metadata.erase("checksum");  // which would find it
  metadata["optimizer"] = "[{\"lr\": 1}]";
  save_tensors(tensors, path, metadata);
  EXPECT_HAS(message_of<IoError>([&] { load_checkpoint(training.state, path); }),
             path + ": its optimizer groups cannot be read");
  for (const char* groups : {"[", "[{\"params\": [0], \"lr\": \"fast\"}]", "[{\"params\": [0], \"betas\": [1]}]"}) {
    metadata["optimizer"] = groups;
    save_tensors(tensors, path, metadata);
    EXPECT_THROW(load_checkpoint(training.state, path), IoError) << groups;
  }
}

}  // namespace
}  // namespace ember
