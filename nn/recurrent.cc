#include "ember/nn/recurrent.h"

#include <cmath>

#include "ember/nn/format.h"
#include "ember/nn/init.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/recurrent/recurrent.h"

namespace ember::nn {

using utils::rnn::PackedSequence;

OptionFields RNNOptions::fields() {
  OptionFields fields = RecurrentLayerOptions::fields();
  fields.insert(fields.begin() + 3, {"nonlinearity", &nonlinearity_});
  return fields;
}

OptionFields LSTMOptions::fields() {
  OptionFields fields = RecurrentLayerOptions::fields();
  fields.insert(fields.begin() + 7, {"proj_size", &proj_size_});
  return fields;
}

namespace {

/// The size of a projected state; 0 without one.
template <class Options>
int64_t projected_size(const Options& options) {
  if constexpr (requires { options.proj_size_; })
    return options.proj_size_;
  else
    return 0;
}

}  // namespace

template <class Derived, class Options>
RecurrentLayer<Derived, Options>::RecurrentLayer(Options given, int64_t gates) : Layer<Derived, Options>(given) {
  const Options& o = this->options;
  check<ValueError>(o.dropout_ >= 0 && o.dropout_ <= 1,
                    "dropout should be a number in range [0, 1] representing the probability of an element being "
                    "zeroed");
  check<ValueError>(o.input_size_ > 0, "input_size must be greater than zero");
  check<ValueError>(o.hidden_size_ > 0, "hidden_size must be greater than zero");
  check<ValueError>(o.hidden_size_ <= INT64_MAX / 4, "hidden_size ", o.hidden_size_,
                    " is too large for weights of shape [", gates, " * hidden_size, hidden_size]");
  check<ValueError>(o.num_layers_ > 0, "num_layers must be greater than zero");
  const int64_t projected = projected_size(o);
  check<ValueError>(projected >= 0 && projected < o.hidden_size_,
                    "proj_size has to be a non-negative integer, smaller ", "than hidden_size ", o.hidden_size_,
                    ", or zero to disable projections, got ", projected);
  const int64_t rows = gates * o.hidden_size_, directions = o.bidirectional_ ? 2 : 1;
  const int64_t state = projected > 0 ? projected : o.hidden_size_;
  const TensorOptions how = o.tensor_options();
  for (int64_t layer = 0; layer < o.num_layers_; ++layer) {
    const int64_t columns = layer == 0 ? o.input_size_ : state * directions;
    for (int64_t direction = 0; direction < directions; ++direction) {
      const std::string suffix = concat("_l", layer, direction ? "_reverse" : "");
      this->register_parameter("weight_ih" + suffix, empty({rows, columns}, how));
      this->register_parameter("weight_hh" + suffix, empty({rows, state}, how));
      if (o.bias_) {
        this->register_parameter("bias_ih" + suffix, empty(rows, how));
        this->register_parameter("bias_hh" + suffix, empty(rows, how));
      }
      if (projected > 0) this->register_parameter("weight_hr" + suffix, empty({projected, o.hidden_size_}, how));
    }
  }
  weight_count_ = this->own_parameters().size();
  reset_parameters();
}

template <class Derived, class Options>
std::vector<Tensor> RecurrentLayer<Derived, Options>::flat_weights() const {
  std::vector<Tensor> weights = this->own_parameters().values();
  weights.resize(weight_count_);
  return weights;
}

template <class Derived, class Options>
void RecurrentLayer<Derived, Options>::reset_parameters() {
  const double bound = 1 / std::sqrt(this->options.hidden_size_);
  for (const auto& [name, p] : this->own_parameters()) init::uniform_(p, -bound, bound);
}

template <class Derived, class Options>
std::string RecurrentLayer<Derived, Options>::extra_repr() const {
  const Options& o = this->options;
  std::string s = concat(o.input_size_, ", ", o.hidden_size_);
  if (projected_size(o) > 0) s += concat(", proj_size=", projected_size(o));
  if (o.num_layers_ != 1) s += concat(", num_layers=", o.num_layers_);
  if (!o.bias_) s += ", bias=False";
  if (o.batch_first_) s += ", batch_first=True";
  if (o.dropout_ != 0) s += ", dropout=" + text(o.dropout_);
  if (o.bidirectional_) s += ", bidirectional=True";
  return s;
}

template <class Derived, class Options>
RecurrentOptions RecurrentLayer<Derived, Options>::op_options() const {
  const Options& o = this->options;
  return {.has_biases = o.bias_,
          .num_layers = o.num_layers_,
          .dropout = o.dropout_,
          .training = this->is_training(),
          .bidirectional = o.bidirectional_,
          .batch_first = o.batch_first_};
}

template <class Derived, class Options>
RecurrentOptions RecurrentLayer<Derived, Options>::op_options(const PackedSequence& input) const {
  check(input.batch_sizes().defined(), this->name(), ": the packed input is empty");
  RecurrentOptions how = op_options();
  const int64_t* sizes = input.batch_sizes().data_ptr<int64_t>();
  how.batch_sizes.assign(sizes, sizes + input.batch_sizes().numel());
  return how;
}

namespace {

/// States [layers directions, batch, hidden] in another order of the batch.
Tensor reordered(const Tensor& state, const Tensor& order) {
  return state.defined() && order.defined() ? index_select(state, 1, order) : state;
}

/// Output data in the input's packing.
PackedSequence packed_like(const PackedSequence& input, const Tensor& data) {
  return {data, input.batch_sizes(), input.sorted_indices(), input.unsorted_indices()};
}

}  // namespace

RNNImpl::RNNImpl(RNNOptions options) : RecurrentLayer(std::move(options), 1) {
  const std::string& nonlinearity = this->options.nonlinearity_;
  check<ValueError>(nonlinearity == "tanh" || nonlinearity == "relu", "Unknown nonlinearity '", nonlinearity,
                    "'. Select from 'tanh' or 'relu'.");
}

std::pair<Tensor, Tensor> RNNImpl::forward(const Tensor& input, const Tensor& h0) const {
  auto* op = options.nonlinearity_ == "tanh" ? &rnn_tanh : &rnn_relu;
  return op(input, h0, flat_weights(), op_options());
}

std::pair<PackedSequence, Tensor> RNNImpl::forward_with_packed_input(const PackedSequence& input,
                                                                     const Tensor& h0) const {
  auto* op = options.nonlinearity_ == "tanh" ? &rnn_tanh : &rnn_relu;
  const auto [output, last] =
      op(input.data(), reordered(h0, input.sorted_indices()), flat_weights(), op_options(input));
  return {packed_like(input, output), reordered(last, input.unsorted_indices())};
}

LSTMImpl::LSTMImpl(LSTMOptions options) : RecurrentLayer(options, 4) {}

std::pair<Tensor, LSTMImpl::State> LSTMImpl::forward(const Tensor& input, const State& state) const {
  auto [output, hidden, cell] = lstm(input, state.first, state.second, flat_weights(), op_options());
  return {output, {hidden, cell}};
}

std::pair<PackedSequence, LSTMImpl::State> LSTMImpl::forward_with_packed_input(const PackedSequence& input,
                                                                               const State& state) const {
  const Tensor &there = input.sorted_indices(), &back = input.unsorted_indices();
  const auto [output, hidden, cell] = lstm(input.data(), reordered(state.first, there), reordered(state.second, there),
                                           flat_weights(), op_options(input));
  return {packed_like(input, output), {reordered(hidden, back), reordered(cell, back)}};
}

GRUImpl::GRUImpl(GRUOptions options) : RecurrentLayer(options, 3) {}

std::pair<Tensor, Tensor> GRUImpl::forward(const Tensor& input, const Tensor& h0) const {
  return gru(input, h0, flat_weights(), op_options());
}

std::pair<PackedSequence, Tensor> GRUImpl::forward_with_packed_input(const PackedSequence& input,
                                                                     const Tensor& h0) const {
  const auto [output, last] =
      gru(input.data(), reordered(h0, input.sorted_indices()), flat_weights(), op_options(input));
  return {packed_like(input, output), reordered(last, input.unsorted_indices())};
}

template class RecurrentLayer<RNNImpl, RNNOptions>;
template class RecurrentLayer<LSTMImpl, LSTMOptions>;
template class RecurrentLayer<GRUImpl, GRUOptions>;

}  // namespace ember::nn
