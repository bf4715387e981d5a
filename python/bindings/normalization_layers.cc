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
  Layer<BatchNorm1dImpl>(m, "BatchNorm1d", batch);
  Layer<BatchNorm2dImpl>(m, "BatchNorm2d", batch);
  Layer<BatchNorm3dImpl>(m, "BatchNorm3d", batch);
  const char* instance = "Normalises each channel of each sample by itself.";
  Layer<InstanceNorm1dImpl>(m, "InstanceNorm1d", instance);
  Layer<InstanceNorm2dImpl>(m, "InstanceNorm2d", instance);
  Layer<InstanceNorm3dImpl>(m, "InstanceNorm3d", instance);
  Layer<RMSNormImpl>(m, "RMSNorm", "Divides by the root of the mean square over the last dims.");
  Layer<LocalResponseNormImpl>(m, "LocalResponseNorm", "Normalises over neighbouring channels.");
  Layer<LayerNormImpl>(m, "LayerNorm", "Normalises over the last dims.");
  Layer<GroupNormImpl>(m, "GroupNorm", "Normalises each group of channels on its own.");
}

}  // namespace ember::python
