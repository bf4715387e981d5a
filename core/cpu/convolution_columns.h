// Convolution as a matrix product: every window of the input becomes a column. Plain and right for every geometry and for
// float32 and float64; oneDNN serves what it knows faster. Tensors are contiguous; arguments as in kernels::conv.
#pragma once

#include "ember/core/tensor_base.h"
#include "ember/core/window.h"

namespace ember::columns {

void conv(const TensorBase& out, const TensorBase& x, const TensorBase& weight, const TensorBase& bias,
          const Window& window);
void conv_backward_input(const TensorBase& grad_x, const TensorBase& grad, const TensorBase& weight,
                         const Window& window);
void conv_backward_weight(const TensorBase& grad_weight, const TensorBase& grad_bias, const TensorBase& grad,
                          const TensorBase& x, const Window& window);

}  // namespace ember::columns
