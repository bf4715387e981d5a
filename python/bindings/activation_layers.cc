// Activation functions as layers.
#include "ember/nn/activation.h"
#include "ember/nn/shaped_activation.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

void bind_activation_layers(py::module_& m) {
  using namespace nn;
  bind_layer<ReLUImpl>(m, "ReLU", "max(input, 0).");
  bind_layer<ReLU6Impl>(m, "ReLU6", "min(max(input, 0), 6).");
  bind_layer<SiLUImpl>(m, "SiLU", "input sigmoid(input).");
  bind_layer<SELUImpl>(m, "SELU", "The elu that keeps mean 0 and variance 1.");
  bind_layer<HardsigmoidImpl>(m, "Hardsigmoid", "relu6(input + 3) / 6.");
  bind_layer<HardswishImpl>(m, "Hardswish", "input relu6(input + 3) / 6.");
  bind_layer<MishImpl>(m, "Mish", "input tanh(softplus(input)).");
  bind_layer<SigmoidImpl>(m, "Sigmoid", "1 / (1 + exp(-input)).");
  bind_layer<TanhImpl>(m, "Tanh", "The hyperbolic tangent.");
  bind_layer<GELUImpl>(m, "GELU", "input Phi(input), exactly or by 'tanh'.");
  bind_layer<LeakyReLUImpl>(m, "LeakyReLU", "input where positive, negative_slope input elsewhere.");
  bind_layer<SoftplusImpl>(m, "Softplus", "log(1 + exp(beta input)) / beta.");
  bind_layer<SoftmaxImpl>(m, "Softmax", "exp(input) / sum(exp(input)) along dim.");
  bind_layer<LogSoftmaxImpl>(m, "LogSoftmax", "log(softmax(input)).");
  bind_layer<ELUImpl>(m, "ELU", "input where positive, alpha (exp(input) - 1) elsewhere.");
  bind_layer<CELUImpl>(m, "CELU", "input where positive, alpha (exp(input / alpha) - 1) elsewhere.");
  bind_layer<HardshrinkImpl>(m, "Hardshrink", "0 where |input| <= lambd.");
  bind_layer<SoftshrinkImpl>(m, "Softshrink", "input moved by lambd toward 0.");
  bind_layer<LogSigmoidImpl>(m, "LogSigmoid", "log(sigmoid(input)).");
  bind_layer<SoftsignImpl>(m, "Softsign", "input / (1 + |input|).");
  bind_layer<TanhshrinkImpl>(m, "Tanhshrink", "input - tanh(input).");
  bind_layer<Softmax2dImpl>(m, "Softmax2d", "softmax over the channels of images.");
  bind_layer<HardtanhImpl>(m, "Hardtanh", "input limited to [min_val, max_val].");
  bind_layer<ThresholdImpl>(m, "Threshold", "input where above threshold, value elsewhere.");
  bind_layer<PReLUImpl>(m, "PReLU", "input where positive, a learned weight times input elsewhere.");
  bind_layer<RReLUImpl>(m, "RReLU", "leaky_relu with random slopes while training.");
  bind_layer<GLUImpl>(m, "GLU", "a sigmoid(b) for the halves a and b of input.");
  bind_layer<SoftminImpl>(m, "Softmin", "softmax(-input) along dim.");
}

}  // namespace ember::python
