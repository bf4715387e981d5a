// Recurrent layers and cells, and attention.
#include "ember/nn/attention.h"
#include "ember/nn/recurrent.h"
#include "ember/nn/recurrent_cell.h"
#include "python/bindings/bindings.h"
#include "python/bindings/layer.h"
#include "python/bindings/packed_sequence.h"

namespace ember::python {

namespace {

using nn::utils::rnn::PackedSequence;

/// What PyTorch's RNNBase gives the three.
template <class M>
Layer<M> bind_recurrent_base(py::module_& m, const char* name, const char* doc) {
  return bind_layer<M>(m, name, doc)
      .method(
          "flatten_parameters", [](const M&) {}, "Without effect: parameters are used as they lie.")
      .attribute("mode",
                 [name](const M& self) {
                   if constexpr (requires { self.options.nonlinearity_; })
                     return self.options.nonlinearity_ == "tanh" ? std::string("RNN_TANH") : std::string("RNN_RELU");
                   else
                     return std::string(name);
                 })
      .attribute("all_weights", [](const M& self) {
        auto weights = items(self.own_parameters());
        weights.resize(self.flat_weights().size());  // a caller may have registered others
        const size_t each =
            weights.size() / static_cast<size_t>(self.options.num_layers_ * (self.options.bidirectional_ ? 2 : 1));
        py::list all;
        for (size_t i = 0; i < weights.size(); ++i) {
          if (i % each == 0) all.append(py::list());
          all[i / each].cast<py::list>().append(py::reinterpret_steal<py::object>(wrap_parameter(weights[i].second)));
        }
        return all;
      });
}

/// RNN and GRU, whose state is one tensor.
template <class M>
void bind_recurrent(py::module_& m, const char* name, const char* doc) {
  bind_recurrent_base<M>(m, name, doc)
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
  bind_recurrent_base<nn::LSTMImpl>(m, "LSTM", "Long short-term memory.")
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
      .attribute("head_dim",
                 [](const MultiheadAttentionImpl& self) { return self.options.embed_dim_ / self.options.num_heads_; })
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

/// RNNCell and GRUCell, whose state is one tensor.
template <class M>
void bind_cell(py::module_& m, const char* name, const char* doc) {
  bind_layer<M>(m, name, doc)
      .also_forward(
          [](const M& self, const Tensor& input, const Tensor& hx) {
            const GilRelease gil;
            return self.forward(input, hx);
          },
          py::arg("input"), py::arg("hx") = py::none(), "The next hidden state.");
}

void bind_lstm_cell(py::module_& m) {
  bind_layer<nn::LSTMCellImpl>(m, "LSTMCell", "One step of long short-term memory.")
      .forward(
          [](const nn::LSTMCellImpl& self, const Tensor& input, const std::optional<std::tuple<Tensor, Tensor>>& hx) {
            const GilRelease gil;
            return hx ? self.forward(input, {std::get<0>(*hx), std::get<1>(*hx)}) : self.forward(input);
          },
          py::arg("input"), py::arg("hx") = py::none(), "The next hidden and cell state.");
}

}  // namespace

void bind_sequence_layers(py::module_& m) {
  bind_recurrent<nn::RNNImpl>(m, "RNN", "h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it.");
  bind_recurrent<nn::GRUImpl>(m, "GRU", "Gated recurrent units.");
  bind_lstm(m);
  bind_cell<nn::RNNCellImpl>(m, "RNNCell", "One step of RNN.");
  bind_cell<nn::GRUCellImpl>(m, "GRUCell", "One step of GRU.");
  bind_lstm_cell(m);
  bind_attention(m);
}

}  // namespace ember::python
