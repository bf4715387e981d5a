// cdist: the p-norms of the differences of all pairs of rows.
#include <math.h>

#include <algorithm>
#include <limits>
#include <vector>

#include "core/cpu/cpu_kernels.h"
#include "core/cpu/families.h"
#include "core/cpu/vector_math.h"
#include "ember/core/kernels/linalg.h"
#include "ember/core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

/// Folds f(|a[i] - c[i]|) in lanes that the compiler keeps in vectors; their number is the same for every instruction set.
template <class T, class F, class Combine>
T fold_differences(const T* a, const T* c, int64_t count, F f, Combine combine) {
  constexpr int64_t kLanes = 128 / sizeof(T);
  T lanes[kLanes] = {};
  int64_t i = 0;
  for (; i + kLanes <= count; i += kLanes)
    for (int64_t k = 0; k < kLanes; ++k) {
      const T d = a[i + k] - c[i + k];
      lanes[k] = combine(lanes[k], f(d < 0 ? -d : d));
    }
  for (int64_t k = 0; i < count; ++i, ++k) {
    const T d = a[i] - c[i];
    lanes[k] = combine(lanes[k], f(d < 0 ? -d : d));
  }
  for (int64_t half = kLanes / 2; half > 0; half /= 2)
    for (int64_t k = 0; k < half; ++k) lanes[k] = combine(lanes[k], lanes[k + half]);
  return lanes[0];
}

/// Rows of c that lie side by side, each in a lane of its own. Zen 4: 10 times as fast as pairs of rows of 16, 2 times of 128.
constexpr int64_t kTile = 64;

/// The folds of one row a with the kTile rows in `tile` [count, kTile]. Folds of folds of 32 keep the error of long rows small.
template <class T, class F, class Combine>
void fold_tile(T* result, const T* a, const T* tile, int64_t count, F f, Combine combine) {
  constexpr int64_t kRun = 32;
  for (int64_t j = 0; j < kTile; ++j) result[j] = 0;
  for (int64_t first = 0; first < count; first += kRun) {
    T part[kTile] = {};
    for (int64_t m = first; m < std::min(first + kRun, count); ++m)
      for (int64_t j = 0; j < kTile; ++j) {
        const T d = a[m] - tile[m * kTile + j];
        part[j] = combine(part[j], f(d < 0 ? -d : d));
      }
    for (int64_t j = 0; j < kTile; ++j) result[j] = combine(result[j], part[j]);
  }
}

/// The rows [first, last) of a beside those of c, of one batch; store(i, j, values, count) takes the folds of j and the following
/// rows of c. With `above`, j starts behind i.
template <class T, class F, class Combine, class Store>
void fold_rows_of(const T* a, const T* c, int64_t first, int64_t last, int64_t columns, int64_t length, bool above, F f,
                  Combine combine, Store store) {
  std::vector<T> tile(static_cast<size_t>(kTile * length));
  T values[kTile];
  for (int64_t at = above ? (first + 1) / kTile * kTile : 0; at < columns; at += kTile) {
    const int64_t count = std::min(kTile, columns - at);
    for (int64_t j = 0; j < count; ++j)
      for (int64_t m = 0; m < length; ++m) tile[m * kTile + j] = c[(at + j) * length + m];
    const int64_t end = above ? std::min(last, at + count - 1) : last;
    for (int64_t i = first; i < end; ++i) {
      fold_tile(values, a + i * length, tile.data(), length, f, combine);
      const int64_t skipped = above && i >= at ? i + 1 - at : 0;
      store(i, at + skipped, values + skipped, count - skipped);
    }
  }
}

/// out is [B, P, R], or [P (P - 1) / 2] for the pairs of a row with each later one.
template <class T, class F, class Combine, class Finish>
void pairs(const TensorBase& out, const TensorBase& a, const TensorBase& c, F f, Combine combine, Finish finish) {
  const int64_t rows = a.sizes()[1], columns = c.sizes()[1], length = a.sizes()[2];
  if (out.numel() == 0) return;
  T* to = reinterpret_cast<T*>(out.raw_data());
  const T* left = reinterpret_cast<const T*>(a.raw_data());
  const T* right = reinterpret_cast<const T*>(c.raw_data());
  const bool above = out.dim() == 1;
  constexpr int64_t kFewRows = 8;  // for which turning c around does not pay
  const int64_t grain = kGrain / (columns * (length + 1)) + 1;
  parallel_for(0, a.sizes()[0] * rows, grain, [&](int64_t first, int64_t last) {
    if (!above && (rows < kFewRows || columns < kTile / 2)) {
      for (int64_t i = first; i < last; ++i) {
        const T* others = right + i / rows * columns * length;
        for (int64_t j = 0; j < columns; ++j)
          to[i * columns + j] = finish(fold_differences(left + i * length, others + j * length, length, f, combine));
      }
      return;
    }
    while (first < last) {
      const int64_t batch = first / rows, end = std::min(last, (batch + 1) * rows), origin = batch * rows;
      fold_rows_of(left + origin * length, right + batch * columns * length, first - origin, end - origin, columns,
                   length, above, f, combine, [&](int64_t i, int64_t j, const T* values, int64_t count) {
                     const int64_t row = above ? i * columns - i * (i + 1) / 2 - i - 1 : (origin + i) * columns;
                     for (int64_t k = 0; k < count; ++k) to[row + j + k] = finish(values[k]);
                   });
      first = end;
    }
  });
}

/// Whether p is infinite as a number of the tensors' own type, which PyTorch computes with.
template <class T>
bool is_infinite(double p) {
  return p > static_cast<double>(std::numeric_limits<T>::max());
}

template <class T>
void cdist_as(const TensorBase& out, const TensorBase& a, const TensorBase& c, double p) {
  const auto add = [](T x, T y) { return x + y; };
  const auto self = [](T x) { return x; };
  if (p == 0)
    return pairs<T>(
        out, a, c, [](T d) { return T(d != 0); }, add, self);
  if (p == 1) return pairs<T>(out, a, c, self, add, self);
  if (p == 2)
    return pairs<T>(
        out, a, c, [](T d) { return d * d; }, add, [](T sum) { return math::sqrt(sum); });
  if (is_infinite<T>(p)) {
    // NaN wins, as in a sum.
    const auto larger = [](T x, T y) { return (y > x) | (y != y) ? y : x; };
    return pairs<T>(out, a, c, self, larger, self);
  }
  const auto power = [p](T d) { return static_cast<T>(::pow(static_cast<double>(d), p)); };
  pairs<T>(out, a, c, power, add, [p](T sum) { return static_cast<T>(::pow(static_cast<double>(sum), 1 / p)); });
}

void cdist(const TensorBase& out, const TensorBase& a, const TensorBase& c, double p) {
  switch (out.dtype()) {
    case DType::Float32:
      return cdist_as<float>(out, a, c, p);
    case DType::Float64:
      return cdist_as<double>(out, a, c, p);
    default:
      cpu::fail_dtype("cdist", out.dtype());
  }
}

template <class T>
T sign_of(T d) {
  return static_cast<T>((d > 0) - (d < 0));
}

template <class T, class F>
void sum_directions(const TensorBase& grad, const TensorBase& weight, const TensorBase& a, const TensorBase& c,
                    const TensorBase& length, F direction) {
  const int64_t rows = a.sizes()[1], columns = c.sizes()[1], size = a.sizes()[2];
  T* to = reinterpret_cast<T*>(grad.raw_data());
  const auto *weights = reinterpret_cast<const T*>(weight.raw_data()),
             *lengths = reinterpret_cast<const T*>(length.raw_data());
  const auto *left = reinterpret_cast<const T*>(a.raw_data()), *right = reinterpret_cast<const T*>(c.raw_data());
  parallel_for(0, a.sizes()[0] * rows, kGrain / (columns * size + 1) + 1, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      T* sum = to + i * size;
      const T *own = left + i * size, *others = right + i / rows * columns * size;
      for (int64_t m = 0; m < size; ++m) sum[m] = 0;
      for (int64_t j = 0; j < columns; ++j) {
        const T w = weights[i * columns + j], l = lengths[i * columns + j];
        const T* other = others + j * size;
#pragma GCC ivdep
        for (int64_t m = 0; m < size; ++m) sum[m] += w * direction(own[m] - other[m], l);
      }
    }
  });
}

template <class T>
void cdist_backward_as(const TensorBase& grad, const TensorBase& weight, const TensorBase& a, const TensorBase& c,
                       const TensorBase& length, double p) {
  const auto run = [&](auto direction) { sum_directions<T>(grad, weight, a, c, length, direction); };
  if (p == 0) return run([](T, T) { return T(0); });
  if (p == 1) return run([](T d, T) { return sign_of(d); });
  if (p == 2) return run([](T d, T) { return d; });
  if (is_infinite<T>(p)) return run([](T d, T l) { return (d < 0 ? -d : d) == l ? sign_of(d) : T(0); });
  run([p](T d, T) {
    const auto size = static_cast<double>(d < 0 ? -d : d);
    return d == 0 ? T(0) : static_cast<T>(static_cast<double>(d) * ::pow(size, p - 2));
  });
}

void cdist_backward(const TensorBase& grad, const TensorBase& weight, const TensorBase& a, const TensorBase& c,
                    const TensorBase& length, double p) {
  if (grad.numel() == 0) return;
  grad.dtype() == kFloat64 ? cdist_backward_as<double>(grad, weight, a, c, length, p)
                           : cdist_backward_as<float>(grad, weight, a, c, length, p);
}

}  // namespace

void register_distance() {
  kernels::cdist[kCPU] = cdist;
  kernels::cdist_backward[kCPU] = cdist_backward;
}

}  // namespace ember::EMBER_ISA
