// Reductions and normalised exponentials.
#include "ops/reduction.h"

#include "ops/pointwise.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

using OptionalDType = std::optional<DType>;

Tensor softmax_of(const Tensor& x, int64_t dim, OptionalDType dtype) { return softmax(x, dim, dtype); }
Tensor log_softmax_of(const Tensor& x, int64_t dim, OptionalDType dtype) { return log_softmax(x, dim, dtype); }

}  // namespace

void bind_reduction(Ops& ops, Ops& functional) {
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
  ops.add(
      "prod(input, *, dtype=None)", [](const Tensor& x, OptionalDType t) { return prod(x, t); }, "The product.");
  ops.add("prod(input, dim, keepdim=False, *, dtype=None)",
          [](const Tensor& x, int64_t dim, bool keepdim, OptionalDType t) { return prod(x, dim, keepdim, t); });

  ops.add(
      "var(input, dim=None, *, correction=1, keepdim=False)",
      [](const Tensor& x, const Shape& dim, int64_t c, bool keepdim) { return var(x, dim, c, keepdim); },
      "Squared distances from the mean over (count - correction).");
  ops.add("var(input, dim, unbiased, keepdim=False)",
          [](const Tensor& x, const Shape& dim, bool u, bool keepdim) { return var(x, dim, u, keepdim); });
  ops.add("var(input, unbiased)", [](const Tensor& x, bool u) { return var(x, int64_t{u}); });
  ops.add(
      "std(input, dim=None, *, correction=1, keepdim=False)",
      [](const Tensor& x, const Shape& dim, int64_t c, bool keepdim) { return std(x, dim, c, keepdim); },
      "The square root of var.");
  ops.add("std(input, dim, unbiased, keepdim=False)",
          [](const Tensor& x, const Shape& dim, bool u, bool keepdim) { return std(x, dim, u, keepdim); });
  ops.add("std(input, unbiased)", [](const Tensor& x, bool u) { return std(x, int64_t{u}); });

  ops.add(
      "max(input)", [](const Tensor& x) { return max(x); }, "The largest element, or (values, indices) along dim.");
  ops.add("max(input, dim, keepdim=False)",
          [](const Tensor& x, int64_t dim, bool keepdim) { return max(x, dim, keepdim); });
  ops.add("max(input, other)", [](const Tensor& x, const Tensor& other) { return maximum(x, other); });
  ops.add(
      "min(input)", [](const Tensor& x) { return min(x); }, "The smallest element, or (values, indices) along dim.");
  ops.add("min(input, dim, keepdim=False)",
          [](const Tensor& x, int64_t dim, bool keepdim) { return min(x, dim, keepdim); });
  ops.add("min(input, other)", [](const Tensor& x, const Tensor& other) { return minimum(x, other); });
  ops.add("amax(input, dim=None, keepdim=False)", amax, "The largest elements over several dims.");
  ops.add("amin(input, dim=None, keepdim=False)", amin, "The smallest elements over several dims.");
  ops.add("argmax(input, dim=None, keepdim=False)", argmax, "Positions of the largest elements.");
  ops.add("argmin(input, dim=None, keepdim=False)", argmin, "Positions of the smallest elements.");

  ops.add(
      "all(input)", [](const Tensor& x) { return all(x); }, "Whether all elements are true.");
  ops.add("all(input, dim, keepdim=False)",
          [](const Tensor& x, int64_t dim, bool keepdim) { return all(x, dim, keepdim); });
  ops.add(
      "any(input)", [](const Tensor& x) { return any(x); }, "Whether any element is true.");
  ops.add("any(input, dim, keepdim=False)",
          [](const Tensor& x, int64_t dim, bool keepdim) { return any(x, dim, keepdim); });

  ops.add("logsumexp(input, dim, keepdim=False)", logsumexp, "log(sum(exp(input))) without overflow.");
  ops.add("softmax(input, dim, dtype=None)", softmax_of, "exp(input) / sum(exp(input)) along dim.");
  ops.add("log_softmax(input, dim, dtype=None)", log_softmax_of, "input - logsumexp(input) along dim.");
  ops.add("sum_to_size(input, *size)", sum_to_size, "The sum over the dims that broadcasting size would stretch.");
  functional.add_function("softmax(input, dim, dtype=None)", softmax_of, "exp(input) / sum(exp(input)) along dim.");
  functional.add_function("log_softmax(input, dim, dtype=None)", log_softmax_of, "input - logsumexp(input) along dim.");
}

}  // namespace ember::python
