// Reading by index and by mask; scatter.h and slices.h write by index. Index tensors are int64 unless said otherwise; IndexError
// for an entry out of range.
#pragma once

#include <optional>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// out[i][j][k] = x[i][index[i][j][k]][k] for dim = 1; index has x's rank and is no larger in the other dims.
Tensor gather(const Tensor& x, int64_t dim, const Tensor& index);
/// gather whose index broadcasts against x and may count from the end; without `dim`, in the flattened tensor.
Tensor take_along_dim(const Tensor& x, const Tensor& index, std::optional<int64_t> dim = {});
/// The slices of `dim` that the 1-d (or zero-dim) index names.
Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index);
/// The rows of weight [V, D] that indices (int64 or int32, any shape) name: [*indices, D]. Row padding_idx gets no gradient.
Tensor embedding(const Tensor& weight, const Tensor& indices, std::optional<int64_t> padding_idx = {});
/// int64 [*x, num_classes] with a 1 at each class of x; -1 takes the largest class + 1.
Tensor one_hot(const Tensor& x, int64_t num_classes = -1);

/// x with `value` where the bool mask, which broadcasts, holds.
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value);
Tensor& masked_fill_(Tensor& x, const Tensor& mask, const Tensor& value);
/// The elements, 1-d, where the bool mask holds; x and mask broadcast.
Tensor masked_select(const Tensor& x, const Tensor& mask);

/// Methods of Tensor.
class IndexingMethods {
 public:
  Tensor gather(int64_t dim, const Tensor& index) const;
  Tensor take_along_dim(const Tensor& index, std::optional<int64_t> dim = {}) const;
  Tensor index_select(int64_t dim, const Tensor& index) const;
  Tensor masked_fill(const Tensor& mask, const Tensor& value) const;
  Tensor masked_select(const Tensor& mask) const;
  Tensor& masked_fill_(const Tensor& mask, const Tensor& value);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
