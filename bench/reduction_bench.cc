// Reductions of [n, n] over all, over rows and over columns, in bytes read a second.
#include <benchmark/benchmark.h>

#include "ember.h"

namespace ember {
namespace {

using Op = Tensor (*)(const Tensor& x, int64_t dim);

template <Op op>
void run(benchmark::State& state) {
  const int64_t n = state.range(0), dim = state.range(1);
  const Tensor x = rand({n, n});
  for (auto _ : state) benchmark::DoNotOptimize(op(x, dim));
  state.SetBytesProcessed(state.iterations() * n * n * 4);
}

void dims(benchmark::internal::Benchmark* b) { b->ArgNames({"n", "dim"})->ArgsProduct({{32, 256, 2048}, {0, 1}}); }

constexpr Op kSumAll = [](const Tensor& x, int64_t) { return sum(x); };
constexpr Op kSum = [](const Tensor& x, int64_t dim) { return sum(x, Shape{dim}); };
constexpr Op kArgmax = [](const Tensor& x, int64_t dim) { return argmax(x, dim); };
constexpr Op kVar = [](const Tensor& x, int64_t dim) { return var(x, Shape{dim}); };
constexpr Op kSoftmax = [](const Tensor& x, int64_t dim) { return softmax(x, dim); };

BENCHMARK(run<kSumAll>)->Name("sum of all")->ArgNames({"n", "dim"})->ArgsProduct({{32, 256, 2048}, {0}});
BENCHMARK(run<kSum>)->Name("sum")->Apply(dims);
BENCHMARK(run<kArgmax>)->Name("argmax")->Apply(dims);
BENCHMARK(run<kVar>)->Name("var")->Apply(dims);
BENCHMARK(run<kSoftmax>)->Name("softmax")->Apply(dims);

}  // namespace
}  // namespace ember
