// Views of part of a tensor. A view shares its storage with the tensor it was made of: in-place changes of one are seen by the
// other, and by the tape. Dims may be negative; IndexError for one out of range.
#pragma once

#include <optional>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// A view of any geometry within x's storage; the offset is x's own unless given. Error when it would leave the storage.
Tensor as_strided(const Tensor& x, const Shape& sizes, const Shape& strides,
                  std::optional<int64_t> storage_offset = {});
/// The view x[..., index, ...] at `dim`, which goes.
Tensor select(const Tensor& x, int64_t dim, int64_t index);
/// The view of `length` elements of `dim` from `start`.
Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length);
/// The view x[..., start:end:step, ...] at `dim` by Python's rules; `step` must be positive.
Tensor slice(const Tensor& x, int64_t dim = 0, std::optional<int64_t> start = {}, std::optional<int64_t> end = {},
             int64_t step = 1);
/// The view of the elements (i, i + offset) of dim1 and dim2, as a new last dim.
Tensor diagonal(const Tensor& x, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
/// The view of all windows of `size` elements of `dim`, `step` apart: `dim` counts them, a new last dim looks into them.
Tensor unfold(const Tensor& x, int64_t dim, int64_t size, int64_t step);

/// Methods of Tensor.
class ViewsMethods {
 public:
  Tensor as_strided(const Shape& sizes, const Shape& strides, std::optional<int64_t> storage_offset = {}) const;
  Tensor select(int64_t dim, int64_t index) const;
  Tensor narrow(int64_t dim, int64_t start, int64_t length) const;
  Tensor slice(int64_t dim = 0, std::optional<int64_t> start = {}, std::optional<int64_t> end = {},
               int64_t step = 1) const;
  Tensor diagonal(int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const;
  Tensor unfold(int64_t dim, int64_t size, int64_t step) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
