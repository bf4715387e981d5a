#include "ember/nn/recurrent.h"

#include <cmath>

#include "ember/nn/format.h"
#include "ember/nn/init.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/recurrent/recurrent.h"

namespace ember::nn {

RecurrentImpl::RecurrentImpl(RNNOptions given, int64_t gates) : options(std::move(given)) {
  check<ValueError>(options.dropout_ >= 0 && options.dropout_ <= 1,
                    "dropout should be a number in range [0, 1] representing the probability of an element being "
                    "zeroed");
  check<ValueError>(options.input_size_ > 0, "input_size must be greater than zero");
  check<ValueError>(options.hidden_size_ > 0, "hidden_size must be greater than zero");
  check<ValueError>(options.hidden_size_ <= INT64_MAX / 4, "hidden_size ", options.hidden_size_,
                    " is too large for weights of shape [", gates, " * hidden_size, hidden_size]");
  check<ValueError>(options.num_layers_ > 0, "num_layers must be greater than zero");
  const int64_t hidden = options.hidden_size_, rows = gates * hidden, directions = options.bidirectional_ ? 2 : 1;
  for (int64_t layer = 0; layer < options.num_layers_; ++layer) {
    const int64_t columns = layer == 0 ? options.input_size_ : hidden * directions;
    for (int64_t direction = 0; direction < directions; ++direction) {
      const std::string suffix = concat("_l", layer, direction ? "_reverse" : "");
      register_parameter("weight_ih" + suffix, empty({rows, columns}));
      register_parameter("weight_hh" + suffix, empty({rows, hidden}));
      if (!options.bias_) continue;
      register_parameter("bias_ih" + suffix, empty(rows));
      register_parameter("bias_hh" + suffix, empty(rows));
    }
  }
  reset_parameters();
}

void RecurrentImpl::reset_parameters() {
  const double bound = 1 / std::sqrt(options.hidden_size_);
  for (const auto& [name, p] : own_parameters()) init::uniform_(p, -bound, bound);
}

std::vector<Tensor> RecurrentImpl::flat_weights() const { return own_parameters().values(); }

std::string RecurrentImpl::extra_repr() const {
  std::string s = concat(options.input_size_, ", ", options.hidden_size_);
  if (options.num_layers_ != 1) s += concat(", num_layers=", options.num_layers_);
  if (!options.bias_) s += ", bias=False";
  if (options.batch_first_) s += ", batch_first=True";
  if (options.dropout_ != 0) s += ", dropout=" + text(options.dropout_);
  if (options.bidirectional_) s += ", bidirectional=True";
  return s;
}

RecurrentOptions RecurrentImpl::op_options() const {
  return {.has_biases = options.bias_,
          .num_layers = options.num_layers_,
          .dropout = options.dropout_,
          .training = is_training(),
          .bidirectional = options.bidirectional_,
          .batch_first = options.batch_first_};
}

RNNImpl::RNNImpl(RNNOptions options) : RecurrentImpl(std::move(options), 1) {
  const std::string& nonlinearity = this->options.nonlinearity_;
  check<ValueError>(nonlinearity == "tanh" || nonlinearity == "relu", "Unknown nonlinearity '", nonlinearity,
                    "'. Select from 'tanh' or 'relu'.");
}

std::pair<Tensor, Tensor> RNNImpl::forward(const Tensor& input, const Tensor& h0) const {
  auto* op = options.nonlinearity_ == "tanh" ? &rnn_tanh : &rnn_relu;
  return op(input, h0, flat_weights(), op_options());
}

bool RecurrentImpl::take_members(const Module& source, CloneMemo&) {
  options = dynamic_cast<const RecurrentImpl&>(source).options;
  return false;
}

std::shared_ptr<Module> RNNImpl::make_empty() const { return std::make_shared<RNNImpl>(options); }

LSTMImpl::LSTMImpl(LSTMOptions options) : RecurrentImpl(std::move(options), 4) {}

std::pair<Tensor, LSTMImpl::State> LSTMImpl::forward(const Tensor& input, const State& state) const {
  auto [output, hidden, cell] = lstm(input, state.first, state.second, flat_weights(), op_options());
  return {output, {hidden, cell}};
}

std::shared_ptr<Module> LSTMImpl::make_empty() const { return std::make_shared<LSTMImpl>(options); }

GRUImpl::GRUImpl(GRUOptions options) : RecurrentImpl(std::move(options), 3) {}

std::pair<Tensor, Tensor> GRUImpl::forward(const Tensor& input, const Tensor& h0) const {
  return gru(input, h0, flat_weights(), op_options());
}

std::shared_ptr<Module> GRUImpl::make_empty() const { return std::make_shared<GRUImpl>(options); }

}  // namespace ember::nn
