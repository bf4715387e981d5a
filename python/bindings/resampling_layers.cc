// Layers that resize images, or turn their windows into columns and back.
#include "ember/nn/resampling.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

void bind_resampling_layers(py::module_& m) {
  using namespace nn;
  bind_layer<UpsampleImpl>(m, "Upsample", "The input resized to a size or by a factor.");
  bind_layer<UpsamplingNearest2dImpl>(m, "UpsamplingNearest2d", "Upsample, by a former name.");
  bind_layer<UpsamplingBilinear2dImpl>(m, "UpsamplingBilinear2d", "Upsample, by a former name.");
  bind_layer<UnfoldImpl>(m, "Unfold", "The windows of images as columns.");
  bind_layer<FoldImpl>(m, "Fold", "Columns added up into images.");
}

}  // namespace ember::python
