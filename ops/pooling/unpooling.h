// Power averages of windows, and the inverse of maximum pooling.
#pragma once

#include "ember/ops/tensor.h"

namespace ember {

/// (sum of x^p over each window)^(1/p); p of infinity is the largest.
Tensor lp_pool1d(const Tensor& x, double norm_type, const Shape& kernel_size, const Shape& stride = {},
                 bool ceil_mode = false);
Tensor lp_pool2d(const Tensor& x, double norm_type, const Shape& kernel_size, const Shape& stride = {},
                 bool ceil_mode = false);
Tensor lp_pool3d(const Tensor& x, double norm_type, const Shape& kernel_size, const Shape& stride = {},
                 bool ceil_mode = false);

/// Puts each element of x back at its index, zeros elsewhere: a partial inverse of max pooling. output_size (of the spatial dims,
/// or of all) may be given, as several sizes of x pool to the same.
Tensor max_unpool1d(const Tensor& x, const Tensor& indices, const Shape& kernel_size, const Shape& stride = {},
                    const Shape& padding = 0, const Shape& output_size = {});
Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const Shape& kernel_size, const Shape& stride = {},
                    const Shape& padding = 0, const Shape& output_size = {});
Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const Shape& kernel_size, const Shape& stride = {},
                    const Shape& padding = 0, const Shape& output_size = {});

}  // namespace ember
