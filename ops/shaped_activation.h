// Activation functions with a parameter or two, and those pieced together from others. Elementwise, floating-point only unless it
// says otherwise.
#pragma once

#include "core/tensor.h"

namespace ember {

/// min(max(x, min_val), max_val), also for integers.
Tensor hardtanh(const Tensor& x, const Scalar& min_val = -1, const Scalar& max_val = 1);
/// min(max(x + 3, 0), 6) / 6.
Tensor hardsigmoid(const Tensor& x);
/// x where |x| > lambd, 0 elsewhere.
Tensor hardshrink(const Tensor& x, double lambd = 0.5);
/// x moved by lambd toward 0, where it stops. ValueError when lambd is negative.
Tensor softshrink(const Tensor& x, double lambd = 0.5);
/// x where x > threshold, value elsewhere; also for integers.
Tensor threshold(const Tensor& x, const Scalar& threshold, const Scalar& value);
/// max(x, 0) + min(alpha (exp(x / alpha) - 1), 0). Barron, 2017.
Tensor celu(const Tensor& x, double alpha = 1.0);
/// elu with the alpha and the scale that keep mean 0 and variance 1. Klambauer et al., 2017.
Tensor selu(const Tensor& x);
/// x tanh(softplus(x)). Misra, 2019.
Tensor mish(const Tensor& x);
/// x / (1 + |x|).
Tensor softsign(const Tensor& x);
/// x - tanh(x).
Tensor tanhshrink(const Tensor& x);
/// x where positive, weight x elsewhere; one weight, or one for each channel (dim 1). He et al., 2015.
Tensor prelu(const Tensor& x, const Tensor& weight);
/// leaky_relu with slopes drawn from [lower, upper] while training, their mean otherwise. Xu et al., 2015.
Tensor rrelu(const Tensor& x, double lower = 1.0 / 8, double upper = 1.0 / 3, bool training = false);
/// a sigmoid(b), where a and b are the halves of x along dim. Dauphin et al., 2016.
Tensor glu(const Tensor& x, int64_t dim = -1);

}  // namespace ember
