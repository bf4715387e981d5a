// Convolutions. `bias` and gradients that are not wanted may be undefined.
#pragma once

#include "core/kernel.h"
#include "core/window.h"

namespace ember::kernels {

inline constinit Kernel<void(const Tensor& out, const Tensor& x, const Tensor& weight, const Tensor& bias,
                             const Window& window)>
    conv{"conv"};
inline constinit Kernel<void(const Tensor& grad_x, const Tensor& grad, const Tensor& weight, const Window& window)>
    conv_backward_input{"conv_backward_input"};
inline constinit Kernel<void(const Tensor& grad_weight, const Tensor& grad_bias, const Tensor& grad, const Tensor& x,
                             const Window& window)>
    conv_backward_weight{"conv_backward_weight"};

}  // namespace ember::kernels
