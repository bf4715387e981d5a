// Softmax along a dim, and the gradient from its output y.
#pragma once

#include "core/kernel.h"

namespace ember::kernels {

inline constinit Kernel<void(const Tensor& out, const Tensor& x, int64_t dim)> softmax{"softmax"};
inline constinit Kernel<void(const Tensor& out, const Tensor& x, int64_t dim)> log_softmax{"log_softmax"};
inline constinit Kernel<void(const Tensor& out, const Tensor& grad, const Tensor& y, int64_t dim)> softmax_backward{
    "softmax_backward"};
inline constinit Kernel<void(const Tensor& out, const Tensor& grad, const Tensor& y, int64_t dim)> log_softmax_backward{
    "log_softmax_backward"};

}  // namespace ember::kernels
