// What several threads may do with one tape at once.
#include <gtest/gtest.h>

#include <atomic>
#include <functional>
#include <thread>

#include "ember/autograd/backward.h"
#include "ember/autograd/function.h"
#include "ember/autograd/grad_mode.h"
#include "ember/ops/ops.h"
#include "tests/support.h"

namespace ember {
namespace {

using test::error_of;
using test::expect_equal;

/// Each action over and over, in a thread of its own.
void run(int64_t times, const std::vector<std::function<void()>>& actions) {
  std::vector<std::thread> threads;
  for (const auto& action : actions)
    threads.emplace_back([&action, times] {
      for (int64_t i = 0; i < times; ++i) action();
    });
  for (std::thread& thread : threads) thread.join();
}

TEST(Threads, AddTheirGradientsUpInALeaf) {
  const Tensor x = zeros({40, 40}).requires_grad_();
  const Tensor y = (x * 2).sum();
  run(50, std::vector<std::function<void()>>(4, [&] { y.backward({}, true); }));
  EXPECT_TRUE(equal(x.grad(), full({40, 40}, 400.0)));
}

TEST(Threads, FreeAGraphOnce) {
  for (int i = 0; i < 100; ++i) {
    const Tensor x = ones({30, 30}).requires_grad_();
    const Tensor y = exp(tanh(x)).sum();
    std::atomic<int> freed = 0, late = 0;
    run(1, std::vector<std::function<void()>>(4, [&] {
          const std::string error = error_of([&] { y.backward(); });
          ++(error.empty() ? freed : late);
          EXPECT_TRUE(error.empty() || error.find("freed by an earlier backward") != std::string::npos) << error;
        }));
    EXPECT_EQ(freed, 1);
    EXPECT_EQ(late, 3);
  }
}

TEST(Threads, AddAndRemoveHooksWhileOthersRunThem) {
  const Tensor x = ones({4, 4}).requires_grad_();
  const Tensor y = x * 2;
  const Tensor loss = y.tanh().sum();
  std::atomic<int64_t> calls = 0;
  const auto hook = [&](const Tensor&) {
    ++calls;
    return Tensor();
  };
  run(300, {[&] { loss.backward({}, true); }, [&] { loss.backward({}, true); },
            [&] { x.remove_hook(x.register_hook(hook)); }, [&] { y.remove_hook(y.register_hook(hook)); },
            [&] { x.remove_hook(x.register_post_accumulate_grad_hook([&](const Tensor&) { ++calls; })); }});
  const int64_t before = calls;
  loss.backward();
  EXPECT_EQ(calls, before);
}

TEST(Threads, RunTheHooksThatStoodWhenTheirWalkBegan) {
  const Tensor x = ones({}).requires_grad_();
  std::vector<int> calls;
  int64_t second = 0;
  x.register_hook([&](const Tensor&) {
    calls.push_back(1);
    x.remove_hook(second);
    return Tensor();
  });
  second = x.register_hook([&](const Tensor&) {
    calls.push_back(2);
    return Tensor();
  });
  (x * 2).backward();
  (x * 2).backward();
  EXPECT_EQ(calls, (std::vector<int>{1, 2, 1}));
}

TEST(Threads, ReadAndSetAGradientWhileItIsAccumulated) {
  const Tensor x = ones({30, 30}).requires_grad_();
  const Tensor loss = (x * 2).sum();
  run(300, {[&] { loss.backward({}, true); }, [&] { loss.backward({}, true); }, [&] { Tensor(x).set_grad({}); },
            [&] {
              Tensor(x).set_grad(zeros({30, 30}));
            },
            [&] { (void)x.grad(); }});
  Tensor(x).set_grad({});
  loss.backward();
  EXPECT_TRUE(equal(x.grad(), full({30, 30}, 2.0)));
}

TEST(Threads, LeaveAnotherPassWhatItStillReads) {
  for (int i = 0; i < 50; ++i) {
    const Tensor x = ones({50, 50}).requires_grad_();
    const Tensor y = exp(x * x).sum();
    run(1, {[&] { error_of([&] { y.backward(); }); }, [&] { error_of([&] { autograd::grad({y}, {x}, {}, true); }); },
            [&] { error_of([&] { autograd::grad({y}, {x}, {}, true); }); }});
  }
}

TEST(Threads, AFailedPassFreesNothing) {
  const Tensor x = ones({}).requires_grad_();
  const Tensor y = x * x;
  bool fails = true;
  x.register_hook([&](const Tensor&) {
    if (std::exchange(fails, false)) fail("not now");
    return Tensor();
  });
  struct Fragile : autograd::Function<Fragile> {
    static Tensor forward(autograd::AutogradContext* ctx, const Tensor& in, bool* breaks) {
      ctx->save_for_backward({in});
      ctx->saved_data["breaks"] = breaks;
      return in * 3;
    }
    static std::vector<Tensor> backward(autograd::AutogradContext* ctx, const std::vector<Tensor>& grads) {
      if (std::exchange(*std::any_cast<bool*>(ctx->saved_data["breaks"]), false)) fail("not yet");
      return {grads[0] * ctx->get_saved_variables()[0], Tensor()};
    }
  };
  bool breaks = true;
  const Tensor z = Fragile::apply(x, &breaks);
  EXPECT_EQ(error_of([&] { z.backward(); }), "not yet");
  EXPECT_EQ(error_of([&] { z.backward(); }), "not now");
  EXPECT_NE(error_of([&] { z.backward(); }).find("freed by an earlier backward"), std::string::npos);
  y.backward();
  expect_equal(x.grad(), {2});
}

}  // namespace
}  // namespace ember
