#include "ember/autograd/accumulate.h"

#include <utility>

#include "ember/autograd/grad_mode.h"
#include "ember/core/kernels/creation.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/ops/shape/batch_dims.h"

namespace ember::autograd {

namespace {

bool is_only_owner(const Tensor& x) {
  return x.impl()->use_count() == 1 && x.storage()->use_count() == 1 && !x.storage()->is_borrowed() &&
         x.is_contiguous() && !requires_grad(x);
}

/// A tensor that vmap did not map over is the same for all samples, and its gradient their sum. While that vmap is still under way, each
/// sample wants the gradient of its own.
Tensor sum_samples(Tensor grad, const OutputInfo& target) {
  const std::vector<BatchDim> dims(grad.batch_dims().begin(), grad.batch_dims().end());
  for (const BatchDim& dim : dims)
    if (!VmapLevel::is_open(dim.level) && !(target.batch && target.batch->find(dim.level)))
      grad = sum(remove_batch_dim(grad, 0, dim.level, dim.size), 0);
  return grad;
}

}  // namespace

Tensor fit_gradient(const char* op, Tensor grad, const OutputInfo& target) {
  if (grad.is_batched()) grad = sum_samples(std::move(grad), target);
  if (grad.sizes() != target.sizes) {
    const auto rank = static_cast<int64_t>(target.sizes.size());
    const int64_t added = grad.dim() - rank;
    Shape dims;
    for (int64_t i = 0; i < added; ++i) dims.push_back(i);
    for (int64_t i = std::max<int64_t>(-added, 0); i < rank; ++i)
      if (target.sizes[i] == 1 && grad.sizes()[added + i] != 1) dims.push_back(added + i);
    const Shape arrived = grad.sizes();
    const bool only_added = added > 0 && dims.size() == static_cast<size_t>(added);
    if (!dims.empty()) grad = grad.sum(dims, !only_added);
    if (added > 0 && !only_added) {
      Shape sizes;
      for (int64_t i = added; i < grad.dim(); ++i) sizes.push_back(grad.sizes()[i]);
      grad = grad.view(sizes);
    }
    if (grad.sizes() != target.sizes) {
      check(broadcast_shapes(grad.sizes(), target.sizes, op) == target.sizes, op,
            ": the pullback gave a gradient of shape ", arrived, " for an input of shape ", target.sizes);
      grad = grad.expand(target.sizes);
    }
  }
  return grad.dtype() == target.dtype ? grad : grad.to(target.dtype);
}

void add_gradient(Tensor& sum, Tensor grad) {
  if (!sum.defined()) {
    sum = std::move(grad);
  } else if (GradMode::is_enabled()) {
    sum = sum.add(grad);
  } else if (is_only_owner(sum)) {
    kernels::add.on(sum)(sum, sum, grad);
  } else if (is_only_owner(grad)) {
    kernels::add.on(grad)(grad, sum, grad);
    sum = std::move(grad);
  } else {
    sum = sum.add(grad);
  }
}

void accumulate_leaf(const Tensor& leaf, Tensor grad) {
  if (grad.is_batched()) check_holds_batch("backward", leaf, grad);
  Meta& m = meta(leaf);
  Tensor before;
  {
    std::lock_guard lock(m.mutex);
    if (m.grad.defined()) {
      // The user may hold .grad: PyTorch changes that very tensor, unless the sum itself must be on the tape.
      if (GradMode::is_enabled()) {
        before = std::exchange(m.grad, m.grad.add(grad));
      } else {
        kernels::add.on(grad)(m.grad, m.grad, grad);
        m.grad.storage()->bump_version();
      }
    } else if (GradMode::is_enabled() || is_only_owner(grad)) {
      m.grad = std::move(grad);
    } else {
      m.grad = grad.clone();
    }
  }
  m.hooks.for_each([&](const Meta::LeafHook& hook) {
    if (hook.after_accumulate) hook.after_accumulate(leaf);
  });
}

Tensor ones_like_output(const Tensor& output) {
  Tensor ones = empty_tensor(output.sizes(), output.dtype(), output.device());
  kernels::fill.on(ones)(ones, 1);
  return ones;
}

}  // namespace ember::autograd
