#include "tests/op_table/results.h"

#include "ember/autograd/backward.h"

namespace op_table {

using namespace ember;

Results run(const Function& op, const Tensors& inputs) {
  Results results;
  results.outputs = op(inputs);
  Tensors roots, weights, leaves;
  for (const Tensor& y : results.outputs) {
    if (!y.requires_grad()) continue;
    roots.push_back(y);
    const Tensor steps = arange(y.numel(), y.options().dtype(kFloat64));
    weights.push_back(to(reshape(add(sin(steps), 0.5), y.sizes()), y.dtype()));
  }
  for (const Tensor& x : inputs)
    if (x.requires_grad()) leaves.push_back(x);
  if (!roots.empty()) results.gradients = autograd::grad(roots, leaves, weights, false, false, true, true);
  for (Tensor& y : results.outputs) y = y.detach();
  return results;
}

const Sample& large_sample(const Row& row) { return row.large.empty() ? row.samples[0] : row.large; }

}  // namespace op_table
