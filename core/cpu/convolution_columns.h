// Convolution as a matrix product: every window of the input becomes a column. Plain and right for every geometry and for
// float32 and float64; oneDNN serves what it knows faster. Tensors are contiguous; arguments as in kernels::conv.
#pragma once

#include "core/tensor.h"
#include "core/window.h"

namespace ember::columns {

void conv(const Tensor& out, const Tensor& x, const Tensor& weight, const Tensor& bias, const Window& window);
void conv_backward_input(const Tensor& grad_x, const Tensor& grad, const Tensor& weight, const Window& window);
void conv_backward_weight(const Tensor& grad_weight, const Tensor& grad_bias, const Tensor& grad, const Tensor& x,
                          const Window& window);

}  // namespace ember::columns
