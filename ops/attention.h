// Attention. Vaswani et al., "Attention is all you need", 2017.
#pragma once

#include <optional>
#include <utility>

#include "core/tensor.h"

namespace ember {

/// softmax(query key^T scale + mask) value for query [..., L, E], key [..., S, E], value [..., S, V]; scale is 1 / sqrt(E) unless
/// given. attn_mask broadcasts to [..., L, S]: added, or, when bool, true where a key may be seen; is_causal lets position i see
/// the keys 0 ... i. Both at once are an error. A row that may see no key becomes zeros. dropout_p applies whenever it is above 0.
/// With enable_gqa, query may have a multiple of key's and value's heads, dim -3; each of theirs serves as many neighbours.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const Tensor& attn_mask = {}, double dropout_p = 0, bool is_causal = false,
                                    std::optional<double> scale = {}, bool enable_gqa = false);

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
