// An op with several paths through its kernels, and shapes that lead along all of them: sizes around each constant that chooses
// one. The mechanism lays the operands out in every way, runs the op under each instruction set that the machine has, between guards,
// and compares with the plain loop.
#pragma once

#include <algorithm>
#include <functional>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "ember/ops/ops.h"
#include "tests/op_table/reference.h"
#include "tests/op_table/row.h"

namespace paths {

using ember::DType;
using ember::Tensor;
using op_table::Array;
using op_table::Arrays;
using op_table::for_each_index;
using op_table::Function;
using op_table::generate;
using op_table::Index;
using op_table::Reference;
using op_table::Tensors;

/// `low` and multiples of `step` more, below `high`; few bits hold them, so that sums of them are exact in most dtypes. As bool: not 0.
struct Operand {
  Index shape;
  double low = -2, high = 2, step = 1.0 / 16;
  std::optional<DType> dtype = {};  ///< the row's dtype in turn unless given
};
using Case = std::vector<Operand>;

/// Whole numbers in [low, high) as int64.
Operand integers(Index shape, double low, double high);
/// A bool operand of which about half is true.
Operand mask(Index shape);

struct Paths {
  std::string name;
  Function op;
  Reference reference;  ///< plain loops over doubles
  std::vector<Case> cases;
  /// Complex numbers are compared part by part, which suits ops that treat both parts alike, unless `joins_parts`.
  std::vector<DType> dtypes = {ember::kFloat32, ember::kFloat64};
  /// Roundings at the largest expected value that a result may be off; 0 for the very value. Integers are exact in any case.
  double tolerance = 4;
  bool has_gradient = false;      ///< compared along a random direction with the plain loop's differences
  bool is_in_place = false;       ///< operand 0 is written
  bool is_deterministic = false;  ///< runs with use_deterministic_algorithms
  bool joins_parts = false;       ///< the plain loop sees complex numbers in a further dim of size 2, and gives them so
};

inline const std::vector<DType> kEachSize = {ember::kFloat32, ember::kUInt8, ember::kFloat64,   ember::kFloat16,
                                             ember::kInt64,   ember::kBool,  ember::kComplex64, ember::kComplex128};
inline const std::vector<DType> kNumbers = {ember::kFloat32, ember::kFloat64, ember::kInt64,    ember::kInt32,
                                            ember::kUInt8,   ember::kFloat16, ember::kBFloat16, ember::kInt16};
inline const std::vector<DType> kFloats = {ember::kFloat32, ember::kFloat64, ember::kFloat16, ember::kBFloat16};

/// c - 1, c and c + 1 for each c, rising, each once, none below 1.
std::vector<int64_t> around(std::initializer_list<int64_t> constants);

/// f of each pair of elements, broadcast.
template <class F>
Array zipped(const Array& a, const Array& b, F f) {
  const Index shape = op_table::broadcast_shape(a.shape, b.shape);
  const size_t rank = shape.size();
  Index steps_a(rank, 0), steps_b(rank, 0), at(rank, 0);
  for (const auto& [x, steps] : {std::pair(&a, &steps_a), std::pair(&b, &steps_b)}) {
    int64_t step = 1;
    for (size_t d = x->shape.size(), missing = rank - d; d-- > 0; step *= x->shape[d])
      if (x->shape[d] != 1) (*steps)[missing + d] = step;
  }
  Array y(shape);
  int64_t i = 0, j = 0;
  for (double& value : y.data) {
    value = f(a.data[static_cast<size_t>(i)], b.data[static_cast<size_t>(j)]);
    for (size_t d = rank; d-- > 0;) {
      i += steps_a[d], j += steps_b[d];
      if (++at[d] < shape[d]) break;
      i -= steps_a[d] * shape[d], j -= steps_b[d] * shape[d];
      at[d] = 0;
    }
  }
  return y;
}

/// An array as [outer, size along `dim`, inner].
struct Extent {
  int64_t outer = 1, length, inner = 1;

  Extent(const Array& x, int64_t dim) : length(x.shape[static_cast<size_t>(dim)]) {
    for (int64_t d = 0; d < x.rank(); ++d)
      (d < dim ? outer : d == dim ? length : inner) *= d == dim ? 1 : x.shape[static_cast<size_t>(d)];
  }
  size_t at(int64_t o, int64_t i, int64_t k) const { return static_cast<size_t>((o * length + i) * inner + k); }
};

/// f(list) of each list along `dim`, a list that takes its place and may have another length.
template <class F>
Array replaced(const Array& x, int64_t dim, F f) {
  const Extent from(x, dim);
  Array y;
  std::vector<double> list(static_cast<size_t>(from.length));
  for (int64_t o = 0; o < from.outer; ++o)
    for (int64_t k = 0; k < from.inner; ++k) {
      for (int64_t i = 0; i < from.length; ++i) list[static_cast<size_t>(i)] = x.data[from.at(o, i, k)];
      const std::vector<double> result = f(list);
      if (y.shape.empty()) y = Array(op_table::with(x.shape, dim, static_cast<int64_t>(result.size())));
      const Extent to(y, dim);
      for (int64_t i = 0; i < to.length; ++i) y.data[to.at(o, i, k)] = result[static_cast<size_t>(i)];
    }
  return y;
}

/// f of the list of elements along `dims` (all when empty), in order, for each element of the others.
template <class F>
Array reduced(const Array& x, Index dims, F f) {
  const size_t rank = x.shape.size();
  if (dims.empty())
    for (size_t d = 0; d < rank; ++d) dims.push_back(static_cast<int64_t>(d));
  Index kept, steps(rank, 0), at(rank, 0);
  for (size_t d = 0; d < rank; ++d)
    if (std::find(dims.begin(), dims.end(), static_cast<int64_t>(d)) == dims.end()) kept.push_back(x.shape[d]);
  int64_t step = 1;
  for (size_t d = rank; d-- > 0;) {
    if (std::find(dims.begin(), dims.end(), static_cast<int64_t>(d)) != dims.end()) continue;
    steps[d] = step;
    step *= x.shape[d];
  }
  Array y(kept);
  std::vector<std::vector<double>> lists(y.data.size());
  int64_t slot = 0;
  for (const double value : x.data) {
    lists[static_cast<size_t>(slot)].push_back(value);
    for (size_t d = rank; d-- > 0;) {
      slot += steps[d];
      if (++at[d] < x.shape[d]) break;
      slot -= steps[d] * x.shape[d];
      at[d] = 0;
    }
  }
  for (size_t i = 0; i < lists.size(); ++i) y.data[i] = f(lists[i]);
  return y;
}

bool add_paths(std::vector<Paths> rows);
const std::vector<Paths>& all_paths();
/// The same row with the kernels of deterministic algorithms, in the dtypes that libraries serve otherwise.
Paths deterministic(Paths row);
/// Rows for the functions of numbers in the table of ops: their vectors and the tails of those.
std::vector<Paths> table_paths();

/// Fails the running test where any path of the row differs from its plain loop.
void check_paths(const Paths& row);

}  // namespace paths
