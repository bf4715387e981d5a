// Recurrent layers: RNN, LSTM and GRU, stacked and bidirectional, with PyTorch's parameter names (weight_ih_l0, weight_hh_l0,
// bias_ih_l0, bias_hh_l0, ..., with the suffix _reverse for the backward direction).
#pragma once

#include <tuple>
#include <utility>

#include "ember/nn/module.h"
#include "ember/ops/recurrent/recurrent.h"

namespace ember::nn {

struct RNNOptions {
  RNNOptions(int64_t input_size, int64_t hidden_size) : input_size_(input_size), hidden_size_(hidden_size) {}
  RNNOptions& num_layers(int64_t value) { return num_layers_ = value, *this; }
  RNNOptions& bias(bool value) { return bias_ = value, *this; }
  RNNOptions& batch_first(bool value) { return batch_first_ = value, *this; }
  /// Applied to the output of each layer but the last.
  RNNOptions& dropout(double value) { return dropout_ = value, *this; }
  RNNOptions& bidirectional(bool value) { return bidirectional_ = value, *this; }
  /// "tanh" or "relu"; RNN only.
  RNNOptions& nonlinearity(OptionName value) { return nonlinearity_ = value.text, *this; }

  int64_t input_size_, hidden_size_, num_layers_ = 1;
  bool bias_ = true, batch_first_ = false, bidirectional_ = false;
  double dropout_ = 0;
  std::string nonlinearity_ = "tanh";
};
using LSTMOptions = RNNOptions;
using GRUOptions = RNNOptions;

/// What the three share. Inputs are [time, batch, input_size], or [batch, time, input_size] with batch_first, or without a batch;
/// outputs have hidden_size (twice that when bidirectional) in place of input_size; states are [layers * directions, batch,
/// hidden_size]. Everything starts uniform in +-1/sqrt(hidden_size).
class RecurrentImpl : public Module {
 public:
  RecurrentImpl(const RecurrentImpl&) = delete;
  RecurrentImpl(RecurrentImpl&&) = default;
  void reset_parameters();
  std::string extra_repr() const override;
  /// The weights and biases in the order of registration: layer by layer, direction by direction.
  std::vector<Tensor> flat_weights() const;

  RNNOptions options;

 protected:
  RecurrentImpl(RNNOptions options, int64_t gates);
  RecurrentOptions op_options() const;
  bool take_members(const Module& source, CloneMemo& memo) override;
};

/// h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it. Elman, 1990.
class RNNImpl : public RecurrentImpl {
 public:
  explicit RNNImpl(RNNOptions options);
  RNNImpl(int64_t input_size, int64_t hidden_size) : RNNImpl(RNNOptions(input_size, hidden_size)) {}
  /// (output, last state); the state starts at zeros unless given.
  std::pair<Tensor, Tensor> forward(const Tensor& input, const Tensor& h0 = {}) const;

 protected:
  std::shared_ptr<Module> make_empty() const override;
};
using RNN = ModuleHolder<RNNImpl>;

/// Hochreiter & Schmidhuber, 1997; gates in the order input, forget, cell, output.
class LSTMImpl : public RecurrentImpl {
 public:
  explicit LSTMImpl(LSTMOptions options);
  LSTMImpl(int64_t input_size, int64_t hidden_size) : LSTMImpl(LSTMOptions(input_size, hidden_size)) {}
  using State = std::pair<Tensor, Tensor>;  ///< hidden and cell
  /// (output, last state); the state starts at zeros unless given.
  std::pair<Tensor, State> forward(const Tensor& input, const State& state = {}) const;

 protected:
  std::shared_ptr<Module> make_empty() const override;
};
using LSTM = ModuleHolder<LSTMImpl>;

/// Cho et al., 2014; gates in the order reset, update, new.
class GRUImpl : public RecurrentImpl {
 public:
  explicit GRUImpl(GRUOptions options);
  GRUImpl(int64_t input_size, int64_t hidden_size) : GRUImpl(GRUOptions(input_size, hidden_size)) {}
  /// (output, last state); the state starts at zeros unless given.
  std::pair<Tensor, Tensor> forward(const Tensor& input, const Tensor& h0 = {}) const;

 protected:
  std::shared_ptr<Module> make_empty() const override;
};
using GRU = ModuleHolder<GRUImpl>;

}  // namespace ember::nn
