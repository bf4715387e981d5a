// What every device has to have: copies and fills.
#pragma once

#include "ember/core/kernel.h"

namespace ember::kernels {

/// any dtypes, strides and devices; x broadcasts to out
inline constinit PointwiseKernel<UnaryKernel> copy{"copy"};
inline constinit PointwiseKernel<void(const TensorBase& out, const Scalar& value)> fill{"fill"};

}  // namespace ember::kernels
