// Tensors from nothing, from numbers and from memory. Options name dtype (default_dtype() unless said otherwise), device and
// requires_grad; Error for a negative size.
#pragma once

#include <functional>
#include <initializer_list>
#include <optional>
#include <span>
#include <type_traits>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember {

/// Uninitialised memory.
Tensor empty(const Shape& sizes, const TensorOptions& options = {});
Tensor empty_strided(const Shape& sizes, const Shape& strides, const TensorOptions& options = {});
/// A fresh tensor whose dims lie in memory in the order physical_layout, the outermost first.
Tensor empty_permuted(const Shape& sizes, const Shape& physical_layout, const TensorOptions& options = {});
Tensor zeros(const Shape& sizes, const TensorOptions& options = {});
Tensor ones(const Shape& sizes, const TensorOptions& options = {});
/// Without a dtype in the options, bool, int64 or the default dtype by the kind of `value`.
Tensor full(const Shape& sizes, const Scalar& value, const TensorOptions& options = {});

/// Of x's shape, device and layout, and of x's dtype unless another is given.
Tensor empty_like(const Tensor& x, std::optional<DType> dtype = {});
Tensor zeros_like(const Tensor& x, std::optional<DType> dtype = {});
Tensor ones_like(const Tensor& x, std::optional<DType> dtype = {});
Tensor full_like(const Tensor& x, const Scalar& value, std::optional<DType> dtype = {});

/// start, start + step, ... before `end`; int64 unless one of them is a float. ValueError unless the step leads to the end.
Tensor arange(const Scalar& end, const TensorOptions& options = {});
Tensor arange(const Scalar& start, const Scalar& end, const TensorOptions& options = {});
Tensor arange(const Scalar& start, const Scalar& end, const Scalar& step, const TensorOptions& options = {});
/// `steps` evenly spaced numbers, both ends included.
Tensor linspace(const Scalar& start, const Scalar& end, int64_t steps, const TensorOptions& options = {});
/// `steps` numbers base^x for x evenly spaced from start to end.
Tensor logspace(const Scalar& start, const Scalar& end, int64_t steps, double base = 10,
                const TensorOptions& options = {});
/// Ones on the diagonal; square unless m is given.
Tensor eye(int64_t n, std::optional<int64_t> m = {}, const TensorOptions& options = {});
Tensor eye(int64_t n, const TensorOptions& options);
/// [2, count]: rows and columns of the lower (upper) triangle of a matrix; int64 unless options name a dtype.
Tensor tril_indices(int64_t rows, int64_t columns, int64_t offset = 0, const TensorOptions& options = {});
Tensor triu_indices(int64_t rows, int64_t columns, int64_t offset = 0, const TensorOptions& options = {});
/// A zero-dim tensor.
Tensor scalar_tensor(const Scalar& value, const TensorOptions& options = {});

/// What listed numbers of a C++ type become without an option: PyTorch's rule.
template <class T>
DType listed_dtype() {
  if constexpr (std::is_same_v<T, bool>)
    return kBool;
  else if constexpr (std::is_floating_point_v<T>)
    return default_dtype();
  else if constexpr (std::is_same_v<T, int8_t> || std::is_same_v<T, uint8_t> || std::is_same_v<T, int16_t>)
    return dtype_of<T>;
  else if constexpr (std::is_integral_v<T>)
    return kInt64;
  else
    return dtype_of<T>;
}

/// Numbers in nested braces: `tensor({{1.0, 2.0}, {3.0, 4.0}})`.
class NestedList {
 public:
  template <class T>
  requires std::is_arithmetic_v<T> NestedList(T value) : value_(value), dtype_(listed_dtype<T>()) {}
  NestedList(std::initializer_list<NestedList> items) : items_(items), is_list_(true) {}

  bool is_list() const { return is_list_; }
  const std::vector<NestedList>& items() const { return items_; }
  const Scalar& value() const { return value_; }
  /// What a tensor of such numbers gets.
  DType dtype() const { return dtype_; }

 private:
  Scalar value_;
  DType dtype_ = kFloat32;
  std::vector<NestedList> items_;
  bool is_list_ = false;
};

/// A copy of the numbers: float and double become the default dtype, int becomes int64, all others keep theirs, unless options name a
/// dtype. ValueError for rows of different length.
Tensor tensor(const NestedList& values, const TensorOptions& options = {});

namespace detail {

Tensor copy_values(const void* data, int64_t count, DType dtype, const TensorOptions& options);

}  // namespace detail

/// A 1-d copy of the values: float and double become the default dtype, int becomes int64, all others keep theirs, unless options name
/// a dtype.
template <class T>
Tensor tensor(std::span<const T> values, const TensorOptions& options = {}) {
  return detail::copy_values(values.data(), static_cast<int64_t>(values.size()), dtype_of<T>,
                             options.dtype(options.dtype_.value_or(listed_dtype<T>())));
}
template <class T>
requires(!std::is_same_v<T, bool>) Tensor tensor(const std::vector<T>& values, const TensorOptions& options = {}) {
  return tensor(std::span<const T>(values), options);
}

/// A tensor on memory owned by the caller, who keeps it alive until `release` is called (when the last view goes).
Tensor from_blob(void* data, const Shape& sizes, const TensorOptions& options = {});
Tensor from_blob(void* data, const Shape& sizes, const Shape& strides, const TensorOptions& options = {});
Tensor from_blob(void* data, const Shape& sizes, const Shape& strides, std::function<void()> release,
                 const TensorOptions& options = {});

}  // namespace ember
