// Losses of real numbers beside those of loss.h: Huber's, weighted errors, and likelihoods of a predicted distribution.
#pragma once

#include "ember/ops/loss/loss.h"
#include "ember/ops/tensor.h"

namespace ember {

/// weight (input - target)^2; Mean divides by the sum of the weights. weight has input's shape.
Tensor mse_loss(const Tensor& input, const Tensor& target, const Tensor& weight, Reduction reduction = Reduction::Mean);
/// weight |input - target|; Mean divides by the sum of the weights. weight has input's shape.
Tensor l1_loss(const Tensor& input, const Tensor& target, const Tensor& weight, Reduction reduction = Reduction::Mean);
/// Half squared up to `delta`, linear with that slope above; times weight, which has input's shape, when given. Huber, 1964.
Tensor huber_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::Mean, double delta = 1.0,
                  const Tensor& weight = {});
/// Half of log(var) + (input - target)^2 / var, and log(2 pi) with `full`; var, at least eps, has input's shape, or lacks its last
/// dim, or has size 1 in one dim. The gradient of var passes where it was raised to eps. Nix and Weigend, 1994.
Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var, bool full = false,
                         double eps = 1e-6, Reduction reduction = Reduction::Mean);
/// exp(input) - target input, or, unless log_input, input - target log(input + eps); `full` adds Stirling's approximation of
/// log(target!) where target is above 1.
Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, bool log_input = true, bool full = false,
                        double eps = 1e-8, Reduction reduction = Reduction::Mean);
/// cross_entropy of the logits input linear_weight^T + linear_bias for input [in] or [N, in], linear_weight [C, d1..., in] and
/// linear_bias [C, d1...].
Tensor linear_cross_entropy(const Tensor& input, const Tensor& linear_weight, const Tensor& target,
                            const Tensor& linear_bias = {}, const Tensor& weight = {},
                            Reduction reduction = Reduction::Mean, int64_t ignore_index = -100,
                            double label_smoothing = 0.0);

}  // namespace ember
