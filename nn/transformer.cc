#include "ember/nn/transformer.h"

#include <limits>

#include "ember/nn/container.h"
#include "ember/ops/activation/activation.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/shape/rearrange.h"

namespace ember::nn {
namespace {

UnaryFunction activation_by_name(std::string_view name) {
  if (name == "relu") return [](const Tensor& x) { return relu(x); };
  if (name == "gelu") return [](const Tensor& x) { return gelu(x); };
  fail<ValueError>("activation should be relu/gelu, not ", name);
}

MultiheadAttention make_attention(const TransformerEncoderLayerOptions& o) {
  MultiheadAttentionOptions options(o.d_model_, o.nhead_);
  options.dropout(o.dropout_).bias(o.bias_).batch_first(o.batch_first_).parameters_like(o);
  return MultiheadAttention(options);
}

Linear make_linear(const TransformerEncoderLayerOptions& o, int64_t in_features, int64_t out_features) {
  return Linear(LinearOptions(in_features, out_features).bias(o.bias_).parameters_like(o));
}

/// Calls the child of a slot, which may be None. By value: the slot may become another's while the child runs.
Tensor run(std::shared_ptr<Module> child, const char* name, const Tensor& x) {
  check<TypeError>(child != nullptr, "TransformerEncoderLayer: its ", name, " is None, which cannot be called");
  return (*child)(x);
}

LayerNorm make_norm(const TransformerEncoderLayerOptions& o) {
  return LayerNorm(LayerNormOptions(o.d_model_).eps(o.layer_norm_eps_).bias(o.bias_).parameters_like(o));
}

}  // namespace

TransformerEncoderLayerOptions& TransformerEncoderLayerOptions::activation(OptionName name) {
  activation_ = activation_by_name(name.text);
  activation_name_ = name.text;
  return *this;
}

OptionFields TransformerEncoderLayerOptions::fields() {
  return {{"d_model", &d_model_, kRequired | kNoAttribute},
          {"nhead", &nhead_, kRequired | kNoAttribute},
          {"dim_feedforward", &dim_feedforward_, kNoAttribute},
          {"dropout", &dropout_, kNoAttribute},
          {"activation", FunctionOrName{&activation_, &activation_name_}, kNoAttribute},
          {"layer_norm_eps", &layer_norm_eps_, kNoAttribute},
          {"batch_first", &batch_first_, kNoAttribute},
          {"norm_first", &norm_first_},
          {"bias", &bias_, kNoAttribute},
          device_field(),
          dtype_field()};
}

TransformerEncoderLayerImpl::TransformerEncoderLayerImpl(TransformerEncoderLayerOptions o)
    : Layer(o),
      self_attn(register_module("self_attn", make_attention(o))),
      linear1(register_child("linear1", make_linear(o, o.d_model_, o.dim_feedforward_))),
      dropout(register_child("dropout", Dropout(o.dropout_))),
      linear2(register_child("linear2", make_linear(o, o.dim_feedforward_, o.d_model_))),
      norm1(register_child("norm1", make_norm(o))),
      norm2(register_child("norm2", make_norm(o))),
      dropout1(register_child("dropout1", Dropout(o.dropout_))),
      dropout2(register_child("dropout2", Dropout(o.dropout_))) {
  if (!options.activation_) options.activation(std::string(options.activation_name_));
}

Tensor TransformerEncoderLayerImpl::forward(const Tensor& src, const Tensor& src_mask,
                                            const Tensor& src_key_padding_mask, bool is_causal) {
  const AttentionMasks masks = {src_key_padding_mask, src_mask, is_causal};
  if (options.norm_first_) {
    Tensor x = src + attend(run(norm1, "norm1", src), masks);
    return x + feed_forward(run(norm2, "norm2", x));
  }
  Tensor x = run(norm1, "norm1", src + attend(src, masks));
  return run(norm2, "norm2", x + feed_forward(x));
}

Tensor TransformerEncoderLayerImpl::attend(const Tensor& x, const AttentionMasks& masks) {
  return run(dropout1, "dropout1", self_attn->forward(x, x, x, masks, /*need_weights=*/false).first);
}

Tensor TransformerEncoderLayerImpl::feed_forward(const Tensor& x) {
  const Tensor hidden = run(dropout, "dropout", options.activation_(run(linear1, "linear1", x)));
  return run(dropout2, "dropout2", run(linear2, "linear2", hidden));
}

TransformerEncoderImpl::TransformerEncoderImpl() : layers(register_child("layers", ModuleList())) {}

TransformerEncoderImpl::TransformerEncoderImpl(const TransformerEncoderLayer& encoder_layer, int64_t num_layers,
                                               std::shared_ptr<Module> norm)
    : TransformerEncoderImpl() {
  auto& list = *layers->as<ModuleListImpl>();
  for (int64_t i = 0; i < num_layers; ++i) list.append(encoder_layer->clone());
  if (norm) register_child("norm", std::move(norm));
}

Tensor TransformerEncoderImpl::forward(const Tensor& src, const Tensor& mask, const Tensor& src_key_padding_mask,
                                       bool is_causal) {
  const std::shared_ptr<Module> list = layers;
  check<TypeError>(list != nullptr, "TransformerEncoder: its layers are None");
  Tensor x = src;
  list->for_each_child([&](const std::string& key, const std::shared_ptr<Module>& child) {
    check<TypeError>(child != nullptr, "TransformerEncoder: layer ", key, " is None, which cannot be called");
    auto* layer = child->as<TransformerEncoderLayerImpl>();
    x = layer ? layer->forward(x, mask, src_key_padding_mask, is_causal) : (*child)(x);
  });
  const auto* norm = own_children().find("norm");
  const std::shared_ptr<Module> last = norm ? *norm : nullptr;
  return last ? (*last)(x) : x;
}

std::shared_ptr<Module> TransformerEncoderImpl::make_empty() const {
  return std::shared_ptr<Module>(new TransformerEncoderImpl());
}

Tensor generate_square_subsequent_mask(int64_t size, const TensorOptions& options) {
  return triu(full({size, size}, -std::numeric_limits<double>::infinity(), options.dtype(options.dtype_or_default())),
              1);
}

}  // namespace ember::nn
