// Walking the tape. Several threads may do so at once, also through one graph and to the same leaves, while others add or remove hooks and
// read or set .grad: gradients add up whole, and of two passes that free one graph the second throws. What else changes a tensor (in-place
// ops, requires_grad_, detach_, data and shape) needs a lock of the program's own where another thread may use that tensor.
#pragma once

#include <vector>

#include "ember/ops/tensor.h"

namespace ember::autograd {

/// Accumulates into .grad of every leaf (or of `inputs` only) the sum over i of grad_outputs[i] * d outputs[i] / d leaf.
/// `grad_outputs` may be empty, or undefined for scalars. The graph is freed unless `retain_graph` (its default is
/// `create_graph`). Throws when an output does not require grad or is not scalar and has no gradient.
void backward(const std::vector<Tensor>& outputs, const std::vector<Tensor>& grad_outputs = {},
              bool retain_graph = false, bool create_graph = false, const std::vector<Tensor>& inputs = {});

/// The same sums, returned in the order of `inputs` instead of accumulated. One that no output depends on is an error, or
/// undefined with `allow_unused`, or zeros with `materialize_grads`.
std::vector<Tensor> grad(const std::vector<Tensor>& outputs, const std::vector<Tensor>& inputs,
                         const std::vector<Tensor>& grad_outputs = {}, bool retain_graph = false,
                         bool create_graph = false, bool allow_unused = false, bool materialize_grads = false);

}  // namespace ember::autograd
