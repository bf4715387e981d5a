// Convolution layers.
#include "ember/nn/conv.h"
#include "ember/nn/conv_transpose.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

namespace {

template <class M>
void bind_convolution(py::module_& m, const char* name) {
  bind_layer<M>(m, name, "Cross-correlation with weight [out_channels, in_channels / groups, kernel...] plus bias.")
      .attribute("transposed", [](const M&) { return false; })
      .attribute("output_padding",
                 [](const M& self) { return py::tuple(py::cast(std::vector(self.options.kernel_size_.size(), 0))); });
}

template <class M>
void bind_transpose(py::module_& m, const char* name) {
  bind_layer<M>(m, name, "The transpose of a convolution, with weight [in_channels, out_channels / groups, kernel...].")
      .attribute("transposed", [](const M&) { return true; })
      .forward(
          [](M& self, const Tensor& input, const Shape& output_size) {
            const GilRelease gil;
            return self.M::forward(input, output_size);
          },
          py::arg("input"), py::arg("output_size") = py::none());
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
