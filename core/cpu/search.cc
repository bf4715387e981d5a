// searchsorted, and the lexicographic order of rows.
#include <algorithm>
#include <numeric>

#include "core/cpu/cpu_kernels.h"
#include "ember/core/kernels/sorting.h"
#include "ember/core/parallel.h"

namespace ember::cpu {

namespace {

/// 16-bit floats as floats, everything else as itself.
template <class T>
auto comparable(T x) {
  if constexpr (std::is_same_v<T, Half> || std::is_same_v<T, BFloat16>)
    return static_cast<float>(x);
  else
    return x;
}

/// visit_dtype for all types but the complex ones, which have no order.
template <class F>
void visit_ordered(const char* op, DType dtype, F f) {
  visit_dtype(dtype, [&]<class T>() {
    if constexpr (is_complex(dtype_of<T>))
      fail_dtype(op, dtype);
    else
      f.template operator()<T>();
  });
}

void searchsorted(const TensorBase& out, const TensorBase& sequence, const TensorBase& x, const TensorBase& sorter,
                  bool right) {
  if (out.numel() == 0) return;
  const int64_t length = sequence.sizes().back();
  const int64_t per_row = sequence.dim() == 1 || x.dim() == 0 ? std::max<int64_t>(1, x.numel()) : x.sizes().back();
  auto* to = reinterpret_cast<int64_t*>(out.raw_data());
  const auto* order = sorter.defined() ? reinterpret_cast<const int64_t*>(sorter.raw_data()) : nullptr;
  visit_ordered("searchsorted", x.dtype(), [&]<class T>() {
    const auto* sorted = reinterpret_cast<const T*>(sequence.raw_data());
    const auto* wanted = reinterpret_cast<const T*>(x.raw_data());
    parallel_for(0, x.numel(), kGrain / 16, [&](int64_t first, int64_t last) {
      for (int64_t i = first; i < last; ++i) {
        const int64_t begin = i / per_row * length;
        const auto value = comparable(wanted[i]);
        int64_t low = 0, high = length;
        while (low < high) {
          const int64_t middle = low + (high - low) / 2;
          const auto here = comparable(sorted[begin + (order ? order[begin + middle] : middle)]);
          // Written so that NaN goes to the end.
          const bool is_before = right ? !(here > value) : !(here >= value);
          is_before ? low = middle + 1 : high = middle;
        }
        to[i] = low;
      }
    });
  });
}

void sort_rows(const TensorBase& order, const TensorBase& x) {
  const int64_t rows = x.sizes()[0], columns = x.sizes()[1];
  auto* to = reinterpret_cast<int64_t*>(order.raw_data());
  std::iota(to, to + rows, int64_t{0});
  visit_ordered("unique", x.dtype(), [&]<class T>() {
    const auto* data = reinterpret_cast<const T*>(x.raw_data());
    std::stable_sort(to, to + rows, [&](int64_t a, int64_t b) {
      for (int64_t j = 0; j < columns; ++j) {
        const auto left = comparable(data[a * columns + j]), right = comparable(data[b * columns + j]);
        if (left < right) return true;
        if (right < left) return false;
      }
      return false;
    });
  });
}

[[maybe_unused]] const bool registered = [] {
  kernels::searchsorted[kCPU] = searchsorted;
  kernels::sort_rows[kCPU] = sort_rows;
  return true;
}();

}  // namespace

}  // namespace ember::cpu
