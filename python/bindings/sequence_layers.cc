// Recurrent layers, attention and the transformer encoder.
#include "ember/nn/recurrent.h"
#include "ember/nn/transformer.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"

namespace ember::python {

namespace {

using nn::RNNOptions;

template <class M>
Layer<M> recurrent(py::module_& m, const char* name, const char* doc) {
  Layer<M> layer(m, name, doc);
  layer.option("input_size", &RNNOptions::input_size_)
      .option("hidden_size", &RNNOptions::hidden_size_)
      .option("num_layers", &RNNOptions::num_layers_)
      .option("bias", &RNNOptions::bias_)
      .option("batch_first", &RNNOptions::batch_first_)
      .option("dropout", &RNNOptions::dropout_)
      .option("bidirectional", &RNNOptions::bidirectional_);
  return layer;
}

RNNOptions recurrent_options(int64_t input, int64_t hidden, int64_t layers, bool bias, bool batch_first, double dropout,
                             bool bidirectional) {
  return RNNOptions(input, hidden)
      .num_layers(layers)
      .bias(bias)
      .batch_first(batch_first)
      .dropout(dropout)
      .bidirectional(bidirectional);
}
constexpr auto make_recurrent = [](int64_t input, int64_t hidden, int64_t layers, bool bias, bool batch_first,
                                   double dropout, bool bidirectional) {
  return recurrent_options(input, hidden, layers, bias, batch_first, dropout, bidirectional);
};

void bind_recurrent(py::module_& m) {
  using namespace nn;
  const auto input_size = py::arg("input_size"), hidden_size = py::arg("hidden_size");
  const auto num_layers = py::arg("num_layers") = 1;
  const auto bias = py::arg("bias") = true, batch_first = py::arg("batch_first") = false,
             bidirectional = py::arg("bidirectional") = false;
  const auto dropout = py::arg("dropout") = 0.0;

  recurrent<RNNImpl>(m, "RNN", "h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it.")
      .init(
          [](int64_t input, int64_t hidden, int64_t layers, const std::string& nonlinearity, bool has_bias, bool first,
             double p, bool both) {
            return recurrent_options(input, hidden, layers, has_bias, first, p, both).nonlinearity(nonlinearity);
          },
          input_size, hidden_size, num_layers, py::arg("nonlinearity") = "tanh", bias, batch_first, dropout,
          bidirectional)
      .option("nonlinearity", &RNNOptions::nonlinearity_)
      .def(
          "forward",
          [](const RNNImpl& self, const Tensor& input, const Tensor& hx) {
            const GilRelease gil;
            return std::tuple(self.forward(input, hx));
          },
          py::arg("input"), py::arg("hx") = py::none());
  recurrent<GRUImpl>(m, "GRU", "Gated recurrent units.")
      .init(make_recurrent, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
      .def(
          "forward",
          [](const GRUImpl& self, const Tensor& input, const Tensor& hx) {
            const GilRelease gil;
            return std::tuple(self.forward(input, hx));
          },
          py::arg("input"), py::arg("hx") = py::none());
  recurrent<LSTMImpl>(m, "LSTM", "Long short-term memory.")
      .init(make_recurrent, input_size, hidden_size, num_layers, bias, batch_first, dropout, bidirectional)
      .def(
          "forward",
          [](const LSTMImpl& self, const Tensor& input, const std::optional<std::tuple<Tensor, Tensor>>& hx) {
            const GilRelease gil;
            auto [output, state] = hx ? self.forward(input, {std::get<0>(*hx), std::get<1>(*hx)}) : self.forward(input);
            return std::tuple(output, std::tuple(state.first, state.second));
          },
          py::arg("input"), py::arg("hx") = py::none());
}

void bind_attention(py::module_& m) {
  using namespace nn;
  using Options = MultiheadAttentionOptions;
  Layer<MultiheadAttentionImpl>(m, "MultiheadAttention", "Attention of several heads.")
      .init(
          [](int64_t embed_dim, int64_t num_heads, double dropout, bool bias, std::optional<int64_t> kdim,
             std::optional<int64_t> vdim, bool batch_first) {
            Options options(embed_dim, num_heads);
            options.dropout(dropout).bias(bias).batch_first(batch_first);
            options.kdim_ = kdim;
            options.vdim_ = vdim;
            return options;
          },
          py::arg("embed_dim"), py::arg("num_heads"), py::arg("dropout") = 0.0, py::arg("bias") = true,
          py::arg("kdim") = py::none(), py::arg("vdim") = py::none(), py::arg("batch_first") = false)
      .option("embed_dim", &Options::embed_dim_)
      .option("num_heads", &Options::num_heads_)
      .option("dropout", &Options::dropout_)
      .hidden("bias", &Options::bias_)
      .option("kdim", &Options::kdim_)
      .option("vdim", &Options::vdim_)
      .option("batch_first", &Options::batch_first_)
      .def(
          "forward",
          [](const MultiheadAttentionImpl& self, const Tensor& query, const Tensor& key, const Tensor& value,
             const Tensor& key_padding_mask, bool need_weights, const Tensor& attn_mask, bool average, bool is_causal) {
            const GilRelease gil;
            return std::tuple(
                self.forward(query, key, value, {key_padding_mask, attn_mask, is_causal}, need_weights, average));
          },
          py::arg("query"), py::arg("key"), py::arg("value"), py::arg("key_padding_mask") = py::none(),
          py::arg("need_weights") = true, py::arg("attn_mask") = py::none(), py::arg("average_attn_weights") = true,
          py::arg("is_causal") = false, "The output, and the attention weights or None.");
}

using Activation = PythonFunction<Tensor(const Tensor&)>;

void bind_transformer(py::module_& m) {
  using namespace nn;
  using Options = TransformerEncoderLayerOptions;
  Layer<TransformerEncoderLayerImpl>(m, "TransformerEncoderLayer",
                                     "Self-attention and a feed-forward network with residual connections.")
      .init(
          [](int64_t d_model, int64_t nhead, int64_t dim_feedforward, double dropout, const py::object& activation,
             double eps, bool batch_first, bool norm_first, bool bias) {
            Options options(d_model, nhead);
            options.dim_feedforward(dim_feedforward).dropout(dropout).layer_norm_eps(eps).batch_first(batch_first);
            options.norm_first(norm_first).bias(bias);
            if (py::isinstance<py::str>(activation)) {
              options.activation(activation.cast<std::string>());
            } else {
              options.activation(Activation(activation));
            }
            return options;
          },
          py::arg("d_model"), py::arg("nhead"), py::arg("dim_feedforward") = 2048, py::arg("dropout") = 0.1,
          py::arg("activation") = "relu", py::arg("layer_norm_eps") = 1e-5, py::arg("batch_first") = false,
          py::arg("norm_first") = false, py::arg("bias") = true)
      .hidden("d_model", &Options::d_model_)
      .hidden("nhead", &Options::nhead_)
      .hidden("dim_feedforward", &Options::dim_feedforward_)
      .hidden("dropout", &Options::dropout_)
      .hidden("layer_norm_eps", &Options::layer_norm_eps_)
      .hidden("batch_first", &Options::batch_first_)
      .option("norm_first", &Options::norm_first_)
      .hidden("bias", &Options::bias_)
      .argument("activation",
                [](const TransformerEncoderLayerImpl& self) -> py::object {
                  const auto* function = self.options.activation_.target<Activation>();
                  if (function) return py::reinterpret_borrow<py::object>(function->owner.get());
                  check(!self.options.activation_name_.empty(), "activation: a C++ function has no Python object");
                  return py::str(self.options.activation_name_);
                })
      .def(
          "forward",
          [](TransformerEncoderLayerImpl& self, const Tensor& src, const Tensor& mask, const Tensor& padding,
             bool is_causal) {
            const GilRelease gil;
            return self.forward(src, mask, padding, is_causal);
          },
          py::arg("src"), py::arg("src_mask") = py::none(), py::arg("src_key_padding_mask") = py::none(),
          py::arg("is_causal") = false);
}

}  // namespace

void bind_sequence_layers(py::module_& m) {
  bind_recurrent(m);
  bind_attention(m);
  bind_transformer(m);
}

}  // namespace ember::python
