// 2-d convolutions as networks have them, forward and backward, in floating-point operations a second.
#include <benchmark/benchmark.h>

#include "ember.h"

namespace ember {
namespace {

constexpr int64_t kBatch = 16;

/// `size` is the height and width of input and output, `kernel` odd.
struct Problem {
  Tensor x, weight, bias;
  int64_t padding, flops;

  explicit Problem(const benchmark::State& state) {
    const int64_t in = state.range(0), out = state.range(1), size = state.range(2), kernel = state.range(3);
    x = rand({kBatch, in, size, size});
    weight = rand({out, in, kernel, kernel});
    bias = rand({out});
    padding = kernel / 2;
    flops = 2 * kBatch * in * out * size * size * kernel * kernel;
  }
  Tensor forward() const { return conv2d(x, weight, bias, 1, Shape{padding, padding}); }
};

void count_flops(benchmark::State& state, int64_t flops) {
  state.counters["flops"] =
      benchmark::Counter(static_cast<double>(flops), benchmark::Counter::kIsIterationInvariantRate);
}

void forward(benchmark::State& state) {
  const Problem problem(state);
  for (auto _ : state) benchmark::DoNotOptimize(problem.forward());
  count_flops(state, problem.flops);
}

void with_gradients(benchmark::State& state) {
  Problem problem(state);
  for (Tensor* x : {&problem.x, &problem.weight, &problem.bias}) x->requires_grad_(true);
  const Tensor gradient = ones_like(problem.forward().detach());
  for (auto _ : state)
    benchmark::DoNotOptimize(
        autograd::grad({problem.forward()}, {problem.x, problem.weight, problem.bias}, {gradient}));
  count_flops(state, 3 * problem.flops);
}

void layers(benchmark::internal::Benchmark* b) {
  b->ArgNames({"in", "out", "size", "kernel"});
  b->Args({1, 32, 28, 3})->Args({64, 64, 28, 3})->Args({256, 256, 7, 3})->Args({256, 64, 14, 1});
}

BENCHMARK(forward)->Apply(layers);
BENCHMARK(with_gradients)->Apply(layers);

}  // namespace
}  // namespace ember
