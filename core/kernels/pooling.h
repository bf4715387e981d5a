// Pooling of x [N, C, H, W] or [N, C, D, H, W] by windows of one size, or by windows that follow from the sizes of input and output.
// `indices` are int64 places within a channel's elements.
#pragma once

#include "ember/core/kernel.h"
#include "ember/core/window.h"

namespace ember::kernels {

inline constinit Kernel<void(const TensorBase& out, const TensorBase& indices, const TensorBase& x,
                             const Window& window)>
    max_pool{"max_pool", Batching::fold(2)};
inline constinit Kernel<void(const TensorBase& grad_x, const TensorBase& grad, const TensorBase& indices)>
    max_pool_backward{"max_pool_backward", Batching::fold().changing()};
inline constinit Kernel<void(const TensorBase& out, const TensorBase& x, const Window& window)> avg_pool{
    "avg_pool", Batching::fold()};
inline constinit Kernel<void(const TensorBase& grad_x, const TensorBase& grad, const Window& window)> avg_pool_backward{
    "avg_pool_backward", Batching::fold()};

/// Output i of O covers the elements floor(i n / O) ... ceil((i + 1) n / O) - 1 of n.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& indices, const TensorBase& x)> adaptive_max_pool{
    "adaptive_max_pool", Batching::fold(2)};
inline constinit Kernel<void(const TensorBase& out, const TensorBase& x)> adaptive_avg_pool{"adaptive_avg_pool",
                                                                                            Batching::fold()};
inline constinit Kernel<void(const TensorBase& grad_x, const TensorBase& grad)> adaptive_avg_pool_backward{
    "adaptive_avg_pool_backward", Batching::fold()};
/// Windows of size `kernel` whose starts `samples` [N, C, dims] (float64, in [0, 1)) shift. Graham, 2014.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& indices, const TensorBase& x, const Shape& kernel,
                             const TensorBase& samples)>
    fractional_max_pool{"fractional_max_pool", Batching::samples(2)};

}  // namespace ember::kernels
