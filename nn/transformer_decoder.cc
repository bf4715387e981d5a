#include "ember/nn/transformer_decoder.h"

#include "ember/nn/find_child.h"
#include "ember/nn/init.h"

namespace ember::nn {
namespace {

template <class LayerOptions>
LayerOptions layer_options(const TransformerOptions& o) {
  LayerOptions layer(o.d_model_, o.nhead_);
  layer.dim_feedforward(o.dim_feedforward_).dropout(o.dropout_).layer_norm_eps(o.layer_norm_eps_);
  layer.batch_first(o.batch_first_).norm_first(o.norm_first_).bias(o.bias_).parameters_like(o);
  layer.activation_ = o.activation_;
  layer.activation_name_ = o.activation_name_;
  return layer;
}

LayerNorm make_norm(const TransformerOptions& o) {
  return LayerNorm(LayerNormOptions(o.d_model_).eps(o.layer_norm_eps_).bias(o.bias_).parameters_like(o));
}

std::shared_ptr<Module> make_encoder(const TransformerOptions& o) {
  if (o.custom_encoder_) return o.custom_encoder_;
  const TransformerEncoderLayer layer(layer_options<TransformerEncoderLayerOptions>(o));
  return TransformerEncoder(layer, o.num_encoder_layers_, make_norm(o));
}

std::shared_ptr<Module> make_decoder(const TransformerOptions& o) {
  if (o.custom_decoder_) return o.custom_decoder_;
  const TransformerDecoderLayer layer(layer_options<TransformerDecoderLayerOptions>(o));
  return TransformerDecoder(layer, o.num_decoder_layers_, make_norm(o));
}

}  // namespace

TransformerDecoderLayerImpl::TransformerDecoderLayerImpl(TransformerDecoderLayerOptions o)
    : TransformerLayer(std::move(o)),
      self_attn(add_attention("self_attn")),
      multihead_attn(add_attention("multihead_attn")),
      linear1(add_linear("linear1", options.d_model_, options.dim_feedforward_)),
      dropout(add_dropout("dropout")),
      linear2(add_linear("linear2", options.dim_feedforward_, options.d_model_)),
      norm1(add_norm("norm1")),
      norm2(add_norm("norm2")),
      norm3(add_norm("norm3")),
      dropout1(add_dropout("dropout1")),
      dropout2(add_dropout("dropout2")),
      dropout3(add_dropout("dropout3")) {}

Tensor TransformerDecoderLayerImpl::forward(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks) const {
  const auto to_itself = [&](const Tensor& x) { return attend(self_attn, "dropout1", x, x, masks.tgt); };
  const auto to_memory = [&](const Tensor& x) { return attend(multihead_attn, "dropout2", x, memory, masks.memory); };
  if (options.norm_first_) {
    Tensor x = tgt + to_itself(run("norm1", tgt));
    x = x + to_memory(run("norm2", x));
    return x + feed_forward("dropout3", run("norm3", x));
  }
  Tensor x = run("norm1", tgt + to_itself(tgt));
  x = run("norm2", x + to_memory(x));
  return run("norm3", x + feed_forward("dropout3", x));
}

Tensor TransformerDecoderImpl::forward(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks) const {
  return run(tgt, [&](Module& layer, const Tensor& x) {
    if (const auto* own = layer.as<TransformerDecoderLayerImpl>()) return own->forward(x, memory, masks);
    return std::any_cast<Tensor>(layer.call(std::vector<std::any>{x, memory, masks}));
  });
}

std::shared_ptr<Module> TransformerDecoderImpl::make_empty() const {
  return std::shared_ptr<Module>(new TransformerDecoderImpl());
}

OptionFields TransformerOptions::fields() {
  OptionFields fields = TransformerLayerOptions::fields();
  for (OptionField& field : fields)
    for (const std::string_view shown : {"d_model", "nhead", "batch_first"})
      if (field.name == shown) field.traits = 0;
  fields.insert(fields.begin() + 2, {{"num_encoder_layers", &num_encoder_layers_, kNoAttribute},
                                     {"num_decoder_layers", &num_decoder_layers_, kNoAttribute}});
  const unsigned traits = kNoAttribute | kNotSaved;
  fields.insert(fields.begin() + 7,
                {{"custom_encoder", &custom_encoder_, traits}, {"custom_decoder", &custom_decoder_, traits}});
  return fields;
}

TransformerImpl::TransformerImpl(TransformerOptions o)
    : Layer(std::move(o)),
      encoder(register_child("encoder", make_encoder(options))),
      decoder(register_child("decoder", make_decoder(options))) {
  options.custom_encoder_ = options.custom_decoder_ = nullptr;
  for (const Tensor& p : parameters())
    if (p.dim() > 1) init::xavier_uniform_(p);
}

void TransformerImpl::check_inputs(const Tensor& src, const Tensor& tgt) const {
  const int64_t batch = options.batch_first_ ? 0 : 1;
  check((src.dim() == 2 || src.dim() == 3) && src.dim() == tgt.dim(), "Transformer: src has shape ", src.sizes(),
        " and tgt ", tgt.sizes(), ", but both must have 2 dimensions (no batch) or 3");
  check(src.dim() == 2 || src.size(batch) == tgt.size(batch),
        "Transformer: the batch number of src and tgt must be equal, but src has shape ", src.sizes(), " and tgt ",
        tgt.sizes());
  check(src.size(-1) == options.d_model_ && tgt.size(-1) == options.d_model_,
        "Transformer: the feature number of src and tgt must be equal to d_model, ", options.d_model_,
        ", but src has shape ", src.sizes(), " and tgt ", tgt.sizes());
}

Tensor TransformerImpl::forward(const Tensor& src, const Tensor& tgt, const TransformerMasks& masks) const {
  check_inputs(src, tgt);
  const std::shared_ptr<Module> first = find_child(*this, "encoder"), second = find_child(*this, "decoder");
  check<TypeError>(first && second, "Transformer: its encoder or decoder is None, which cannot be called");
  const auto& [padding, mask, is_causal] = masks.src;
  const auto* own_encoder = first->as<TransformerEncoderImpl>();
  const auto* own_decoder = second->as<TransformerDecoderImpl>();
  const Tensor memory = own_encoder
                            ? own_encoder->forward(src, mask, padding, is_causal)
                            : std::any_cast<Tensor>(first->call(std::vector<std::any>{src, mask, padding, is_causal}));
  return own_decoder ? own_decoder->forward(tgt, memory, masks.decoder)
                     : std::any_cast<Tensor>(second->call(std::vector<std::any>{tgt, memory, masks.decoder}));
}

}  // namespace ember::nn
