// Building blocks of reference implementations.
#pragma once

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "tests/op_table/row.h"

namespace op_table::reference {

/// f of each element.
template <class F>
auto elementwise(F f) {
  return [f](const Arrays& in) {
    Array y = in[0];
    for (double& value : y.data) value = f(value);
    return y;
  };
}

/// f of each pair of elements, broadcast.
template <class F>
auto pairwise(F f) {
  return [f](const Arrays& in) {
    return generate(broadcast_shape(in[0].shape, in[1].shape),
                    [&](const Index& i) { return f(in[0].broadcast_at(i), in[1].broadcast_at(i)); });
  };
}

/// f of the list of elements along `dims` (all when empty), in order; those dims stay with size 1 when `keepdim`.
template <class F>
Array reduce(const Array& x, Index dims, bool keepdim, F f) {
  for (int64_t& d : dims) d = d < 0 ? d + x.rank() : d;
  const auto is_reduced = [&](int64_t d) {
    return dims.empty() || std::find(dims.begin(), dims.end(), d) != dims.end();
  };
  Index kept, full(x.shape);
  for (int64_t d = 0; d < x.rank(); ++d) {
    if (!is_reduced(d))
      kept.push_back(x.size(d));
    else
      full[static_cast<size_t>(d)] = 1;
  }
  std::vector<std::vector<double>> lists(static_cast<size_t>(numel(kept)));
  const Array slots(kept);
  size_t next = 0;
  for_each_index(x.shape, [&](const Index& i) {
    int64_t slot = 0;
    for (int64_t d = 0; d < x.rank(); ++d)
      if (!is_reduced(d)) slot = slot * x.size(d) + i[static_cast<size_t>(d)];
    lists[static_cast<size_t>(slot)].push_back(x.data[next++]);
  });
  Array y(keepdim ? full : kept);
  for (size_t i = 0; i < lists.size(); ++i) y.data[i] = f(lists[i]);
  return y;
}

inline double sum(const std::vector<double>& list) {
  double total = 0;
  for (const double value : list) total += value;
  return total;
}
inline double mean(const std::vector<double>& list) { return sum(list) / static_cast<double>(list.size()); }
inline double variance(const std::vector<double>& list, double correction) {
  const double middle = mean(list);
  double total = 0;
  for (const double value : list) total += (value - middle) * (value - middle);
  return total / (static_cast<double>(list.size()) - correction);
}
inline double max(const std::vector<double>& list) { return *std::max_element(list.begin(), list.end()); }
inline double min(const std::vector<double>& list) { return *std::min_element(list.begin(), list.end()); }
inline double logsumexp(const std::vector<double>& list) {
  const double top = max(list);
  double total = 0;
  for (const double value : list) total += std::exp(value - top);
  return top + std::log(total);
}
inline double product(const std::vector<double>& list) {
  double total = 1;
  for (const double value : list) total *= value;
  return total;
}

/// The position of the first element for which no other is better.
template <class Better>
double first_best(const std::vector<double>& list, Better better) {
  size_t best = 0;
  for (size_t i = 1; i < list.size(); ++i)
    if (better(list[i], list[best])) best = i;
  return static_cast<double>(best);
}
inline double argmax(const std::vector<double>& list) { return first_best(list, std::greater<>()); }
inline double argmin(const std::vector<double>& list) { return first_best(list, std::less<>()); }

/// f(list, i) for each element i of each list along `dim`: softmax and its kin.
template <class F>
Array along(const Array& x, int64_t dim, F f) {
  dim = dim < 0 ? dim + x.rank() : dim;
  return generate(x.shape, [&](const Index& i) {
    std::vector<double> list;
    for (int64_t k = 0; k < x.size(dim); ++k) list.push_back(x.at(with(i, dim, k)));
    return f(list, static_cast<size_t>(i[static_cast<size_t>(dim)]));
  });
}

/// The same elements in another shape.
inline Array reshaped(Array x, Index shape) {
  x.shape = std::move(shape);
  return x;
}

/// a b over the last two dims, broadcast over the others.
Array matmul(const Array& a, const Array& b);
/// The same array with its last two dims swapped.
Array transposed(const Array& x);
Array add(const Array& a, const Array& b);
Array mul(const Array& a, const Array& b);
Array softmax(const Array& x, int64_t dim);
/// x weight^T + bias; an empty bias counts as none.
Array linear(const Array& x, const Array& weight, const Array* bias = nullptr);

}  // namespace op_table::reference
