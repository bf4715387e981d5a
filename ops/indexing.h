// Reading and writing by index: NumPy's basic and advanced indexing, and the ops that take an index tensor along one dim.
// Index tensors are int64 unless said otherwise; IndexError for an entry out of range.
#pragma once

#include <concepts>
#include <optional>
#include <string_view>
#include <vector>

#include "core/tensor.h"

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
/// gather whose index broadcasts against x; without `dim`, in the flattened tensor.
Tensor take_along_dim(const Tensor& x, const Tensor& index, std::optional<int64_t> dim = {});
/// A copy of x with out[i][index[i][j][k]][k] = src[i][j][k] for dim = 1; of entries that meet, one wins.
Tensor scatter(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src);
/// The same, adding.
Tensor scatter_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& src);
Tensor& scatter_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& src);
Tensor& scatter_add_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& src);

/// The slices of `dim` that the 1-d (or zero-dim) index names.
Tensor index_select(const Tensor& x, int64_t dim, const Tensor& index);
/// A copy of x with alpha source's slice i added to the slice index[i] of `dim`.
Tensor index_add(const Tensor& x, int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha = 1);
Tensor& index_add_(Tensor& x, int64_t dim, const Tensor& index, const Tensor& source, const Scalar& alpha = 1);

/// The rows of weight [V, D] that indices (int64 or int32, any shape) name: [*indices, D]. Row padding_idx gets no gradient.
Tensor embedding(const Tensor& weight, const Tensor& indices, std::optional<int64_t> padding_idx = {});
/// int64 [*x, num_classes] with a 1 at each class of x; -1 takes the largest class + 1.
Tensor one_hot(const Tensor& x, int64_t num_classes = -1);

/// x with `value` where the bool mask, which broadcasts, holds.
Tensor masked_fill(const Tensor& x, const Tensor& mask, const Tensor& value);
Tensor& masked_fill_(Tensor& x, const Tensor& mask, const Tensor& value);
/// The elements, 1-d, where the bool mask holds; x and mask broadcast.
Tensor masked_select(const Tensor& x, const Tensor& mask);
/// int64 positions [count, x.dim()] of the elements that are not zero.
Tensor nonzero(const Tensor& x);

}  // namespace ember
