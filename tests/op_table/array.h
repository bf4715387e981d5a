// A plain array of doubles for reference implementations: no strides, no views, nothing of Ember.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace op_table {

using Index = std::vector<int64_t>;

struct Array {
  Index shape;
  std::vector<double> data;  ///< row-major

  Array() = default;
  explicit Array(Index shape, double value = 0);

  int64_t rank() const { return static_cast<int64_t>(shape.size()); }
  /// Also for negative dims.
  int64_t size(int64_t dim) const { return shape[static_cast<size_t>(dim < 0 ? dim + rank() : dim)]; }
  double at(const Index& index) const { return data[position(index)]; }
  double& at(const Index& index) { return data[position(index)]; }
  /// The element that broadcasting puts at an index of a larger shape.
  double broadcast_at(const Index& index) const;

 private:
  size_t position(const Index& index) const;
};

int64_t numel(const Index& shape);
Index broadcast_shape(const Index& a, const Index& b);

/// Calls f(index) for every index of the shape, in row-major order.
template <class F>
void for_each_index(const Index& shape, F f) {
  Index index(shape.size(), 0);
  for (int64_t i = 0, n = numel(shape); i < n; ++i) {
    f(static_cast<const Index&>(index));
    for (size_t d = shape.size(); d-- > 0;) {
      if (++index[d] < shape[d]) break;
      index[d] = 0;
    }
  }
}

/// The array whose element at each index is f(index).
template <class F>
Array generate(const Index& shape, F f) {
  Array result(shape);
  size_t next = 0;
  for_each_index(shape, [&](const Index& index) { result.data[next++] = f(index); });
  return result;
}

/// The index with another entry at `dim`.
Index with(Index index, int64_t dim, int64_t value);
/// The index without its entry at `dim`, or with one more.
Index without(Index index, int64_t dim);
Index insert(Index index, int64_t dim, int64_t value);

}  // namespace op_table
