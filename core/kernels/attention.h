// Attention without a mask or dropout, in blocks, so that the scores are never in memory as a whole. Dao et al., "FlashAttention", 2022.
#pragma once

#include "core/kernel.h"

namespace ember {

/// Contiguous tensors of one dtype, float32 or float64: query and grad [B, L, E] and [B, L, V], key [B, S, E], value [B, S, V].
struct AttentionInputs {
  const Tensor &query, &key, &value;
  double scale;
  bool is_causal;  ///< position i sees the keys 0 ... i
};

}  // namespace ember

namespace ember::kernels {

/// out [B, L, V]; logsumexp [B, L] of the scaled scores, for the backward pass.
inline constinit Kernel<void(const Tensor& out, const Tensor& logsumexp, const AttentionInputs& in)> attention{
    "attention"};
inline constinit Kernel<void(const Tensor& grad_query, const Tensor& grad_key, const Tensor& grad_value,
                             const Tensor& grad, const Tensor& out, const Tensor& logsumexp, const AttentionInputs& in)>
    attention_backward{"attention_backward"};

}  // namespace ember::kernels
