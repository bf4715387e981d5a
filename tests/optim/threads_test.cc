// An optimizer in the hands of several threads.
#include <gtest/gtest.h>

#include <thread>

#include "ember/core/optimizer_step.h"
#include "ember/ops/ops.h"
#include "ember/optim/optim.h"
#include "tests/support.h"

namespace ember::optim {
namespace {

using test::error_of;

TEST(Threads, TakeTheirStepsInTurn) {
  Tensor p = zeros({50, 50}).requires_grad_();
  p.set_grad(ones({50, 50}));
  SGD optimizer({p}, SGDOptions(1));
  lr_scheduler::StepLR scheduler(optimizer, int64_t{1} << 40);
  std::vector<std::thread> threads;
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        optimizer.step();
        scheduler.step();
        (void)optimizer.state_dict();
        if (const auto alone = optimizer.lock(); optimizer.param_groups().size() < 20)
          optimizer.add_param_group(ParamGroup({zeros({2}).requires_grad_()}));
      }
    });
  for (std::thread& thread : threads) thread.join();
  EXPECT_TRUE(equal(p, full({50, 50}, -200.0)));
  EXPECT_EQ(optimizer.step_count(), 200);
}

struct Nested : Adam {
  using Adam::Adam;
  void run(const OptimizerOptions&, OptimizerStep&) const override { const_cast<Nested*>(this)->step(); }
};

TEST(Optimizer, RefusesAStepInsideOfAStep) {
  Tensor p = zeros({3}).requires_grad_();
  Nested optimizer({p}, AdamOptions(1));
  p.set_grad(ones({3}));
  for (int i = 0; i < 2; ++i)
    EXPECT_EQ(error_of([&] { optimizer.step(); }), "Adam: step was called while it runs, in the same thread");
}

TEST(Optimizer, RefusesAParameterThatChangedItsShape) {
  Tensor p = zeros({3}).requires_grad_();
  Adam optimizer({p}, AdamOptions(1));
  p.set_grad(ones({3}));
  optimizer.step();
  p.impl()->set_geometry({2}, {1}, 0);
  EXPECT_EQ(error_of([&] { optimizer.step(); }), "Adam: the gradient of float32 [2] has shape [3]");
  p.set_grad(ones({2}));
  EXPECT_EQ(error_of([&] { optimizer.step(); }),
            "Adam: parameter 0 is float32 [2] now, but what is remembered of it has shape [3]");
}

TEST(LRScheduler, RefusesAPeriodOfZeroFromAState) {
  Tensor p = zeros({3}).requires_grad_();
  SGD optimizer({p}, SGDOptions(1));
  lr_scheduler::StepLR scheduler(optimizer, 2);
  auto state = scheduler.state_dict();
  state.own.insert("step_size", int64_t{0});
  EXPECT_EQ(error_of([&] { scheduler.load_state_dict(state); }),
            "lr_scheduler: the loaded state's step_size must be positive, but is 0");
}

TEST(LRScheduler, OfACosineNamesGroupsThatCameLater) {
  Tensor p = zeros({3}).requires_grad_();
  SGD optimizer({p}, SGDOptions(1));
  lr_scheduler::CosineAnnealingLR scheduler(optimizer, 2);
  optimizer.add_param_group(ParamGroup({zeros({2}).requires_grad_()}));
  EXPECT_NE(error_of([&] { scheduler.step(); }).find("1 learning rates for 2 parameter groups"), std::string::npos);
}

}  // namespace
}  // namespace ember::optim
