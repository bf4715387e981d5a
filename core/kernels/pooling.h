// Pooling whose windows follow from the sizes of input and output. x is [N, C, H, W] or [N, C, D, H, W]; `indices` are int64 places
// within a channel's elements. Pooling by windows of one size is in core/backend.h, for the same shapes.
#pragma once

#include "core/kernel_table.h"

namespace ember {

struct PoolingKernels {
  /// Output i of O covers the elements floor(i n / O) ... ceil((i + 1) n / O) - 1 of n.
  void (*adaptive_max_pool)(const Tensor& out, const Tensor& indices, const Tensor& x) = nullptr;
  void (*adaptive_avg_pool)(const Tensor& out, const Tensor& x) = nullptr;
  void (*adaptive_avg_pool_backward)(const Tensor& grad_x, const Tensor& grad) = nullptr;
  /// Windows of size `kernel` whose starts `samples` [N, C, dims] (float64, in [0, 1)) shift. Graham, 2014.
  void (*fractional_max_pool)(const Tensor& out, const Tensor& indices, const Tensor& x, const Shape& kernel,
                              const Tensor& samples) = nullptr;
};

}  // namespace ember
