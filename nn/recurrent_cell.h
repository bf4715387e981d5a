// One step of a recurrent network as a layer: RNNCell, LSTMCell and GRUCell, with PyTorch's parameter names.
#pragma once

#include <utility>

#include "ember/nn/module.h"

namespace ember::nn {

/// What the options of the three share.
template <class Derived>
struct RecurrentCellOptions : ParameterOptions<Derived> {
  Derived& bias(bool value) { return bias_ = value, static_cast<Derived&>(*this); }
  OptionFields fields() {
    return {{"input_size", &input_size_, kRequired},
            {"hidden_size", &hidden_size_, kRequired},
            {"bias", &bias_},
            this->device_field(),
            this->dtype_field()};
  }

  int64_t input_size_, hidden_size_;
  bool bias_ = true;

 protected:
  RecurrentCellOptions(int64_t input_size, int64_t hidden_size) : input_size_(input_size), hidden_size_(hidden_size) {}
};

struct RNNCellOptions : RecurrentCellOptions<RNNCellOptions> {
  RNNCellOptions(int64_t input_size, int64_t hidden_size) : RecurrentCellOptions(input_size, hidden_size) {}
  /// "tanh" or "relu".
  RNNCellOptions& nonlinearity(OptionName value) { return nonlinearity_ = value.text, *this; }
  OptionFields fields();

  std::string nonlinearity_ = "tanh";
};
struct LSTMCellOptions : RecurrentCellOptions<LSTMCellOptions> {
  LSTMCellOptions(int64_t input_size, int64_t hidden_size) : RecurrentCellOptions(input_size, hidden_size) {}
};
struct GRUCellOptions : RecurrentCellOptions<GRUCellOptions> {
  GRUCellOptions(int64_t input_size, int64_t hidden_size) : RecurrentCellOptions(input_size, hidden_size) {}
};

/// What the three share. Inputs are [batch, input_size], states [batch, hidden_size], both also without the batch; a state that is
/// not given is zeros. Everything starts uniform in +-1/sqrt(hidden_size).
template <class Derived, class Options>
class RecurrentCell : public Layer<Derived, Options> {
 public:
  void reset_parameters();
  std::string extra_repr() const override;

  Tensor &weight_ih, &weight_hh;  ///< [gates hidden_size, input_size], [gates hidden_size, hidden_size]
  Tensor &bias_ih, &bias_hh;      ///< [gates hidden_size]; undefined without bias

 protected:
  RecurrentCell(Options options, int64_t gates);
  /// The state, or zeros for one that was not given. ValueError for a wrong number of dims.
  Tensor state_or_zeros(const Tensor& input, const Tensor& state) const;
};

/// h' = tanh(W_ih x + b_ih + W_hh h + b_hh), or relu of it.
class RNNCellImpl : public RecurrentCell<RNNCellImpl, RNNCellOptions> {
 public:
  explicit RNNCellImpl(RNNCellOptions options);
  RNNCellImpl(int64_t input_size, int64_t hidden_size) : RNNCellImpl(RNNCellOptions(input_size, hidden_size)) {}
  Tensor forward(const Tensor& input) override { return forward(input, {}); }
  Tensor forward(const Tensor& input, const Tensor& hidden) const;
};
using RNNCell = ModuleHolder<RNNCellImpl>;

/// Hochreiter & Schmidhuber, 1997; gates in the order input, forget, cell, output.
class LSTMCellImpl : public RecurrentCell<LSTMCellImpl, LSTMCellOptions> {
 public:
  explicit LSTMCellImpl(LSTMCellOptions options);
  LSTMCellImpl(int64_t input_size, int64_t hidden_size) : LSTMCellImpl(LSTMCellOptions(input_size, hidden_size)) {}
  using State = std::pair<Tensor, Tensor>;  ///< hidden and cell
  State forward(const Tensor& input, const State& state = {}) const;
};
using LSTMCell = ModuleHolder<LSTMCellImpl>;

/// Cho et al., 2014; gates in the order reset, update, new.
class GRUCellImpl : public RecurrentCell<GRUCellImpl, GRUCellOptions> {
 public:
  explicit GRUCellImpl(GRUCellOptions options);
  GRUCellImpl(int64_t input_size, int64_t hidden_size) : GRUCellImpl(GRUCellOptions(input_size, hidden_size)) {}
  Tensor forward(const Tensor& input) override { return forward(input, {}); }
  Tensor forward(const Tensor& input, const Tensor& hidden) const;
};
using GRUCell = ModuleHolder<GRUCellImpl>;

extern template class RecurrentCell<RNNCellImpl, RNNCellOptions>;
extern template class RecurrentCell<LSTMCellImpl, LSTMCellOptions>;
extern template class RecurrentCell<GRUCellImpl, GRUCellOptions>;

}  // namespace ember::nn
