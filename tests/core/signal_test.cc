// A program may handle signals while Ember computes, on whatever stack and however often: results are the same bits.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/time.h>

#include <cstring>

#include "ember.h"
#include "ember/core/parallel.h"
#include "tests/stress.h"

namespace ember {
namespace {

volatile sig_atomic_t signals_handled = 0;

/// Several kilobytes of stack, as a real handler takes.
void handle(int) {
  volatile char frame[4000];
  std::memset(const_cast<char*>(frame), 0x55, sizeof frame);
  signals_handled = signals_handled + 1;
}

/// Handles 5,000 signals a second while it lives.
class Signals {
 public:
  Signals() {
    signals_handled = 0;
    before_ = signal(SIGALRM, handle);
    set_interval(200);
  }
  ~Signals() {
    set_interval(0);
    signal(SIGALRM, before_);
  }

 private:
  static void set_interval(suseconds_t microseconds) {
    const itimerval timer{{0, microseconds}, {0, microseconds}};
    setitimer(ITIMER_REAL, &timer, nullptr);
  }
  void (*before_)(int);
};

struct Problem {
  const char* name;
  std::function<Tensor()> compute;
  int rounds;
};

int64_t signals_in_all = 0;

class SignalsTest : public ::testing::Test {
 protected:
  void SetUp() override { signals_in_all = 0; }
  void TearDown() override { test::tell_count("signals", signals_in_all); }
};

void expect_undisturbed(const Problem& problem) {
  SCOPED_TRACE(problem.name);
  for (const int threads : {1, 2}) {
    const int before = num_threads();
    set_num_threads(threads);
    const Tensor expected = problem.compute();
    {
      const Signals signals;
      for (int64_t i = 0; i < test::rounds(1, 15) * problem.rounds || signals_handled < 100; ++i)
        ASSERT_TRUE(equal(problem.compute(), expected)) << "round " << i << " after " << signals_handled << " signals";
      signals_in_all += signals_handled;
    }
    set_num_threads(before);
  }
}

TEST_F(SignalsTest, LeaveProductsOfMatricesAsTheyAre) {
  manual_seed(0);
  const Tensor a = randn({300, 800}), b = randn({800, 300}), tall = randn({2300, 64}), batch = randn({8, 100, 200});
  expect_undisturbed({"long rows", [=] { return a.matmul(b); }, 100});
  expect_undisturbed({"transposed", [=] { return a.matmul(a.t()); }, 100});
  expect_undisturbed({"thousands of rows", [=] { return tall.t().matmul(tall); }, 100});
  expect_undisturbed({"a batch", [=] { return batch.matmul(batch.transpose(1, 2)); }, 100});
}

TEST_F(SignalsTest, LeaveConvolutionsAsTheyAre) {
  manual_seed(0);
  const Tensor x = randn({4, 16, 24, 24}), weight = randn({32, 16, 3, 3}).requires_grad_();
  expect_undisturbed({"conv2d",
                      [=] {
                        const Tensor gradient = autograd::grad({conv2d(x, weight).square().sum()}, {weight})[0];
                        return gradient.detach();
                      },
                      50});
}

TEST_F(SignalsTest, LeaveTrainingAsItIs) {
  expect_undisturbed({"three layers, Adam",
                      [] {
                        manual_seed(0);
                        nn::Sequential net(nn::Linear(200, 128), nn::ReLU(), nn::Linear(128, 128), nn::ReLU(),
                                           nn::Linear(128, 4));
                        optim::Adam optimizer(net->parameters(), optim::AdamOptions(1e-3));
                        const Tensor x = randn({256, 200}), y = randint(0, 4, {256});
                        for (int step = 0; step < 10; ++step) {
                          optimizer.zero_grad();
                          cross_entropy(net(x), y).backward();
                          optimizer.step();
                        }
                        return net(x).detach();
                      },
                      10});
}

}  // namespace
}  // namespace ember
