#include "ember/ops/shape/views.h"

#include <algorithm>

#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/rearrange.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"
#include "ops/internal/views.h"

namespace ember {

using views::dim_of;

namespace {

/// The storage positions, relative to `offset`, that a tensor of this geometry reaches; int64 of shape `sizes`.
Tensor storage_positions(const Shape& sizes, const Shape& strides, int64_t offset, Device device) {
  Tensor positions = full({}, offset, TensorOptions(kInt64).device(device));
  for (size_t d = 0; d < sizes.size(); ++d) {
    Shape along = Shape::filled(sizes.size(), 1);
    along[d] = sizes[d];
    positions = add(positions, mul(view(arange(sizes[d], TensorOptions(kInt64).device(device)), along), strides[d]));
  }
  return expand(positions, sizes);
}

/// The gradient of as_strided: collected in a flat copy of the storage, where elements seen twice meet, and read with x's geometry.
Tensor as_strided_backward(const Tensor& g, const Shape& x_sizes, const Shape& x_strides, int64_t x_offset,
                           const Shape& strides, int64_t offset) {
  const int64_t first = std::min(x_offset, offset);
  const int64_t length = std::max(x_offset + *extent(x_sizes, x_strides), offset + *extent(g.sizes(), strides)) - first;
  const Tensor from = storage_positions(g.sizes(), strides, offset - first, g.device());
  const Tensor to = storage_positions(x_sizes, x_strides, x_offset - first, g.device());
  const Tensor flat = index_add(zeros(length, g.options()), 0, reshape(from, -1), reshape(g, -1));
  return reshape(index_select(flat, 0, reshape(to, -1)), x_sizes);
}

}  // namespace

Tensor as_strided(const Tensor& x, const Shape& sizes, const Shape& strides, std::optional<int64_t> storage_offset) {
  views::rank("as_strided", x);
  const int64_t offset = storage_offset.value_or(x.storage_offset());
  check(sizes.size() == strides.size(), "as_strided: sizes ", sizes, " and strides ", strides,
        " must have as many dims");
  for (size_t d = 0; d < sizes.size(); ++d)
    check(sizes[d] >= 0 && strides[d] >= 0, "as_strided: sizes ", sizes, " and strides ", strides,
          " must not be negative");
  kernel::check_numel("as_strided", sizes);
  int64_t available = static_cast<int64_t>(x.storage()->bytes()) / x.element_size();
  for (const BatchDim& dim : x.batch_dims()) available -= std::max<int64_t>(dim.size - 1, 0) * dim.stride;
  const std::optional<int64_t> span = extent(sizes, strides);
  check(offset >= 0 && span && (*span == 0 || *span <= available - offset), "as_strided: sizes ", sizes, ", strides ",
        strides, " and offset ", offset, " reach beyond the storage of ", available, " elements");
  return record_view(
      "as_strided", x.alias(sizes, strides, offset), inputs(x),
      [x_sizes = x.sizes(), x_strides = x.strides(), x_offset = x.storage_offset(), strides, offset](const Tensor& g) {
        return as_strided_backward(g, x_sizes, x_strides, x_offset, strides, offset);
      });
}
Tensor ViewsMethods::as_strided(const Shape& sizes, const Shape& strides, std::optional<int64_t> storage_offset) const {
  return ember::as_strided(self(this), sizes, strides, storage_offset);
}

namespace {

/// Zeros of `sizes` to which the windows of g have been added: the gradient of unfold.
Tensor unfold_backward(const Tensor& g, const Shape& sizes, int64_t dim, int64_t size, int64_t step) {
  if (are_16_bit(g))
    return in_float32([&](const Tensor& wide) { return unfold_backward(wide, sizes, dim, size, step); }, g);
  const Tensor y = g.new_zeros(sizes);
  const int64_t last = (g.sizes()[dim] - 1) * step;
  {
    const NoGradGuard no_grad;
    for (int64_t k = 0; k < size; ++k) slice(y, dim, k, k + last + 1, step).add_(select(g, -1, k));
  }
  return record("unfold_backward", y, inputs(g),
                [dim, size, step](const Tensor& gg) { return unfold(gg, dim, size, step); });
}

}  // namespace

Tensor unfold(const Tensor& x, int64_t dim, int64_t size, int64_t step) {
  const int64_t rank = views::rank("unfold", x), at = wrap_dim(dim, rank, "unfold");
  const int64_t length = rank == 0 ? 1 : x.sizes()[at], stride = rank == 0 ? 1 : x.strides()[at];
  check(size >= 0 && size <= length, "unfold: size ", size, " must be between 0 and ", length,
        ", the size of dimension ", dim, " of input ", x.sizes());
  check(step > 0, "unfold: step ", step, " must be positive");
  if (rank == 0)
    return record_view("unfold", x.alias(size, stride, x.storage_offset()), inputs(x),
                       [](const Tensor& g) { return sum(g); });
  Shape sizes = x.sizes(), strides = x.strides();
  sizes[at] = (length - size) / step + 1;
  strides[at] = stride * std::min(step, length + 1);
  sizes.push_back(size);
  strides.push_back(stride);
  kernel::check_numel("unfold", sizes);
  return record_view(
      "unfold", x.alias(std::move(sizes), std::move(strides), x.storage_offset()),
      linear_in([=](const Tensor& t) { return unfold(t, dim, size, step); }, x),
      [sizes = x.sizes(), at, size, step](const Tensor& g) { return unfold_backward(g, sizes, at, size, step); });
}
Tensor ViewsMethods::unfold(int64_t dim, int64_t size, int64_t step) const {
  return ember::unfold(self(this), dim, size, step);
}

Tensor select(const Tensor& x, int64_t dim, int64_t index) {
  const int64_t at = dim_of("select", x, dim), size = x.sizes()[at];
  check<IndexError>(index >= -size && index < size, "select: index ", index, " is out of range for dimension ", dim,
                    " of input ", x.sizes());
  const int64_t i = index < 0 ? index + size : index;
  return views::record_part("select", views::select_alias(x, at, i), x,
                            [at, i](const Tensor& y) { return select(y, at, i); });
}
Tensor ViewsMethods::select(int64_t dim, int64_t index) const { return ember::select(self(this), dim, index); }

Tensor narrow(const Tensor& x, int64_t dim, int64_t start, int64_t length) {
  const int64_t at = dim_of("narrow", x, dim), size = x.sizes()[at];
  check<IndexError>(start >= -size && start <= size, "narrow: start ", start, " is out of range for dimension ", dim,
                    " of input ", x.sizes());
  const int64_t first = start < 0 ? start + size : start;
  check(length >= 0 && length <= size - first, "narrow: start ", start, " and length ", length, " exceed dimension ",
        dim, " of input ", x.sizes());
  return views::record_part("narrow", views::narrow_alias(x, at, first, length), x,
                            [at, first, length](const Tensor& y) { return narrow(y, at, first, length); });
}
Tensor ViewsMethods::narrow(int64_t dim, int64_t start, int64_t length) const {
  return ember::narrow(self(this), dim, start, length);
}

Tensor slice(const Tensor& x, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) {
  const int64_t at = dim_of("slice", x, dim), size = x.sizes()[at];
  check<ValueError>(step > 0, "slice: step ", step, " must be positive; use flip to reverse");
  const auto clip = [size](int64_t i) { return std::clamp<int64_t>(i < 0 ? i + size : i, 0, size); };
  const int64_t first = clip(start.value_or(0)), last = std::max(first, clip(end.value_or(size)));
  const int64_t length = last > first ? (last - first - 1) / step + 1 : 0;
  return views::record_part("slice", views::narrow_alias(x, at, first, length, std::min(step, size + 1)), x,
                            [at, first, last, step](const Tensor& y) { return slice(y, at, first, last, step); });
}
Tensor ViewsMethods::slice(int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end, int64_t step) const {
  return ember::slice(self(this), dim, start, end, step);
}

Tensor diagonal(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  const int64_t a = dim_of("diagonal", x, dim1), b = dim_of("diagonal", x, dim2);
  check(a != b, "diagonal: dim1 and dim2 are both ", dim1);
  Shape sizes = x.sizes(), strides = x.strides();
  const int64_t row = std::max<int64_t>(-offset, 0), column = std::max<int64_t>(offset, 0);
  const int64_t length = std::max<int64_t>(std::min(sizes[a] - row, sizes[b] - column), 0);
  const int64_t start = length > 0 ? row * strides[a] + column * strides[b] : 0;
  const int64_t stride = strides[a] + strides[b];
  for (const int64_t d : {std::max(a, b), std::min(a, b)}) {
    sizes.erase(d);
    strides.erase(d);
  }
  sizes.push_back(length);
  strides.push_back(stride);
  return views::record_part("diagonal", x.alias(std::move(sizes), std::move(strides), x.storage_offset() + start), x,
                            [offset, a, b](const Tensor& y) { return diagonal(y, offset, a, b); });
}
Tensor ViewsMethods::diagonal(int64_t offset, int64_t dim1, int64_t dim2) const {
  return ember::diagonal(self(this), offset, dim1, dim2);
}

}  // namespace ember
