// Convolutions. `bias` and gradients that are not wanted may be undefined.
#pragma once

#include "ember/core/kernel.h"
#include "ember/core/window.h"

namespace ember::kernels {

inline constinit Kernel<void(const TensorBase& out, const TensorBase& x, const TensorBase& weight,
                             const TensorBase& bias, const Window& window)>
    conv{"conv", Batching::fold(1, 0b1100)};
inline constinit Kernel<void(const TensorBase& grad_x, const TensorBase& grad, const TensorBase& weight,
                             const Window& window)>
    conv_backward_input{"conv_backward_input", Batching::fold(1, 0b100)};
inline constinit Kernel<void(const TensorBase& grad_weight, const TensorBase& grad_bias, const TensorBase& grad,
                             const TensorBase& x, const Window& window)>
    conv_backward_weight{"conv_backward_weight", Batching::samples(2)};

}  // namespace ember::kernels
