// Sorting, order statistics, searching, and running results.
#include "ember/ops/sorting/sorting.h"

#include "ember/ops/reduction/difference.h"
#include "ember/ops/reduction/scan.h"
#include "ember/ops/sorting/search.h"
#include "ember/ops/sorting/unique.h"
#include "python/bindings/arguments.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

using OptionalDType = std::optional<DType>;

/// Whether equal values go before, as `right` and `side` together say.
bool is_right(bool right, std::string_view side) {
  check<ValueError>(side.empty() || side == "left" || side == "right",
                    "searchsorted: side must be 'left' or 'right' but is '", side, "'");
  check<ValueError>(!right || side != "left", "searchsorted: side is 'left' but right is True");
  return right || side == "right";
}

Results unique_of(const Tensor& x, bool, bool inverse, bool counts, std::optional<int64_t> dim) {
  const auto [values, positions, numbers] = unique(x, inverse, counts, dim);
  return {{values, positions, numbers}};
}
Results unique_consecutive_of(const Tensor& x, bool inverse, bool counts, std::optional<int64_t> dim) {
  const auto [values, positions, numbers] = unique_consecutive(x, inverse, counts, dim);
  return {{values, positions, numbers}};
}

Tensor bucketize_of(const Tensor& x, const Tensor& boundaries, bool out_int32, bool right) {
  return bucketize(x, boundaries, out_int32, right);
}
Tensor searchsorted_of(const Tensor& sequence, const Tensor& x, bool out_int32, bool right,
                       std::optional<std::string_view> side, const Tensor& sorter) {
  return searchsorted(sequence, x, out_int32, is_right(right, side.value_or("")), sorter);
}

void bind_scan(Ops& ops) {
  ops.add("cumsum(input, dim, *, dtype=None)", cumsum, "The sums up to each element.");
  ops.add("cumprod(input, dim, *, dtype=None)", cumprod, "The products up to each element.");
  ops.add_method("cumsum_(input, dim, *, dtype=None)", cumsum_);
  ops.add_method("cumprod_(input, dim, *, dtype=None)", cumprod_);
  ops.add("logcumsumexp(input, dim)", logcumsumexp, "log(cumsum(exp(input))) without overflow.");
  ops.add("cummax(input, dim)", cummax, "The largest element so far and its position.");
  ops.add("cummin(input, dim)", cummin, "The smallest element so far and its position.");
}

void bind_difference(Ops& ops) {
  ops.add("diff(input, n=1, dim=-1, prepend=None, append=None)", diff, "The n-th differences of neighbours.");
  for (const char* signature : {"trapezoid(y, x, *, dim=-1)", "trapz(y, x, *, dim=-1)"})
    ops.add_function(
        signature, [](const Tensor& y, const Tensor& x, int64_t dim) { return trapezoid(y, x, dim); },
        "The integral of samples by the trapezoidal rule.");
  for (const char* signature : {"trapezoid(y, *, dx=1, dim=-1)", "trapz(y, *, dx=1, dim=-1)"})
    ops.add_function(signature, [](const Tensor& y, double dx, int64_t dim) { return trapezoid(y, dx, dim); });
  ops.add_function(
      "cumulative_trapezoid(y, x, *, dim=-1)",
      [](const Tensor& y, const Tensor& x, int64_t dim) { return cumulative_trapezoid(y, x, dim); },
      "The integrals up to each sample but the first.");
  ops.add_function("cumulative_trapezoid(y, *, dx=1, dim=-1)",
                   [](const Tensor& y, double dx, int64_t dim) { return cumulative_trapezoid(y, dx, dim); });
  ops.add_function(
      "gradient(input, *, spacing=None, dim=None, edge_order=1)",
      [](const Tensor& x, const std::optional<Scalar>& spacing, const Shape& dim, int64_t order) {
        return gradient(x, std::vector<Scalar>{spacing.value_or(1)}, dim, order);
      },
      "Derivatives along dims by differences of neighbours.");
  ops.add_function("gradient(input, *, spacing, dim=None, edge_order=1)",
                   [](const Tensor& x, const Numbers& spacing, const Shape& dim, int64_t order) {
                     return gradient(x, spacing.values, dim, order);
                   });
  ops.add_function("gradient(input, *, spacing, dim=None, edge_order=1)",
                   [](const Tensor& x, const std::vector<Tensor>& spacing, const Shape& dim, int64_t order) {
                     return gradient(x, spacing, dim, order);
                   });
}

}  // namespace

void bind_sorting(Ops& ops) {
  ops.add(
      "sort(input, dim=-1, descending=False)",
      [](const Tensor& x, int64_t dim, bool descending) { return sort(x, dim, descending); },
      "Rows in order, and where their elements were.");
  ops.add("sort(input, *, stable, dim=-1, descending=False)",
          [](const Tensor& x, std::optional<bool> stable, int64_t dim, bool descending) {
            return sort(x, dim, descending, stable.value_or(false));
          });
  ops.add(
      "argsort(input, dim=-1, descending=False)",
      [](const Tensor& x, int64_t dim, bool descending) { return argsort(x, dim, descending); },
      "The order of each row's elements.");
  ops.add(
      "argsort(input, *, stable, dim=-1, descending=False)",
      [](const Tensor& x, bool stable, int64_t dim, bool descending) { return argsort(x, dim, descending, stable); });
  ops.add("msort(input)", msort, "Sorted along the first dim.");
  ops.add("topk(input, k, dim=-1, largest=True, sorted=True)", topk, "The k largest elements and their positions.");
  ops.add("kthvalue(input, k, dim=-1, keepdim=False)", kthvalue, "The k-th smallest element and its position.");
  ops.add(
      "median(input)", [](const Tensor& x) { return median(x); }, "The lower of the middle elements.");
  ops.add("median(input, dim, keepdim=False)",
          [](const Tensor& x, int64_t dim, bool keepdim) { return median(x, dim, keepdim); });
  ops.add(
      "nanmedian(input)", [](const Tensor& x) { return nanmedian(x); }, "The median of what is not NaN.");
  ops.add("nanmedian(input, dim, keepdim=False)",
          [](const Tensor& x, int64_t dim, bool keepdim) { return nanmedian(x, dim, keepdim); });
  ops.add("mode(input, dim=-1, keepdim=False)", mode, "The most frequent element and a position of it.");

  ops.add_function(
      "searchsorted(sorted_sequence, input: Number, *, out_int32=False, right=False, side=None, sorter=None)",
      searchsorted_of, "Where each value belongs in a sorted row.");
  ops.add_function("bucketize(input: Number, boundaries, *, out_int32=False, right=False)", bucketize_of,
                   "Between which boundaries each value lies.");
  ops.add_function(
      "isin(elements: Number, test_elements: Number, *, assume_unique=False, invert=False)",
      [](const Tensor& x, const Tensor& tests, bool, bool invert) { return isin(x, tests, invert); },
      "Whether each element is one of test_elements.");
  ops.add("unique(input, sorted=True, return_inverse=False, return_counts=False, dim=None)", unique_of,
          "The different values in order.");
  ops.add("unique_consecutive(input, return_inverse=False, return_counts=False, dim=None)", unique_consecutive_of,
          "The values without repetitions of the one before.");
  bind_scan(ops);
  bind_difference(ops);
}

}  // namespace ember::python
