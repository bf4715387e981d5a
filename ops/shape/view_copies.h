// Views made copies at once (`select_copy`), and copies with one view of them overwritten (`select_scatter`).
#pragma once

#include <optional>
#include <vector>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

Tensor alias_copy(const Tensor& x);
Tensor as_strided_copy(const Tensor& x, const Shape& sizes, const Shape& strides,
                       std::optional<int64_t> storage_offset = {});
Tensor diagonal_copy(const Tensor& x, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
Tensor expand_copy(const Tensor& x, const Shape& shape);
Tensor narrow_copy(const Tensor& x, int64_t dim, int64_t start, int64_t length);
Tensor permute_copy(const Tensor& x, const Shape& dims);
Tensor select_copy(const Tensor& x, int64_t dim, int64_t index);
Tensor slice_copy(const Tensor& x, int64_t dim = 0, std::optional<int64_t> start = {}, std::optional<int64_t> end = {},
                  int64_t step = 1);
Tensor squeeze_copy(const Tensor& x);
Tensor squeeze_copy(const Tensor& x, const Shape& dims);
Tensor t_copy(const Tensor& x);
Tensor transpose_copy(const Tensor& x, int64_t dim0, int64_t dim1);
Tensor unfold_copy(const Tensor& x, int64_t dim, int64_t size, int64_t step);
Tensor unsqueeze_copy(const Tensor& x, int64_t dim);
Tensor view_copy(const Tensor& x, const Shape& shape);
Tensor view_copy(const Tensor& x, DType dtype);
std::vector<Tensor> split_copy(const Tensor& x, int64_t size, int64_t dim = 0);
std::vector<Tensor> split_with_sizes_copy(const Tensor& x, const Shape& sizes, int64_t dim = 0);
std::vector<Tensor> unbind_copy(const Tensor& x, int64_t dim = 0);

// A copy of x, with x's strides, in which the view of that name has become `src`; Error unless src has the view's shape.
Tensor as_strided_scatter(const Tensor& x, const Tensor& src, const Shape& sizes, const Shape& strides,
                          std::optional<int64_t> storage_offset = {});
Tensor diagonal_scatter(const Tensor& x, const Tensor& src, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1);
Tensor select_scatter(const Tensor& x, const Tensor& src, int64_t dim, int64_t index);
Tensor slice_scatter(const Tensor& x, const Tensor& src, int64_t dim = 0, std::optional<int64_t> start = {},
                     std::optional<int64_t> end = {}, int64_t step = 1);

/// Methods of Tensor.
class ViewCopiesMethods {
 public:
  Tensor narrow_copy(int64_t dim, int64_t start, int64_t length) const;
  Tensor as_strided_scatter(const Tensor& src, const Shape& sizes, const Shape& strides,
                            std::optional<int64_t> storage_offset = {}) const;
  Tensor diagonal_scatter(const Tensor& src, int64_t offset = 0, int64_t dim1 = 0, int64_t dim2 = 1) const;
  Tensor select_scatter(const Tensor& src, int64_t dim, int64_t index) const;
  Tensor slice_scatter(const Tensor& src, int64_t dim = 0, std::optional<int64_t> start = {},
                       std::optional<int64_t> end = {}, int64_t step = 1) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
