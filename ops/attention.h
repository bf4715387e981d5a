// Attention. Vaswani et al., "Attention is all you need", 2017.
#pragma once

#include <optional>
#include <utility>

#include "core/tensor.h"

namespace ember {

/// softmax(query key^T scale + mask) value for query [..., L, E], key [..., S, E], value [..., S, V]; scale is 1 / sqrt(E) unless
/// given. attn_mask broadcasts to [..., L, S]: added, or, when bool, true where a key may be seen; is_causal lets position i see
/// the keys 0 ... i. Both at once are an error. dropout_p applies whenever it is above 0.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const Tensor& attn_mask = {}, double dropout_p = 0, bool is_causal = false,
                                    std::optional<double> scale = {});

/// What multi_head_attention_forward projects with: in_proj_weight [3E, E] and in_proj_bias [3E] for query, key and value at
/// once, or three weights when the sizes differ.
struct AttentionWeights {
  Tensor in_proj_weight, in_proj_bias;
  Tensor q_proj_weight, k_proj_weight, v_proj_weight;
  Tensor out_proj_weight, out_proj_bias;
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
};

/// Attention of several heads for query [L, N, E], key [S, N, Ek], value [S, N, Ev], or without N. Returns [L, N, E] and the weights
/// ([N, L, S], or [N, num_heads, L, S] unless averaged), undefined when they are not needed.
std::pair<Tensor, Tensor> multi_head_attention_forward(const Tensor& query, const Tensor& key, const Tensor& value,
                                                       const AttentionWeights& weights,
                                                       const AttentionOptions& options);

}  // namespace ember
