// Pooling layers.
#include "ember/nn/pooling.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"
#include "python/bindings/layer_arguments.h"

namespace ember::python {

namespace {

/// A tensor, or a tuple with the indices for layers that return them.
template <class M>
py::object pooled(M& self, const Tensor& input) {
  const auto both = [&] {
    const GilRelease gil;
    return self.forward_with_indices(input);
  }();
  if (!self.options.return_indices_) return py::cast(both.first);
  return py::make_tuple(both.first, both.second);
}

template <class M>
void bind_max(py::module_& m, const char* name) {
  using Options = nn::MaxPoolOptions;
  Layer<M>(m, name, "The largest value of each window.")
      .init(
          [](const Shape& kernel, const Shape& stride, const Shape& padding, const Shape& dilation, bool return_indices,
             bool ceil_mode) {
            Options options(kernel);
            options.stride(stride).padding(padding).dilation(dilation);
            return options.return_indices(return_indices).ceil_mode(ceil_mode);
          },
          py::arg("kernel_size"), py::arg("stride") = py::none(), py::arg("padding") = Shape(0),
          py::arg("dilation") = Shape(1), py::arg("return_indices") = false, py::arg("ceil_mode") = false)
      .option("kernel_size", &Options::kernel_size_)
      .option("stride", &Options::stride_)
      .option("padding", &Options::padding_)
      .option("dilation", &Options::dilation_)
      .option("return_indices", &Options::return_indices_)
      .option("ceil_mode", &Options::ceil_mode_)
      .forward(&pooled<M>, py::arg("input"));
}

template <class M>
void bind_average(py::module_& m, const char* name) {
  using Options = nn::AvgPoolOptions;
  Layer<M>(m, name, "The mean of each window.")
      .init(
          [](const Shape& kernel, const Shape& stride, const Shape& padding, bool ceil_mode, bool count_include_pad,
             std::optional<int64_t> divisor) {
            Options options(kernel);
            options.stride(stride).padding(padding).ceil_mode(ceil_mode).count_include_pad(count_include_pad);
            options.divisor_override_ = divisor;
            return options;
          },
          py::arg("kernel_size"), py::arg("stride") = py::none(), py::arg("padding") = Shape(0),
          py::arg("ceil_mode") = false, py::arg("count_include_pad") = true, py::arg("divisor_override") = py::none())
      .option("kernel_size", &Options::kernel_size_)
      .option("stride", &Options::stride_)
      .option("padding", &Options::padding_)
      .option("ceil_mode", &Options::ceil_mode_)
      .option("count_include_pad", &Options::count_include_pad_)
      .option("divisor_override", &Options::divisor_override_);
}

template <class M>
void bind_power(py::module_& m, const char* name) {
  using Options = nn::LPPoolOptions;
  Layer<M>(m, name, "(sum of input^norm_type over each window)^(1 / norm_type).")
      .init([](double norm_type, const Shape& kernel, const Shape& stride,
               bool ceil_mode) { return Options(norm_type, kernel).stride(stride).ceil_mode(ceil_mode); },
            py::arg("norm_type"), py::arg("kernel_size"), py::arg("stride") = py::none(), py::arg("ceil_mode") = false)
      .option("norm_type", &Options::norm_type_)
      .option("kernel_size", &Options::kernel_size_)
      .option("stride", &Options::stride_)
      .option("ceil_mode", &Options::ceil_mode_);
}

Shape sizes_of(const py::object& object) {
  SizesOrNone sizes;
  check<TypeError>(convert(object.ptr(), sizes), "output_size must be an int, None or a tuple of them, not ",
                   type_name(object.ptr()));
  return sizes.sizes;
}

template <class M>
void bind_adaptive_average(py::module_& m, const char* name) {
  using Options = nn::AdaptivePoolOptions;
  Layer<M>(m, name, "Means of windows chosen so that the output has output_size.")
      .init([](const py::object& size) { return Options(sizes_of(size)); }, py::arg("output_size"))
      .option("output_size", &Options::output_size_);
}

template <class M>
void bind_adaptive_max(py::module_& m, const char* name) {
  using Options = nn::AdaptivePoolOptions;
  Layer<M>(m, name, "The largest values of windows chosen so that the output has output_size.")
      .init([](const py::object& size,
               bool return_indices) { return Options(sizes_of(size)).return_indices(return_indices); },
            py::arg("output_size"), py::arg("return_indices") = false)
      .option("output_size", &Options::output_size_)
      .option("return_indices", &Options::return_indices_)
      .forward(&pooled<M>, py::arg("input"));
}

template <class M>
void bind_fractional(py::module_& m, const char* name) {
  using Options = nn::FractionalMaxPoolOptions;
  Layer<M>(m, name, "The largest values of windows with random steps.")
      .init(
          [](const Shape& kernel, const Shape& size, const py::object& ratio, bool return_indices,
             const Tensor& samples) {
            Numbers numbers;
            check<TypeError>(convert(ratio.ptr(), numbers), "output_ratio must be a number or a tuple of them");
            check<ValueError>(size.empty() != numbers.values.empty(),
                              "fractional max pooling needs just one of output_size and output_ratio");
            Options options(kernel);
            options.output_size(size).output_ratio(numbers.values).return_indices(return_indices);
            options.random_samples_ = samples;
            return options;
          },
          py::arg("kernel_size"), py::arg("output_size") = py::none(), py::arg("output_ratio") = py::none(),
          py::arg("return_indices") = false, py::arg("_random_samples") = py::none())
      .option("kernel_size", &Options::kernel_size_)
      .option("output_size", &Options::output_size_)
      .option("output_ratio", &Options::output_ratio_)
      .option("return_indices", &Options::return_indices_)
      .hidden("_random_samples", &Options::random_samples_)
      .forward(&pooled<M>, py::arg("input"));
}

template <class M>
void bind_unpool(py::module_& m, const char* name) {
  using Options = nn::MaxUnpoolOptions;
  Layer<M>(m, name, "Each value back at the index that max pooling gave, zeros elsewhere.")
      .init([](const Shape& kernel, const Shape& stride,
               const Shape& padding) { return Options(kernel).stride(stride).padding(padding); },
            py::arg("kernel_size"), py::arg("stride") = py::none(), py::arg("padding") = Shape(0))
      .option("kernel_size", &Options::kernel_size_)
      .option("stride", &Options::stride_)
      .option("padding", &Options::padding_)
      .forward(
          [](const M& self, const Tensor& input, const Tensor& indices, const Shape& output_size) {
            const GilRelease gil;
            return self.M::forward(input, indices, output_size);
          },
          py::arg("input"), py::arg("indices"), py::arg("output_size") = py::none());
}

}  // namespace

void bind_pooling_layers(py::module_& m) {
  using namespace nn;
  bind_max<MaxPool1dImpl>(m, "MaxPool1d");
  bind_max<MaxPool2dImpl>(m, "MaxPool2d");
  bind_max<MaxPool3dImpl>(m, "MaxPool3d");
  bind_average<AvgPool1dImpl>(m, "AvgPool1d");
  bind_average<AvgPool2dImpl>(m, "AvgPool2d");
  bind_average<AvgPool3dImpl>(m, "AvgPool3d");
  bind_power<LPPool1dImpl>(m, "LPPool1d");
  bind_power<LPPool2dImpl>(m, "LPPool2d");
  bind_power<LPPool3dImpl>(m, "LPPool3d");
  bind_adaptive_average<AdaptiveAvgPool1dImpl>(m, "AdaptiveAvgPool1d");
  bind_adaptive_average<AdaptiveAvgPool2dImpl>(m, "AdaptiveAvgPool2d");
  bind_adaptive_average<AdaptiveAvgPool3dImpl>(m, "AdaptiveAvgPool3d");
  bind_adaptive_max<AdaptiveMaxPool1dImpl>(m, "AdaptiveMaxPool1d");
  bind_adaptive_max<AdaptiveMaxPool2dImpl>(m, "AdaptiveMaxPool2d");
  bind_adaptive_max<AdaptiveMaxPool3dImpl>(m, "AdaptiveMaxPool3d");
  bind_fractional<FractionalMaxPool2dImpl>(m, "FractionalMaxPool2d");
  bind_fractional<FractionalMaxPool3dImpl>(m, "FractionalMaxPool3d");
  bind_unpool<MaxUnpool1dImpl>(m, "MaxUnpool1d");
  bind_unpool<MaxUnpool2dImpl>(m, "MaxUnpool2d");
  bind_unpool<MaxUnpool3dImpl>(m, "MaxUnpool3d");
}

}  // namespace ember::python
