#include "ember/ops/sorting/unique.h"

#include "ember/autograd/grad_mode.h"
#include "ember/core/kernels/sorting.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/take.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/reduction/difference.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/reduction/scan.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ember/ops/sorting/sorting.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

struct Groups {
  Tensor first;   ///< positions of the first members
  Tensor number;  ///< of each element's group
  Tensor counts;
};

/// Groups of elements, given whether each one but the first differs from the one before.
Groups groups_of(const Tensor& differs, int64_t count, bool with_number, bool with_counts) {
  const Tensor starts = cat({full({count > 0 ? 1 : 0}, true), differs});
  Groups groups;
  groups.first = reshape(nonzero(starts), -1);
  if (with_number) groups.number = cumsum(starts, 0) - 1;
  if (with_counts) groups.counts = diff(groups.first, 1, 0, {}, full({count > 0 ? 1 : 0}, count));
  return groups;
}

Tensor from_second(const Tensor& x) { return slice(x, 0, 1); }
Tensor to_second_last(const Tensor& x) { return slice(x, 0, 0, -1); }

/// `number` belongs to the elements in this order.
Tensor in_old_order(const Tensor& number, const Tensor& order) {
  return order.defined() ? scatter(empty_like(number), 0, order, number) : number;
}

std::tuple<Tensor, Tensor, Tensor> unique_values(const Tensor& x, bool sorted, bool inverse, bool counts) {
  Tensor values = reshape(x, -1), order;
  if (sorted) std::tie(values, order) = sort(values, 0);
  const Groups groups = groups_of(ne(from_second(values), to_second_last(values)), values.numel(), inverse, counts);
  return {gather(values, 0, groups.first), inverse ? reshape(in_old_order(groups.number, order), x.sizes()) : Tensor(),
          groups.counts};
}

std::tuple<Tensor, Tensor, Tensor> unique_slices(const char* op, const Tensor& x, int64_t dim, bool sorted,
                                                 bool inverse, bool counts) {
  dim = wrap_dim(dim, x.dim(), op);
  check(x.dim() > 0, op, ": a zero-dim tensor has no slices");
  const int64_t count = x.size(dim);
  check(count == 0 || x.numel() > 0, op, ": the slices of ", describe(x), " along dim ", dim, " are empty");
  Tensor rows = contiguous(movedim(x, dim, 0)), order;
  rows = view(rows, {count, count == 0 ? 0 : rows.numel() / count});
  if (sorted) {
    order = empty_tensor({count}, kInt64, x.device());
    kernels::sort_rows.as(op).on(x)(order, rows);
    rows = index_select(rows, 0, order);
  }
  const Groups groups = groups_of(any(ne(from_second(rows), to_second_last(rows)), 1), count, inverse, counts);
  const Tensor first = order.defined() ? index_select(order, 0, groups.first) : groups.first;
  return {index_select(x, dim, first), inverse ? in_old_order(groups.number, order) : Tensor(), groups.counts};
}

std::tuple<Tensor, Tensor, Tensor> unique_of(const char* op, const Tensor& x, bool sorted, bool inverse, bool counts,
                                             std::optional<int64_t> dim) {
  kernel::check_defined(op, "input", x);
  const NoGradGuard no_grad;
  return dim ? unique_slices(op, x, *dim, sorted, inverse, counts) : unique_values(x, sorted, inverse, counts);
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> unique(const Tensor& x, bool return_inverse, bool return_counts,
                                          std::optional<int64_t> dim) {
  return unique_of("unique", x, true, return_inverse, return_counts, dim);
}
std::tuple<Tensor, Tensor, Tensor> UniqueMethods::unique(bool return_inverse, bool return_counts,
                                                         std::optional<int64_t> dim) const {
  return ember::unique(self(this), return_inverse, return_counts, dim);
}

std::tuple<Tensor, Tensor, Tensor> unique_consecutive(const Tensor& x, bool return_inverse, bool return_counts,
                                                      std::optional<int64_t> dim) {
  return unique_of("unique_consecutive", x, false, return_inverse, return_counts, dim);
}
std::tuple<Tensor, Tensor, Tensor> UniqueMethods::unique_consecutive(bool return_inverse, bool return_counts,
                                                                     std::optional<int64_t> dim) const {
  return ember::unique_consecutive(self(this), return_inverse, return_counts, dim);
}

}  // namespace ember
