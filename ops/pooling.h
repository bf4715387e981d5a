// Pooling of images x [N, C, H, W] or [C, H, W] by windows. A number for a window argument stands for both dimensions; an empty
// stride is the kernel size. Error naming the shapes when a window does not fit.
#pragma once

#include <optional>
#include <utility>

#include "core/tensor.h"

namespace ember {

/// The largest element of each window; a NaN counts as largest. Padding is at most half a window and never chosen. With
/// ceil_mode the last window may reach over the end.
Tensor max_pool2d(const Tensor& x, const Shape& kernel_size, const Shape& stride = {}, const Shape& padding = 0,
                  const Shape& dilation = 1, bool ceil_mode = false);
/// The same, and where each stood: int64, h * W + w of its image. The first of equals.
std::pair<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, const Shape& kernel_size, const Shape& stride = {},
                                                  const Shape& padding = 0, const Shape& dilation = 1,
                                                  bool ceil_mode = false);

/// The mean of each window. Zeros of the padding count unless count_include_pad is false; a divisor_override replaces the
/// count.
Tensor avg_pool2d(const Tensor& x, const Shape& kernel_size, const Shape& stride = {}, const Shape& padding = 0,
                  bool ceil_mode = false, bool count_include_pad = true, std::optional<int64_t> divisor_override = {});
/// The means of windows chosen so that the output is output_size (two sizes or one for both; -1 keeps x's): output i of O
/// covers the elements floor(i H / O) ... ceil((i + 1) H / O) - 1.
Tensor adaptive_avg_pool2d(const Tensor& x, const Shape& output_size);

}  // namespace ember
