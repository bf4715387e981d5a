#include "ember/ops/shape/view_copies.h"

#include <algorithm>

#include "ember/core/kernels/creation.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"
#include "ops/internal/views.h"

namespace ember {

namespace {

/// A row-major copy, as a fresh tensor even where the view is contiguous.
Tensor copied(const Tensor& view) { return view.is_contiguous() ? clone(view) : contiguous(view); }

std::vector<Tensor> copied(std::vector<Tensor> views) {
  for (Tensor& view : views) view = copied(view);
  return views;
}

/// A copy with the strides and the offset of x, so that as_strided means the same of both.
Tensor clone_with_strides(const char* op, const Tensor& x) {
  views::rank(op, x);
  bool overlaps = x.storage_offset() == 0 && x.is_contiguous();
  if (overlaps) return clone(x);
  for (size_t d = 0; d < x.sizes().size(); ++d) overlaps = overlaps || (x.strides()[d] == 0 && x.sizes()[d] > 1);
  if (overlaps) return clone(x);
  int64_t extent = x.storage_offset() + 1;
  for (size_t d = 0; d < x.sizes().size(); ++d) extent += std::max<int64_t>(x.sizes()[d] - 1, 0) * x.strides()[d];
  const Tensor all = empty_batched(x.batch_dims(), extent, x.dtype(), x.device());
  const Tensor y = all.alias(x.sizes(), x.strides(), x.storage_offset());
  kernels::copy.as(op).on(x)(y, x);
  return record(op, y, inputs(x), [](const Tensor& g) { return g; });
}

/// x with `view` of it overwritten, by the tape's own rules for in-place changes of a view.
template <class View>
Tensor written(const char* op, const Tensor& x, const Tensor& src, View view) {
  kernel::check_defined(op, "src", src);
  const bool gains_batch = src.batch_dims().size() > x.batch_dims().size();
  const Tensor y = gains_batch ? clone_beside(x, {&src}) : clone_with_strides(op, x);
  Tensor part = view(y);
  check(part.sizes() == src.sizes(), op, ": src has shape ", src.sizes(), " but the view to overwrite has ",
        part.sizes());
  copy_(part, src);
  return y;
}

}  // namespace

Tensor as_strided_copy(const Tensor& x, const Shape& sizes, const Shape& strides, std::optional<int64_t> offset) {
  return copied(as_strided(x, sizes, strides, offset));
}

Tensor diagonal_copy(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  return copied(diagonal(x, offset, dim1, dim2));
}
Tensor expand_copy(const Tensor& x, const Shape& shape) { return copied(expand(x, shape)); }

Tensor narrow_copy(const Tensor& x, int64_t dim, int64_t start, int64_t length) {
  return copied(narrow(x, dim, start, length));
}
Tensor ViewCopiesMethods::narrow_copy(int64_t dim, int64_t start, int64_t length) const {
  return ember::narrow_copy(self(this), dim, start, length);
}

Tensor permute_copy(const Tensor& x, const Shape& dims) { return copied(permute(x, dims)); }
Tensor select_copy(const Tensor& x, int64_t dim, int64_t index) { return copied(select(x, dim, index)); }

Tensor slice_copy(const Tensor& x, int64_t dim, std::optional<int64_t> start, std::optional<int64_t> end,
                  int64_t step) {
  return copied(slice(x, dim, start, end, step));
}
Tensor squeeze_copy(const Tensor& x) { return copied(squeeze(x)); }
Tensor squeeze_copy(const Tensor& x, const Shape& dims) { return copied(squeeze(x, dims)); }
Tensor t_copy(const Tensor& x) { return copied(t(x)); }
Tensor transpose_copy(const Tensor& x, int64_t dim0, int64_t dim1) { return copied(transpose(x, dim0, dim1)); }

Tensor unfold_copy(const Tensor& x, int64_t dim, int64_t size, int64_t step) {
  return copied(unfold(x, dim, size, step));
}
Tensor unsqueeze_copy(const Tensor& x, int64_t dim) { return copied(unsqueeze(x, dim)); }
Tensor view_copy(const Tensor& x, const Shape& shape) { return copied(view(x, shape)); }
Tensor view_copy(const Tensor& x, DType dtype) { return copied(view(x, dtype)); }
std::vector<Tensor> split_copy(const Tensor& x, int64_t size, int64_t dim) { return copied(split(x, size, dim)); }

std::vector<Tensor> split_with_sizes_copy(const Tensor& x, const Shape& sizes, int64_t dim) {
  return copied(split(x, sizes, dim));
}
std::vector<Tensor> unbind_copy(const Tensor& x, int64_t dim) { return copied(unbind(x, dim)); }

Tensor as_strided_scatter(const Tensor& x, const Tensor& src, const Shape& sizes, const Shape& strides,
                          std::optional<int64_t> offset) {
  return written("as_strided_scatter", x, src,
                 [&](const Tensor& y) { return as_strided(y, sizes, strides, offset.value_or(x.storage_offset())); });
}
Tensor ViewCopiesMethods::as_strided_scatter(const Tensor& src, const Shape& sizes, const Shape& strides,
                                             std::optional<int64_t> storage_offset) const {
  return ember::as_strided_scatter(self(this), src, sizes, strides, storage_offset);
}

Tensor diagonal_scatter(const Tensor& x, const Tensor& src, int64_t offset, int64_t dim1, int64_t dim2) {
  return written("diagonal_scatter", x, src, [&](const Tensor& y) { return diagonal(y, offset, dim1, dim2); });
}
Tensor ViewCopiesMethods::diagonal_scatter(const Tensor& src, int64_t offset, int64_t dim1, int64_t dim2) const {
  return ember::diagonal_scatter(self(this), src, offset, dim1, dim2);
}

Tensor select_scatter(const Tensor& x, const Tensor& src, int64_t dim, int64_t index) {
  return written("select_scatter", x, src, [&](const Tensor& y) { return select(y, dim, index); });
}
Tensor ViewCopiesMethods::select_scatter(const Tensor& src, int64_t dim, int64_t index) const {
  return ember::select_scatter(self(this), src, dim, index);
}

Tensor slice_scatter(const Tensor& x, const Tensor& src, int64_t dim, std::optional<int64_t> start,
                     std::optional<int64_t> end, int64_t step) {
  return written("slice_scatter", x, src, [&](const Tensor& y) { return slice(y, dim, start, end, step); });
}
Tensor ViewCopiesMethods::slice_scatter(const Tensor& src, int64_t dim, std::optional<int64_t> start,
                                        std::optional<int64_t> end, int64_t step) const {
  return ember::slice_scatter(self(this), src, dim, start, end, step);
}

Tensor alias_copy(const Tensor& x) { return clone(x); }

}  // namespace ember
