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

template <>
struct KernelArgument<AttentionInputs> {
  static void collect(const AttentionInputs& in, std::vector<const TensorBase*>& tensors) {
    tensors.insert(tensors.end(), {&in.query, &in.key, &in.value});
  }
  static AttentionInputs replaced(const AttentionInputs& in, std::span<const TensorBase>& rest, int64_t&) {
    const auto own = rest.first(3);
    rest = rest.subspan(3);
    return {own[0], own[1], own[2], in.scale, in.is_causal};
  }
};

}  // namespace ember

namespace ember::kernels {

/// out [B, L, V]; logsumexp [B, L] of the scaled scores, for the backward pass.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& logsumexp, const AttentionInputs& in)> attention{
    "attention", Batching::fold(2)};
inline constinit Kernel<void(const TensorBase& grad_query, const TensorBase& grad_key, const TensorBase& grad_value,
                             const TensorBase& grad, const TensorBase& out, const TensorBase& logsumexp,
                             const AttentionInputs& in)>
    attention_backward{"attention_backward", Batching::fold(3)};

}  // namespace ember::kernels
