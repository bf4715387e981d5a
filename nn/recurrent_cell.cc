#include "ember/nn/recurrent_cell.h"

#include <cmath>

#include "ember/nn/format.h"
#include "ember/nn/init.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/recurrent/recurrent.h"

namespace ember::nn {
namespace {

template <class Options>
Options checked(Options o, int64_t gates) {
  check<ValueError>(o.input_size_ > 0, "input_size must be greater than zero, got ", o.input_size_);
  check<ValueError>(o.hidden_size_ > 0 && o.hidden_size_ <= INT64_MAX / gates,
                    "hidden_size must be greater than zero, and its ", gates, "-fold a size, got ", o.hidden_size_);
  return o;
}

}  // namespace

OptionFields RNNCellOptions::fields() {
  OptionFields fields = RecurrentCellOptions::fields();
  fields.insert(fields.begin() + 3, {"nonlinearity", &nonlinearity_});
  return fields;
}

template <class Derived, class Options>
RecurrentCell<Derived, Options>::RecurrentCell(Options given, int64_t gates)
    : Layer<Derived, Options>(checked(std::move(given), gates)),
      weight_ih(this->register_parameter(
          "weight_ih",
          empty({gates * this->options.hidden_size_, this->options.input_size_}, this->options.tensor_options()))),
      weight_hh(this->register_parameter(
          "weight_hh",
          empty({gates * this->options.hidden_size_, this->options.hidden_size_}, this->options.tensor_options()))),
      bias_ih(this->register_parameter("bias_ih", empty_if(this->options.bias_, gates * this->options.hidden_size_,
                                                           this->options.tensor_options()))),
      bias_hh(this->register_parameter("bias_hh", empty_if(this->options.bias_, gates * this->options.hidden_size_,
                                                           this->options.tensor_options()))) {
  reset_parameters();
}

template <class Derived, class Options>
void RecurrentCell<Derived, Options>::reset_parameters() {
  const double bound = 1 / std::sqrt(this->options.hidden_size_);
  for (const auto& [name, p] : this->own_parameters())
    if (p.defined()) init::uniform_(p, -bound, bound);
}

template <class Derived, class Options>
std::string RecurrentCell<Derived, Options>::extra_repr() const {
  const Options& o = this->options;
  std::string s = concat(o.input_size_, ", ", o.hidden_size_);
  if (!o.bias_) s += ", bias=False";
  if constexpr (requires { o.nonlinearity_; })
    if (o.nonlinearity_ != "tanh") s += ", nonlinearity=" + o.nonlinearity_;
  return s;
}

template <class Derived, class Options>
Tensor RecurrentCell<Derived, Options>::state_or_zeros(const Tensor& input, const Tensor& state) const {
  check<ValueError>(input.dim() == 1 || input.dim() == 2, this->name(), ": expected input to be 1D or 2D, got ",
                    input.dim(), "D instead");
  if (!state.defined()) {
    const int64_t hidden = this->options.hidden_size_;
    return zeros(input.dim() == 1 ? Shape{hidden} : Shape{input.size(0), hidden}, input.options());
  }
  check<ValueError>(state.dim() == input.dim(), this->name(), ": expected hidden of ", input.dim(),
                    "D, as the input, got ", state.dim(), "D instead");
  return state;
}

RNNCellImpl::RNNCellImpl(RNNCellOptions options) : RecurrentCell(std::move(options), 1) {}

Tensor RNNCellImpl::forward(const Tensor& input, const Tensor& hidden) const {
  const std::string& nonlinearity = options.nonlinearity_;
  check(nonlinearity == "tanh" || nonlinearity == "relu", "Unknown nonlinearity: ", nonlinearity);
  auto* op = nonlinearity == "tanh" ? &rnn_tanh_cell : &rnn_relu_cell;
  return op(input, state_or_zeros(input, hidden), weight_ih, weight_hh, bias_ih, bias_hh);
}

LSTMCellImpl::LSTMCellImpl(LSTMCellOptions options) : RecurrentCell(options, 4) {}

LSTMCellImpl::State LSTMCellImpl::forward(const Tensor& input, const State& state) const {
  return lstm_cell(input, state_or_zeros(input, state.first), state_or_zeros(input, state.second), weight_ih, weight_hh,
                   bias_ih, bias_hh);
}

GRUCellImpl::GRUCellImpl(GRUCellOptions options) : RecurrentCell(options, 3) {}

Tensor GRUCellImpl::forward(const Tensor& input, const Tensor& hidden) const {
  return gru_cell(input, state_or_zeros(input, hidden), weight_ih, weight_hh, bias_ih, bias_hh);
}

template class RecurrentCell<RNNCellImpl, RNNCellOptions>;
template class RecurrentCell<LSTMCellImpl, LSTMCellOptions>;
template class RecurrentCell<GRUCellImpl, GRUCellOptions>;

}  // namespace ember::nn
