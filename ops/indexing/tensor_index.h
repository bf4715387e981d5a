// NumPy's basic and advanced indexing, both ways. Index tensors are int64 unless said otherwise; IndexError for an entry out of range.
#pragma once

#include <concepts>
#include <optional>
#include <vector>

#include "ember/ops/indexing/scatter.h"
#include "ember/ops/tensor.h"

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

}  // namespace ember
