// Pointwise kernels, in bytes read and written a second.
#include <benchmark/benchmark.h>

#include "ember.h"

namespace ember {
namespace {

using Op = Tensor (*)(const Tensor& a, const Tensor& b);
enum Layout { kContiguous, kTransposed, kBroadcast };

/// [n, n] in a layout that the iterator must walk in its own way.
Tensor input(int64_t n, Layout layout) {
  if (layout == kBroadcast) return rand({n, 1}).expand({n, n});
  const Tensor x = rand({n, n});
  return layout == kTransposed ? x.t() : x;
}

template <Op op, int operands>
void run(benchmark::State& state) {
  const int64_t n = state.range(0);
  const Tensor a = input(n, static_cast<Layout>(state.range(1))), b = rand({n, n});
  for (auto _ : state) benchmark::DoNotOptimize(op(a, b));
  state.SetBytesProcessed(state.iterations() * n * n * 4 * (operands + 1));
}

void sizes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"n", "layout"})->ArgsProduct({{32, 256, 2048}, {kContiguous, kTransposed, kBroadcast}});
}

constexpr Op kAdd = [](const Tensor& a, const Tensor& b) { return a + b; };
constexpr Op kExp = [](const Tensor& a, const Tensor&) { return exp(a); };
constexpr Op kGelu = [](const Tensor& a, const Tensor&) { return gelu(a); };
constexpr Op kCopy = [](const Tensor& a, const Tensor&) { return a.clone(); };
constexpr Op kToBfloat16 = [](const Tensor& a, const Tensor&) { return a.to(kBFloat16); };

BENCHMARK(run<kAdd, 2>)->Name("add")->Apply(sizes);
BENCHMARK(run<kExp, 1>)->Name("exp")->Apply(sizes);
BENCHMARK(run<kGelu, 1>)->Name("gelu")->Apply(sizes);
BENCHMARK(run<kCopy, 1>)->Name("clone")->Apply(sizes);
BENCHMARK(run<kToBfloat16, 1>)->Name("to bfloat16")->Apply(sizes);

}  // namespace
}  // namespace ember
