// Losses: of classes, of pairs of elements, and of sequences (connectionist temporal classification).
#pragma once

#include <span>

#include "ember/core/kernel.h"

namespace ember {

/// What the losses of a batch are computed from. All tensors are contiguous.
struct CtcBatch {
  const TensorBase& log_probs;  ///< [T, N, C]
  const TensorBase& targets;    ///< int64, the labels of all samples
  std::span<const int64_t> input_lengths, target_lengths;
  std::span<const int64_t> first_labels;  ///< where each sample's labels start in `targets`
  int64_t blank;
};

template <>
struct KernelArgument<CtcBatch> {
  static void collect(const CtcBatch& batch, std::vector<const TensorBase*>& tensors) {
    tensors.insert(tensors.end(), {&batch.log_probs, &batch.targets});
  }
  static CtcBatch replaced(const CtcBatch& batch, std::span<const TensorBase>& rest, int64_t&) {
    const auto own = rest.first(2);
    rest = rest.subspan(2);
    return {own[0], own[1], batch.input_lengths, batch.target_lengths, batch.first_labels, batch.blank};
  }
};

}  // namespace ember

namespace ember::kernels {

/// losses = -weight[target] x[n, target, d]; total_weight (zero-dim) is the sum of the weights used. x [N, C, d...] or [C].
inline constinit Kernel<void(const TensorBase& losses, const TensorBase& total_weight, const TensorBase& x,
                             const TensorBase& target, const TensorBase& weight, int64_t ignore_index)>
    nll_loss{"nll_loss", Batching::samples(2)};
/// grad_x is -weight[target] grad[n, d] at the targets and 0 elsewhere; grad broadcasts to target's shape.
inline constinit Kernel<void(const TensorBase& grad_x, const TensorBase& grad, const TensorBase& target,
                             const TensorBase& weight, int64_t ignore_index)>
    nll_loss_backward{"nll_loss_backward", Batching::samples(1)};

// The cross entropy of logits and classes in one pass, without log-probabilities in memory.
/// losses[n] = logsumexp[n] - x[n, target[n]] for x [N, C], float32 or float64; all contiguous, targets (int64) checked by the caller.
inline constinit Kernel<void(const TensorBase& losses, const TensorBase& logsumexp, const TensorBase& x,
                             const TensorBase& target)>
    cross_entropy{"cross_entropy", Batching::fold(2)};
/// grad_x[n, c] = grad[n] (exp(x[n, c] - logsumexp[n]) - (c == target[n]))
inline constinit Kernel<void(const TensorBase& grad_x, const TensorBase& grad, const TensorBase& x,
                             const TensorBase& logsumexp, const TensorBase& target)>
    cross_entropy_backward{"cross_entropy_backward", Batching::fold()};

// Losses of pairs of elements, and their slopes by the input in one pass. Inputs broadcast to `out`; floats only.
/// scale times d^2 / 2 where |d| <= delta, delta (|d| - delta / 2) beyond, for d = x - target.
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& x, const TensorBase& target,
                                      double delta, double scale)>
    huber{"huber"};
/// scale grad times d, limited to [-delta, delta].
inline constinit PointwiseKernel<void(const TensorBase& out, const TensorBase& grad, const TensorBase& x,
                                      const TensorBase& target, double delta, double scale)>
    huber_backward{"huber_backward"};
/// The cross entropy of a probability sigmoid(x): max(x, 0) - x target + log(1 + exp(-|x|)).
inline constinit PointwiseKernel<BinaryKernel> logistic{"logistic"};
/// grad, x, target: grad (sigmoid(x) - target)
inline constinit PointwiseKernel<TernaryKernel> logistic_backward{"logistic_backward"};
/// grad, x, target: grad (x - target) / max(x (1 - x), 1e-12), the slope of a probability's cross entropy.
inline constinit PointwiseKernel<TernaryKernel> bernoulli_backward{"bernoulli_backward"};

/// losses [N]; alphas [N, T, 2 S + 1] keep the forward variables, for the longest target of S labels.
inline constinit Kernel<void(const TensorBase& losses, const TensorBase& alphas, const CtcBatch& batch)> ctc_loss{
    "ctc_loss", Batching::samples(2)};
/// grad_log_probs [T, N, C] for grad [N]; samples of infinite loss get zeros with `zero_infinity`, else NaN.
inline constinit Kernel<void(const TensorBase& grad_log_probs, const TensorBase& grad, const TensorBase& losses,
                             const TensorBase& alphas, const CtcBatch& batch, bool zero_infinity)>
    ctc_loss_backward{"ctc_loss_backward"};

}  // namespace ember::kernels
