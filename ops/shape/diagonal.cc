#include "ember/ops/shape/diagonal.h"

#include <algorithm>
#include <cstdlib>

#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/view_copies.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/views.h"

namespace ember {

Tensor diag(const Tensor& x, int64_t offset) {
  const int64_t rank = views::rank("diag", x);
  check(rank == 1 || rank == 2, "diag: input has shape ", x.sizes(), " but must be a vector or a matrix");
  return rank == 1 ? diag_embed(x, offset) : diagonal_copy(x, offset);
}
Tensor DiagonalMethods::diag(int64_t offset) const { return ember::diag(self(this), offset); }

Tensor diag_embed(const Tensor& x, int64_t offset, int64_t dim1, int64_t dim2) {
  const int64_t rank = views::rank("diag_embed", x) + 1;
  check<IndexError>(rank > 1, "diag_embed: a zero-dim tensor has no dimension to put on a diagonal");
  const int64_t a = wrap_dim(dim1, rank, "diag_embed"), b = wrap_dim(dim2, rank, "diag_embed");
  check(a != b, "diag_embed: dim1 and dim2 are both ", dim1);
  Shape sizes = x.sizes();
  const int64_t side = sizes.back() + std::abs(offset);
  sizes.pop_back();
  sizes.insert(static_cast<size_t>(std::min(a, b)), side);
  sizes.insert(static_cast<size_t>(std::max(a, b)), side);
  return views::place(x, sizes, [offset, a, b](const Tensor& y) { return diagonal(y, offset, a, b); });
}
Tensor DiagonalMethods::diag_embed(int64_t offset, int64_t dim1, int64_t dim2) const {
  return ember::diag_embed(self(this), offset, dim1, dim2);
}

Tensor diagflat(const Tensor& x, int64_t offset) { return diag_embed(reshape(x, -1), offset); }
Tensor DiagonalMethods::diagflat(int64_t offset) const { return ember::diagflat(self(this), offset); }

Tensor trace(const Tensor& x) {
  check(views::rank("trace", x) == 2, "trace: input has shape ", x.sizes(), " but must be a matrix");
  return sum(diagonal(x));
}
Tensor DiagonalMethods::trace() const { return ember::trace(self(this)); }

}  // namespace ember
