// Activation functions with parameters as layers.
#include "ember/nn/shaped_activation.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

namespace {

template <class M>
void bind_elu(py::module_& m, const char* name, const char* doc) {
  Layer<M>(m, name, doc)
      .init([](double alpha, bool inplace) { return nn::ELUOptions().alpha(alpha).inplace(inplace); },
            py::arg("alpha") = 1.0, py::arg("inplace") = false)
      .option("alpha", &nn::ELUOptions::alpha_)
      .option("inplace", &nn::ELUOptions::inplace_);
}

template <class M>
void bind_shrink(py::module_& m, const char* name, const char* doc) {
  Layer<M>(m, name, doc)
      .init([](double lambd) { return nn::ShrinkOptions(lambd); }, py::arg("lambd") = 0.5)
      .option("lambd", &nn::ShrinkOptions::lambda_);
}

}  // namespace

void bind_shaped_activation_layers(py::module_& m) {
  using namespace nn;
  bind_elu<ELUImpl>(m, "ELU", "input where positive, alpha (exp(input) - 1) elsewhere.");
  bind_elu<CELUImpl>(m, "CELU", "input where positive, alpha (exp(input / alpha) - 1) elsewhere.");
  bind_shrink<HardshrinkImpl>(m, "Hardshrink", "0 where |input| <= lambd.");
  bind_shrink<SoftshrinkImpl>(m, "Softshrink", "input moved by lambd toward 0.");
  Layer<LogSigmoidImpl>(m, "LogSigmoid", "log(sigmoid(input)).").init();
  Layer<SoftsignImpl>(m, "Softsign", "input / (1 + |input|).").init();
  Layer<TanhshrinkImpl>(m, "Tanhshrink", "input - tanh(input).").init();
  Layer<Softmax2dImpl>(m, "Softmax2d", "softmax over the channels of images.").init();
  Layer<HardtanhImpl>(m, "Hardtanh", "input limited to [min_val, max_val].")
      .init([](double low, double high,
               bool inplace) { return HardtanhOptions().min_val(low).max_val(high).inplace(inplace); },
            py::arg("min_val") = -1.0, py::arg("max_val") = 1.0, py::arg("inplace") = false)
      .option("min_val", &HardtanhOptions::min_val_)
      .option("max_val", &HardtanhOptions::max_val_)
      .option("inplace", &HardtanhOptions::inplace_);
  Layer<ThresholdImpl>(m, "Threshold", "input where above threshold, value elsewhere.")
      .init([](double threshold, double value,
               bool inplace) { return ThresholdOptions(threshold, value).inplace(inplace); },
            py::arg("threshold"), py::arg("value"), py::arg("inplace") = false)
      .option("threshold", &ThresholdOptions::threshold_)
      .option("value", &ThresholdOptions::value_)
      .option("inplace", &ThresholdOptions::inplace_);
  Layer<PReLUImpl>(m, "PReLU", "input where positive, a learned weight times input elsewhere.")
      .init([](int64_t count, double init) { return PReLUOptions().num_parameters(count).init(init); },
            py::arg("num_parameters") = 1, py::arg("init") = 0.25)
      .option("num_parameters", &PReLUOptions::num_parameters_)
      .option("init", &PReLUOptions::init_)
      .def("reset_parameters", &PReLUImpl::reset_parameters);
  Layer<RReLUImpl>(m, "RReLU", "leaky_relu with random slopes while training.")
      .init([](double lower, double upper,
               bool inplace) { return RReLUOptions().lower(lower).upper(upper).inplace(inplace); },
            py::arg("lower") = 1.0 / 8, py::arg("upper") = 1.0 / 3, py::arg("inplace") = false)
      .option("lower", &RReLUOptions::lower_)
      .option("upper", &RReLUOptions::upper_)
      .option("inplace", &RReLUOptions::inplace_);
  Layer<GLUImpl>(m, "GLU", "a sigmoid(b) for the halves a and b of input.")
      .init([](int64_t dim) { return GLUOptions(dim); }, py::arg("dim") = -1)
      .option("dim", &GLUOptions::dim_);
  Layer<SoftminImpl>(m, "Softmin", "softmax(-input) along dim.")
      .init([](int64_t dim) { return SoftmaxOptions(dim); }, py::arg("dim"))
      .option("dim", &SoftmaxOptions::dim_);
}

}  // namespace ember::python
