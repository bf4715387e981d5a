// kth, median and mode along a dim. Which of equal elements gives the index is PyTorch's choice: for kth and mode that of its
// algorithms, for median that of a stable sort.
#include <algorithm>
#include <limits>
#include <span>
#include <utility>
#include <vector>

#include "ember/core/kernels/sorting.h"
#include "ember/core/rows.h"

namespace ember::cpu {

namespace {

template <class T>
struct Ranked {
  T value;
  int64_t position;
};

/// NaN is the largest.
template <class T>
bool is_less(const Ranked<T>& a, const Ranked<T>& b) {
  if constexpr (std::is_floating_point_v<T>)
    return a.value < b.value || (b.value != b.value && a.value == a.value);
  else
    return a.value < b.value;
}

/// Hoare's quickselect with the median of three as pivot (Numerical Recipes, "select"): the k-th smallest moves to its place.
template <class T>
void quick_select(std::vector<Ranked<T>>& items, int64_t k) {
  const auto order = [&](int64_t i, int64_t j) {
    if (is_less(items[j], items[i])) std::swap(items[i], items[j]);
  };
  int64_t low = 0, high = static_cast<int64_t>(items.size()) - 1;
  while (high > low + 1) {
    std::swap(items[low + (high - low) / 2], items[low + 1]);
    order(low + 1, high);
    order(low, high);
    order(low + 1, low);
    int64_t i = low + 1, j = high;
    const Ranked<T> pivot = items[low];
    for (;;) {
      while (is_less(items[++i], pivot)) {
      }
      while (is_less(pivot, items[--j])) {
      }
      if (j < i) break;
      std::swap(items[i], items[j]);
    }
    std::swap(items[low], items[j]);
    if (j <= k) low = i;
    if (j >= k) high = j - 1;
  }
  if (high == low + 1) order(low, high);
}

/// The values alone are put in order, which takes half the memory of ranked ones; the position follows by counting.
template <class T>
Ranked<T> median_of(std::span<const T> row, bool skip_nan) {
  std::vector<T> numbers(row.begin(), row.end());
  if constexpr (std::is_floating_point_v<T>) {
    const auto is_nan = [](T x) { return x != x; };
    const auto first = std::find_if(row.begin(), row.end(), is_nan);
    if (first != row.end() && !skip_nan) return {*first, first - row.begin()};
    if (first != row.end()) std::erase_if(numbers, is_nan);
    if (numbers.empty()) return {row[0], 0};
  }
  const auto middle = numbers.begin() + static_cast<int64_t>((numbers.size() - 1) / 2);
  std::nth_element(numbers.begin(), middle, numbers.end());
  const T median = *middle;
  int64_t equal_before =
      middle - numbers.begin() - std::count_if(row.begin(), row.end(), [=](T x) { return x < median; });
  size_t at = 0;
  while (row[at] != median || equal_before-- > 0) ++at;
  return {row[at], static_cast<int64_t>(at)};
}

template <class T>
Ranked<T> mode_of(std::vector<Ranked<T>>& items) {
  std::sort(items.begin(), items.end(), is_less<T>);
  Ranked<T> best = items[0];
  size_t best_run = 0, run = 0;
  for (size_t i = 0; i < items.size(); ++i) {
    ++run;
    if (i + 1 < items.size() && items[i + 1].value == items[i].value) continue;
    if (run > best_run) best = items[i], best_run = run;
    run = 0;
  }
  return best;
}

/// Calls f.operator()<T>() with the type that rows of `dtype` are compared as.
template <class F>
void visit_comparable(DType dtype, F f) {
  switch (compute_dtype(dtype)) {
    case DType::Float32:
      return f.template operator()<float>();
    case DType::Float64:
      return f.template operator()<double>();
    default:
      return f.template operator()<int64_t>();
  }
}

template <class T>
void rank(std::span<const T> row, std::vector<Ranked<T>>& items) {
  items.resize(row.size());
  for (size_t i = 0; i < row.size(); ++i) items[i] = {row[i], static_cast<int64_t>(i)};
}

/// Writes what `choose` picks out of each row, for which it may use a buffer.
template <class Choose>
void choose_each(const TensorBase& values, const TensorBase& indices, const TensorBase& x, int64_t dim, Choose choose) {
  const int64_t count = x.dim() == 0 ? 1 : x.size(dim);
  visit_comparable(x.dtype(), [&]<class T>() {
    constexpr int64_t kCost = 16;
    const RowOperand outputs[] = {{values, dtype_of<T>}, {indices, kInt64}}, inputs[] = {{x, dtype_of<T>}};
    for_each_rows(outputs, inputs, dim, kCost, [&](char* const* at, int64_t rows) {
      std::vector<Ranked<T>> items;
      for (int64_t row = 0; row < rows; ++row) {
        const T* from = reinterpret_cast<const T*>(at[2]) + row * count;
        const Ranked<T> chosen = choose(std::span(from, static_cast<size_t>(count)), items);
        reinterpret_cast<T*>(at[0])[row] = chosen.value;
        reinterpret_cast<int64_t*>(at[1])[row] = chosen.position;
      }
    });
  });
}

void kth(const TensorBase& values, const TensorBase& indices, const TensorBase& x, int64_t dim, int64_t k) {
  choose_each(values, indices, x, dim, [k](auto row, auto& items) {
    rank(row, items);
    quick_select(items, k);
    return items[static_cast<size_t>(k)];
  });
}

void median(const TensorBase& values, const TensorBase& indices, const TensorBase& x, int64_t dim, bool skip_nan) {
  choose_each(values, indices, x, dim, [skip_nan](auto row, auto&) { return median_of(row, skip_nan); });
}

void mode(const TensorBase& values, const TensorBase& indices, const TensorBase& x, int64_t dim) {
  choose_each(values, indices, x, dim, [](auto row, auto& items) {
    rank(row, items);
    return mode_of(items);
  });
}

[[maybe_unused]] const bool registered = [] {
  kernels::kth[kCPU] = kth;
  kernels::median[kCPU] = median;
  kernels::mode[kCPU] = mode;
  return true;
}();

}  // namespace

}  // namespace ember::cpu
