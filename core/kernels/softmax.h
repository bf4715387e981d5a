// Softmax along a dim, and the gradient from its output y.
#pragma once

#include "core/kernel.h"

namespace ember {

using SoftmaxKernel = void(const TensorBase& out, const TensorBase& x, int64_t dim);
using SoftmaxBackwardKernel = void(const TensorBase& out, const TensorBase& grad, const TensorBase& y, int64_t dim);

}  // namespace ember

namespace ember::kernels {

inline constinit Kernel<SoftmaxKernel> softmax{"softmax"};
inline constinit Kernel<SoftmaxKernel> log_softmax{"log_softmax"};
inline constinit Kernel<SoftmaxBackwardKernel> softmax_backward{"softmax_backward"};
inline constinit Kernel<SoftmaxBackwardKernel> log_softmax_backward{"log_softmax_backward"};

}  // namespace ember::kernels
