// Linear, embedding, dropout and the layers that reshape.
#include "ember/nn/channel_dropout.h"
#include "ember/nn/embedding.h"
#include "ember/nn/embedding_bag.h"
#include "ember/nn/linear.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

void bind_linear_layers(py::module_& m) {
  using namespace nn;
  bind_layer<LinearImpl>(m, "Linear", "input weight^T + bias.");
  bind_layer<IdentityImpl>(m, "Identity", "The input, whatever it is and whatever the arguments.")
      .init([](const py::args&, const py::kwargs&) { return new Trampoline<IdentityImpl>(); })
      .forward([](const IdentityImpl&, const py::object& input) { return input; }, py::arg("input"));
  bind_layer<FlattenImpl>(m, "Flatten", "The dims start_dim ... end_dim made one.");
  bind_layer<UnflattenImpl>(m, "Unflatten", "One dim split into several.");
  bind_layer<EmbeddingImpl>(m, "Embedding", "A table of vectors looked up by index.");
  bind_layer<EmbeddingBagImpl>(m, "EmbeddingBag", "Sums, means or maxima of bags of table rows.")
      .forward([](EmbeddingBagImpl& self, const Tensor& input, const Tensor& offsets,
                  const Tensor& weights) { return self.forward(input, offsets, weights); },
               py::arg("input"), py::arg("offsets") = py::none(), py::arg("per_sample_weights") = py::none());
  bind_layer<DropoutImpl>(m, "Dropout", "While training, zeroes elements with probability p and scales the others.");
  bind_layer<Dropout1dImpl>(m, "Dropout1d", "Zeroes channels of [N, C, L].");
  bind_layer<Dropout2dImpl>(m, "Dropout2d", "Zeroes channels of [N, C, H, W].");
  bind_layer<Dropout3dImpl>(m, "Dropout3d", "Zeroes channels of [N, C, D, H, W].");
  bind_layer<AlphaDropoutImpl>(m, "AlphaDropout", "Dropout that keeps mean 0 and variance 1.");
  bind_layer<FeatureAlphaDropoutImpl>(m, "FeatureAlphaDropout", "AlphaDropout of whole channels.");
}

}  // namespace ember::python
