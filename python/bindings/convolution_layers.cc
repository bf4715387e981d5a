// Convolution and pooling layers.
#include "nn/conv.h"
#include "nn/pooling.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

namespace {

using nn::ConvOptions;

template <class M>
void bind_convolution(py::module_& m, const char* name) {
  Layer<M>(m, name, "Cross-correlation with weight [out_channels, in_channels / groups, kernel...] plus bias.")
      .init(
          [](int64_t in, int64_t out, const Shape& kernel, const Shape& stride, const py::object& padding,
             const Shape& dilation, int64_t groups, bool bias) {
            ConvOptions options(in, out, kernel);
            options.stride(stride).dilation(dilation).groups(groups).bias(bias);
            if (py::isinstance<py::str>(padding))
              options.padding(padding.cast<std::string>());
            else
              options.padding(padding.cast<Shape>());
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
      .argument("padding",
                [](const M& self) {
                  return self.options.padding_name_.empty() ? option_object(self.options.padding_)
                                                            : py::object(py::str(self.options.padding_name_));
                })
      .def("reset_parameters", &M::reset_parameters);
}

}  // namespace

void bind_convolution_layers(py::module_& m) {
  using namespace nn;
  bind_convolution<Conv1dImpl>(m, "Conv1d");
  bind_convolution<Conv2dImpl>(m, "Conv2d");
  bind_convolution<Conv3dImpl>(m, "Conv3d");
  Layer<MaxPool2dImpl>(m, "MaxPool2d", "The largest value of each window.")
      .init(
          [](const Shape& kernel, const Shape& stride, const Shape& padding, const Shape& dilation, bool ceil_mode) {
            return MaxPool2dOptions(kernel).stride(stride).padding(padding).dilation(dilation).ceil_mode(ceil_mode);
          },
          py::arg("kernel_size"), py::arg("stride") = py::none(), py::arg("padding") = Shape(0),
          py::arg("dilation") = Shape(1), py::arg("ceil_mode") = false)
      .option("kernel_size", &MaxPool2dOptions::kernel_size_)
      .option("stride", &MaxPool2dOptions::stride_)
      .option("padding", &MaxPool2dOptions::padding_)
      .option("dilation", &MaxPool2dOptions::dilation_)
      .option("ceil_mode", &MaxPool2dOptions::ceil_mode_);
  Layer<AvgPool2dImpl>(m, "AvgPool2d", "The mean of each window.")
      .init(
          [](const Shape& kernel, const Shape& stride, const Shape& padding, bool ceil_mode, bool count_include_pad,
             std::optional<int64_t> divisor) {
            AvgPool2dOptions options(kernel);
            options.stride(stride).padding(padding).ceil_mode(ceil_mode).count_include_pad(count_include_pad);
            options.divisor_override_ = divisor;
            return options;
          },
          py::arg("kernel_size"), py::arg("stride") = py::none(), py::arg("padding") = Shape(0),
          py::arg("ceil_mode") = false, py::arg("count_include_pad") = true, py::arg("divisor_override") = py::none())
      .option("kernel_size", &AvgPool2dOptions::kernel_size_)
      .option("stride", &AvgPool2dOptions::stride_)
      .option("padding", &AvgPool2dOptions::padding_)
      .option("ceil_mode", &AvgPool2dOptions::ceil_mode_)
      .option("count_include_pad", &AvgPool2dOptions::count_include_pad_)
      .option("divisor_override", &AvgPool2dOptions::divisor_override_);
  Layer<AdaptiveAvgPool2dImpl>(m, "AdaptiveAvgPool2d", "Means of windows chosen so that the output has output_size.")
      .init([](const Shape& size) { return AdaptiveAvgPool2dOptions(size); }, py::arg("output_size"))
      .option("output_size", &AdaptiveAvgPool2dOptions::output_size_);
}

}  // namespace ember::python
