// Activation functions as layers.
#include "ember/nn/activation.h"
#include "ember/nn/shaped_activation.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

void bind_activation_layers(py::module_& m) {
  using namespace nn;
  Layer<ReLUImpl>(m, "ReLU", "max(input, 0).");
  Layer<ReLU6Impl>(m, "ReLU6", "min(max(input, 0), 6).");
  Layer<SiLUImpl>(m, "SiLU", "input sigmoid(input).");
  Layer<SELUImpl>(m, "SELU", "The elu that keeps mean 0 and variance 1.");
  Layer<HardsigmoidImpl>(m, "Hardsigmoid", "relu6(input + 3) / 6.");
  Layer<HardswishImpl>(m, "Hardswish", "input relu6(input + 3) / 6.");
  Layer<MishImpl>(m, "Mish", "input tanh(softplus(input)).");
  Layer<SigmoidImpl>(m, "Sigmoid", "1 / (1 + exp(-input)).");
  Layer<TanhImpl>(m, "Tanh", "The hyperbolic tangent.");
  Layer<GELUImpl>(m, "GELU", "input Phi(input), exactly or by 'tanh'.");
  Layer<LeakyReLUImpl>(m, "LeakyReLU", "input where positive, negative_slope input elsewhere.");
  Layer<SoftplusImpl>(m, "Softplus", "log(1 + exp(beta input)) / beta.");
  Layer<SoftmaxImpl>(m, "Softmax", "exp(input) / sum(exp(input)) along dim.");
  Layer<LogSoftmaxImpl>(m, "LogSoftmax", "log(softmax(input)).");
  Layer<ELUImpl>(m, "ELU", "input where positive, alpha (exp(input) - 1) elsewhere.");
  Layer<CELUImpl>(m, "CELU", "input where positive, alpha (exp(input / alpha) - 1) elsewhere.");
  Layer<HardshrinkImpl>(m, "Hardshrink", "0 where |input| <= lambd.");
  Layer<SoftshrinkImpl>(m, "Softshrink", "input moved by lambd toward 0.");
  Layer<LogSigmoidImpl>(m, "LogSigmoid", "log(sigmoid(input)).");
  Layer<SoftsignImpl>(m, "Softsign", "input / (1 + |input|).");
  Layer<TanhshrinkImpl>(m, "Tanhshrink", "input - tanh(input).");
  Layer<Softmax2dImpl>(m, "Softmax2d", "softmax over the channels of images.");
  Layer<HardtanhImpl>(m, "Hardtanh", "input limited to [min_val, max_val].");
  Layer<ThresholdImpl>(m, "Threshold", "input where above threshold, value elsewhere.");
  Layer<PReLUImpl>(m, "PReLU", "input where positive, a learned weight times input elsewhere.");
  Layer<RReLUImpl>(m, "RReLU", "leaky_relu with random slopes while training.");
  Layer<GLUImpl>(m, "GLU", "a sigmoid(b) for the halves a and b of input.");
  Layer<SoftminImpl>(m, "Softmin", "softmax(-input) along dim.");
}

}  // namespace ember::python
