// Linear, embedding, dropout and the layers that reshape.
#include "ember/nn/bilinear.h"
#include "ember/nn/channel_dropout.h"
#include "ember/nn/embedding.h"
#include "ember/nn/embedding_bag.h"
#include "ember/nn/linear.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

namespace {

/// A layer of the class `type` that starts from this table; the options by their names.
py::object from_pretrained(const py::object& type, const Tensor& embeddings, bool freeze, const py::dict& options) {
  check<ValueError>(embeddings.dim() == 2, "from_pretrained: embeddings must have 2 dimensions, but have shape ",
                    embeddings.sizes());
  py::object layer = type(embeddings.size(0), embeddings.size(1), py::arg("_weight") = embeddings.detach(), **options);
  layer.attr("weight").attr("requires_grad_")(!freeze);
  return layer;
}

void bind_embeddings(py::module_& m) {
  using namespace nn;
  const char* pretrained =
      "A layer that starts from a table [num_embeddings, embedding_dim], which it trains unless `freeze`.";
  bind_layer<EmbeddingImpl>(m, "Embedding", "A table of vectors looked up by index.")
      .class_method(
          "from_pretrained",
          [](const py::object& type, const Tensor& embeddings, bool freeze, std::optional<int64_t> padding_idx,
             std::optional<double> max_norm, double norm_type, bool scale_grad_by_freq, bool sparse) {
            return from_pretrained(
                type, embeddings, freeze,
                py::dict(py::arg("padding_idx") = padding_idx, py::arg("max_norm") = max_norm,
                         py::arg("norm_type") = norm_type, py::arg("scale_grad_by_freq") = scale_grad_by_freq,
                         py::arg("sparse") = sparse));
          },
          py::arg("embeddings"), py::arg("freeze") = true, py::arg("padding_idx") = py::none(),
          py::arg("max_norm") = py::none(), py::arg("norm_type") = 2.0, py::arg("scale_grad_by_freq") = false,
          py::arg("sparse") = false, pretrained);
  bind_layer<EmbeddingBagImpl>(m, "EmbeddingBag", "Sums, means or maxima of bags of table rows.")
      .forward([](EmbeddingBagImpl& self, const Tensor& input, const Tensor& offsets,
                  const Tensor& weights) { return self.forward(input, offsets, weights); },
               py::arg("input"), py::arg("offsets") = py::none(), py::arg("per_sample_weights") = py::none())
      .class_method(
          "from_pretrained",
          [](const py::object& type, const Tensor& embeddings, bool freeze, std::optional<double> max_norm,
             double norm_type, bool scale_grad_by_freq, const std::string& mode, bool sparse, bool include_last_offset,
             std::optional<int64_t> padding_idx) {
            return from_pretrained(
                type, embeddings, freeze,
                py::dict(py::arg("max_norm") = max_norm, py::arg("norm_type") = norm_type,
                         py::arg("scale_grad_by_freq") = scale_grad_by_freq, py::arg("mode") = mode,
                         py::arg("sparse") = sparse, py::arg("include_last_offset") = include_last_offset,
                         py::arg("padding_idx") = padding_idx));
          },
          py::arg("embeddings"), py::arg("freeze") = true, py::arg("max_norm") = py::none(), py::arg("norm_type") = 2.0,
          py::arg("scale_grad_by_freq") = false, py::arg("mode") = "mean", py::arg("sparse") = false,
          py::arg("include_last_offset") = false, py::arg("padding_idx") = py::none(), pretrained);
}

}  // namespace

void bind_linear_layers(py::module_& m) {
  using namespace nn;
  bind_layer<LinearImpl>(m, "Linear", "input weight^T + bias.");
  bind_layer<BilinearImpl>(m, "Bilinear", "input1^T weight[k] input2 + bias[k].").takes("input1", "input2");
  bind_layer<IdentityImpl>(m, "Identity", "The input, whatever it is and whatever the arguments.")
      .init([](const py::args&, const py::kwargs&) { return new Trampoline<IdentityImpl>(); })
      .forward([](const IdentityImpl&, const py::object& input) { return input; }, py::arg("input"));
  bind_layer<FlattenImpl>(m, "Flatten", "The dims start_dim ... end_dim made one.");
  bind_layer<UnflattenImpl>(m, "Unflatten", "One dim split into several.");
  bind_embeddings(m);
  bind_layer<DropoutImpl>(m, "Dropout", "While training, zeroes elements with probability p and scales the others.");
  bind_layer<Dropout1dImpl>(m, "Dropout1d", "Zeroes channels of [N, C, L].");
  bind_layer<Dropout2dImpl>(m, "Dropout2d", "Zeroes channels of [N, C, H, W].");
  bind_layer<Dropout3dImpl>(m, "Dropout3d", "Zeroes channels of [N, C, D, H, W].");
  bind_layer<AlphaDropoutImpl>(m, "AlphaDropout", "Dropout that keeps mean 0 and variance 1.");
  bind_layer<FeatureAlphaDropoutImpl>(m, "FeatureAlphaDropout", "AlphaDropout of whole channels.");
}

}  // namespace ember::python
