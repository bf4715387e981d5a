// A step of training a multilayer perceptron: forward, backward, optimizer.
#include <benchmark/benchmark.h>

#include "ember.h"

namespace ember {
namespace {

struct Problem {
  nn::Sequential net;
  Tensor x, target;

  explicit Problem(const benchmark::State& state) {
    const int64_t width = state.range(0), batch = state.range(1);
    net = nn::Sequential(nn::Linear(width, width), nn::ReLU(), nn::Linear(width, width), nn::ReLU(),
                         nn::Linear(width, 10));
    x = rand({batch, width});
    target = randint(0, 10, {batch});
  }
  Tensor loss() { return cross_entropy(net(x), target); }
};

void forward(benchmark::State& state) {
  Problem problem(state);
  const NoGradGuard no_grad;
  for (auto _ : state) benchmark::DoNotOptimize(problem.loss());
}

void forward_and_backward(benchmark::State& state) {
  Problem problem(state);
  for (auto _ : state) {
    problem.net->zero_grad();
    problem.loss().backward();
  }
}

void step(benchmark::State& state) {
  Problem problem(state);
  optim::Adam optimizer(problem.net->parameters(), optim::AdamOptions(1e-3));
  for (auto _ : state) {
    optimizer.zero_grad();
    problem.loss().backward();
    optimizer.step();
  }
}

void networks(benchmark::internal::Benchmark* b) {
  b->ArgNames({"width", "batch"})->Args({16, 1})->Args({128, 64})->Args({784, 128});
}

BENCHMARK(forward)->Apply(networks);
BENCHMARK(forward_and_backward)->Apply(networks);
BENCHMARK(step)->Apply(networks);

}  // namespace
}  // namespace ember
