// Pooling layers.
#include "ember/nn/pooling.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

namespace {

template <class M>
void bind_unpool(py::module_& m, const char* name) {
  bind_layer<M>(m, name, "Each value back at the index that max pooling gave, zeros elsewhere.")
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
  const char* largest = "The largest value of each window.";
  bind_layer<MaxPool1dImpl>(m, "MaxPool1d", largest);
  bind_layer<MaxPool2dImpl>(m, "MaxPool2d", largest);
  bind_layer<MaxPool3dImpl>(m, "MaxPool3d", largest);
  const char* mean = "The mean of each window.";
  bind_layer<AvgPool1dImpl>(m, "AvgPool1d", mean);
  bind_layer<AvgPool2dImpl>(m, "AvgPool2d", mean);
  bind_layer<AvgPool3dImpl>(m, "AvgPool3d", mean);
  const char* power = "(sum of input^norm_type over each window)^(1 / norm_type).";
  bind_layer<LPPool1dImpl>(m, "LPPool1d", power);
  bind_layer<LPPool2dImpl>(m, "LPPool2d", power);
  bind_layer<LPPool3dImpl>(m, "LPPool3d", power);
  const char* adaptive_mean = "Means of windows chosen so that the output has output_size.";
  bind_layer<AdaptiveAvgPool1dImpl>(m, "AdaptiveAvgPool1d", adaptive_mean);
  bind_layer<AdaptiveAvgPool2dImpl>(m, "AdaptiveAvgPool2d", adaptive_mean);
  bind_layer<AdaptiveAvgPool3dImpl>(m, "AdaptiveAvgPool3d", adaptive_mean);
  const char* adaptive_largest = "The largest values of windows chosen so that the output has output_size.";
  bind_layer<AdaptiveMaxPool1dImpl>(m, "AdaptiveMaxPool1d", adaptive_largest);
  bind_layer<AdaptiveMaxPool2dImpl>(m, "AdaptiveMaxPool2d", adaptive_largest);
  bind_layer<AdaptiveMaxPool3dImpl>(m, "AdaptiveMaxPool3d", adaptive_largest);
  const char* fractional = "The largest values of windows with random steps.";
  bind_layer<FractionalMaxPool2dImpl>(m, "FractionalMaxPool2d", fractional);
  bind_layer<FractionalMaxPool3dImpl>(m, "FractionalMaxPool3d", fractional);
  bind_unpool<MaxUnpool1dImpl>(m, "MaxUnpool1d");
  bind_unpool<MaxUnpool2dImpl>(m, "MaxUnpool2d");
  bind_unpool<MaxUnpool3dImpl>(m, "MaxUnpool3d");
}

}  // namespace ember::python
