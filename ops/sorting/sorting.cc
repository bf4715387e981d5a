#include "ember/ops/sorting/sorting.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "ember/autograd/record.h"
#include "ember/core/kernels/sorting.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"
#include "ops/internal/reduced_dims.h"

namespace ember {

namespace {

/// Gives the chosen elements their place on the tape: the gradient returns to where they were, by `indices`.
Tensor record_chosen(const char* op, const Tensor& values, const Tensor& indices, const Tensor& x, int64_t dim) {
  return record(op, values, inputs(x), [sizes = x.sizes(), indices, dim](const Tensor& g) {
    Tensor y = zeros_beside(sizes, g, {&indices});
    return scatter_(y, dim, indices, g);
  });
}

/// Runs a kernel that chooses one element of each row.
template <class... A>
std::pair<Tensor, Tensor> choose(
    const Kernel<void(const TensorBase&, const TensorBase&, const TensorBase&, int64_t, A...)>& kernel, const Tensor& x,
    int64_t dim, bool keepdim, A... arguments) {
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
                   Tensor y = zeros_beside(sizes, g, {&indices});
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
std::pair<Tensor, Tensor> sort(const Tensor& x, std::same_as<bool> auto stable, int64_t dim, bool descending) {
  return sort(x, dim, descending, static_cast<bool>(stable));
}
template std::pair<Tensor, Tensor> sort(const Tensor&, bool, int64_t, bool);
template <std::same_as<bool> B>
std::pair<Tensor, Tensor> SortingMethods::sort(B stable, int64_t dim, bool descending) const {
  return ember::sort(self(this), dim, descending, static_cast<bool>(stable));
}
template std::pair<Tensor, Tensor> SortingMethods::sort(bool, int64_t, bool) const;
std::pair<Tensor, Tensor> SortingMethods::sort(int64_t dim, bool descending, bool stable) const {
  return ember::sort(self(this), dim, descending, stable);
}

Tensor argsort(const Tensor& x, int64_t dim, bool descending, bool stable) {
  const NoGradGuard no_grad;
  return sort(x, dim, descending, stable).second;
}
Tensor argsort(const Tensor& x, std::same_as<bool> auto stable, int64_t dim, bool descending) {
  return argsort(x, dim, descending, static_cast<bool>(stable));
}
template Tensor argsort(const Tensor&, bool, int64_t, bool);
template <std::same_as<bool> B>
Tensor SortingMethods::argsort(B stable, int64_t dim, bool descending) const {
  return ember::argsort(self(this), dim, descending, static_cast<bool>(stable));
}
template Tensor SortingMethods::argsort(bool, int64_t, bool) const;
Tensor SortingMethods::argsort(int64_t dim, bool descending, bool stable) const {
  return ember::argsort(self(this), dim, descending, stable);
}

Tensor msort(const Tensor& x) { return sort(x, 0).first; }
Tensor SortingMethods::msort() const { return ember::msort(self(this)); }

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
std::pair<Tensor, Tensor> SortingMethods::topk(int64_t k, int64_t dim, bool largest, bool sorted) const {
  return ember::topk(self(this), k, dim, largest, sorted);
}

std::pair<Tensor, Tensor> kthvalue(const Tensor& x, int64_t k, int64_t dim, bool keepdim) {
  dim = row_dim("kthvalue", x, dim);
  const int64_t count = x.dim() == 0 ? 1 : x.size(dim);
  check(k >= 1 && k <= count, "kthvalue: k is ", k, " but dim ", dim, " of ", describe(x), " has ", count, " elements");
  return choose(kernels::kth.as("kthvalue"), x, dim, keepdim, k - 1);
}
std::pair<Tensor, Tensor> SortingMethods::kthvalue(int64_t k, int64_t dim, bool keepdim) const {
  return ember::kthvalue(self(this), k, dim, keepdim);
}

std::pair<Tensor, Tensor> median(const Tensor& x, int64_t dim, bool keepdim) {
  return median_along("median", x, dim, keepdim, false);
}

std::pair<Tensor, Tensor> nanmedian(const Tensor& x, int64_t dim, bool keepdim) {
  return median_along("nanmedian", x, dim, keepdim, true);
}
Tensor median(const Tensor& x) { return median_of_all("median", x, false); }
Tensor SortingMethods::median() const { return ember::median(self(this)); }
std::pair<Tensor, Tensor> SortingMethods::median(int64_t dim, bool keepdim) const {
  return ember::median(self(this), dim, keepdim);
}

Tensor nanmedian(const Tensor& x) { return median_of_all("nanmedian", x, true); }
Tensor SortingMethods::nanmedian() const { return ember::nanmedian(self(this)); }
std::pair<Tensor, Tensor> SortingMethods::nanmedian(int64_t dim, bool keepdim) const {
  return ember::nanmedian(self(this), dim, keepdim);
}

std::pair<Tensor, Tensor> mode(const Tensor& x, int64_t dim, bool keepdim) {
  dim = row_dim("mode", x, dim);
  return choose(kernels::mode, x, dim, keepdim);
}
std::pair<Tensor, Tensor> SortingMethods::mode(int64_t dim, bool keepdim) const {
  return ember::mode(self(this), dim, keepdim);
}

}  // namespace ember
