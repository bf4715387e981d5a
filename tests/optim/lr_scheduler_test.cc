// Learning-rate schedules against PyTorch's, to the last bit.
#include "ember/optim/lr_scheduler.h"

#include <gtest/gtest.h>

#include <functional>

#include "ember/optim/sgd.h"
#include "tests/optim/trajectory.h"

namespace ember {
namespace {

using namespace optim::lr_scheduler;
using optim::ParamGroup;
using optim::SGDOptions;
using MakeScheduler = std::function<std::unique_ptr<LRScheduler>(optim::Optimizer&)>;

std::unique_ptr<optim::SGD> make_optimizer() {
  const auto params = test::parameters();
  std::vector<ParamGroup> groups;
  groups.emplace_back(std::vector{params[0]});
  groups.emplace_back(std::vector{params[1]}, SGDOptions(0.5).clone());
  return std::make_unique<optim::SGD>(groups, SGDOptions(0.1));
}

std::vector<double> rates(const optim::Optimizer& optimizer) {
  std::vector<double> result;
  for (const ParamGroup& group : optimizer.param_groups()) result.push_back(group.options().lr_);
  return result;
}

template <class Scheduler, class... Args>
MakeScheduler maker(Args... args) {
  return [=](optim::Optimizer& o) { return std::make_unique<Scheduler>(o, args...); };
}

const std::map<std::string, MakeScheduler>& schedulers() {
  static const std::map<std::string, MakeScheduler> table = {
      {"StepLR", maker<StepLR>(3)},
      {"StepLR_gamma", maker<StepLR>(1, 0.7)},
      {"MultiStepLR", maker<MultiStepLR>(std::vector<int64_t>{2, 5, 5, 9}, 0.3)},
      {"LambdaLR", maker<LambdaLR>([](int64_t epoch) { return 1.0 / (1.0 + static_cast<double>(epoch)); })},
      {"LinearLR", maker<LinearLR>()},
      {"LinearLR_down", maker<LinearLR>(1.0, 0.1, 7)},
      {"CosineAnnealingLR", maker<CosineAnnealingLR>(5)},
      {"CosineAnnealingLR_min", maker<CosineAnnealingLR>(9, 0.01)},
      {"ExponentialLR", maker<ExponentialLR>(0.9)},
      {"MultiplicativeLR",
       maker<MultiplicativeLR>([](int64_t epoch) { return epoch % 2 == 0 ? 0.9 : 1.0 / static_cast<double>(epoch); })},
      {"ConstantLR", maker<ConstantLR>()},
      {"ConstantLR_half", maker<ConstantLR>(0.5, 8)},
      {"PolynomialLR", maker<PolynomialLR>()},
      {"PolynomialLR_square", maker<PolynomialLR>(10, 2.0)},
  };
  return table;
}

TEST(LRScheduler, AgreesWithPyTorch) {
  const nlohmann::json reference = test::read_json("tests/data/optim.json").at("rates");
  EXPECT_EQ(reference.size(), schedulers().size());
  for (const auto& [name, make] : schedulers()) {
    auto optimizer = make_optimizer();
    auto scheduler = make(*optimizer);
    for (size_t epoch = 0; epoch < reference.at(name).size(); ++epoch) {
      EXPECT_EQ(rates(*optimizer), reference.at(name)[epoch].get<std::vector<double>>()) << name << " " << epoch;
      EXPECT_EQ(scheduler->get_last_lr(), rates(*optimizer)) << name;
      EXPECT_EQ(scheduler->last_epoch(), static_cast<int64_t>(epoch));
      optimizer->step();
      scheduler->step();
    }
  }
}

TEST(LRScheduler, ContinuesFromItsState) {
  for (const auto& [name, make] : schedulers()) {
    auto a = make_optimizer(), b = make_optimizer();
    auto first = make(*a);
    for (int epoch = 0; epoch < 4; ++epoch) first->step();
    auto second = make(*b);
    b->load_state_dict(a->state_dict());
    second->load_state_dict(first->state_dict());
    for (int epoch = 0; epoch < 6; ++epoch) {
      first->step();
      second->step();
      EXPECT_EQ(rates(*a), rates(*b)) << name << " " << epoch;
    }
  }
}

TEST(LRScheduler, LoadsTheScheduleItself) {
  auto a = make_optimizer(), b = make_optimizer();
  StepLR first(*a, 2, 0.5), second(*b, 7);
  second.load_state_dict(first.state_dict());
  for (int epoch = 0; epoch < 3; ++epoch) {
    first.step();
    second.step();
  }
  EXPECT_EQ(rates(*a), rates(*b));
  EXPECT_EQ(std::get<int64_t>(second.state_dict().own["step_size"]), 2);
}

TEST(LRScheduler, StartsInTheMiddle) {
  auto optimizer = make_optimizer();
  EXPECT_THROW(StepLR(*optimizer, 3, 0.1, 4), ValueError) << "no initial_lr";
  for (ParamGroup& group : optimizer->param_groups()) group.options().initial_lr_ = group.options().lr_;
  ExponentialLR scheduler(*optimizer, 0.5, 4);
  EXPECT_EQ(scheduler.last_epoch(), 5);
  EXPECT_EQ(rates(*optimizer), (std::vector<double>{0.1, 0.5}));
}

TEST(LRScheduler, FollowsARateSetByTheUser) {
  auto optimizer = make_optimizer();
  ExponentialLR scheduler(*optimizer, 0.5);
  optimizer->param_groups()[0].options().lr_ = 8;
  scheduler.step();
  EXPECT_EQ(rates(*optimizer), (std::vector<double>{4, 0.25}));
}

TEST(LRScheduler, TakesOneLambdaForEachGroup) {
  auto optimizer = make_optimizer();
  auto constant = [](int64_t) { return 1.0; };
  auto halving = [](int64_t epoch) { return epoch == 0 ? 1.0 : 0.5; };
  LambdaLR scheduler(*optimizer, std::vector<LambdaLR::Lambda>{constant, halving});
  scheduler.step();
  EXPECT_EQ(rates(*optimizer), (std::vector<double>{0.1, 0.25}));
  EXPECT_THROW(LambdaLR(*optimizer, std::vector<LambdaLR::Lambda>{constant}), ValueError);
}

TEST(LRScheduler, RefusesBadArguments) {
  auto optimizer = make_optimizer();
  EXPECT_THROW(LinearLR(*optimizer, 0), ValueError);
  EXPECT_THROW(LinearLR(*optimizer, 0.5, 1.5), ValueError);
  EXPECT_THROW(StepLR(*optimizer, 0), ValueError);
  EXPECT_THROW(CosineAnnealingLR(*optimizer, 0), ValueError);
  EXPECT_THROW(ConstantLR(*optimizer, 1.5), ValueError);
  StepLR scheduler(*optimizer, 3);
  optimizer->add_param_group(ParamGroup({zeros(1).requires_grad_()}));
  EXPECT_THROW(scheduler.load_state_dict({}), ValueError);
}

}  // namespace
}  // namespace ember
