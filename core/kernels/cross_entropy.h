// The cross entropy of logits and classes in one pass, without log-probabilities in memory.
#pragma once

#include "core/kernel_table.h"

namespace ember {

struct CrossEntropyKernels {
  /// losses[n] = logsumexp[n] - x[n, target[n]] for x [N, C], float32 or float64; all contiguous, targets (int64) checked by the caller.
  void (*cross_entropy)(const Tensor& losses, const Tensor& logsumexp, const Tensor& x, const Tensor& target) = nullptr;
  /// grad_x[n, c] = grad[n] (exp(x[n, c] - logsumexp[n]) - (c == target[n]))
  void (*cross_entropy_backward)(const Tensor& grad_x, const Tensor& grad, const Tensor& x, const Tensor& logsumexp,
                                 const Tensor& target) = nullptr;
};

}  // namespace ember
