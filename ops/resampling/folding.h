// Windows of images as columns, and back.
#pragma once

#include "ember/ops/tensor.h"

namespace ember {

/// The windows of x [N, C, H, W] or [C, H, W] as columns [N, C kH kW, windows], zeros around x.
Tensor unfold_windows(const Tensor& x, const Shape& kernel_size, const Shape& dilation = 1, const Shape& padding = 0,
                      const Shape& stride = 1);
/// The transpose of that: columns [N, C kH kW, windows] added up into images of output_size.
Tensor fold_windows(const Tensor& columns, const Shape& output_size, const Shape& kernel_size,
                    const Shape& dilation = 1, const Shape& padding = 0, const Shape& stride = 1);

}  // namespace ember
