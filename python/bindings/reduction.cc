// Reductions.
#include "ember/ops/reduction/reduction.h"

#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "python/bindings/arguments.h"
#include "python/bindings/made_once.h"
#include "python/bindings/named_tuple.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

using OptionalDType = std::optional<DType>;
using OptionalDouble = std::optional<double>;

/// What aminmax returns.
struct MinMax {
  std::pair<Tensor, Tensor> value;
};
PyObject* to_python(const MinMax& result) {
  PyTypeObject* type = made_once([] { return make_named_tuple_type("aminmax", {"min", "max"}); });
  return make_named_tuple(type, {wrap(result.value.first), wrap(result.value.second)});
}

/// A plain tuple.
std::vector<Tensor> both(const std::pair<Tensor, Tensor>& pair) { return {pair.first, pair.second}; }

/// all or any. No dims given means all of them, but an empty list of dims none.
template <Tensor (*kAll)(const Tensor&), Tensor (*kOver)(const Tensor&, const Shape&, bool)>
Tensor truth(const Tensor& x, const std::optional<Shape>& dim, bool keepdim) {
  if (!dim) return keepdim ? kOver(x, {}, true) : kAll(x);
  return dim->empty() ? x.to(kBool) : kOver(x, *dim, keepdim);
}

}  // namespace

void bind_reduction(Ops& ops) {
  ops.add(
      "sum(input, *, dtype=None)", [](const Tensor& x, OptionalDType t) { return sum(x, t); },
      "The sum; integers and bools are summed in int64.");
  ops.add("sum(input, dim, keepdim=False, *, dtype=None)",
          [](const Tensor& x, const Shape& dim, bool keepdim, OptionalDType t) { return sum(x, dim, keepdim, t); });
  ops.add(
      "mean(input, *, dtype=None)", [](const Tensor& x, OptionalDType t) { return mean(x, t); },
      "The mean of floating-point elements.");
  ops.add("mean(input, dim, keepdim=False, *, dtype=None)",
          [](const Tensor& x, const Shape& dim, bool keepdim, OptionalDType t) { return mean(x, dim, keepdim, t); });
  ops.add("nansum(input, dim=None, keepdim=False, *, dtype=None)", nansum, "The sum of what is not NaN.");
  ops.add("nanmean(input, dim=None, keepdim=False, *, dtype=None)", nanmean, "The mean of what is not NaN.");
  ops.add(
      "prod(input, *, dtype=None)", [](const Tensor& x, OptionalDType t) { return prod(x, t); }, "The product.");
  ops.add("prod(input, dim, keepdim=False, *, dtype=None)",
          [](const Tensor& x, int64_t dim, bool keepdim, OptionalDType t) { return prod(x, dim, keepdim, t); });

  ops.add(
      "var(input, unbiased)", [](const Tensor& x, Flag u) { return var(x, u.value); },
      "Squared distances from the mean over (count - correction).");
  ops.add("var(input, dim, unbiased, keepdim=False)",
          [](const Tensor& x, const Shape& dim, Flag u, bool keepdim) { return var(x, dim, u.value, keepdim); });
  ops.add("var(input, dim=None, *, correction=1, keepdim=False)",
          [](const Tensor& x, const Shape& dim, OptionalDouble c, bool keepdim) {
            return var(x, dim, c.value_or(1), keepdim);
          });
  ops.add(
      "std(input, unbiased)", [](const Tensor& x, Flag u) { return std(x, u.value); }, "The square root of var.");
  ops.add("std(input, dim, unbiased, keepdim=False)",
          [](const Tensor& x, const Shape& dim, Flag u, bool keepdim) { return std(x, dim, u.value, keepdim); });
  ops.add("std(input, dim=None, *, correction=1, keepdim=False)",
          [](const Tensor& x, const Shape& dim, OptionalDouble c, bool keepdim) {
            return std(x, dim, c.value_or(1), keepdim);
          });
  ops.add_function(
      "var_mean(input, unbiased)", [](const Tensor& x, Flag u) { return both(var_mean(x, {}, u.value)); },
      "The variance and the mean.");
  ops.add_function(
      "var_mean(input, dim, unbiased, keepdim=False)",
      [](const Tensor& x, const Shape& dim, Flag u, bool keepdim) { return both(var_mean(x, dim, u.value, keepdim)); });
  ops.add_function("var_mean(input, dim=None, *, correction=1, keepdim=False)",
                   [](const Tensor& x, const Shape& dim, OptionalDouble c, bool keepdim) {
                     return both(var_mean(x, dim, c.value_or(1), keepdim));
                   });
  ops.add_function(
      "std_mean(input, unbiased)", [](const Tensor& x, Flag u) { return both(std_mean(x, {}, u.value)); },
      "The standard deviation and the mean.");
  ops.add_function(
      "std_mean(input, dim, unbiased, keepdim=False)",
      [](const Tensor& x, const Shape& dim, Flag u, bool keepdim) { return both(std_mean(x, dim, u.value, keepdim)); });
  ops.add_function("std_mean(input, dim=None, *, correction=1, keepdim=False)",
                   [](const Tensor& x, const Shape& dim, OptionalDouble c, bool keepdim) {
                     return both(std_mean(x, dim, c.value_or(1), keepdim));
                   });

  ops.add(
      "max(input)", [](const Tensor& x) { return max(x); }, "The largest element, or (values, indices) along dim.");
  ops.add("max(input, other)", [](const Tensor& x, const OnlyTensor& other) { return maximum(x, other.value); });
  ops.add("max(input, dim, keepdim=False)",
          [](const Tensor& x, int64_t dim, bool keepdim) { return max(x, dim, keepdim); });
  ops.add(
      "min(input)", [](const Tensor& x) { return min(x); }, "The smallest element, or (values, indices) along dim.");
  ops.add("min(input, other)", [](const Tensor& x, const OnlyTensor& other) { return minimum(x, other.value); });
  ops.add("min(input, dim, keepdim=False)",
          [](const Tensor& x, int64_t dim, bool keepdim) { return min(x, dim, keepdim); });
  ops.add("amax(input, dim=None, keepdim=False)", amax, "The largest elements over several dims.");
  ops.add("amin(input, dim=None, keepdim=False)", amin, "The smallest elements over several dims.");
  ops.add("argmax(input, dim=None, keepdim=False)", argmax, "Positions of the largest elements.");
  ops.add("argmin(input, dim=None, keepdim=False)", argmin, "Positions of the smallest elements.");

  ops.add(
      "aminmax(input, *, dim=None, keepdim=False)",
      [](const Tensor& x, std::optional<int64_t> dim, bool keepdim) -> MinMax { return {aminmax(x, dim, keepdim)}; },
      "The smallest and the largest elements.");

  ops.add("all(input, dim=None, keepdim=False)", truth<all, all>, "Whether all elements are true.");
  ops.add("any(input, dim=None, keepdim=False)", truth<any, any>, "Whether any element is true.");
  ops.add("count_nonzero(input, dim=None)", count_nonzero, "How many elements are not zero.");

  ops.add("logsumexp(input, dim, keepdim=False)", logsumexp, "log(sum(exp(input))) without overflow.");
  ops.add("sum_to_size(input, *size)", sum_to_size, "The sum over the dims that broadcasting size would stretch.");
}

}  // namespace ember::python
