// Products of matrices: out = a b (+ bias, broadcast to out). 2-d [m, k] [k, n] or batched 3-d; any strides.
#pragma once

#include "core/kernel.h"

namespace ember::kernels {

inline constinit Kernel<void(const TensorBase& out, const TensorBase& a, const TensorBase& b, const TensorBase& bias)>
    matmul{"matmul"};

}  // namespace ember::kernels
