// Losses of pairs of elements, and their slopes by the input in one pass. Inputs broadcast to `out`; floats only.
#pragma once

#include "core/kernel_table.h"

namespace ember {

struct ElementwiseLossKernels {
  /// scale times d^2 / 2 where |d| <= delta, delta (|d| - delta / 2) beyond, for d = x - target.
  void (*huber)(const Tensor& out, const Tensor& x, const Tensor& target, double delta, double scale) = nullptr;
  /// scale grad times d, limited to [-delta, delta].
  void (*huber_backward)(const Tensor& out, const Tensor& grad, const Tensor& x, const Tensor& target, double delta,
                         double scale) = nullptr;
  /// The cross entropy of a probability sigmoid(x): max(x, 0) - x target + log(1 + exp(-|x|)).
  BinaryKernel* logistic = nullptr;
  TernaryKernel* logistic_backward = nullptr;  ///< grad, x, target: grad (sigmoid(x) - target)
  /// grad, x, target: grad (x - target) / max(x (1 - x), 1e-12), the slope of a probability's cross entropy.
  TernaryKernel* bernoulli_backward = nullptr;
};

}  // namespace ember
