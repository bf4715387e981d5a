// Normalisation layers.
#include "ember/nn/instance_norm.h"
#include "ember/nn/normalization.h"
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

template <class M>
void bind_instance_norm(py::module_& m, const char* name) {
  using nn::InstanceNormOptions;
  Layer<M>(m, name, "Normalises each channel of each sample by itself.")
      .init(
          [](int64_t features, double eps, double momentum, bool affine, bool track, bool bias) {
            InstanceNormOptions options(features);
            options.eps(eps).momentum(momentum).affine(affine).track_running_stats(track);
            return options.bias(bias);
          },
          py::arg("num_features"), py::arg("eps") = 1e-5, py::arg("momentum") = 0.1, py::arg("affine") = false,
          py::arg("track_running_stats") = false, py::kw_only(), py::arg("bias") = true)
      .option("num_features", &InstanceNormOptions::num_features_)
      .option("eps", &InstanceNormOptions::eps_)
      .option("momentum", &InstanceNormOptions::momentum_)
      .option("affine", &InstanceNormOptions::affine_)
      .option("track_running_stats", &InstanceNormOptions::track_running_stats_)
      .hidden("bias", &InstanceNormOptions::bias_)
      .def("reset_running_stats", [](M& self) { self.reset_running_stats(); })
      .def("reset_parameters", [](M& self) { self.reset_parameters(); });
}

}  // namespace

void bind_normalization_layers(py::module_& m) {
  using namespace nn;
  bind_batch_norm<BatchNorm1dImpl>(m, "BatchNorm1d");
  bind_batch_norm<BatchNorm2dImpl>(m, "BatchNorm2d");
  bind_batch_norm<BatchNorm3dImpl>(m, "BatchNorm3d");
  bind_instance_norm<InstanceNorm1dImpl>(m, "InstanceNorm1d");
  bind_instance_norm<InstanceNorm2dImpl>(m, "InstanceNorm2d");
  bind_instance_norm<InstanceNorm3dImpl>(m, "InstanceNorm3d");
  Layer<RMSNormImpl>(m, "RMSNorm", "Divides by the root of the mean square over the last dims.")
      .init([](const Shape& shape, std::optional<double> eps,
               bool affine) { return RMSNormOptions(shape).eps(eps).elementwise_affine(affine); },
            py::arg("normalized_shape"), py::arg("eps") = py::none(), py::arg("elementwise_affine") = true)
      .option("normalized_shape", &RMSNormOptions::normalized_shape_)
      .option("eps", &RMSNormOptions::eps_)
      .option("elementwise_affine", &RMSNormOptions::elementwise_affine_)
      .def("reset_parameters", &RMSNormImpl::reset_parameters);
  Layer<LocalResponseNormImpl>(m, "LocalResponseNorm", "Normalises over neighbouring channels.")
      .init([](int64_t size, double alpha, double beta,
               double k) { return LocalResponseNormOptions(size).alpha(alpha).beta(beta).k(k); },
            py::arg("size"), py::arg("alpha") = 1e-4, py::arg("beta") = 0.75, py::arg("k") = 1.0)
      .option("size", &LocalResponseNormOptions::size_)
      .option("alpha", &LocalResponseNormOptions::alpha_)
      .option("beta", &LocalResponseNormOptions::beta_)
      .option("k", &LocalResponseNormOptions::k_);
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
