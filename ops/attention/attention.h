// Attention. Vaswani et al., "Attention is all you need", 2017.
#pragma once

#include <optional>

#include "ember/ops/tensor.h"

namespace ember {

/// softmax(query key^T scale + mask) value for query [..., L, E], key [..., S, E], value [..., S, V]; scale is 1 / sqrt(E) unless
/// given. attn_mask broadcasts to [..., L, S]: added, or, when bool, true where a key may be seen; is_causal lets position i see
/// the keys 0 ... i. Both at once are an error. A row that may see no key becomes zeros. dropout_p applies whenever it is above 0.
/// With enable_gqa, query may have a multiple of key's and value's heads, dim -3; each of theirs serves as many neighbours.
Tensor scaled_dot_product_attention(const Tensor& query, const Tensor& key, const Tensor& value,
                                    const Tensor& attn_mask = {}, double dropout_p = 0, bool is_causal = false,
                                    std::optional<double> scale = {}, bool enable_gqa = false);

}  // namespace ember
