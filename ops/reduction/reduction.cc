#include "ember/ops/reduction/reduction.h"

#include <algorithm>
#include <cmath>

#include "ember/autograd/record.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/core/kernels/reduction.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/scan.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/rearrange.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"
#include "ops/internal/reduced_dims.h"

namespace ember {

namespace {

/// Runs a reduction kernel; its result has size 1 in each reduced dim until `shape_result` drops them.
Tensor reduce(const Kernel<ReduceKernel>& kernel, const Tensor& x, const ReducedDims& dims, DType dtype) {
  Tensor y = empty_tensor(dims.kept_sizes(), dtype, x.device());
  kernel.on(x)(y, x);
  return dims.shape_result(y);
}

void check_not_empty(const char* op, const Tensor& x, const ReducedDims& dims) {
  for (const int64_t d : dims.dims())
    check<IndexError>(x.size(d) > 0, op, ": dimension ", d, " of ", describe(x), " is empty and has no extreme");
}

/// Whether a real tensor is to be reduced as complex numbers or the other way round: no kernel reads across kinds.
bool changes_kind(const Tensor& x, std::optional<DType> dtype) { return dtype && is_complex(*dtype) != x.is_complex(); }

DType sum_dtype(const Tensor& x, std::optional<DType> dtype) {
  return dtype.value_or(is_integral(x.dtype(), true) ? kInt64 : x.dtype());
}

Tensor extreme_over(const Kernel<ReduceKernel>& kernel, const Tensor& x, const Shape& over, bool keepdim) {
  const char* const op = kernel.op();
  kernel::check_defined(op, "input", x);
  const ReducedDims dims(op, x, over, keepdim);
  check(x.numel() > 0 || !over.empty(), op, ": ", describe(x), " is empty and has no extreme; name the dims to reduce");
  check_not_empty(op, x, dims);
  auto y = reduce(kernel, x, dims, x.dtype());
  return record(op, y, inputs(x), in_float32([x = saved_wide(x), y = saved_wide_output(y), dims](const Tensor& g) {
                  const Tensor extreme = dims.restore(y());
                  const Tensor is_extreme = to(where(isnan(extreme), isnan(x()), x() == extreme), g.dtype());
                  return is_extreme / sum(is_extreme, dims.dims(), true) * dims.restore(g);
                }));
}

std::pair<Tensor, Tensor> extreme_along(const Kernel<ReduceIndexKernel>& kernel, const Tensor& x, int64_t dim,
                                        bool keepdim) {
  const char* const op = kernel.op();
  kernel::check_defined(op, "input", x);
  if (x.dim() == 0) {
    wrap_dim(dim, 0, op);
    return {clone(x), zeros({}, kInt64)};
  }
  dim = wrap_dim(dim, x.dim(), op);
  const ReducedDims dims(op, x, dim, keepdim);
  check_not_empty(op, x, dims);
  const Tensor values = empty_tensor(dims.kept_sizes(), x.dtype(), x.device());
  const Tensor indices = empty_tensor(dims.kept_sizes(), kInt64, x.device());
  kernel.on(x)(values, indices, x, dim);
  auto y = record(op, dims.shape_result(values), inputs(x), [sizes = x.sizes(), indices, dims, dim](const Tensor& g) {
    return scatter(zeros(sizes, g.options()), dim, indices, dims.restore(g));
  });
  return {y, dims.shape_result(indices)};
}

Tensor position_of_extreme(const Kernel<ReduceIndexKernel>& kernel, const Tensor& x, std::optional<int64_t> dim,
                           bool keepdim) {
  const char* const op = kernel.op();
  kernel::check_defined(op, "input", x);
  const NoGradGuard no_grad;
  if (dim) return extreme_along(kernel, x, *dim, keepdim).second;
  check<IndexError>(x.numel() > 0, op, ": ", describe(x), " is empty and has no extreme");
  const Tensor position = extreme_along(kernel, reshape(x, -1), 0, false).second;
  return keepdim ? reshape(position, Shape::filled(x.sizes().size(), 1)) : position;
}

Tensor truth(const Kernel<ReduceKernel>& kernel, const Tensor& x, const Shape& over, bool keepdim) {
  const char* const op = kernel.op();
  kernel::check_defined(op, "input", x);
  const Tensor y = reduce(kernel, x, ReducedDims(op, x, over, keepdim), kBool);
  return x.dtype() == kUInt8 ? to(y, kUInt8) : y;
}

}  // namespace

Tensor sum(const Tensor& x, const Shape& over, bool keepdim, std::optional<DType> dtype) {
  kernel::check_defined("sum", "input", x);
  if (changes_kind(x, dtype)) return sum(to(x, *dtype), over, keepdim);
  const ReducedDims dims("sum", x, over, keepdim);
  auto y = reduce(kernels::sum, x, dims, sum_dtype(x, dtype));
  return record("sum", y, linear_in([&](const Tensor& t) { return sum(t, over, keepdim, dtype); }, x),
                [dims](const Tensor& g) { return dims.spread(g); });
}
Tensor sum(const Tensor& x, std::optional<DType> dtype) { return sum(x, Shape(), false, dtype); }
Tensor ReductionMethods::sum(std::optional<DType> dtype) const { return ember::sum(self(this), dtype); }
Tensor ReductionMethods::sum(const Shape& dims, bool keepdim, std::optional<DType> dtype) const {
  return ember::sum(self(this), dims, keepdim, dtype);
}

Tensor sum_to_size(const Tensor& x, const Shape& sizes) {
  kernel::check_defined("sum_to_size", "input", x);
  if (sizes.empty()) return sum(x);
  if (x.sizes() == sizes) return x;
  check(broadcast_shapes(x.sizes(), sizes, "sum_to_size") == x.sizes(), "sum_to_size: ", describe(x),
        " is not the broadcast of shape ", sizes);
  const auto added = static_cast<int64_t>(x.sizes().size() - sizes.size());
  Shape dims;
  for (int64_t i = 0; i < x.dim(); ++i)
    if (i < added || (sizes[i - added] == 1 && x.size(i) != 1)) dims.push_back(i);
  return view(sum(x, dims, true), sizes);
}
Tensor ReductionMethods::sum_to_size(const Shape& sizes) const { return ember::sum_to_size(self(this), sizes); }

Tensor mean(const Tensor& x, const Shape& over, bool keepdim, std::optional<DType> dtype) {
  kernel::check_defined("mean", "input", x);
  if (changes_kind(x, dtype)) return mean(to(x, *dtype), over, keepdim);
  const DType to_dtype = dtype.value_or(x.dtype());
  check<NotImplementedError>(is_differentiable(to_dtype),
                             "mean: the result must be floating-point or complex, but the input is ", describe(x),
                             "; pass dtype");
  const ReducedDims dims("mean", x, over, keepdim);
  auto y = reduce(kernels::mean, x, dims, to_dtype);
  return record("mean", y, linear_in([&](const Tensor& t) { return mean(t, over, keepdim, dtype); }, x),
                [dims](const Tensor& g) { return dims.spread(g / static_cast<double>(dims.count())); });
}
Tensor mean(const Tensor& x, std::optional<DType> dtype) { return mean(x, Shape(), false, dtype); }
Tensor ReductionMethods::mean(std::optional<DType> dtype) const { return ember::mean(self(this), dtype); }
Tensor ReductionMethods::mean(const Shape& dims, bool keepdim, std::optional<DType> dtype) const {
  return ember::mean(self(this), dims, keepdim, dtype);
}

Tensor nansum(const Tensor& x, const Shape& over, bool keepdim, std::optional<DType> dtype) {
  kernel::check_defined("nansum", "input", x);
  const DType to_dtype = sum_dtype(x, dtype);
  if (!x.is_floating_point() || !is_floating_point(to_dtype))
    return sum(x.is_floating_point() ? where(isnan(x), zeros({}, x.options()), x) : x, over, keepdim, dtype);
  const ReducedDims dims("nansum", x, over, keepdim);
  Tensor y = reduce(kernels::sum.as("nansum"), x, dims, to_dtype);
  // Without a NaN among the sums there was none in x. (Infinities that cancel are found here too.)
  if (any(with_samples_in_front(isnan(y))).item<bool>()) {
    const NoGradGuard no_grad;
    y = sum(nan_to_num(x, 0, INFINITY, -INFINITY), over, keepdim, dtype);
  }
  return record("nansum", y, inputs(x),
                [x = saved(x), dims](const Tensor& g) { return where(isnan(x()), 0, dims.spread(g)); });
}
Tensor ReductionMethods::nansum(const Shape& dims, bool keepdim, std::optional<DType> dtype) const {
  return ember::nansum(self(this), dims, keepdim, dtype);
}

Tensor nanmean(const Tensor& x, const Shape& over, bool keepdim, std::optional<DType> dtype) {
  kernel::check_defined("nanmean", "input", x);
  check(x.is_floating_point(), "nanmean: input must be floating-point but is ", describe(x));
  if (are_16_bit(x) && (!dtype || *dtype == x.dtype()))
    return in_float32([&](const Tensor& wide) { return nanmean(wide, over, keepdim); }, x);
  return nansum(x, over, keepdim, dtype) / sum(~isnan(x.detach()), over, keepdim);
}
Tensor ReductionMethods::nanmean(const Shape& dims, bool keepdim, std::optional<DType> dtype) const {
  return ember::nanmean(self(this), dims, keepdim, dtype);
}

Tensor count_nonzero(const Tensor& x, const Shape& dims) {
  kernel::check_defined("count_nonzero", "input", x);
  return sum(x.dtype() == kBool ? x : ne(x, 0), dims);
}
Tensor ReductionMethods::count_nonzero(const Shape& dims) const { return ember::count_nonzero(self(this), dims); }

namespace {

/// The products of all other elements along `dim`, without a division.
Tensor product_of_others(const Tensor& x, int64_t dim) {
  const Tensor one = ones_like(narrow(x, dim, 0, 1));
  const int64_t rest = x.size(dim) - 1;
  const Tensor before = cumprod(cat({one, narrow(x, dim, 0, rest)}, dim), dim);
  const Tensor behind = flip(cumprod(cat({one, flip(narrow(x, dim, 1, rest), dim)}, dim), dim), dim);
  return before * behind;
}

/// The last of the running products.
Tensor complex_prod(const Tensor& x, const Shape& over, bool keepdim) {
  if (over.empty()) return reshape(complex_prod(reshape(x, -1), 0, true), Shape());
  const int64_t dim = wrap_dim(over[0], x.dim(), "prod");
  Shape first = x.sizes();
  first[dim] = 1;
  const Tensor running = cumprod(cat({ones(first, x.options()), x}, dim), dim);
  const Tensor last = narrow(running, dim, running.size(dim) - 1, 1);
  return keepdim ? last : squeeze(last, dim);
}

Tensor prod_over(const Tensor& x, const Shape& over, bool keepdim, std::optional<DType> dtype) {
  kernel::check_defined("prod", "input", x);
  const Tensor in = to(x, sum_dtype(x, dtype));
  if (are_16_bit(in) && in.requires_grad())
    return in_float32([&](const Tensor& wide) { return prod_over(wide, over, keepdim, {}); }, in);
  if (is_complex(in.dtype())) return complex_prod(in.dim() ? in : unsqueeze(in, 0), over, keepdim && in.dim());
  const ReducedDims dims("prod", in, over, keepdim);
  auto y = reduce(kernels::prod, in, dims, in.dtype());
  return record("prod", y, inputs(in), [x = saved(in), y = saved_output(y), dims](const Tensor& g) {
    if (all(with_samples_in_front(x())).item<bool>()) return dims.restore(g) * (dims.restore(y()) / x());
    if (dims.dims().size() == 1) return dims.restore(g) * product_of_others(x(), dims.dims()[0]);
    return g * reshape(product_of_others(reshape(x(), -1), 0), x().sizes());
  });
}

/// 2 g (x - mean) / (count - correction).
Tensor var_slope(const Tensor& g, const Tensor& x, const ReducedDims& dims, double correction) {
  const double divisor = std::max<double>(0, static_cast<double>(dims.count()) - correction);
  return dims.restore(g) * (x - mean(x, dims.dims(), true)) * (2 / divisor);
}

Tensor var_kernel(const char* op, const Tensor& x, DType dtype, const ReducedDims& dims, double correction) {
  check(x.is_floating_point(), op, ": needs a floating-point tensor, not ", describe(x));
  const Tensor y = empty_tensor(dims.kept_sizes(), dtype, x.device());
  kernels::var.as(op).on(x)(y, x, correction);
  return dims.shape_result(y);
}

}  // namespace

Tensor prod(const Tensor& x, std::optional<DType> dtype) { return prod_over(x, {}, false, dtype); }

Tensor prod(const Tensor& x, int64_t dim, bool keepdim, std::optional<DType> dtype) {
  return prod_over(x, dim, keepdim, dtype);
}
Tensor ReductionMethods::prod(std::optional<DType> dtype) const { return ember::prod(self(this), dtype); }
Tensor ReductionMethods::prod(int64_t dim, bool keepdim, std::optional<DType> dtype) const {
  return ember::prod(self(this), dim, keepdim, dtype);
}

Tensor var(const Tensor& x, const Shape& over, double correction, bool keepdim) {
  kernel::check_defined("var", "input", x);
  const ReducedDims dims("var", x, over, keepdim);
  auto y = var_kernel("var", x, x.dtype(), dims, correction);
  return record("var", y, inputs(x), in_float32([x = saved_wide(x), dims, correction](const Tensor& g) {
                  return var_slope(g, x(), dims, correction);
                }));
}
Tensor max(const Tensor& x, const Tensor& other) { return maximum(x, other); }
Tensor min(const Tensor& x, const Tensor& other) { return minimum(x, other); }

Tensor var(const Tensor& x) { return var(x, Shape()); }
Tensor var(const Tensor& x, std::same_as<bool> auto unbiased) { return var(x, Shape(), unbiased); }
template Tensor var(const Tensor&, bool);
template <std::same_as<bool> B>
Tensor ReductionMethods::var(B unbiased) const {
  return ember::var(self(this), Shape(), unbiased);
}
template Tensor ReductionMethods::var(bool) const;
Tensor ReductionMethods::var() const { return ember::var(self(this)); }
Tensor ReductionMethods::var(const Shape& dims, double correction, bool keepdim) const {
  return ember::var(self(this), dims, correction, keepdim);
}

Tensor std(const Tensor& x, const Shape& over, double correction, bool keepdim) {
  kernel::check_defined("std", "input", x);
  const ReducedDims dims("std", x, over, keepdim);
  Tensor y = var_kernel("std", x, compute_dtype(x.dtype()), dims, correction);
  kernel::unary_into(kernels::sqrt.as("std"), y);
  if (y.dtype() != x.dtype()) y = to(y, x.dtype());
  return record("std", y, inputs(x),
                in_float32([x = saved_wide(x), y = saved_wide_output(y), dims, correction](const Tensor& g) {
                  return var_slope(where(y() == 0, 0, g / (y() * 2)), x(), dims, correction);
                }));
}
Tensor std(const Tensor& x) { return std(x, Shape()); }
Tensor std(const Tensor& x, std::same_as<bool> auto unbiased) { return std(x, Shape(), unbiased); }
template Tensor std(const Tensor&, bool);
template <std::same_as<bool> B>
Tensor ReductionMethods::std(B unbiased) const {
  return ember::std(self(this), Shape(), unbiased);
}
template Tensor ReductionMethods::std(bool) const;
Tensor ReductionMethods::std() const { return ember::std(self(this)); }
Tensor ReductionMethods::std(const Shape& dims, double correction, bool keepdim) const {
  return ember::std(self(this), dims, correction, keepdim);
}

std::pair<Tensor, Tensor> var_mean(const Tensor& x, const Shape& dims, double correction, bool keepdim) {
  return {var(x, dims, correction, keepdim), mean(x, dims, keepdim)};
}
std::pair<Tensor, Tensor> var_mean(const Tensor& x, std::same_as<bool> auto unbiased) {
  return var_mean(x, Shape(), unbiased);
}
template std::pair<Tensor, Tensor> var_mean(const Tensor&, bool);

std::pair<Tensor, Tensor> std_mean(const Tensor& x, const Shape& dims, double correction, bool keepdim) {
  return {std(x, dims, correction, keepdim), mean(x, dims, keepdim)};
}
std::pair<Tensor, Tensor> std_mean(const Tensor& x, std::same_as<bool> auto unbiased) {
  return std_mean(x, Shape(), unbiased);
}
template std::pair<Tensor, Tensor> std_mean(const Tensor&, bool);

Tensor amax(const Tensor& x, const Shape& dims, bool keepdim) {
  return extreme_over(kernels::max.as("amax"), x, dims, keepdim);
}
Tensor ReductionMethods::amax(const Shape& dims, bool keepdim) const { return ember::amax(self(this), dims, keepdim); }

Tensor amin(const Tensor& x, const Shape& dims, bool keepdim) {
  return extreme_over(kernels::min.as("amin"), x, dims, keepdim);
}
Tensor ReductionMethods::amin(const Shape& dims, bool keepdim) const { return ember::amin(self(this), dims, keepdim); }

Tensor max(const Tensor& x) { return extreme_over(kernels::max, x, {}, false); }
Tensor min(const Tensor& x) { return extreme_over(kernels::min, x, {}, false); }

std::pair<Tensor, Tensor> aminmax(const Tensor& x, std::optional<int64_t> dim, bool keepdim) {
  const Shape dims = dim ? Shape(*dim) : Shape();
  return {amin(x, dims, keepdim), amax(x, dims, keepdim)};
}
std::pair<Tensor, Tensor> ReductionMethods::aminmax(std::optional<int64_t> dim, bool keepdim) const {
  return ember::aminmax(self(this), dim, keepdim);
}

std::pair<Tensor, Tensor> max(const Tensor& x, int64_t dim, bool keepdim) {
  return extreme_along(kernels::max_dim.as("max"), x, dim, keepdim);
}
Tensor ReductionMethods::max() const { return ember::max(self(this)); }
std::pair<Tensor, Tensor> ReductionMethods::max(int64_t dim, bool keepdim) const {
  return ember::max(self(this), dim, keepdim);
}

std::pair<Tensor, Tensor> min(const Tensor& x, int64_t dim, bool keepdim) {
  return extreme_along(kernels::min_dim.as("min"), x, dim, keepdim);
}
Tensor ReductionMethods::min() const { return ember::min(self(this)); }
std::pair<Tensor, Tensor> ReductionMethods::min(int64_t dim, bool keepdim) const {
  return ember::min(self(this), dim, keepdim);
}

Tensor argmax(const Tensor& x, std::optional<int64_t> dim, bool keepdim) {
  return position_of_extreme(kernels::max_dim.as("argmax"), x, dim, keepdim);
}
Tensor ReductionMethods::argmax(std::optional<int64_t> dim, bool keepdim) const {
  return ember::argmax(self(this), dim, keepdim);
}

Tensor argmin(const Tensor& x, std::optional<int64_t> dim, bool keepdim) {
  return position_of_extreme(kernels::min_dim.as("argmin"), x, dim, keepdim);
}
Tensor ReductionMethods::argmin(std::optional<int64_t> dim, bool keepdim) const {
  return ember::argmin(self(this), dim, keepdim);
}

Tensor all(const Tensor& x) { return truth(kernels::all, x, {}, false); }
Tensor all(const Tensor& x, const Shape& dims, bool keepdim) { return truth(kernels::all, x, dims, keepdim); }
Tensor ReductionMethods::all() const { return ember::all(self(this)); }
Tensor ReductionMethods::all(const Shape& dims, bool keepdim) const { return ember::all(self(this), dims, keepdim); }

Tensor any(const Tensor& x) { return truth(kernels::any, x, {}, false); }
Tensor any(const Tensor& x, const Shape& dims, bool keepdim) { return truth(kernels::any, x, dims, keepdim); }
Tensor ReductionMethods::any() const { return ember::any(self(this)); }
Tensor ReductionMethods::any(const Shape& dims, bool keepdim) const { return ember::any(self(this), dims, keepdim); }

Tensor logsumexp(const Tensor& x, const Shape& over, bool keepdim) {
  kernel::check_defined("logsumexp", "input", x);
  check<NotImplementedError>(!x.is_complex(), "logsumexp: input is ", describe(x), " but must be real");
  if (!x.is_floating_point()) return logsumexp(to(x, default_dtype()), over, keepdim);
  // Its gradient needs more of the result than 16 bits.
  if (are_16_bit(x) && x.requires_grad())
    return in_float32([&](const Tensor& wide) { return logsumexp(wide, over, keepdim); }, x);
  const ReducedDims dims("logsumexp", x, over, keepdim);
  auto y = reduce(kernels::logsumexp, x, dims, x.dtype());
  return record("logsumexp", y, inputs(x), [x = saved(x), y = saved_output(y), dims](const Tensor& g) {
    // Where every element is -inf, so is y, and the difference would be NaN.
    const Tensor total = where(y() == -INFINITY, 0, y());
    return dims.restore(g) * exp(x() - dims.restore(total));
  });
}
Tensor ReductionMethods::logsumexp(const Shape& dims, bool keepdim) const {
  return ember::logsumexp(self(this), dims, keepdim);
}

}  // namespace ember
