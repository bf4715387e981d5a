// Attention without a mask or dropout, in blocks, so that the scores are never in memory as a whole. Dao et al., "FlashAttention", 2022.
#pragma once

#include "ember/core/kernel.h"

namespace ember {

/// Contiguous tensors of one dtype, float32 or float64: query and grad [B, L, E] and [B, L, V], key [B, S, E], value [B, S, V].
struct AttentionInputs {
  const TensorBase &query, &key, &value;
  double scale;
  bool is_causal;  ///< position i sees the keys 0 ... i
};

}  // namespace ember

namespace ember::kernels {

/// out [B, L, V]; logsumexp [B, L] of the scaled scores, for the backward pass.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& logsumexp, const AttentionInputs& in)> attention{
    "attention"};
inline constinit Kernel<void(const TensorBase& grad_query, const TensorBase& grad_key, const TensorBase& grad_value,
                             const TensorBase& grad, const TensorBase& out, const TensorBase& logsumexp,
                             const AttentionInputs& in)>
    attention_backward{"attention_backward"};

}  // namespace ember::kernels
