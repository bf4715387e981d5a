// Pooling by windows over one, two or three spatial dims: x is [N, C, spatial...] or [C, spatial...]. A number for a window argument
// stands for the same in each dim; an empty stride is the kernel size. Error naming the shapes when a window does not fit.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "core/tensor.h"

namespace ember {

/// The largest element of each window; a NaN counts as largest. Padding is at most half a window and never chosen. With
/// ceil_mode the last window may reach over the end.
Tensor max_pool1d(const Tensor& x, const Shape& kernel_size, const Shape& stride = {}, const Shape& padding = 0,
                  const Shape& dilation = 1, bool ceil_mode = false);
Tensor max_pool2d(const Tensor& x, const Shape& kernel_size, const Shape& stride = {}, const Shape& padding = 0,
                  const Shape& dilation = 1, bool ceil_mode = false);
Tensor max_pool3d(const Tensor& x, const Shape& kernel_size, const Shape& stride = {}, const Shape& padding = 0,
                  const Shape& dilation = 1, bool ceil_mode = false);
/// The same, and where each stood: int64, counted within its channel. The first of equals.
std::pair<Tensor, Tensor> max_pool1d_with_indices(const Tensor& x, const Shape& kernel_size, const Shape& stride = {},
                                                  const Shape& padding = 0, const Shape& dilation = 1,
                                                  bool ceil_mode = false);
std::pair<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, const Shape& kernel_size, const Shape& stride = {},
                                                  const Shape& padding = 0, const Shape& dilation = 1,
                                                  bool ceil_mode = false);
std::pair<Tensor, Tensor> max_pool3d_with_indices(const Tensor& x, const Shape& kernel_size, const Shape& stride = {},
                                                  const Shape& padding = 0, const Shape& dilation = 1,
                                                  bool ceil_mode = false);
/// The gradient of max_pool2d for x, from that of its output and the indices that it gave.
Tensor max_pool2d_with_indices_backward(const Tensor& grad_output, const Tensor& x, const Shape& kernel_size,
                                        const Shape& stride, const Shape& padding, const Shape& dilation,
                                        bool ceil_mode, const Tensor& indices);

/// The mean of each window. Zeros of the padding count unless count_include_pad is false; a divisor_override replaces the
/// count. Means of integers round towards zero.
Tensor avg_pool1d(const Tensor& x, const Shape& kernel_size, const Shape& stride = {}, const Shape& padding = 0,
                  bool ceil_mode = false, bool count_include_pad = true);
Tensor avg_pool2d(const Tensor& x, const Shape& kernel_size, const Shape& stride = {}, const Shape& padding = 0,
                  bool ceil_mode = false, bool count_include_pad = true, std::optional<int64_t> divisor_override = {});
Tensor avg_pool3d(const Tensor& x, const Shape& kernel_size, const Shape& stride = {}, const Shape& padding = 0,
                  bool ceil_mode = false, bool count_include_pad = true, std::optional<int64_t> divisor_override = {});

/// (sum of x^p over each window)^(1/p); p of infinity is the largest.
Tensor lp_pool1d(const Tensor& x, double norm_type, const Shape& kernel_size, const Shape& stride = {},
                 bool ceil_mode = false);
Tensor lp_pool2d(const Tensor& x, double norm_type, const Shape& kernel_size, const Shape& stride = {},
                 bool ceil_mode = false);
Tensor lp_pool3d(const Tensor& x, double norm_type, const Shape& kernel_size, const Shape& stride = {},
                 bool ceil_mode = false);

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

/// Puts each element of x back at its index, zeros elsewhere: a partial inverse of max pooling. output_size (of the spatial dims,
/// or of all) may be given, as several sizes of x pool to the same.
Tensor max_unpool1d(const Tensor& x, const Tensor& indices, const Shape& kernel_size, const Shape& stride = {},
                    const Shape& padding = 0, const Shape& output_size = {});
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const Shape& kernel_size, const Shape& stride = {},
                    const Shape& padding = 0, const Shape& output_size = {});
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const Shape& kernel_size, const Shape& stride = {},
                    const Shape& padding = 0, const Shape& output_size = {});

}  // namespace ember
