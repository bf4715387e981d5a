// Gradients that a kernel computes at once, and gradients by way of a composition of ops.
#pragma once

#include <array>
#include <functional>
#include <vector>

#include "ember/autograd/record.h"
#include "ember/core/function_ref.h"

namespace ember {

namespace autograd {

/// The gradients of `inputs` in sum(g f(inputs)), where f is a composition of ops; for pullbacks that would repeat its own. Undefined
/// inputs and undefined `grads` have none.
std::vector<Tensor> pull_back(FunctionRef<std::vector<Tensor>(const std::vector<Tensor>& inputs)> f,
                              const std::vector<Tensor>& inputs, std::span<const Tensor> grads);

using Composition = std::function<std::vector<Tensor>(const std::vector<Tensor>& inputs)>;

/// Gives results their place on the tape as those of `composed(inputs)`.
std::vector<Tensor> record_composed(const char* name, std::vector<Tensor> results, const std::vector<Tensor>& inputs,
                                    const Composition& composed);

}  // namespace autograd

/// The N gradients of a pullback as an op of `inputs`, where undefined ones stand for what is absent: `kernel()` computes them off the
/// tape, all or those that are needed, and `composed(inputs)` is their formula in ops, whose gradients are theirs. So no pullback asks
/// whether a graph is created, and the numbers are the same either way.
template <size_t N, class Kernel, class Composed>
std::array<Tensor, N> fused_backward(const char* name, const std::vector<Tensor>& inputs, Kernel kernel,
                                     Composed composed) {
  std::array<Tensor, N> result;
  {
    const NoGradGuard no_grad;
    result = kernel();
  }
  if (!autograd::is_recorded(ember::inputs(inputs))) return result;
  std::vector<Tensor> defined;
  std::array<bool, N> is_defined;
  for (size_t i = 0; i < N; ++i)
    if ((is_defined[i] = result[i].defined())) defined.push_back(result[i]);
  const auto of_defined = [composed, is_defined](const std::vector<Tensor>& sources) {
    std::array<Tensor, N> all = composed(sources);
    std::vector<Tensor> wanted;
    for (size_t i = 0; i < N; ++i)
      if (is_defined[i]) wanted.push_back(all[i]);
    return wanted;
  };
  defined = autograd::record_composed(name, std::move(defined), inputs, of_defined);
  for (size_t i = 0, next = 0; i < N; ++i)
    if (is_defined[i]) result[i] = defined[next++];
  return result;
}

}  // namespace ember
