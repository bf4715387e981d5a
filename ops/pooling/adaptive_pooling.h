// Pooling to a given size.
#pragma once

#include <utility>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember {

/// The means of windows chosen so that the output is output_size (one size for each dim or one for all; -1 keeps x's): output i
/// of O covers the elements floor(i n / O) ... ceil((i + 1) n / O) - 1 of n.
Tensor adaptive_avg_pool1d(const Tensor& x, const Shape& output_size);
Tensor adaptive_avg_pool2d(const Tensor& x, const Shape& output_size);
Tensor adaptive_avg_pool3d(const Tensor& x, const Shape& output_size);
/// The largest elements of the same windows, and where they stood.
std::pair<Tensor, Tensor> adaptive_max_pool1d(const Tensor& x, const Shape& output_size);
std::pair<Tensor, Tensor> adaptive_max_pool2d(const Tensor& x, const Shape& output_size);
std::pair<Tensor, Tensor> adaptive_max_pool3d(const Tensor& x, const Shape& output_size);

/// The largest elements of windows of kernel_size whose steps are random and give output_size, which may also be a share
/// `output_ratio` of x's size, and where they stood. random_samples [N, C, dims] in [0, 1) decide the steps. Graham, 2014.
std::pair<Tensor, Tensor> fractional_max_pool2d(const Tensor& x, const Shape& kernel_size,
                                                const Shape& output_size = {},
                                                const std::vector<double>& output_ratio = {},
                                                const Tensor& random_samples = {});
std::pair<Tensor, Tensor> fractional_max_pool3d(const Tensor& x, const Shape& kernel_size,
                                                const Shape& output_size = {},
                                                const std::vector<double>& output_ratio = {},
                                                const Tensor& random_samples = {});

}  // namespace ember
