// Products of matrices: out = a b (+ bias, broadcast to out). 2-d [m, k] [k, n] or batched 3-d; any strides.
#pragma once

#include "core/kernel.h"

namespace ember::kernels {

inline constinit Kernel<void(const Tensor& out, const Tensor& a, const Tensor& b, const Tensor& bias)> matmul{"matmul"};

}  // namespace ember::kernels
