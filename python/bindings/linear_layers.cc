// Linear, embedding, dropout and the layers that reshape.
#include "nn/dropout.h"
#include "nn/embedding.h"
#include "nn/linear.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

void bind_linear_layers(py::module_& m) {
  using namespace nn;
  Layer<LinearImpl>(m, "Linear", "input weight^T + bias.")
      .init([](int64_t in, int64_t out, bool bias) { return LinearOptions(in, out).bias(bias); },
            py::arg("in_features"), py::arg("out_features"), py::arg("bias") = true)
      .option("in_features", &LinearOptions::in_features_)
      .option("out_features", &LinearOptions::out_features_)
      .hidden("bias", &LinearOptions::bias_)
      .def("reset_parameters", &LinearImpl::reset_parameters);
  Layer<IdentityImpl>(m, "Identity", "The input, whatever the arguments.").init([](const py::args&, const py::kwargs&) {
    return IdentityOptions();
  });
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
  Layer<EmbeddingImpl>(m, "Embedding", "A table of vectors looked up by index.")
      .init([](int64_t count, int64_t dim,
               std::optional<int64_t> padding) { return EmbeddingOptions(count, dim).padding_idx(padding); },
            py::arg("num_embeddings"), py::arg("embedding_dim"), py::arg("padding_idx") = py::none())
      .option("num_embeddings", &EmbeddingOptions::num_embeddings_)
      .option("embedding_dim", &EmbeddingOptions::embedding_dim_)
      .option("padding_idx", &EmbeddingOptions::padding_idx_)
      .def("reset_parameters", &EmbeddingImpl::reset_parameters);
  Layer<DropoutImpl>(m, "Dropout", "While training, zeroes elements with probability p and scales the others.")
      .init([](double p, bool inplace) { return DropoutOptions(p).inplace(inplace); }, py::arg("p") = 0.5,
            py::arg("inplace") = false)
      .option("p", &DropoutOptions::p_)
      .option("inplace", &DropoutOptions::inplace_);
}

}  // namespace ember::python
