// The dims that vmap maps over, on the tape.
#pragma once

#include "ember/ops/tensor.h"

namespace ember {

/// x without `dim`, over which the vmap of this level maps from now on (a view).
Tensor add_batch_dim(const Tensor& x, int64_t dim, uint64_t level);
/// The samples of that vmap in a dim of their own, at `dim` of the result: a view, of `size` times the same where x is the same for all.
Tensor remove_batch_dim(const Tensor& x, int64_t dim, uint64_t level, int64_t size);

}  // namespace ember
