// Sums, means and maxima of bags of table rows.
#pragma once

#include "ember/core/kernel.h"

namespace ember {

enum class BagMode { Sum, Mean, Max };

}  // namespace ember

namespace ember::kernels {

/// out[b] is the sum, mean or maximum of the rows of `weight` [V, D] that indices[starts[b] ... starts[b + 1]) name, without those
/// equal to `padding` (-1: none); an empty bag gives zeros. `scales`, one for each index, multiplies rows of a sum, and may be
/// undefined. `chosen` [B, D], for maxima only, gets the index that each element came from, -1 in an empty bag. Indices, checked by
/// the caller, and starts [B + 1] are int64; all tensors are contiguous.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& chosen, const TensorBase& weight,
                             const TensorBase& indices, const TensorBase& starts, const TensorBase& scales,
                             BagMode mode, int64_t padding)>
    embedding_bag{"embedding_bag", Batching::samples(2)};

}  // namespace ember::kernels
