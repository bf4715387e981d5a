// Multi-head attention. Vaswani et al., "Attention is all you need", 2017.
#pragma once

#include <optional>
#include <utility>

#include "ember/nn/linear.h"

namespace ember::nn {

struct MultiheadAttentionOptions : ParameterOptions<MultiheadAttentionOptions> {
  MultiheadAttentionOptions(int64_t embed_dim, int64_t num_heads) : embed_dim_(embed_dim), num_heads_(num_heads) {}
  MultiheadAttentionOptions& dropout(double value) { return dropout_ = value, *this; }
  MultiheadAttentionOptions& bias(bool value) { return bias_ = value, *this; }
  /// One more key and value, both learned.
  MultiheadAttentionOptions& add_bias_kv(bool value) { return add_bias_kv_ = value, *this; }
  /// One more key and value, both zeros.
  MultiheadAttentionOptions& add_zero_attn(bool value) { return add_zero_attn_ = value, *this; }
  /// The sizes of keys and values; embed_dim unless given.
  MultiheadAttentionOptions& kdim(int64_t value) { return kdim_ = value, *this; }
  MultiheadAttentionOptions& vdim(int64_t value) { return vdim_ = value, *this; }
  MultiheadAttentionOptions& batch_first(bool value) { return batch_first_ = value, *this; }
  OptionFields fields();

  int64_t embed_dim_, num_heads_;
  double dropout_ = 0;
  bool bias_ = true, add_bias_kv_ = false, add_zero_attn_ = false, batch_first_ = false;
  std::optional<int64_t> kdim_, vdim_;
};

/// What a query may not see.
struct AttentionMasks {
  Tensor key_padding_mask = {};  ///< [batch, source]: true (or -inf) for keys that nothing may see
  Tensor attn_mask = {};         ///< [target, source] or [batch * heads, target, source]: true (or -inf) where hidden
  bool is_causal = false;        ///< a hint that attn_mask is the causal one
};

/// Parameters: in_proj_weight [3 embed_dim, embed_dim] (or q_proj_weight, k_proj_weight, v_proj_weight when kdim or vdim differs),
/// in_proj_bias [3 embed_dim], bias_k and bias_v [1, 1, embed_dim] with add_bias_kv, and the child out_proj.
class MultiheadAttentionImpl : public Layer<MultiheadAttentionImpl, MultiheadAttentionOptions> {
 public:
  /// ValueError unless num_heads divides embed_dim.
  explicit MultiheadAttentionImpl(MultiheadAttentionOptions options);
  MultiheadAttentionImpl(int64_t embed_dim, int64_t num_heads)
      : MultiheadAttentionImpl(MultiheadAttentionOptions(embed_dim, num_heads)) {}

  /// query [target, batch, embed_dim], key and value [source, batch, ...] (batch first with batch_first; without batch too).
  /// Returns the output and, with need_weights, the weights [batch, target, source], or [batch, heads, target, source] unless
  /// averaged.
  std::pair<Tensor, Tensor> forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const AttentionMasks& masks = {}, bool need_weights = true,
                                    bool average_attn_weights = true) const;
  void reset_parameters();

  Tensor &q_proj_weight, &k_proj_weight, &v_proj_weight;  ///< undefined unless kdim or vdim differs
  Tensor& in_proj_weight;                                 ///< undefined if they differ
  Tensor& in_proj_bias;                                   ///< undefined without bias
  std::shared_ptr<Module>& out_proj;
  Tensor &bias_k, &bias_v;  ///< undefined unless add_bias_kv
};
using MultiheadAttention = ModuleHolder<MultiheadAttentionImpl>;

}  // namespace ember::nn
