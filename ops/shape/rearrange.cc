#include "ember/ops/shape/rearrange.h"

#include <algorithm>
#include <numeric>

#include "ember/core/kernels/creation.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/split.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"
#include "ops/internal/pick.h"
#include "ops/internal/views.h"

namespace ember {

namespace {

/// True where column - row >= diagonal in the last two dims of x; bool [rows, columns].
Tensor is_above(const char* op, const Tensor& x, int64_t diagonal) {
  check(views::rank(op, x) >= 2, op, ": input has shape ", x.sizes(), " but must have at least 2 dimensions");
  const TensorOptions options = TensorOptions(kInt64).device(x.device());
  const Tensor columns = arange(x.size(-1), options), rows = arange(x.size(-2), options);
  return ge(sub(columns, unsqueeze(rows, 1)), diagonal);
}

}  // namespace

Tensor flip(const Tensor& x, const Shape& dims) {
  const int64_t rank = views::rank("flip", x);
  const Shape chosen = dims.empty() ? dims : wrap_dims(dims, rank, "flip");
  // Read backwards from the last element: a geometry that only kernels may see.
  Shape strides = x.strides();
  int64_t offset = x.storage_offset();
  for (const int64_t d : chosen) {
    if (rank == 0 || x.numel() == 0) break;
    offset += (x.sizes()[d] - 1) * strides[d];
    strides[d] = -strides[d];
  }
  Tensor y = empty_tensor(x.sizes(), x.dtype(), x.device());
  kernels::copy.as("flip").on(x)(y, x.alias(x.sizes(), strides, offset));
  return record("flip", y, linear_in([&](const Tensor& t) { return flip(t, chosen); }, x),
                [chosen](const Tensor& g) { return flip(g, chosen); });
}
Tensor RearrangeMethods::flip(const Shape& dims) const { return ember::flip(self(this), dims); }

Tensor fliplr(const Tensor& x) {
  check(views::rank("fliplr", x) >= 2, "fliplr: input has shape ", x.sizes(), " but must have at least 2 dimensions");
  return flip(x, 1);
}
Tensor RearrangeMethods::fliplr() const { return ember::fliplr(self(this)); }

Tensor flipud(const Tensor& x) {
  check(views::rank("flipud", x) >= 1, "flipud: a zero-dim tensor has no rows");
  return flip(x, 0);
}
Tensor RearrangeMethods::flipud() const { return ember::flipud(self(this)); }

Tensor rot90(const Tensor& x, int64_t k, const Shape& dims) {
  const int64_t rank = views::rank("rot90", x);
  check(dims.size() == 2 && rank >= 2, "rot90: dims ", dims, " must name 2 dimensions of input ", x.sizes());
  const Shape plane = wrap_dims(dims, rank, "rot90");
  switch ((k % 4 + 4) % 4) {
    case 1:
      return transpose(flip(x, plane[1]), plane[0], plane[1]);
    case 2:
      return flip(x, plane);
    case 3:
      return transpose(flip(x, plane[0]), plane[0], plane[1]);
    default:
      return clone(x);
  }
}
Tensor RearrangeMethods::rot90(int64_t k, const Shape& dims) const { return ember::rot90(self(this), k, dims); }

Tensor roll(const Tensor& x, const Shape& shifts, const Shape& dims) {
  const int64_t rank = views::rank("roll", x);
  if (dims.empty()) {
    check(shifts.size() == 1, "roll: without dims there must be one shift, got ", shifts);
    return reshape(roll(reshape(x, -1), shifts, 0), x.sizes());
  }
  check(shifts.size() == dims.size(), "roll: shifts ", shifts, " and dims ", dims, " must have as many entries");
  check<IndexError>(rank > 0, "roll: a zero-dim tensor has no dimension ", dims[0]);
  PositionMaps maps(static_cast<size_t>(rank));
  for (size_t i = 0; i < dims.size(); ++i) {
    const int64_t d = wrap_dim(dims[i], rank, "roll"), size = x.sizes()[d];
    if (size == 0) continue;
    if (maps[d].empty()) {
      maps[d].resize(static_cast<size_t>(size));
      std::iota(maps[d].begin(), maps[d].end(), int64_t{0});
    }
    const int64_t start = (size - shifts[i] % size) % size;
    std::rotate(maps[d].begin(), maps[d].begin() + start, maps[d].end());
  }
  return rank == 0 || x.numel() == 0 ? clone(x) : pick("roll", x, maps);
}
Tensor RearrangeMethods::roll(const Shape& shifts, const Shape& dims) const {
  return ember::roll(self(this), shifts, dims);
}

Tensor repeat(const Tensor& x, const Shape& repeats) {
  const int64_t rank = views::rank("repeat", x), added = static_cast<int64_t>(repeats.size()) - rank;
  check(added >= 0, "repeat: repeats ", repeats, " must have an entry for each dimension of input ", x.sizes());
  Shape split, expanded, result;
  for (int64_t d = 0; d < static_cast<int64_t>(repeats.size()); ++d) {
    check(repeats[d] >= 0, "repeat: repeats ", repeats, " must not be negative");
    const int64_t size = d < added ? 1 : x.sizes()[d - added];
    split.push_back(1);
    split.push_back(size);
    expanded.push_back(repeats[d]);
    expanded.push_back(size);
    result.push_back(0);
    check<OutOfMemoryError>(!__builtin_mul_overflow(repeats[d], size, &result.back()), "repeat: repeats ", repeats,
                            " are too large");
  }
  const Tensor y = reshape(expand(reshape(x, split), expanded), result);
  return y.storage() == x.storage() ? clone(y) : y;
}
Tensor RearrangeMethods::repeat(const Shape& repeats) const { return ember::repeat(self(this), repeats); }

Tensor tile(const Tensor& x, const Shape& repeats) {
  Shape all = repeats;
  while (static_cast<int64_t>(all.size()) < views::rank("tile", x)) all.insert(0, 1);
  return repeat(x, all);
}
Tensor RearrangeMethods::tile(const Shape& repeats) const { return ember::tile(self(this), repeats); }

Tensor tril(const Tensor& x, int64_t diagonal) { return masked_fill(x, is_above("tril", x, diagonal + 1), 0); }
Tensor RearrangeMethods::tril(int64_t diagonal) const { return ember::tril(self(this), diagonal); }
Tensor& RearrangeMethods::tril_(int64_t diagonal) { return in_place("tril_", self(this), ember::tril, diagonal); }

Tensor triu(const Tensor& x, int64_t diagonal) { return masked_fill(x, logical_not(is_above("triu", x, diagonal)), 0); }
Tensor RearrangeMethods::triu(int64_t diagonal) const { return ember::triu(self(this), diagonal); }
Tensor& RearrangeMethods::triu_(int64_t diagonal) { return in_place("triu_", self(this), ember::triu, diagonal); }

}  // namespace ember
