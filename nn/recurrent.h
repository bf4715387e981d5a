// Recurrent layers: RNN, LSTM and GRU, stacked and bidirectional, with PyTorch's parameter names (weight_ih_l0, weight_hh_l0,
// bias_ih_l0, bias_hh_l0, ..., with the suffix _reverse for the backward direction).
#pragma once

#include <tuple>
#include <utility>

#include "ember/nn/module.h"
#include "ember/nn/packed_sequence.h"
#include "ember/ops/recurrent/recurrent.h"

namespace ember::nn {

/// What the options of the three share.
template <class Derived>
struct RecurrentLayerOptions : ParameterOptions<Derived> {
  Derived& num_layers(int64_t value) { return num_layers_ = value, self(); }
  Derived& bias(bool value) { return bias_ = value, self(); }
  Derived& batch_first(bool value) { return batch_first_ = value, self(); }
  /// Applied to the output of each layer but the last.
  Derived& dropout(double value) { return dropout_ = value, self(); }
  Derived& bidirectional(bool value) { return bidirectional_ = value, self(); }
  OptionFields fields() {
    return {{"input_size", &input_size_, kRequired},
            {"hidden_size", &hidden_size_, kRequired},
            {"num_layers", &num_layers_},
            {"bias", &bias_},
            {"batch_first", &batch_first_},
            {"dropout", &dropout_},
            {"bidirectional", &bidirectional_},
            this->device_field(),
            this->dtype_field()};
  }

  int64_t input_size_, hidden_size_, num_layers_ = 1;
  bool bias_ = true, batch_first_ = false, bidirectional_ = false;
  double dropout_ = 0;

 protected:
  RecurrentLayerOptions(int64_t input_size, int64_t hidden_size) : input_size_(input_size), hidden_size_(hidden_size) {}

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
};

struct RNNOptions : RecurrentLayerOptions<RNNOptions> {
  RNNOptions(int64_t input_size, int64_t hidden_size) : RecurrentLayerOptions(input_size, hidden_size) {}
  /// "tanh" or "relu".
  RNNOptions& nonlinearity(OptionName value) { return nonlinearity_ = value.text, *this; }
  OptionFields fields();

  std::string nonlinearity_ = "tanh";
};
struct LSTMOptions : RecurrentLayerOptions<LSTMOptions> {
  LSTMOptions(int64_t input_size, int64_t hidden_size) : RecurrentLayerOptions(input_size, hidden_size) {}
  /// The size to which the hidden state is projected (Sak et al., 2014); 0 for none.
  LSTMOptions& proj_size(int64_t value) { return proj_size_ = value, *this; }
  OptionFields fields();

  int64_t proj_size_ = 0;
};
struct GRUOptions : RecurrentLayerOptions<GRUOptions> {
  GRUOptions(int64_t input_size, int64_t hidden_size) : RecurrentLayerOptions(input_size, hidden_size) {}
};

/// What the three share. Inputs are [time, batch, input_size], or [batch, time, input_size] with batch_first, or without a batch;
/// outputs have hidden_size (twice that when bidirectional) in place of input_size; states are [layers * directions, batch,
/// hidden_size]. Everything starts uniform in +-1/sqrt(hidden_size).
template <class Derived, class Options>
class RecurrentLayer : public Layer<Derived, Options> {
 public:
  void reset_parameters();
  std::string extra_repr() const override;
  /// The weights and biases in the order of registration: layer by layer, direction by direction.
  std::vector<Tensor> flat_weights() const;

 protected:
  RecurrentLayer(Options options, int64_t gates);
  RecurrentOptions op_options() const;
  /// The same for packed data.
  RecurrentOptions op_options(const utils::rnn::PackedSequence& input) const;

 private:
  size_t weight_count_ = 0;  ///< those of the layer, which come first: a caller may register others
};

/// h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it. Elman, 1990.
class RNNImpl : public RecurrentLayer<RNNImpl, RNNOptions> {
 public:
  explicit RNNImpl(RNNOptions options);
  RNNImpl(int64_t input_size, int64_t hidden_size) : RNNImpl(RNNOptions(input_size, hidden_size)) {}
  /// (output, last state); the state starts at zeros unless given.
  std::pair<Tensor, Tensor> forward(const Tensor& input, const Tensor& h0 = {}) const;
  /// The same of sequences of different lengths, without a step for padding. States are in the caller's order.
  std::pair<utils::rnn::PackedSequence, Tensor> forward_with_packed_input(const utils::rnn::PackedSequence& input,
                                                                          const Tensor& h0 = {}) const;
};
using RNN = ModuleHolder<RNNImpl>;

/// Hochreiter & Schmidhuber, 1997; gates in the order input, forget, cell, output. With proj_size, weight_hr_l0 [proj_size,
/// hidden_size] ... make outputs and hidden states shorter; cell states are not.
class LSTMImpl : public RecurrentLayer<LSTMImpl, LSTMOptions> {
 public:
  explicit LSTMImpl(LSTMOptions options);
  LSTMImpl(int64_t input_size, int64_t hidden_size) : LSTMImpl(LSTMOptions(input_size, hidden_size)) {}
  using State = std::pair<Tensor, Tensor>;  ///< hidden and cell
  /// (output, last state); the state starts at zeros unless given.
  std::pair<Tensor, State> forward(const Tensor& input, const State& state = {}) const;
  /// The same of sequences of different lengths, without a step for padding. States are in the caller's order.
  std::pair<utils::rnn::PackedSequence, State> forward_with_packed_input(const utils::rnn::PackedSequence& input,
                                                                         const State& state = {}) const;
};
using LSTM = ModuleHolder<LSTMImpl>;

/// Cho et al., 2014; gates in the order reset, update, new.
class GRUImpl : public RecurrentLayer<GRUImpl, GRUOptions> {
 public:
  explicit GRUImpl(GRUOptions options);
  GRUImpl(int64_t input_size, int64_t hidden_size) : GRUImpl(GRUOptions(input_size, hidden_size)) {}
  /// (output, last state); the state starts at zeros unless given.
  std::pair<Tensor, Tensor> forward(const Tensor& input, const Tensor& h0 = {}) const;
  /// The same of sequences of different lengths, without a step for padding. States are in the caller's order.
  std::pair<utils::rnn::PackedSequence, Tensor> forward_with_packed_input(const utils::rnn::PackedSequence& input,
                                                                          const Tensor& h0 = {}) const;
};
using GRU = ModuleHolder<GRUImpl>;

extern template class RecurrentLayer<RNNImpl, RNNOptions>;
extern template class RecurrentLayer<LSTMImpl, LSTMOptions>;
extern template class RecurrentLayer<GRUImpl, GRUOptions>;

}  // namespace ember::nn
