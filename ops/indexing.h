// Reading by index, and NumPy's basic and advanced indexing, both ways; scatter.h has the other ops that write by index.
// Index tensors are int64 unless said otherwise; IndexError for an entry out of range.
#pragma once

#include <concepts>
#include <optional>
#include <string_view>
#include <vector>

#include "core/tensor.h"
#include "ops/scatter.h"

namespace ember {

/// A new dim of size 1 in an index, or an open end of a Slice.
inline constexpr std::nullopt_t None = std::nullopt;
/// All dims that the other indices leave.
struct EllipsisType {};
inline constexpr EllipsisType Ellipsis;

/// start:stop:step of Python; the step must be positive.
struct Slice {
  std::optional<int64_t> start, stop;
  int64_t step;

  Slice(std::optional<int64_t> start = {}, std::optional<int64_t> stop = {}, std::optional<int64_t> step = {})
      : start(start), stop(stop), step(step.value_or(1)) {}
};

/// One entry of an index: an integer, None, Ellipsis (or "..."), a bool, a Slice, or a tensor that is either int64 (int32, int16, int8)
/// or a bool or uint8 mask.
struct TensorIndex {
  enum class Kind { Integer, None, Ellipsis, Bool, Slice, Tensor };

  template <std::integral T>
  TensorIndex(T value)
      : kind(std::same_as<T, bool> ? Kind::Bool : Kind::Integer), integer(static_cast<int64_t>(value)) {}
  TensorIndex(std::nullopt_t) : kind(Kind::None) {}
  TensorIndex(EllipsisType) : kind(Kind::Ellipsis) {}
  /// ValueError unless the text is "...".
  TensorIndex(const char* dots);
  TensorIndex(Slice value) : kind(Kind::Slice), slice(value) {}
  TensorIndex(Tensor value) : kind(Kind::Tensor), tensor(std::move(value)) {}

  Kind kind;
  int64_t integer = 0;  ///< also the value of a bool
  Slice slice;
  Tensor tensor;
};

namespace indexing {
using ember::Ellipsis;
using ember::None;
using ember::Slice;
using ember::TensorIndex;
}  // namespace indexing

/// x[indices]: a view when there are only integers, slices, None and Ellipsis, else a copy.
Tensor index(const Tensor& x, const std::vector<TensorIndex>& indices);
/// x[indices] = value, which broadcasts; `accumulate` adds instead, also where an index repeats.
Tensor& index_put_(Tensor& x, const std::vector<TensorIndex>& indices, const Tensor& value, bool accumulate = false);
Tensor index_put(const Tensor& x, const std::vector<TensorIndex>& indices, const Tensor& value,
                 bool accumulate = false);

/// out[i][j][k] = x[i][index[i][j][k]][k] for dim = 1; index has x's rank and is no larger in the other dims.
Tensor gather(const Tensor& x, int64_t dim, const Tensor& index);
/// gather whose index broadcasts against x and may count from the end; without `dim`, in the flattened tensor.
Tensor take_along_dim(const Tensor& x, const Tensor& index, std::optional<int64_t> dim = {});
/// The elements at these positions of the flattened x, in index' shape; negative ones count from the end.
Tensor take(const Tensor& x, const Tensor& index);
/// A copy of x with source, in order, at these positions of the flattened tensor.
Tensor put(const Tensor& x, const Tensor& index, const Tensor& source, bool accumulate = false);
/// The slices of `dim` that the 1-d (or zero-dim) index names.
Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index);
/// i repeated repeats[i] times for each i, 1-d. output_size, where it is known, saves adding up.
Tensor repeat_interleave(const Tensor& repeats, std::optional<int64_t> output_size = {});
/// Each slice of `dim` repeated in place, all as often or each its own number of times; flattens without `dim`.
Tensor repeat_interleave(const Tensor& x, int64_t repeats, std::optional<int64_t> dim = {},
                         std::optional<int64_t> output_size = {});
Tensor repeat_interleave(const Tensor& x, const Tensor& repeats, std::optional<int64_t> dim,
                         std::optional<int64_t> output_size = {});
/// The rows of weight [V, D] that indices (int64 or int32, any shape) name: [*indices, D]. Row padding_idx gets no gradient.
Tensor embedding(const Tensor& weight, const Tensor& indices, std::optional<int64_t> padding_idx = {});
/// int64 [*x, num_classes] with a 1 at each class of x; -1 takes the largest class + 1.
Tensor one_hot(const Tensor& x, int64_t num_classes = -1);

/// x with `value` where the bool mask, which broadcasts, holds.
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value);
Tensor& masked_fill_(Tensor& x, const Tensor& mask, const Tensor& value);
/// The elements, 1-d, where the bool mask holds; x and mask broadcast.
Tensor masked_select(const Tensor& x, const Tensor& mask);
/// x with the elements of source, in order, where the bool mask, which broadcasts, holds.
Tensor masked_scatter(const Tensor& x, const Tensor& mask, const Tensor& source);
/// int64 positions [count, x.dim()] of the elements that are not zero.
Tensor nonzero(const Tensor& x);
/// The same as one vector for each dim, ready to index with; a zero-dim x counts as a vector.
std::vector<Tensor> nonzero_tuple(const Tensor& x);
/// The first `size` rows of nonzero; fill_value where there are fewer.
Tensor nonzero_static(const Tensor& x, int64_t size, int64_t fill_value = -1);
Tensor argwhere(const Tensor& x);
/// The coordinates of flat positions in a tensor of this shape, one tensor for each of its dims.
std::vector<Tensor> unravel_index(const Tensor& indices, const Shape& shape);

}  // namespace ember
