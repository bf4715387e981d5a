// Matrix products, in floating-point operations a second.
#include <benchmark/benchmark.h>

#include "ember.h"

namespace ember {
namespace {

void count_flops(benchmark::State& state, int64_t flops) {
  state.counters["flops"] =
      benchmark::Counter(static_cast<double>(flops), benchmark::Counter::kIsIterationInvariantRate);
}

/// [batch, n, n] x [batch, n, n]; `transposed`: the second by its transpose, as in a linear layer.
void square(benchmark::State& state) {
  const int64_t batch = state.range(0), n = state.range(1);
  const Tensor a = rand({batch, n, n}), b = rand({batch, n, n});
  const Tensor second = state.range(2) ? b.transpose(1, 2) : b;
  for (auto _ : state) benchmark::DoNotOptimize(matmul(a, second));
  count_flops(state, 2 * batch * n * n * n);
}

/// One vector through a weight matrix: bound by memory.
void vector(benchmark::State& state) {
  const int64_t n = state.range(0);
  const Tensor x = rand({n}), weight = rand({n, n});
  for (auto _ : state) benchmark::DoNotOptimize(matmul(weight, x));
  count_flops(state, 2 * n * n);
}

void linear_and_gradients(benchmark::State& state) {
  const int64_t n = state.range(0);
  const Tensor x = rand({64, n}).requires_grad_(true), weight = rand({n, n}).requires_grad_(true);
  const Tensor gradient = ones({64, n});
  for (auto _ : state) {
    const Tensor y = matmul(x, weight.t());
    benchmark::DoNotOptimize(autograd::grad({y}, {x, weight}, {gradient}));
  }
  count_flops(state, 3 * 2 * 64 * n * n);
}

BENCHMARK(square)->ArgNames({"batch", "n", "transposed"})->ArgsProduct({{1, 16}, {16, 128, 512}, {0, 1}});
BENCHMARK(vector)->ArgName("n")->Arg(128)->Arg(2048);
BENCHMARK(linear_and_gradients)->ArgName("n")->Arg(128)->Arg(1024);

}  // namespace
}  // namespace ember
