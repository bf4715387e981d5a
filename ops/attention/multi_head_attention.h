// Attention with its projections.
#pragma once

#include <utility>

#include "ember/ops/tensor.h"

namespace ember {

/// What multi_head_attention_forward projects with: in_proj_weight [3E, E] and in_proj_bias [3E] for query, key and value at
/// once, or three weights when the sizes differ. bias_k and bias_v [1, 1, E] are one more key and value, after projection.
struct AttentionWeights {
  Tensor in_proj_weight, in_proj_bias;
  Tensor q_proj_weight, k_proj_weight, v_proj_weight;
  Tensor out_proj_weight, out_proj_bias;
  Tensor bias_k = {}, bias_v = {};
};

struct AttentionOptions {
  int64_t num_heads = 1;
  double dropout_p = 0;
  bool training = true;
  Tensor key_padding_mask;  ///< [N, S]: true (or -inf) for keys that nothing may see
  Tensor attn_mask;         ///< [L, S] or [N num_heads, L, S]: true (or -inf) where a key may not be seen
  bool is_causal = false;
  bool need_weights = true;
  bool average_attn_weights = true;
  bool add_zero_attn = false;           ///< one more key and value of zeros
  Tensor static_k = {}, static_v = {};  ///< [N num_heads, S, E / num_heads], in place of the projected key and value
};

/// Attention of several heads for query [L, N, E], key [S, N, Ek], value [S, N, Ev], or without N. Returns [L, N, E] and the weights
/// ([N, L, S], or [N, num_heads, L, S] unless averaged), after dropout, undefined when they are not needed.
std::pair<Tensor, Tensor> multi_head_attention_forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                                       const AttentionWeights& weights,
                                                       const AttentionOptions& options);

}  // namespace ember
