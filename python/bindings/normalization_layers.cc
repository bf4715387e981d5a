// Normalisation layers.
#include "ember/nn/instance_norm.h"
#include "ember/nn/normalization.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"
#include "python/bindings/signature_types.h"

namespace ember::python {

namespace {

/// SyncBatchNorm in place of all batch norms of a tree; a batch norm itself is given back as another module.
py::object convert_sync_batchnorm(const py::type& type, const py::object& module, const py::none& process_group) {
  check<TypeError>(PyObject_TypeCheck(module.ptr(), module_type), "convert_sync_batchnorm: module must be Module, not ",
                   short_type_name(module.ptr()));
  nn::Module& original = module_of(module.ptr());
  const auto* norm = dynamic_cast<const nn::BatchNormImpl*>(&original);
  if (!norm) {
    for (const auto& [name, child] : items(original.own_children())) {
      if (!child) continue;
      const py::object before = module_object(child), after = convert_sync_batchnorm(type, before, process_group);
      if (!after.is(before)) module.attr("add_module")(name, after);
    }
    return module;
  }
  const nn::BatchNormOptions& o = norm->options;
  py::object sync = type(o.num_features_, o.eps_, o.momentum_, o.affine_, o.track_running_stats_,
                         py::arg("bias") = norm->bias.defined());
  nn::Module& converted = module_of(sync.ptr());
  for (const auto& [name, x] : items(original.own_parameters()))
    converted.set_parameter(name, x, x.defined() && x.requires_grad());
  for (const auto& [name, x] : items(original.own_buffers())) converted.set_buffer(name, x);
  converted.set_training(original.is_training());
  return sync;
}

void bind_sync_batch_norm(py::module_& m) {
  using nn::SyncBatchNormImpl;
  bind_layer<SyncBatchNormImpl>(m, "SyncBatchNorm",
                                "Batch norm by the statistics of all processes that train together.")
      .init(
          [](int64_t num_features, double eps, std::optional<double> momentum, bool affine, bool track_running_stats,
             const py::none&, std::optional<Device> device, std::optional<DType> dtype, bool bias) {
            nn::BatchNormOptions o(num_features);
            o.eps(eps).momentum(momentum).affine(affine).track_running_stats(track_running_stats).bias(bias);
            o.device_ = device;
            o.dtype_ = dtype;
            return new Trampoline<SyncBatchNormImpl>(o);
          },
          py::arg("num_features"), py::arg("eps") = 1e-5, py::arg("momentum") = 0.1, py::arg("affine") = true,
          py::arg("track_running_stats") = true, py::arg("process_group") = py::none(), py::arg("device") = py::none(),
          py::arg("dtype") = py::none(), py::kw_only(), py::arg("bias") = true)
      .function(
          "convert_sync_batchnorm",
          [](const py::object& module, const py::none& group) {
            return convert_sync_batchnorm(py::type::of<SyncBatchNormImpl>(), module, group);
          },
          py::arg("module"), py::arg("process_group") = py::none(),
          "Puts SyncBatchNorm in place of all BatchNorm layers of a module; one that is a BatchNorm itself is given "
          "back as "
          "another module.");
  const py::object type = py::type::of<SyncBatchNormImpl>();
  const OptionGetter get = [](const nn::Module&) { return py::none(); };
  add_constructor_argument(reinterpret_cast<PyTypeObject*>(type.ptr()), "process_group", get);
  define_option(type, "process_group", get, [](nn::Module& self, const py::object& value) {
    check<TypeError>(value.is_none(), self.name(), ".process_group must be None, not ", short_type_name(value.ptr()));
  });
}

}  // namespace

void bind_normalization_layers(py::module_& m) {
  using namespace nn;
  const char* batch =
      "Normalises each channel: by the batch's statistics when training, by the running ones otherwise.";
  bind_layer<BatchNorm1dImpl>(m, "BatchNorm1d", batch);
  bind_layer<BatchNorm2dImpl>(m, "BatchNorm2d", batch);
  bind_layer<BatchNorm3dImpl>(m, "BatchNorm3d", batch);
  bind_sync_batch_norm(m);
  const char* instance = "Normalises each channel of each sample by itself.";
  bind_layer<InstanceNorm1dImpl>(m, "InstanceNorm1d", instance);
  bind_layer<InstanceNorm2dImpl>(m, "InstanceNorm2d", instance);
  bind_layer<InstanceNorm3dImpl>(m, "InstanceNorm3d", instance);
  bind_layer<RMSNormImpl>(m, "RMSNorm", "Divides by the root of the mean square over the last dims.");
  bind_layer<LocalResponseNormImpl>(m, "LocalResponseNorm", "Normalises over neighbouring channels.");
  bind_layer<CrossMapLRN2dImpl>(m, "CrossMapLRN2d", "Normalises [N, C, H, W] over neighbouring channels.");
  bind_layer<LayerNormImpl>(m, "LayerNorm", "Normalises over the last dims.");
  bind_layer<GroupNormImpl>(m, "GroupNorm", "Normalises each group of channels on its own.");
}

}  // namespace ember::python
