#include "ember/nn/attention.h"

#include "ember/nn/init.h"
#include "ember/ops/attention/attention.h"
#include "ember/ops/attention/multi_head_attention.h"
#include "ember/ops/shape/shape.h"

namespace ember::nn {
namespace {

/// The name under which PyTorch prints the output projection.
class NonDynamicallyQuantizableLinearImpl final : public LinearImpl {
 public:
  using LinearImpl::LinearImpl;
};

bool has_one_size(const MultiheadAttentionOptions& options) {
  return options.kdim_.value_or(options.embed_dim_) == options.embed_dim_ &&
         options.vdim_.value_or(options.embed_dim_) == options.embed_dim_;
}

LinearOptions projection_options(const MultiheadAttentionOptions& o) {
  return LinearOptions(o.embed_dim_, o.embed_dim_).bias(o.bias_).parameters_like(o);
}

}  // namespace

OptionFields MultiheadAttentionOptions::fields() {
  return {{"embed_dim", &embed_dim_, kRequired},
          {"num_heads", &num_heads_, kRequired},
          {"dropout", &dropout_},
          {"bias", &bias_, kNoAttribute},
          {"add_bias_kv", &add_bias_kv_, kNoAttribute},
          {"add_zero_attn", &add_zero_attn_},
          {"kdim", &kdim_},
          {"vdim", &vdim_},
          {"batch_first", &batch_first_},
          device_field(),
          dtype_field()};
}

MultiheadAttentionImpl::MultiheadAttentionImpl(MultiheadAttentionOptions o)
    : Layer(o),
      q_proj_weight(register_parameter("q_proj_weight",
                                       empty_if(!has_one_size(o), {o.embed_dim_, o.embed_dim_}, o.tensor_options()))),
      k_proj_weight(register_parameter(
          "k_proj_weight",
          empty_if(!has_one_size(o), {o.embed_dim_, o.kdim_.value_or(o.embed_dim_)}, o.tensor_options()))),
      v_proj_weight(register_parameter(
          "v_proj_weight",
          empty_if(!has_one_size(o), {o.embed_dim_, o.vdim_.value_or(o.embed_dim_)}, o.tensor_options()))),
      in_proj_weight(register_parameter(
          "in_proj_weight", empty_if(has_one_size(o), {3 * o.embed_dim_, o.embed_dim_}, o.tensor_options()))),
      in_proj_bias(register_parameter("in_proj_bias", empty_if(o.bias_, 3 * o.embed_dim_, o.tensor_options()))),
      out_proj(
          register_child("out_proj", std::make_shared<NonDynamicallyQuantizableLinearImpl>(projection_options(o)))),
      bias_k(register_parameter("bias_k", empty_if(o.add_bias_kv_, {1, 1, o.embed_dim_}, o.tensor_options()))),
      bias_v(register_parameter("bias_v", empty_if(o.add_bias_kv_, {1, 1, o.embed_dim_}, o.tensor_options()))) {
  check<ValueError>(options.embed_dim_ > 0 && options.num_heads_ > 0,
                    "embed_dim and num_heads must be greater than 0, got embed_dim=", options.embed_dim_,
                    " and num_heads=", options.num_heads_, " instead");
  check<ValueError>(options.embed_dim_ % options.num_heads_ == 0, "embed_dim must be divisible by num_heads, got ",
                    options.embed_dim_, " and ", options.num_heads_);
  reset_parameters();
}

void MultiheadAttentionImpl::reset_parameters() {
  for (const Tensor& weight : {in_proj_weight, q_proj_weight, k_proj_weight, v_proj_weight})
    if (weight.defined()) init::xavier_uniform_(weight);
  if (in_proj_bias.defined()) {
    init::zeros_(in_proj_bias);
    init::zeros_(out_proj->own_parameters()["bias"]);
  }
  for (const Tensor& bias : {bias_k, bias_v})
    if (bias.defined()) init::xavier_normal_(bias);
}

std::pair<Tensor, Tensor> MultiheadAttentionImpl::forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                                          const AttentionMasks& masks, bool need_weights,
                                                          bool average_attn_weights) const {
  check<TypeError>(out_proj != nullptr, "MultiheadAttention: its out_proj is None");
  const auto& projection = out_proj->own_parameters();
  const AttentionWeights weights = {in_proj_weight,     in_proj_bias,  q_proj_weight,
                                    k_proj_weight,      v_proj_weight, projection["weight"],
                                    projection["bias"], bias_k,        bias_v};
  const AttentionOptions how = {.num_heads = options.num_heads_,
                                .dropout_p = options.dropout_,
                                .training = is_training(),
                                .key_padding_mask = masks.key_padding_mask,
                                .attn_mask = masks.attn_mask,
                                .is_causal = masks.is_causal,
                                .need_weights = need_weights,
                                .average_attn_weights = average_attn_weights,
                                .add_zero_attn = options.add_zero_attn_};
  if (!options.batch_first_ || query.dim() != 3) return multi_head_attention_forward(query, key, value, weights, how);
  auto [output, attention] =
      multi_head_attention_forward(transpose(query, 0, 1), transpose(key, 0, 1), transpose(value, 0, 1), weights, how);
  return {transpose(output, 0, 1), attention};
}

}  // namespace ember::nn
