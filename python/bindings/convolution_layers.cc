// Convolution layers.
#include "ember/nn/conv.h"
#include "ember/nn/conv_transpose.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

namespace {

using nn::ConvOptions;

void set_padding(ConvOptions& options, const py::object& padding) {
  if (py::isinstance<py::str>(padding))
    options.padding(padding.cast<std::string>());
  else
    options.padding(padding.cast<Shape>());
}

template <class M>
void bind_convolution(py::module_& m, const char* name) {
  const auto padding_of = [](const nn::Module& self) {
    const ConvOptions& options = static_cast<const M&>(self).options;
    return options.padding_name_.empty() ? option_object(options.padding_) : py::object(py::str(options.padding_name_));
  };
  Layer<M>(m, name, "Cross-correlation with weight [out_channels, in_channels / groups, kernel...] plus bias.")
      .init(
          [](int64_t in, int64_t out, const Shape& kernel, const Shape& stride, const py::object& padding,
             const Shape& dilation, int64_t groups, bool bias) {
            ConvOptions options(in, out, kernel);
            options.stride(stride).dilation(dilation).groups(groups).bias(bias);
            set_padding(options, padding);
            return options;
          },
          py::arg("in_channels"), py::arg("out_channels"), py::arg("kernel_size"), py::arg("stride") = Shape(1),
          py::arg("padding") = Shape(0), py::arg("dilation") = Shape(1), py::arg("groups") = 1, py::arg("bias") = true)
      .option("in_channels", &ConvOptions::in_channels_)
      .option("out_channels", &ConvOptions::out_channels_)
      .option("kernel_size", &ConvOptions::kernel_size_)
      .option("stride", &ConvOptions::stride_)
      .option("dilation", &ConvOptions::dilation_)
      .option("groups", &ConvOptions::groups_)
      .hidden("bias", &ConvOptions::bias_)
      .argument("padding", padding_of)
      .def("reset_parameters", &M::reset_parameters);
  define_option(py::type::of<M>(), "padding", padding_of, [](nn::Module& self, const py::object& padding) {
    set_padding(static_cast<M&>(self).options, padding);
  });
}

template <class M>
void bind_transpose(py::module_& m, const char* name) {
  using nn::ConvTransposeOptions;
  Layer<M>(m, name, "The transpose of a convolution, with weight [in_channels, out_channels / groups, kernel...].")
      .init(
          [](int64_t in, int64_t out, const Shape& kernel, const Shape& stride, const Shape& padding,
             const Shape& output_padding, int64_t groups, bool bias, const Shape& dilation) {
            ConvTransposeOptions options(in, out, kernel);
            options.stride(stride).padding(padding).output_padding(output_padding).groups(groups).bias(bias);
            return options.dilation(dilation);
          },
          py::arg("in_channels"), py::arg("out_channels"), py::arg("kernel_size"), py::arg("stride") = Shape(1),
          py::arg("padding") = Shape(0), py::arg("output_padding") = Shape(0), py::arg("groups") = 1,
          py::arg("bias") = true, py::arg("dilation") = Shape(1))
      .option("in_channels", &ConvTransposeOptions::in_channels_)
      .option("out_channels", &ConvTransposeOptions::out_channels_)
      .option("kernel_size", &ConvTransposeOptions::kernel_size_)
      .option("stride", &ConvTransposeOptions::stride_)
      .option("padding", &ConvTransposeOptions::padding_)
      .option("output_padding", &ConvTransposeOptions::output_padding_)
      .option("groups", &ConvTransposeOptions::groups_)
      .hidden("bias", &ConvTransposeOptions::bias_)
      .option("dilation", &ConvTransposeOptions::dilation_)
      .forward(
          [](M& self, const Tensor& input, const Shape& output_size) {
            const GilRelease gil;
            return self.M::forward(input, output_size);
          },
          py::arg("input"), py::arg("output_size") = py::none())
      .def("reset_parameters", &M::reset_parameters);
}

}  // namespace

void bind_convolution_layers(py::module_& m) {
  using namespace nn;
  bind_convolution<Conv1dImpl>(m, "Conv1d");
  bind_convolution<Conv2dImpl>(m, "Conv2d");
  bind_convolution<Conv3dImpl>(m, "Conv3d");
  bind_transpose<ConvTranspose1dImpl>(m, "ConvTranspose1d");
  bind_transpose<ConvTranspose2dImpl>(m, "ConvTranspose2d");
  bind_transpose<ConvTranspose3dImpl>(m, "ConvTranspose3d");
}

}  // namespace ember::python
