// What a call costs before any arithmetic: ops on four numbers.
#include <benchmark/benchmark.h>

#include "ember.h"

namespace ember {
namespace {

using Op = Tensor (*)(const Tensor& a, const Tensor& b);

Tensor inputs(bool requires_grad) { return rand({4}).requires_grad_(requires_grad); }

/// Forward alone; on the tape when the input needs a gradient.
template <Op op>
void forward(benchmark::State& state) {
  const Tensor a = inputs(state.range(0)), b = rand({4});
  for (auto _ : state) benchmark::DoNotOptimize(op(a, b));
}

void backward(benchmark::State& state) {
  Tensor a = inputs(true);
  for (auto _ : state) {
    a.set_grad({});
    sum(a * a).backward();
  }
}

void in_place(benchmark::State& state) {
  Tensor a = zeros({4});
  const Tensor b = rand({4});
  for (auto _ : state) a.add_(b);
}

void item(benchmark::State& state) {
  const Tensor a = ones({});
  for (auto _ : state) benchmark::DoNotOptimize(a.item<double>());
}

void allocate(benchmark::State& state) {
  for (auto _ : state) benchmark::DoNotOptimize(empty({state.range(0)}));
}

constexpr Op kAdd = [](const Tensor& a, const Tensor& b) { return a + b; };
constexpr Op kAddNumber = [](const Tensor& a, const Tensor&) { return a + 1.0; };
constexpr Op kView = [](const Tensor& a, const Tensor&) { return a.view({2, 2}); };
constexpr Op kSum = [](const Tensor& a, const Tensor&) { return sum(a); };

BENCHMARK(forward<kAdd>)->Name("add")->ArgName("grad")->Arg(0)->Arg(1);
BENCHMARK(forward<kAddNumber>)->Name("add a number")->ArgName("grad")->Arg(0)->Arg(1);
BENCHMARK(forward<kView>)->Name("view")->ArgName("grad")->Arg(0)->Arg(1);
BENCHMARK(forward<kSum>)->Name("sum")->ArgName("grad")->Arg(0)->Arg(1);
BENCHMARK(backward)->Name("sum(a * a).backward()");
BENCHMARK(in_place)->Name("add_");
BENCHMARK(item);
BENCHMARK(allocate)->Arg(4)->Arg(1 << 20);

}  // namespace
}  // namespace ember
