// Recurrent layers, attention and the transformer encoder.
#include "ember/nn/recurrent.h"
#include "ember/nn/transformer.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"
#include "python/bindings/packed_sequence.h"

namespace ember::python {

namespace {

using nn::utils::rnn::PackedSequence;

/// RNN and GRU, whose state is one tensor.
template <class M>
void bind_recurrent(py::module_& m, const char* name, const char* doc) {
  bind_layer<M>(m, name, doc)
      .forward(
          [](const M& self, const Tensor& input, const Tensor& hx) {
            const GilRelease gil;
            return std::tuple(self.forward(input, hx));
          },
          py::arg("input"), py::arg("hx") = py::none())
      .also_forward(
          [](const M& self, const PackedSequence& input, const Tensor& hx) {
            const GilRelease gil;
            return std::tuple(self.forward_with_packed_input(input, hx));
          },
          py::arg("input"), py::arg("hx") = py::none());
}

void bind_lstm(py::module_& m) {
  bind_layer<nn::LSTMImpl>(m, "LSTM", "Long short-term memory.")
      .forward(
          [](const nn::LSTMImpl& self, const Tensor& input, const std::optional<std::tuple<Tensor, Tensor>>& hx) {
            const GilRelease gil;
            auto [output, state] = hx ? self.forward(input, {std::get<0>(*hx), std::get<1>(*hx)}) : self.forward(input);
            return std::tuple(output, std::tuple(state.first, state.second));
          },
          py::arg("input"), py::arg("hx") = py::none())
      .also_forward(
          [](const nn::LSTMImpl& self, const PackedSequence& input,
             const std::optional<std::tuple<Tensor, Tensor>>& hx) {
            const GilRelease gil;
            const auto given = hx ? nn::LSTMImpl::State(std::get<0>(*hx), std::get<1>(*hx)) : nn::LSTMImpl::State();
            auto [output, state] = self.forward_with_packed_input(input, given);
            return std::tuple(output, std::tuple(state.first, state.second));
          },
          py::arg("input"), py::arg("hx") = py::none());
}

void bind_attention(py::module_& m) {
  using nn::MultiheadAttentionImpl;
  bind_layer<MultiheadAttentionImpl>(m, "MultiheadAttention", "Attention of several heads.")
      .forward(
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

void bind_transformer(py::module_& m) {
  using nn::TransformerEncoderLayerImpl;
  bind_layer<TransformerEncoderLayerImpl>(m, "TransformerEncoderLayer",
                                          "Self-attention and a feed-forward network with residual connections.")
      .also_forward(
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
  bind_recurrent<nn::RNNImpl>(m, "RNN", "h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it.");
  bind_recurrent<nn::GRUImpl>(m, "GRU", "Gated recurrent units.");
  bind_lstm(m);
  bind_attention(m);
  bind_transformer(m);
}

}  // namespace ember::python
