// Normalisation over groups of channels, and by the root mean square.
#pragma once

#include <optional>
#include <tuple>

#include "ember/ops/tensor.h"

namespace ember {

/// x / sqrt(mean(x^2) + eps) over the last dims; eps is the dtype's epsilon unless given. Zhang and Sennrich, 2019.
Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight = {},
                std::optional<double> eps = {});
/// x [N, C, ...] over groups of C / num_groups channels. Wu and He, 2018.
Tensor group_norm(const Tensor& x, int64_t num_groups, const Tensor& weight = {}, const Tensor& bias = {},
                  double eps = 1e-5);
/// x has `batch` x `channels` x `elements` elements.
std::tuple<Tensor, Tensor, Tensor> native_group_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                                     int64_t batch, int64_t channels, int64_t elements, int64_t groups,
                                                     double eps);

}  // namespace ember
