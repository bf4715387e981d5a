// Normalisation layers.
#include "nn/normalization.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

namespace {

template <class M>
void bind_batch_norm(py::module_& m, const char* name) {
  using nn::BatchNormOptions;
  Layer<M>(m, name,
           "Normalises each channel: by the batch's statistics when training, by the running ones "
           "otherwise.")
      .init(
          [](int64_t features, double eps, std::optional<double> momentum, bool affine, bool track) {
            return BatchNormOptions(features).eps(eps).momentum(momentum).affine(affine).track_running_stats(track);
          },
          py::arg("num_features"), py::arg("eps") = 1e-5, py::arg("momentum") = 0.1, py::arg("affine") = true,
          py::arg("track_running_stats") = true)
      .option("num_features", &BatchNormOptions::num_features_)
      .option("eps", &BatchNormOptions::eps_)
      .option("momentum", &BatchNormOptions::momentum_)
      .option("affine", &BatchNormOptions::affine_)
      .option("track_running_stats", &BatchNormOptions::track_running_stats_)
      .def("reset_running_stats", [](M& self) { self.reset_running_stats(); })
      .def("reset_parameters", [](M& self) { self.reset_parameters(); });
}

}  // namespace

void bind_normalization_layers(py::module_& m) {
  using namespace nn;
  bind_batch_norm<BatchNorm1dImpl>(m, "BatchNorm1d");
  bind_batch_norm<BatchNorm2dImpl>(m, "BatchNorm2d");
  Layer<LayerNormImpl>(m, "LayerNorm", "Normalises over the last dims.")
      .init([](const Shape& shape, double eps, bool affine,
               bool bias) { return LayerNormOptions(shape).eps(eps).elementwise_affine(affine).bias(bias); },
            py::arg("normalized_shape"), py::arg("eps") = 1e-5, py::arg("elementwise_affine") = true,
            py::arg("bias") = true)
      .option("normalized_shape", &LayerNormOptions::normalized_shape_)
      .option("eps", &LayerNormOptions::eps_)
      .option("elementwise_affine", &LayerNormOptions::elementwise_affine_)
      .hidden("bias", &LayerNormOptions::bias_)
      .def("reset_parameters", &LayerNormImpl::reset_parameters);
  Layer<GroupNormImpl>(m, "GroupNorm", "Normalises each group of channels on its own.")
      .init([](int64_t groups, int64_t channels, double eps,
               bool affine) { return GroupNormOptions(groups, channels).eps(eps).affine(affine); },
            py::arg("num_groups"), py::arg("num_channels"), py::arg("eps") = 1e-5, py::arg("affine") = true)
      .option("num_groups", &GroupNormOptions::num_groups_)
      .option("num_channels", &GroupNormOptions::num_channels_)
      .option("eps", &GroupNormOptions::eps_)
      .option("affine", &GroupNormOptions::affine_)
      .def("reset_parameters", &GroupNormImpl::reset_parameters);
}

}  // namespace ember::python
