// cdist: the p-norms of the differences of all pairs of rows.
#include <math.h>

#include "core/cpu/cpu_kernels.h"
#include "core/cpu/families.h"
#include "core/kernels/distance.h"
#include "core/parallel.h"

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

template <class T, class F, class Combine, class Finish>
void pairs(const Tensor& out, const Tensor& a, const Tensor& c, F f, Combine combine, Finish finish) {
  const int64_t rows = a.sizes()[1], columns = c.sizes()[1], length = a.sizes()[2];
  if (out.numel() == 0) return;
  T* to = reinterpret_cast<T*>(out.raw_data());
  const T* left = reinterpret_cast<const T*>(a.raw_data());
  const T* right = reinterpret_cast<const T*>(c.raw_data());
  const int64_t grain = kGrain / (columns * (length + 1)) + 1;
  parallel_for(0, a.sizes()[0] * rows, grain, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      const T* others = right + i / rows * columns * length;
      for (int64_t j = 0; j < columns; ++j)
        to[i * columns + j] = finish(fold_differences(left + i * length, others + j * length, length, f, combine));
    }
  });
}

template <class T>
void cdist_as(const Tensor& out, const Tensor& a, const Tensor& c, double p) {
  const auto add = [](T x, T y) { return x + y; };
  const auto self = [](T x) { return x; };
  if (p == 0)
    return pairs<T>(
        out, a, c, [](T d) { return T(d != 0); }, add, self);
  if (p == 1) return pairs<T>(out, a, c, self, add, self);
  if (p == 2)
    return pairs<T>(
        out, a, c, [](T d) { return d * d; }, add,
        [](T sum) { return static_cast<T>(::sqrt(static_cast<double>(sum))); });
  if (p > 1e300) {
    // NaN wins, as in a sum.
    const auto larger = [](T x, T y) { return (y > x) | (y != y) ? y : x; };
    return pairs<T>(out, a, c, self, larger, self);
  }
  const auto power = [p](T d) { return static_cast<T>(::pow(static_cast<double>(d), p)); };
  pairs<T>(out, a, c, power, add, [p](T sum) { return static_cast<T>(::pow(static_cast<double>(sum), 1 / p)); });
}

void cdist(const Tensor& out, const Tensor& a, const Tensor& c, double p) {
  switch (out.dtype()) {
    case DType::Float32:
      return cdist_as<float>(out, a, c, p);
    case DType::Float64:
      return cdist_as<double>(out, a, c, p);
    default:
      cpu::fail_dtype("cdist", out.dtype());
  }
}

}  // namespace

void register_distance() { kernel_table<DistanceKernels>(kCPU).cdist = cdist; }

}  // namespace ember::EMBER_ISA
