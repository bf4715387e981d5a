// The loss of each pair of elements, before it is weighted and reduced; internal to ops/. Input and target broadcast; floats.
#pragma once

#include "ember/ops/loss/loss.h"
#include "ember/ops/tensor.h"

namespace ember {

/// A warning where input and target broadcast, which is seldom meant.
void warn_of_broadcast(const Tensor& input, const Tensor& target);
/// scale times d^2 / 2 where |d| <= delta, delta (|d| - delta / 2) beyond, for d = input - target.
Tensor huber_losses(const char* op, const Tensor& input, const Tensor& target, double delta, double scale);
/// grad times their slope by `input`.
Tensor huber_backward(const Tensor& grad, const Tensor& input, const Tensor& target, double delta, double scale);
/// -(target log(p) + (1 - target) log(1 - p)) for p = sigmoid(logits).
Tensor logistic_losses(const Tensor& logits, const Tensor& target);
/// The same for probabilities; their logarithms are taken as -100 at least, so that the slope stays finite at 0 and 1.
Tensor bernoulli_losses(const Tensor& input, const Tensor& target);

/// The losses themselves, their sum or their mean.
Tensor reduce_loss(const Tensor& losses, Reduction reduction);

}  // namespace ember
