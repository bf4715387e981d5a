// Pooling by windows over one, two or three spatial dims: x is [N, C, spatial...] or [C, spatial...]. A number for a window argument
// stands for the same in each dim; an empty stride is the kernel size. Error naming the shapes when a window does not fit.
#pragma once

#include <optional>
#include <utility>

#include "ember/ops/tensor.h"

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

}  // namespace ember
