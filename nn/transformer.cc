#include "ember/nn/transformer.h"

#include <limits>

#include "ember/nn/container.h"
#include "ember/nn/find_child.h"
#include "ember/nn/transformer_decoder.h"
#include "ember/ops/activation/activation.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/shape/rearrange.h"

namespace ember::nn {

UnaryFunction activation_by_name(std::string_view name) {
  if (name == "relu") return [](const Tensor& x) { return relu(x); };
  if (name == "gelu") return [](const Tensor& x) { return gelu(x); };
  fail<ValueError>("activation should be relu/gelu, not ", name);
}

template <class Derived, class Options>
TransformerLayer<Derived, Options>::TransformerLayer(Options o) : Layer<Derived, Options>(std::move(o)) {
  Options& options = this->options;
  if (!options.activation_) options.activation_ = activation_by_name(options.activation_name_);
}

template <class Derived, class Options>
MultiheadAttention TransformerLayer<Derived, Options>::add_attention(const char* name) {
  const Options& o = this->options;
  MultiheadAttentionOptions attention(o.d_model_, o.nhead_);
  attention.dropout(o.dropout_).bias(o.bias_).batch_first(o.batch_first_).parameters_like(o);
  return this->register_module(name, MultiheadAttention(attention));
}

template <class Derived, class Options>
std::shared_ptr<Module>& TransformerLayer<Derived, Options>::add_linear(const char* name, int64_t in_features,
                                                                        int64_t out_features) {
  const Options& o = this->options;
  return this->register_child(name, Linear(LinearOptions(in_features, out_features).bias(o.bias_).parameters_like(o)));
}

template <class Derived, class Options>
std::shared_ptr<Module>& TransformerLayer<Derived, Options>::add_norm(const char* name) {
  const Options& o = this->options;
  return this->register_child(
      name, LayerNorm(LayerNormOptions(o.d_model_).eps(o.layer_norm_eps_).bias(o.bias_).parameters_like(o)));
}

template <class Derived, class Options>
std::shared_ptr<Module>& TransformerLayer<Derived, Options>::add_dropout(const char* name) {
  return this->register_child(name, Dropout(this->options.dropout_));
}

template <class Derived, class Options>
Tensor TransformerLayer<Derived, Options>::run(const char* name, const Tensor& x) const {
  // By value: the slot may become another's while the child runs.
  const std::shared_ptr<Module> child = find_child(*this, name);
  check<TypeError>(child != nullptr, this->name(), ": its ", name, " is None, which cannot be called");
  return (*child)(x);
}

template <class Derived, class Options>
Tensor TransformerLayer<Derived, Options>::attend(const MultiheadAttention& attention, const char* dropout,
                                                  const Tensor& x, const Tensor& memory,
                                                  const AttentionMasks& masks) const {
  return run(dropout, attention->forward(x, memory, memory, masks, /*need_weights=*/false).first);
}

template <class Derived, class Options>
Tensor TransformerLayer<Derived, Options>::feed_forward(const char* dropout, const Tensor& x) const {
  const Tensor hidden = run("dropout", this->options.activation_(run("linear1", x)));
  return run(dropout, run("linear2", hidden));
}

template class TransformerLayer<TransformerEncoderLayerImpl, TransformerEncoderLayerOptions>;
template class TransformerLayer<TransformerDecoderLayerImpl, TransformerDecoderLayerOptions>;

TransformerEncoderLayerImpl::TransformerEncoderLayerImpl(TransformerEncoderLayerOptions o)
    : TransformerLayer(std::move(o)),
      self_attn(add_attention("self_attn")),
      linear1(add_linear("linear1", options.d_model_, options.dim_feedforward_)),
      dropout(add_dropout("dropout")),
      linear2(add_linear("linear2", options.dim_feedforward_, options.d_model_)),
      norm1(add_norm("norm1")),
      norm2(add_norm("norm2")),
      dropout1(add_dropout("dropout1")),
      dropout2(add_dropout("dropout2")) {}

Tensor TransformerEncoderLayerImpl::forward(const Tensor& src, const Tensor& src_mask,
                                            const Tensor& src_key_padding_mask, bool is_causal) const {
  const AttentionMasks masks = {src_key_padding_mask, src_mask, is_causal};
  const auto attended = [&](const Tensor& x) { return attend(self_attn, "dropout1", x, x, masks); };
  if (options.norm_first_) {
    const Tensor x = src + attended(run("norm1", src));
    return x + feed_forward("dropout2", run("norm2", x));
  }
  const Tensor x = run("norm1", src + attended(src));
  return run("norm2", x + feed_forward("dropout2", x));
}

TransformerStack::TransformerStack() : layers(register_child("layers", ModuleList())) {}

TransformerStack::TransformerStack(const std::shared_ptr<Module>& layer, int64_t num_layers,
                                   std::shared_ptr<Module> norm)
    : TransformerStack() {
  check<ValueError>(layer != nullptr || num_layers <= 0, "a stack of ", num_layers, " layers needs a layer to copy");
  auto& list = *layers->as<ModuleListImpl>();
  for (int64_t i = 0; i < num_layers; ++i) list.append(layer->clone());
  if (norm) register_child("norm", std::move(norm));
}

Tensor TransformerStack::run(const Tensor& x, FunctionRef<Tensor(Module& layer, const Tensor& x)> call) const {
  const std::shared_ptr<Module> list = find_child(*this, "layers");
  check<TypeError>(list != nullptr, name(), ": its layers are None");
  Tensor y = x;
  list->for_each_child([&](const std::string& key, const std::shared_ptr<Module>& child) {
    check<TypeError>(child != nullptr, name(), ": layer ", key, " is None, which cannot be called");
    y = call(*child, y);
  });
  const std::shared_ptr<Module> last = find_child(*this, "norm");
  return last ? (*last)(y) : y;
}

Tensor TransformerEncoderImpl::forward(const Tensor& src, const Tensor& mask, const Tensor& src_key_padding_mask,
                                       bool is_causal) const {
  const bool is_plain = !mask.defined() && !src_key_padding_mask.defined() && !is_causal;
  return run(src, [&](Module& layer, const Tensor& x) {
    if (is_plain) return layer(x);
    if (const auto* own = layer.as<TransformerEncoderLayerImpl>())
      return own->forward(x, mask, src_key_padding_mask, is_causal);
    return std::any_cast<Tensor>(layer.call(std::vector<std::any>{x, mask, src_key_padding_mask, is_causal}));
  });
}

std::shared_ptr<Module> TransformerEncoderImpl::make_empty() const {
  return std::shared_ptr<Module>(new TransformerEncoderImpl());
}

Tensor generate_square_subsequent_mask(int64_t size, const TensorOptions& options) {
  return triu(full({size, size}, -std::numeric_limits<double>::infinity(), options.dtype(options.dtype_or_default())),
              1);
}

}  // namespace ember::nn
