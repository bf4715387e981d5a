// Normalisation layers.
#include "ember/nn/instance_norm.h"
#include "ember/nn/normalization.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

void bind_normalization_layers(py::module_& m) {
  using namespace nn;
  const char* batch =
      "Normalises each channel: by the batch's statistics when training, by the running ones otherwise.";
  bind_layer<BatchNorm1dImpl>(m, "BatchNorm1d", batch);
  bind_layer<BatchNorm2dImpl>(m, "BatchNorm2d", batch);
  bind_layer<BatchNorm3dImpl>(m, "BatchNorm3d", batch);
  const char* instance = "Normalises each channel of each sample by itself.";
  bind_layer<InstanceNorm1dImpl>(m, "InstanceNorm1d", instance);
  bind_layer<InstanceNorm2dImpl>(m, "InstanceNorm2d", instance);
  bind_layer<InstanceNorm3dImpl>(m, "InstanceNorm3d", instance);
  bind_layer<RMSNormImpl>(m, "RMSNorm", "Divides by the root of the mean square over the last dims.");
  bind_layer<LocalResponseNormImpl>(m, "LocalResponseNorm", "Normalises over neighbouring channels.");
  bind_layer<LayerNormImpl>(m, "LayerNorm", "Normalises over the last dims.");
  bind_layer<GroupNormImpl>(m, "GroupNorm", "Normalises each group of channels on its own.");
}

}  // namespace ember::python
