// Activation functions as layers.
#include "ember/nn/activation.h"
#include "ember/nn/shaped_activation.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

namespace {

/// One of those whose only option is inplace.
template <class M>
void bind_activation(py::module_& m, const char* name, const char* doc) {
  Layer<M>(m, name, doc)
      .init([](bool inplace) { return nn::ActivationOptions().inplace(inplace); }, py::arg("inplace") = false)
      .option("inplace", &nn::ActivationOptions::inplace_);
}

template <class M>
void bind_softmax(py::module_& m, const char* name, const char* doc) {
  Layer<M>(m, name, doc)
      .init([](int64_t dim) { return nn::SoftmaxOptions(dim); }, py::arg("dim"))
      .option("dim", &nn::SoftmaxOptions::dim_);
}

}  // namespace

void bind_activation_layers(py::module_& m) {
  using namespace nn;
  bind_activation<ReLUImpl>(m, "ReLU", "max(input, 0).");
  bind_activation<ReLU6Impl>(m, "ReLU6", "min(max(input, 0), 6).");
  bind_activation<SiLUImpl>(m, "SiLU", "input sigmoid(input).");
  bind_activation<SELUImpl>(m, "SELU", "The elu that keeps mean 0 and variance 1.");
  bind_activation<HardsigmoidImpl>(m, "Hardsigmoid", "relu6(input + 3) / 6.");
  bind_activation<HardswishImpl>(m, "Hardswish", "input relu6(input + 3) / 6.");
  bind_activation<MishImpl>(m, "Mish", "input tanh(softplus(input)).");
  Layer<SigmoidImpl>(m, "Sigmoid", "1 / (1 + exp(-input)).").init();
  Layer<TanhImpl>(m, "Tanh", "The hyperbolic tangent.").init();
  Layer<GELUImpl>(m, "GELU", "input Phi(input), exactly or by 'tanh'.")
      .init([](const std::string& approximate) { return GELUOptions().approximate(approximate); },
            py::arg("approximate") = "none")
      .option("approximate", &GELUOptions::approximate_);
  Layer<LeakyReLUImpl>(m, "LeakyReLU", "input where positive, negative_slope input elsewhere.")
      .init([](double slope, bool inplace) { return LeakyReLUOptions().negative_slope(slope).inplace(inplace); },
            py::arg("negative_slope") = 0.01, py::arg("inplace") = false)
      .option("negative_slope", &LeakyReLUOptions::negative_slope_)
      .option("inplace", &LeakyReLUOptions::inplace_);
  Layer<SoftplusImpl>(m, "Softplus", "log(1 + exp(beta input)) / beta.")
      .init([](double beta, double threshold) { return SoftplusOptions().beta(beta).threshold(threshold); },
            py::arg("beta") = 1.0, py::arg("threshold") = 20.0)
      .option("beta", &SoftplusOptions::beta_)
      .option("threshold", &SoftplusOptions::threshold_);
  bind_softmax<SoftmaxImpl>(m, "Softmax", "exp(input) / sum(exp(input)) along dim.");
  bind_softmax<LogSoftmaxImpl>(m, "LogSoftmax", "log(softmax(input)).");
}

}  // namespace ember::python
