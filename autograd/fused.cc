#include "ember/autograd/fused.h"

#include "ember/autograd/backward.h"

namespace ember::autograd {

std::vector<Tensor> pull_back(FunctionRef<std::vector<Tensor>(const std::vector<Tensor>& inputs)> f,
                              const std::vector<Tensor>& inputs, std::span<const Tensor> grads) {
  const bool create_graph = GradMode::is_enabled();
  std::vector<Tensor> sources, leaves, roots, weights;
  for (const Tensor& x : inputs) {
    // Variables of their own: one input may come from another, whose part of the gradient is not f's.
    sources.push_back(!x.defined() ? x : create_graph ? as_variable(x) : x.detach().requires_grad_());
    if (x.defined()) leaves.push_back(sources.back());
  }
  const EnableGradGuard grad_mode;
  const std::vector<Tensor> outputs = f(sources);
  for (size_t i = 0; i < grads.size(); ++i) {
    if (!grads[i].defined() || i >= outputs.size() || !outputs[i].requires_grad()) continue;
    roots.push_back(outputs[i].to(grads[i].dtype()));
    weights.push_back(grads[i]);
  }
  const std::vector<Tensor> found = grad(roots, leaves, weights, create_graph, create_graph, true);
  std::vector<Tensor> result;
  for (size_t i = 0, next = 0; i < inputs.size(); ++i) result.push_back(inputs[i].defined() ? found[next++] : Tensor());
  return result;
}

std::vector<Tensor> record_composed(const char* name, std::vector<Tensor> results, const std::vector<Tensor>& inputs,
                                    const Composition& composed) {
  std::vector<SavedTensor> kept;
  for (const Tensor& x : inputs) kept.push_back(saved(x));
  const auto pullback = [kept, composed](std::span<const Tensor> grads) {
    std::vector<Tensor> sources;
    for (const SavedTensor& x : kept) sources.push_back(x());
    return pull_back(composed, sources, grads);
  };
  return record(name, std::move(results), ember::inputs(inputs), pullback);
}

}  // namespace ember::autograd
