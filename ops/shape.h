// Views and rearrangements. A view shares its storage with the tensor it was made of: in-place changes of one are seen by the
// other, and by the tape. Dims may be negative; IndexError for one out of range.
#pragma once

#include <optional>
#include <vector>

#include "core/tensor.h"

namespace ember {

/// The same elements in another shape; one size may be -1. Error when the strides allow no view of that shape.
Tensor view(const Tensor& x, const Shape& shape);
Tensor view_as(const Tensor& x, const Tensor& other);
/// The same bytes as elements of another dtype, outside of the tape; the last dim grows or shrinks with the elements' size.
Tensor view(const Tensor& x, DType dtype);
/// A view where the strides allow one, else a copy.
Tensor reshape(const Tensor& x, const Shape& shape);
Tensor reshape_as(const Tensor& x, const Tensor& other);
/// A view with dims start_dim ... end_dim made one.
Tensor flatten(const Tensor& x, int64_t start_dim = 0, int64_t end_dim = -1);
/// A view with `dim` split into `sizes`, one of which may be -1.
Tensor unflatten(const Tensor& x, int64_t dim, const Shape& sizes);

/// Views with the dims in another order.
Tensor transpose(const Tensor& x, int64_t dim0, int64_t dim1);
Tensor permute(const Tensor& x, const Shape& dims);
/// source[i] becomes destination[i]; the other dims keep their order.
Tensor movedim(const Tensor& x, const Shape& source, const Shape& destination);
/// The transpose of a matrix; vectors and zero-dim tensors as they are. Error for more dims.
Tensor t(const Tensor& x);
/// The transpose of the last two dims, and its conjugate.
Tensor mT(const Tensor& x);
Tensor mH(const Tensor& x);
/// The dims in reverse order.
Tensor T(const Tensor& x);
/// The conjugate transpose of a matrix.
Tensor H(const Tensor& x);
/// A view with dims of size 1 added until there are at least 1, 2 or 3.
Tensor atleast_1d(const Tensor& x);
Tensor atleast_2d(const Tensor& x);
Tensor atleast_3d(const Tensor& x);

/// A view with dims of size 1 repeated to `shape` without a copy, and new dims in front; -1 keeps a size.
Tensor expand(const Tensor& x, const Shape& shape);
Tensor expand_as(const Tensor& x, const Tensor& other);
Tensor broadcast_to(const Tensor& x, const Shape& shape);
/// All expanded to the one shape they broadcast to.
std::vector<Tensor> broadcast_tensors(const std::vector<Tensor>& tensors);

/// A view without the dims of size 1, or without those of `dims` that have size 1.
Tensor squeeze(const Tensor& x);
Tensor squeeze(const Tensor& x, const Shape& dims);
/// A view with a dim of size 1 at `dim`.
Tensor unsqueeze(const Tensor& x, int64_t dim);

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

// Several views at once; in-place changes of one are an error while gradients are recorded, as in PyTorch.

/// Pieces of `size` along `dim`; the last one may be smaller.
std::vector<Tensor> split(const Tensor& x, int64_t size, int64_t dim = 0);
/// Pieces of these sizes, which must add up to x's.
std::vector<Tensor> split(const Tensor& x, const Shape& sizes, int64_t dim = 0);
/// At most `chunks` pieces of equal size, but for the last.
std::vector<Tensor> chunk(const Tensor& x, int64_t chunks, int64_t dim = 0);
/// Every slice along `dim`, which goes.
std::vector<Tensor> unbind(const Tensor& x, int64_t dim = 0);
/// That many pieces, the first ones larger by one where it does not come out even.
std::vector<Tensor> tensor_split(const Tensor& x, int64_t sections, int64_t dim = 0);
/// The pieces between these positions of `dim`, by the rules of slice.
std::vector<Tensor> tensor_split(const Tensor& x, const Shape& indices, int64_t dim = 0);
/// tensor_split along the columns, rows and planes; the sections must come out even.
std::vector<Tensor> hsplit(const Tensor& x, int64_t sections);
std::vector<Tensor> hsplit(const Tensor& x, const Shape& indices);
std::vector<Tensor> vsplit(const Tensor& x, int64_t sections);
std::vector<Tensor> vsplit(const Tensor& x, const Shape& indices);
std::vector<Tensor> dsplit(const Tensor& x, int64_t sections);
std::vector<Tensor> dsplit(const Tensor& x, const Shape& indices);

// Copies.

/// The tensors one behind another along `dim`, in their promoted dtype; all other sizes must agree (1-d tensors of size 0 are
/// skipped).
Tensor cat(const std::vector<Tensor>& tensors, int64_t dim = 0);
/// The tensors, all of one shape, along a new dim.
Tensor stack(const std::vector<Tensor>& tensors, int64_t dim = 0);
/// The elements in reverse along each of `dims`.
Tensor flip(const Tensor& x, const Shape& dims);
Tensor fliplr(const Tensor& x);
Tensor flipud(const Tensor& x);
/// The plane of two dims turned by k quarters, from the first towards the second.
Tensor rot90(const Tensor& x, int64_t k = 1, const Shape& dims = {0, 1});
/// Elements moved on by shifts[i] along dims[i], around the end; without dims, in the flattened tensor.
Tensor roll(const Tensor& x, const Shape& shifts, const Shape& dims = {});
/// x repeated repeats[i] times along dim i; more repeats than dims add dims in front.
Tensor repeat(const Tensor& x, const Shape& repeats);
/// The same, where missing repeats in front are 1.
Tensor tile(const Tensor& x, const Shape& repeats);
/// The lower (upper) triangle of each matrix, up to (from) `diagonal`; zeros elsewhere.
Tensor tril(const Tensor& x, int64_t diagonal = 0);
Tensor triu(const Tensor& x, int64_t diagonal = 0);

}  // namespace ember
