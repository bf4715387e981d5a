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
  Layer<LinearImpl>(m, "Linear", "input weight^T + bias.");
  Layer<IdentityImpl>(m, "Identity", "The input, whatever it is and whatever the arguments.")
      .init([](const py::args&, const py::kwargs&) { return new Trampoline<IdentityImpl>(); })
      .forward([](const IdentityImpl&, const py::object& input) { return input; }, py::arg("input"));
  Layer<FlattenImpl>(m, "Flatten", "The dims start_dim ... end_dim made one.");
  Layer<UnflattenImpl>(m, "Unflatten", "One dim split into several.");
  Layer<EmbeddingImpl>(m, "Embedding", "A table of vectors looked up by index.");
  Layer<EmbeddingBagImpl>(m, "EmbeddingBag", "Sums, means or maxima of bags of table rows.")
      .forward([](EmbeddingBagImpl& self, const Tensor& input, const Tensor& offsets,
                  const Tensor& weights) { return self.forward(input, offsets, weights); },
               py::arg("input"), py::arg("offsets") = py::none(), py::arg("per_sample_weights") = py::none());
  Layer<DropoutImpl>(m, "Dropout", "While training, zeroes elements with probability p and scales the others.");
  Layer<Dropout1dImpl>(m, "Dropout1d", "Zeroes channels of [N, C, L].");
  Layer<Dropout2dImpl>(m, "Dropout2d", "Zeroes channels of [N, C, H, W].");
  Layer<Dropout3dImpl>(m, "Dropout3d", "Zeroes channels of [N, C, D, H, W].");
  Layer<AlphaDropoutImpl>(m, "AlphaDropout", "Dropout that keeps mean 0 and variance 1.");
  Layer<FeatureAlphaDropoutImpl>(m, "FeatureAlphaDropout", "AlphaDropout of whole channels.");
}

}  // namespace ember::python
