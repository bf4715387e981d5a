// max_dim and min_dim: the extreme along one dim and where it lies first.
#include "core/cpu/cpu_kernels.h"
#include "core/cpu/reduction_families.h"
#include "core/cpu/vector.h"
#include "ember/core/kernels/reduction.h"
#include "ember/core/reduction.h"

namespace ember::EMBER_ISA {

namespace {

template <class T>
struct Extreme {
  T value;
  int64_t index;
};

/// Whether b replaces an earlier a: strictly beyond it, or the first NaN.
template <class Op, class T>
inline bool replaces(T b, T a) {
  const bool beyond = std::is_same_v<Op, Max> ? b > a : b < a;
  return beyond | ((b != b) & (a == a));
}

/// The first position that holds `value`, which is there; a NaN stands for any NaN.
template <class T>
int64_t find(const T* x, int64_t count, T value) {
  constexpr int64_t kBlock = 64;
  const bool is_nan = value != value;
  int64_t i = 0;
  for (; i + kBlock <= count; i += kBlock) {
    int hits = 0;
    for (int64_t k = 0; k < kBlock; ++k) hits += is_nan ? x[i + k] != x[i + k] : x[i + k] == value;
    if (hits > 0) break;
  }
  for (; i < count; ++i)
    if (is_nan ? x[i] != x[i] : x[i] == value) return i;
  return 0;
}

template <class Op, class T>
void along(const ReductionTile& tile) {
  auto* result = reinterpret_cast<Extreme<T>*>(tile.result);
  for (int64_t j = 0; j < tile.columns; ++j) {
    const T* x = reinterpret_cast<const T*>(tile.x) + j * tile.stride;
    const int64_t index = find(x, tile.rows, fold<Op>(x, tile.rows));
    result[j] = {x[index], tile.first_row + index};
  }
}

template <class Op, class T>
void across(const ReductionTile& tile) {
  using Index = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;  // as wide as T, to share a mask
  T best[kReductionColumns];
  Index where[kReductionColumns];
  const T* x = reinterpret_cast<const T*>(tile.x);
  for (int64_t j = 0; j < tile.columns; ++j) best[j] = x[j], where[j] = 0;
  for (Index row = 1; row < tile.rows; ++row) {
    x += tile.stride;
    for (int64_t j = 0; j < tile.columns; ++j) {
      const T value = x[j], old = best[j];
      const bool take = replaces<Op>(value, old);
      best[j] = take ? value : old;
      where[j] = take ? row : where[j];
    }
  }
  auto* result = reinterpret_cast<Extreme<T>*>(tile.result);
  for (int64_t j = 0; j < tile.columns; ++j) result[j] = {best[j], tile.first_row + where[j]};
}

template <class Op, class T>
void combine(const ReductionTile& tile) {
  auto* result = reinterpret_cast<Extreme<T>*>(tile.result);
  const auto* x = reinterpret_cast<const Extreme<T>*>(tile.x);
  for (int64_t j = 0; j < tile.columns; ++j) result[j] = x[j];
  for (int64_t row = 1; row < tile.rows; ++row) {
    x += tile.stride;
    for (int64_t j = 0; j < tile.columns; ++j)
      if (replaces<Op>(x[j].value, result[j].value)) result[j] = x[j];
  }
}

template <class Op, class T>
void extreme_as(const TensorBase& values, const TensorBase& indices, const TensorBase& x) {
  const auto store = [&](const ReductionStore& s) {
    const auto* result = reinterpret_cast<const Extreme<T>*>(s.result);
    T found[kReductionColumns];
    for (int64_t j = 0; j < s.columns; ++j) {
      found[j] = result[j].value;
      *reinterpret_cast<int64_t*>(s.side + j * s.side_stride) = result[j].index;
    }
    ReductionStore plain = s;
    plain.result = reinterpret_cast<char*>(found);
    store_as(values.dtype(), dtype_of<T>, plain);
  };
  const auto row = [](const ReductionTile& tile) { along<Op, T>(tile); };
  const auto rows = [](const ReductionTile& tile) { across<Op, T>(tile); };
  const auto partials = [](const ReductionTile& tile) { combine<Op, T>(tile); };
  reduce(values, indices, x, {row, rows, partials, store, dtype_of<T>, sizeof(Extreme<T>)});
}

/// With size 1 at `dim`, whether the caller left the dim out or not.
TensorBase keep_dim(const TensorBase& x, int64_t rank, int64_t dim) {
  if (x.dim() == rank) return x;
  Shape sizes = x.sizes(), strides = x.strides();
  sizes.insert(static_cast<size_t>(dim), 1);
  strides.insert(static_cast<size_t>(dim), 0);
  return x.alias(sizes, strides, x.storage_offset());
}

template <class Op>
void extreme(const TensorBase& values, const TensorBase& indices, const TensorBase& x, int64_t dim) {
  const TensorBase v = keep_dim(values, x.dim(), dim), i = keep_dim(indices, x.dim(), dim);
  switch (compute_dtype(x.dtype())) {
    case DType::Float32:
      return extreme_as<Op, float>(v, i, x);
    case DType::Float64:
      return extreme_as<Op, double>(v, i, x);
    case DType::Int64:
      return extreme_as<Op, int64_t>(v, i, x);
    default:
      return extreme_as<Op, int32_t>(v, i, x);
  }
}

}  // namespace

void register_extremes() {
  kernels::max_dim[kCPU] = extreme<Max>;
  kernels::min_dim[kCPU] = extreme<Min>;
}

}  // namespace ember::EMBER_ISA
