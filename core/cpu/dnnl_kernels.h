// The kernels that oneDNN computes. It chooses instructions by itself, so they are compiled once; the kernels of matmul_kernels.cc
// hand over to these what is too large for them.
#pragma once

#include "ember/core/tensor_base.h"

namespace ember::dnnl {

/// out = a b (+ bias) as kernels::matmul, for the floating-point dtypes but float64.
void matmul(const TensorBase& out, const TensorBase& a, const TensorBase& b, const TensorBase& bias);

}  // namespace ember::dnnl
