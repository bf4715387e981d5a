#include "ops/sorting.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "autograd/record.h"
#include "core/kernels/sorting.h"
#include "ops/copy.h"
#include "ops/creation.h"
#include "ops/indexing.h"
#include "ops/kernel.h"
#include "ops/pointwise.h"
#include "ops/reduced_dims.h"
#include "ops/reduction.h"
#include "ops/shape.h"

namespace ember {

namespace {

/// Gives the chosen elements their place on the tape: the gradient returns to where they were, by `indices`.
Tensor record_chosen(const char* op, const Tensor& values, const Tensor& indices, const Tensor& x, int64_t dim) {
  return record(op, values, inputs(x), [sizes = x.sizes(), indices, dim](const Tensor& g) {
    Tensor y = zeros(sizes, g.options());
    return scatter_(y, dim, indices, g);
  });
}

/// Runs a kernel that chooses one element of each row.
template <class... A>
std::pair<Tensor, Tensor> choose(const Kernel<void(const Tensor&, const Tensor&, const Tensor&, int64_t, A...)>& kernel,
                                 const Tensor& x, int64_t dim, bool keepdim, A... arguments) {
  const char* const op = kernel.op();
  if (x.dim() == 0) return {clone(x), zeros({}, kInt64)};
  const ReducedDims dims(op, x, dim, keepdim);
  check<IndexError>(x.size(dim) > 0, op, ": dimension ", dim, " of ", describe(x), " is empty");
  const Tensor values = empty_tensor(dims.kept_sizes(), x.dtype(), x.device());
  const Tensor indices = empty_tensor(dims.kept_sizes(), kInt64, x.device());
  kernel.on(x)(values, indices, x, dim, arguments...);
  const Tensor chosen = dims.shape_result(values);
  return {record(op, chosen, inputs(x),
                 [sizes = x.sizes(), indices, dims, dim](const Tensor& g) {
                   Tensor y = zeros(sizes, g.options());
                   return scatter_(y, dim, indices, dims.restore(g));
                 }),
          dims.shape_result(indices)};
}

int64_t row_dim(const char* op, const Tensor& x, int64_t dim) {
  kernel::check_defined(op, "input", x);
  return wrap_dim(dim, x.dim(), op);
}

std::pair<Tensor, Tensor> median_along(const char* op, const Tensor& x, int64_t dim, bool keepdim, bool skip_nan) {
  dim = row_dim(op, x, dim);
  return choose(kernels::median.as(op), x, dim, keepdim, skip_nan);
}

Tensor median_of_all(const char* op, const Tensor& x, bool skip_nan) {
  kernel::check_defined(op, "input", x);
  if (x.numel() == 0) {
    check(x.is_floating_point(), op, ": ", describe(x), " is empty");
    return full({}, NAN, x.options());
  }
  Tensor y;
  {
    const NoGradGuard no_grad;
    y = median_along(op, reshape(x, -1), 0, false, skip_nan).first;
  }
  return record(op, y, inputs(x), [x = saved(x), y = saved_output(y)](const Tensor& g) {
    const Tensor is_median = where(isnan(y()), isnan(x()), x() == y());
    return to(is_median, g.dtype()) * (g / sum(is_median));
  });
}

}  // namespace

std::pair<Tensor, Tensor> sort(const Tensor& x, int64_t dim, bool descending, bool stable) {
  dim = row_dim("sort", x, dim);
  if (x.dim() == 0) return {clone(x), zeros({}, kInt64)};
  const Tensor values = empty_tensor(x.sizes(), x.dtype(), x.device());
  const Tensor indices = empty_tensor(x.sizes(), kInt64, x.device());
  kernels::sort.on(x)(values, indices, x, dim, descending, stable);
  return {record_chosen("sort", values, indices, x, dim), indices};
}

Tensor argsort(const Tensor& x, int64_t dim, bool descending, bool stable) {
  const NoGradGuard no_grad;
  return sort(x, dim, descending, stable).second;
}

Tensor msort(const Tensor& x) { return sort(x, 0).first; }

std::pair<Tensor, Tensor> topk(const Tensor& x, int64_t k, int64_t dim, bool largest, bool sorted) {
  dim = row_dim("topk", x, dim);
  const int64_t count = x.dim() == 0 ? 1 : x.size(dim);
  check(k >= 0 && k <= count, "topk: k is ", k, " but dim ", dim, " of ", describe(x), " has ", count, " elements");
  if (x.dim() == 0) return {clone(x), zeros({}, kInt64)};
  Shape sizes = x.sizes();
  sizes[static_cast<size_t>(dim)] = k;
  const Tensor values = empty_tensor(sizes, x.dtype(), x.device());
  const Tensor indices = empty_tensor(sizes, kInt64, x.device());
  kernels::topk.on(x)(values, indices, x, dim, largest, sorted);
  return {record_chosen("topk", values, indices, x, dim), indices};
}

std::pair<Tensor, Tensor> kthvalue(const Tensor& x, int64_t k, int64_t dim, bool keepdim) {
  dim = row_dim("kthvalue", x, dim);
  const int64_t count = x.dim() == 0 ? 1 : x.size(dim);
  check(k >= 1 && k <= count, "kthvalue: k is ", k, " but dim ", dim, " of ", describe(x), " has ", count, " elements");
  return choose(kernels::kth.as("kthvalue"), x, dim, keepdim, k - 1);
}

std::pair<Tensor, Tensor> median(const Tensor& x, int64_t dim, bool keepdim) {
  return median_along("median", x, dim, keepdim, false);
}
std::pair<Tensor, Tensor> nanmedian(const Tensor& x, int64_t dim, bool keepdim) {
  return median_along("nanmedian", x, dim, keepdim, true);
}
Tensor median(const Tensor& x) { return median_of_all("median", x, false); }
Tensor nanmedian(const Tensor& x) { return median_of_all("nanmedian", x, true); }

std::pair<Tensor, Tensor> mode(const Tensor& x, int64_t dim, bool keepdim) {
  dim = row_dim("mode", x, dim);
  return choose(kernels::mode, x, dim, keepdim);
}

Tensor searchsorted(const Tensor& sequence, const Tensor& values, bool out_int32, bool right, const Tensor& sorter) {
  kernel::check_defined("searchsorted", "sorted_sequence", sequence);
  kernel::check_defined("searchsorted", "input", values);
  check(sequence.dim() > 0, "searchsorted: sorted_sequence must have at least one dim but is zero-dim");
  if (sequence.dim() > 1) {
    bool fits = values.dim() == sequence.dim();
    for (int64_t d = 0; fits && d + 1 < values.dim(); ++d) fits = values.size(d) == sequence.size(d);
    check(fits, "searchsorted: input has shape ", values.sizes(), " but sorted_sequence ", sequence.sizes(),
          "; all sizes but the last must agree");
  }
  const NoGradGuard no_grad;
  Tensor order = sorter;
  if (sorter.defined()) {
    check(sorter.sizes() == sequence.sizes(), "searchsorted: sorter has shape ", sorter.sizes(),
          " but must have sorted_sequence's ", sequence.sizes());
    check<TypeError>(sorter.dtype() == kInt64, "searchsorted: sorter must be int64 but is ", sorter.dtype());
    const int64_t length = sequence.sizes().back();
    check<IndexError>(sorter.numel() == 0 || (min(sorter).item<int64_t>() >= 0 && max(sorter).item<int64_t>() < length),
                      "searchsorted: sorter holds an index out of range for ", length, " elements");
    order = contiguous(sorter);
  }
  const DType dtype = result_type(sequence, values);
  const Tensor rows = contiguous(to(sequence, dtype)), wanted = contiguous(to(values, dtype));
  const Tensor out = empty_tensor(values.sizes(), kInt64, values.device());
  kernels::searchsorted.on(rows)(out, rows, wanted, order, right);
  return out_int32 ? to(out, kInt32) : out;
}

Tensor bucketize(const Tensor& x, const Tensor& boundaries, bool out_int32, bool right) {
  kernel::check_defined("bucketize", "boundaries", boundaries);
  check(boundaries.dim() == 1, "bucketize: boundaries must be 1-d but have shape ", boundaries.sizes());
  return searchsorted(boundaries, x, out_int32, right);
}

Tensor isin(const Tensor& elements, const Tensor& test_elements, bool invert) {
  kernel::check_defined("isin", "elements", elements);
  kernel::check_defined("isin", "test_elements", test_elements);
  const NoGradGuard no_grad;
  if (is_integral(elements.dtype()) && is_integral(test_elements.dtype()) && test_elements.numel() > 0) {
    // Tests that lie close together are marked in a table, between two entries for what lies outside.
    const Tensor marks = to(reshape(test_elements, -1), kInt64);
    const int64_t low = min(marks).item<int64_t>(), high = max(marks).item<int64_t>();
    const int64_t most = std::max<int64_t>(1024, elements.numel() + test_elements.numel());
    if (static_cast<double>(high) - static_cast<double>(low) < static_cast<double>(most) && low > INT64_MIN &&
        high < INT64_MAX) {
      Tensor table = full({high - low + 3}, invert, TensorOptions(kBool));
      scatter_(table, 0, marks - (low - 1), expand(full({1}, !invert, TensorOptions(kBool)), marks.sizes()));
      const Tensor at = clamp(to(reshape(elements, -1), kInt64), low - 1, high + 1) - (low - 1);
      return reshape(index_select(table, 0, at), elements.sizes());
    }
  }
  const Tensor tests = sort(reshape(test_elements, -1)).first;
  if (tests.numel() == 0) return full(elements.sizes(), invert, TensorOptions(kBool));
  // The first test that is not less, or the last one.
  const Tensor at = clamp_max(searchsorted(tests, elements), tests.numel() - 1);
  const Tensor found = reshape(index_select(tests, 0, reshape(at, -1)), elements.sizes());
  return invert ? ne(found, elements) : eq(found, elements);
}

}  // namespace ember
