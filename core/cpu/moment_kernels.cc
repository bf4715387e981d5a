// var and logsumexp: two passes, where the second sums a function of each element and its output's result of the first.
#include <algorithm>
#include <limits>

#include "core/cpu/cpu_kernels.h"
#include "core/cpu/reduction_families.h"
#include "core/cpu/vector.h"
#include "core/cpu/vector_math.h"
#include "ember/core/kernels/reduction.h"
#include "ember/core/reduction.h"

namespace ember::EMBER_ISA {

namespace {

/// The side operand's values of a tile, made contiguous.
template <class T>
void load_side(T* to, const ReductionTile& tile) {
  for (int64_t j = 0; j < tile.columns; ++j) to[j] = *reinterpret_cast<const T*>(tile.side + j * tile.side_stride);
}

/// Sums f(x - side) over each output's elements; `f` works on a run in place.
template <class T, class F>
void sum_of_differences(const TensorBase& out, const TensorBase& side, const TensorBase& x, F f,
                        FunctionRef<void(const ReductionStore&)> store) {
  const auto along = [&](const ReductionTile& tile) {
    T buffer[kReductionRun], shift[kReductionColumns];
    load_side(shift, tile);
    for (int64_t j = 0; j < tile.columns; ++j) {
      const T* from = reinterpret_cast<const T*>(tile.x) + j * tile.stride;
      for (int64_t i = 0; i < tile.rows; ++i) buffer[j * tile.rows + i] = from[i] - shift[j];
    }
    f(buffer, tile.rows * tile.columns);
    T* result = reinterpret_cast<T*>(tile.result);
    for (int64_t j = 0; j < tile.columns; ++j) result[j] = fold<Sum>(buffer + j * tile.rows, tile.rows);
  };
  const auto across = [&](const ReductionTile& tile) {
    constexpr int64_t kRows = 8;
    T buffer[kRows * kReductionColumns], shift[kReductionColumns], part[kReductionColumns];
    load_side(shift, tile);
    T* result = reinterpret_cast<T*>(tile.result);
    for (int64_t row = 0; row < tile.rows; row += kRows) {
      const int64_t rows = std::min(kRows, tile.rows - row);
      for (int64_t i = 0; i < rows; ++i) {
        const T* from = reinterpret_cast<const T*>(tile.x) + (row + i) * tile.stride;
        for (int64_t j = 0; j < tile.columns; ++j) buffer[i * tile.columns + j] = from[j] - shift[j];
      }
      f(buffer, rows * tile.columns);
      fold_rows<Sum>(row == 0 ? result : part, buffer, rows, tile.columns, tile.columns);
      for (int64_t j = 0; row > 0 && j < tile.columns; ++j) result[j] += part[j];
    }
  };
  const auto combine = [](const ReductionTile& tile) {
    fold_columns<Sum>(reinterpret_cast<T*>(tile.result), reinterpret_cast<const T*>(tile.x), tile.rows, tile.columns,
                      tile.stride);
  };
  reduce(out, side, x, {along, across, combine, store, dtype_of<T>, sizeof(T)});
}

template <class T>
void var_as(const TensorBase& out, const TensorBase& x, double correction) {
  const TensorBase mean = empty_tensor(out.sizes(), dtype_of<T>);
  reduce_mean(mean, x);
  const auto square = [](T* run, int64_t count) {
    for (int64_t i = 0; i < count; ++i) run[i] *= run[i];
  };
  const T divisor = static_cast<T>(std::max(0.0, static_cast<double>(reduced_count(out, x)) - correction));
  const auto store = [&](const ReductionStore& s) {
    T* result = reinterpret_cast<T*>(s.result);
    for (int64_t j = 0; j < s.columns; ++j) result[j] /= divisor;
    store_as(out.dtype(), dtype_of<T>, s);
  };
  sum_of_differences<T>(out, mean, x, square, store);
}

void var(const TensorBase& out, const TensorBase& x, double correction) {
  if (!is_floating_point(out.dtype())) cpu::fail_dtype("var", out.dtype());
  compute_dtype(out.dtype()) == kFloat64 ? var_as<double>(out, x, correction) : var_as<float>(out, x, correction);
}

template <class T>
void logsumexp_as(const TensorBase& out, const TensorBase& x) {
  const TensorBase shift = empty_tensor(out.sizes(), dtype_of<T>);
  reduce_max(shift, x);
  // An infinite maximum would make NaN of inf - inf; without a shift exp gives 0 and inf by itself.
  T* shifts = reinterpret_cast<T*>(shift.raw_data());
  for (int64_t i = 0; i < shift.numel(); ++i)
    if (std::abs(shifts[i]) == std::numeric_limits<T>::infinity()) shifts[i] = 0;
  const auto store = [&](const ReductionStore& s) {
    T* result = reinterpret_cast<T*>(s.result);
    for (int64_t j = 0; j < s.columns; ++j)
      result[j] = std::log(result[j]) + *reinterpret_cast<const T*>(s.side + j * s.side_stride);
    store_as(out.dtype(), dtype_of<T>, s);
  };
  sum_of_differences<T>(
      out, shift, x, [](T* run, int64_t count) { exp_run(run, run, count); }, store);
}

void logsumexp(const TensorBase& out, const TensorBase& x) {
  if (!is_floating_point(out.dtype())) cpu::fail_dtype("logsumexp", out.dtype());
  compute_dtype(out.dtype()) == kFloat64 ? logsumexp_as<double>(out, x) : logsumexp_as<float>(out, x);
}

}  // namespace

void register_moments() {
  kernels::var[kCPU] = var;
  kernels::logsumexp[kCPU] = logsumexp;
}

}  // namespace ember::EMBER_ISA
