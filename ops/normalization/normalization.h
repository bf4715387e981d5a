// Normalisation to mean 0 and variance 1, then scaled by `weight` and moved by `bias` where these are defined.
#pragma once

#include <tuple>

#include "ember/ops/tensor.h"

namespace ember {

/// x [N, C, ...] over all dims but C. While training, by the batch's own statistics, which also move the running ones in place:
/// running = (1 - momentum) running + momentum batch, with the unbiased variance. Otherwise by the running ones, which must
/// then be defined. Ioffe and Szegedy, 2015.
Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var, const Tensor& weight = {},
                  const Tensor& bias = {}, bool training = false, double momentum = 0.1, double eps = 1e-5);
/// Over the last dims, whose sizes are `normalized_shape`, as are those of weight and bias. Ba et al., 2016.
Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5);
/// x [N, C, ...] over each sample's channel by itself, or by the running statistics. Ulyanov et al., 2016.
Tensor instance_norm(const Tensor& x, const Tensor& running_mean = {}, const Tensor& running_var = {},
                     const Tensor& weight = {}, const Tensor& bias = {}, bool use_input_stats = true,
                     double momentum = 0.1, double eps = 1e-5);
/// x [N, C, ...] over `size` neighbouring channels: x / (k + alpha mean(x^2))^beta, as AlexNet has it. Krizhevsky et al., 2012.
Tensor local_response_norm(const Tensor& x, int64_t size, double alpha = 1e-4, double beta = 0.75, double k = 1);

/// batch_norm, layer_norm and group_norm that also give the mean and 1 / sqrt(variance + eps) that they normalised by. As in PyTorch,
/// only group_norm's have gradients; those of a batch_norm that is not training are empty.
std::tuple<Tensor, Tensor, Tensor> native_batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                                     const Tensor& running_mean, const Tensor& running_var,
                                                     bool training, double momentum, double eps);
std::tuple<Tensor, Tensor, Tensor> native_layer_norm(const Tensor& x, const Shape& normalized_shape,
                                                     const Tensor& weight, const Tensor& bias, double eps);

}  // namespace ember
