// Activation functions. Elementwise, floating-point only; the derivatives are fused kernels and differentiable themselves.
#pragma once

#include <string_view>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

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

/// Methods of Tensor.
class ActivationMethods {
 public:
  Tensor relu() const;
  Tensor sigmoid() const;
  Tensor prelu(const Tensor& weight) const;
  Tensor hardshrink(double lambd = 0.5) const;
  Tensor& relu_();
  Tensor& sigmoid_();
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
