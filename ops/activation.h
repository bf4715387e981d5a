// Activation functions. Elementwise, floating-point only; the derivatives are fused kernels and differentiable themselves.
#pragma once

#include <string_view>

#include "core/tensor.h"

namespace ember {

/// max(x, 0), also for integers.
Tensor relu(const Tensor& x);
Tensor& relu_(Tensor& x);
/// min(max(x, 0), 6).
Tensor relu6(const Tensor& x);
/// x where positive, negative_slope x elsewhere.
Tensor leaky_relu(const Tensor& x, double negative_slope = 0.01);
/// x where positive, alpha (exp(x) - 1) elsewhere. Clevert et al., 2015.
Tensor elu(const Tensor& x, double alpha = 1.0);
/// 1 / (1 + exp(-x)).
Tensor sigmoid(const Tensor& x);
Tensor& sigmoid_(Tensor& x);
/// log(sigmoid(x)), stable for large |x|.
Tensor logsigmoid(const Tensor& x);
/// x sigmoid(x). Elfwing et al., 2017.
Tensor silu(const Tensor& x);
/// x Phi(x) with Phi the normal distribution function; approximate is "none" (exact, by erf) or "tanh". Hendrycks and
/// Gimpel, 2016. ValueError for any other name.
Tensor gelu(const Tensor& x, std::string_view approximate = "none");
/// log(1 + exp(beta x)) / beta, and x where beta x > threshold.
Tensor softplus(const Tensor& x, double beta = 1.0, double threshold = 20.0);
/// x min(max(x + 3, 0), 6) / 6. Howard et al., 2019.
Tensor hardswish(const Tensor& x);

}  // namespace ember
