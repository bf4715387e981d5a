// Linear, embedding, dropout and the layers that reshape.
#include "ember/nn/channel_dropout.h"
#include "ember/nn/embedding.h"
#include "ember/nn/embedding_bag.h"
#include "ember/nn/linear.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

namespace {

template <class M>
void bind_dropout(py::module_& m, const char* name, const char* doc) {
  using nn::DropoutOptions;
  Layer<M>(m, name, doc)
      .init([](double p, bool inplace) { return DropoutOptions(p).inplace(inplace); }, py::arg("p") = 0.5,
            py::arg("inplace") = false)
      .option("p", &DropoutOptions::p_)
      .option("inplace", &DropoutOptions::inplace_);
}

void bind_embedding(py::module_& m) {
  using namespace nn;
  using Padding = std::optional<int64_t>;
  using Norm = std::optional<double>;
  Layer<EmbeddingImpl>(m, "Embedding", "A table of vectors looked up by index.")
      .init(
          [](int64_t count, int64_t dim, Padding padding, Norm max_norm, double norm_type, bool by_frequency,
             bool sparse) {
            return EmbeddingOptions(count, dim)
                .padding_idx(padding)
                .max_norm(max_norm)
                .norm_type(norm_type)
                .scale_grad_by_freq(by_frequency)
                .sparse(sparse);
          },
          py::arg("num_embeddings"), py::arg("embedding_dim"), py::arg("padding_idx") = py::none(),
          py::arg("max_norm") = py::none(), py::arg("norm_type") = 2.0, py::arg("scale_grad_by_freq") = false,
          py::arg("sparse") = false)
      .option("num_embeddings", &EmbeddingOptions::num_embeddings_)
      .option("embedding_dim", &EmbeddingOptions::embedding_dim_)
      .option("padding_idx", &EmbeddingOptions::padding_idx_)
      .option("max_norm", &EmbeddingOptions::max_norm_)
      .option("norm_type", &EmbeddingOptions::norm_type_)
      .option("scale_grad_by_freq", &EmbeddingOptions::scale_grad_by_freq_)
      .option("sparse", &EmbeddingOptions::sparse_)
      .def("reset_parameters", &EmbeddingImpl::reset_parameters);
  Layer<EmbeddingBagImpl>(m, "EmbeddingBag", "Sums, means or maxima of bags of table rows.")
      .init(
          [](int64_t count, int64_t dim, Norm max_norm, double norm_type, bool by_frequency, const std::string& mode,
             bool sparse, bool include_last_offset, Padding padding) {
            return EmbeddingBagOptions(count, dim)
                .max_norm(max_norm)
                .norm_type(norm_type)
                .scale_grad_by_freq(by_frequency)
                .mode(mode)
                .sparse(sparse)
                .include_last_offset(include_last_offset)
                .padding_idx(padding);
          },
          py::arg("num_embeddings"), py::arg("embedding_dim"), py::arg("max_norm") = py::none(),
          py::arg("norm_type") = 2.0, py::arg("scale_grad_by_freq") = false, py::arg("mode") = "mean",
          py::arg("sparse") = false, py::arg("include_last_offset") = false, py::arg("padding_idx") = py::none())
      .option("num_embeddings", &EmbeddingBagOptions::num_embeddings_)
      .option("embedding_dim", &EmbeddingBagOptions::embedding_dim_)
      .option("max_norm", &EmbeddingBagOptions::max_norm_)
      .option("norm_type", &EmbeddingBagOptions::norm_type_)
      .option("scale_grad_by_freq", &EmbeddingBagOptions::scale_grad_by_freq_)
      .option("mode", &EmbeddingBagOptions::mode_)
      .option("sparse", &EmbeddingBagOptions::sparse_)
      .option("include_last_offset", &EmbeddingBagOptions::include_last_offset_)
      .option("padding_idx", &EmbeddingBagOptions::padding_idx_)
      .def(
          "forward",
          [](EmbeddingBagImpl& self, const Tensor& input, const Tensor& offsets, const Tensor& weights) {
            return self.forward(input, offsets, weights);
          },
          py::arg("input"), py::arg("offsets") = py::none(), py::arg("per_sample_weights") = py::none())
      .def("reset_parameters", &EmbeddingBagImpl::reset_parameters);
}

}  // namespace

void bind_linear_layers(py::module_& m) {
  using namespace nn;
  Layer<LinearImpl>(m, "Linear", "input weight^T + bias.")
      .init([](int64_t in, int64_t out, bool bias) { return LinearOptions(in, out).bias(bias); },
            py::arg("in_features"), py::arg("out_features"), py::arg("bias") = true)
      .option("in_features", &LinearOptions::in_features_)
      .option("out_features", &LinearOptions::out_features_)
      .hidden("bias", &LinearOptions::bias_)
      .def("reset_parameters", &LinearImpl::reset_parameters);
  Layer<IdentityImpl>(m, "Identity", "The input, whatever it is and whatever the arguments.")
      .init([](const py::args&, const py::kwargs&) { return IdentityOptions(); })
      .forward([](const IdentityImpl&, const py::object& input) { return input; }, py::arg("input"));
  Layer<FlattenImpl>(m, "Flatten", "The dims start_dim ... end_dim made one.")
      .init([](int64_t start, int64_t end) { return FlattenOptions().start_dim(start).end_dim(end); },
            py::arg("start_dim") = 1, py::arg("end_dim") = -1)
      .option("start_dim", &FlattenOptions::start_dim_)
      .option("end_dim", &FlattenOptions::end_dim_);
  Layer<UnflattenImpl>(m, "Unflatten", "One dim split into several.")
      .init([](int64_t dim, const Shape& sizes) { return UnflattenOptions(dim, sizes); }, py::arg("dim"),
            py::arg("unflattened_size"))
      .option("dim", &UnflattenOptions::dim_)
      .option("unflattened_size", &UnflattenOptions::unflattened_size_);
  bind_embedding(m);
  bind_dropout<DropoutImpl>(m, "Dropout", "While training, zeroes elements with probability p and scales the others.");
  bind_dropout<Dropout1dImpl>(m, "Dropout1d", "Zeroes channels of [N, C, L].");
  bind_dropout<Dropout2dImpl>(m, "Dropout2d", "Zeroes channels of [N, C, H, W].");
  bind_dropout<Dropout3dImpl>(m, "Dropout3d", "Zeroes channels of [N, C, D, H, W].");
  bind_dropout<AlphaDropoutImpl>(m, "AlphaDropout", "Dropout that keeps mean 0 and variance 1.");
  bind_dropout<FeatureAlphaDropoutImpl>(m, "FeatureAlphaDropout", "AlphaDropout of whole channels.");
}

}  // namespace ember::python
