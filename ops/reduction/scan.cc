#include "ember/ops/reduction/scan.h"

#include <limits>

#include "ember/autograd/record.h"
#include "ember/core/kernels/reduction.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/rearrange.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// The input as a scan kernel wants it; off the tape.
Tensor for_kernel(const Tensor& x) {
  const NoGradGuard no_grad;
  return contiguous(to(x, is_differentiable(x.dtype()) ? compute_dtype(x.dtype()) : kInt64));
}

Tensor run_scan(const Kernel<ScanKernel>& kernel, const Tensor& x, int64_t dim) {
  const Tensor in = for_kernel(x), y = empty_tensor(in.sizes(), in.dtype(), in.device());
  kernel.on(in)(y, in, dim);
  const NoGradGuard no_grad;
  return to(y, x.dtype());
}

DType result_dtype(const char* op, const Tensor& x, std::optional<DType> dtype) {
  kernel::check_defined(op, "input", x);
  return dtype.value_or(is_integral(x.dtype(), true) ? kInt64 : x.dtype());
}

Tensor reversed(const Tensor& x, int64_t dim) { return flip(x, dim); }

/// x moved on by one along `dim`, with `first` in front.
Tensor delayed(const Tensor& x, int64_t dim, double first) {
  return cat({full_like(narrow(x, dim, 0, 1), first), narrow(x, dim, 0, x.size(dim) - 1)}, dim);
}

Tensor reversed_recurrence(const Tensor& a, const Tensor& b, int64_t dim);

/// y[i] = a[i] y[i - 1] + b[i].
Tensor recurrence(const Tensor& a, const Tensor& b, int64_t dim) {
  const Tensor factors = for_kernel(a), terms = for_kernel(b);
  Tensor y = empty_tensor(terms.sizes(), terms.dtype(), terms.device());
  kernels::recurrence.on(terms)(y, factors, terms, dim);
  {
    const NoGradGuard no_grad;
    y = to(y, b.dtype());
  }
  return record("recurrence", y, inputs(a, b),
                [a = saved(a), y = saved_output(y), dim](const Tensor& g) -> std::array<Tensor, 2> {
                  const Tensor sums = reversed_recurrence(conj(a()), g, dim);
                  return {sums * conj(delayed(y(), dim, 0)), sums};
                });
}

/// y[i] = a[i + 1] y[i + 1] + b[i].
Tensor reversed_recurrence(const Tensor& a, const Tensor& b, int64_t dim) {
  return reversed(recurrence(delayed(reversed(a, dim), dim, 0), reversed(b, dim), dim), dim);
}

std::pair<Tensor, Tensor> running_extreme(const Kernel<RunningExtremeKernel>& kernel, const Tensor& x, int64_t dim) {
  const char* const op = kernel.op();
  kernel::check_defined(op, "input", x);
  dim = wrap_dim(dim, x.dim(), op);
  if (x.dim() == 0) return {clone(x), zeros({}, kInt64)};
  const Tensor in = for_kernel(x), values = empty_tensor(in.sizes(), in.dtype(), in.device());
  const Tensor indices = empty_tensor(in.sizes(), kInt64, in.device());
  kernel.on(in)(values, indices, in, dim);
  Tensor y;
  {
    const NoGradGuard no_grad;
    y = to(values, x.dtype());
  }
  return {
      record(op, y, inputs(x), [indices, dim](const Tensor& g) { return scatter_add(zeros_like(g), dim, indices, g); }),
      indices};
}

/// A result of another dtype has no place in x.
void check_own_dtype(const char* op, const Tensor& x, std::optional<DType> dtype) {
  kernel::check_defined(op, "input", x);
  check(!dtype || *dtype == x.dtype(), op, ": dtype is ", dtype.value_or(x.dtype()), " but must be that of the ",
        describe(x), " to write to");
}

}  // namespace

Tensor cumsum(const Tensor& x, int64_t dim, std::optional<DType> dtype) {
  const Tensor in = to(x, result_dtype("cumsum", x, dtype));
  dim = wrap_dim(dim, in.dim(), "cumsum");
  if (in.dim() == 0) return clone(in);
  return record("cumsum", run_scan(kernels::cumsum, in, dim), inputs(in),
                [dim](const Tensor& g) { return reversed(cumsum(reversed(g, dim), dim), dim); });
}
Tensor ScanMethods::cumsum(int64_t dim, std::optional<DType> dtype) const {
  return ember::cumsum(self(this), dim, dtype);
}

Tensor cumprod(const Tensor& x, int64_t dim, std::optional<DType> dtype) {
  const Tensor in = to(x, result_dtype("cumprod", x, dtype));
  dim = wrap_dim(dim, in.dim(), "cumprod");
  if (in.dim() == 0) return clone(in);
  if (are_16_bit(in) && in.requires_grad()) return in_float32([&](const Tensor& x) { return cumprod(x, dim); }, in);
  auto y = run_scan(kernels::cumprod, in, dim);
  return record("cumprod", y, inputs(in), [x = saved(in), y = saved_output(y), dim](const Tensor& g) {
    // dy[i] / dx[k] is the product of x[0 ... k - 1] and x[k + 1 ... i], which needs no division.
    return g.numel() == 0 ? g : conj(delayed(y(), dim, 1)) * reversed_recurrence(conj(x()), g, dim);
  });
}
Tensor ScanMethods::cumprod(int64_t dim, std::optional<DType> dtype) const {
  return ember::cumprod(self(this), dim, dtype);
}

Tensor& cumsum_(Tensor& x, int64_t dim, std::optional<DType> dtype) {
  check_own_dtype("cumsum_", x, dtype);
  return in_place("cumsum_", x, [&](const Tensor& v) { return to(cumsum(v, dim, dtype), v.dtype()); });
}
Tensor& ScanMethods::cumsum_(int64_t dim, std::optional<DType> dtype) { return ember::cumsum_(self(this), dim, dtype); }

Tensor& cumprod_(Tensor& x, int64_t dim, std::optional<DType> dtype) {
  check_own_dtype("cumprod_", x, dtype);
  return in_place("cumprod_", x, [&](const Tensor& v) { return to(cumprod(v, dim, dtype), v.dtype()); });
}
Tensor& ScanMethods::cumprod_(int64_t dim, std::optional<DType> dtype) {
  return ember::cumprod_(self(this), dim, dtype);
}

Tensor logcumsumexp(const Tensor& x, int64_t dim) {
  kernel::check_defined("logcumsumexp", "input", x);
  check(x.is_floating_point(), "logcumsumexp: input must be floating-point but is ", describe(x));
  dim = wrap_dim(dim, x.dim(), "logcumsumexp");
  if (x.dim() == 0) return clone(x);
  if (are_16_bit(x) && x.requires_grad())
    return in_float32([&](const Tensor& wide) { return logcumsumexp(wide, dim); }, x);
  auto y = run_scan(kernels::logcumsumexp, x, dim);
  return record("logcumsumexp", y, inputs(x), [x = saved(x), y = saved_output(y), dim](const Tensor& g) {
    // Sums of g exp(x - y) over the elements behind, as logarithms, for the positive and the negative ones apart.
    const double lowest =
        g.dtype() == kFloat64 ? std::numeric_limits<double>::lowest() : std::numeric_limits<float>::lowest();
    const auto part = [&](const Tensor& weight) {
      const Tensor is_in = weight > 0, logs = where(is_in, log(where(is_in, weight, 1)), lowest);
      return exp(reversed(logcumsumexp(reversed(logs - y(), dim), dim), dim) + x());
    };
    return part(g) - part(-g);
  });
}
Tensor ScanMethods::logcumsumexp(int64_t dim) const { return ember::logcumsumexp(self(this), dim); }

std::pair<Tensor, Tensor> cummax(const Tensor& x, int64_t dim) { return running_extreme(kernels::cummax, x, dim); }
std::pair<Tensor, Tensor> ScanMethods::cummax(int64_t dim) const { return ember::cummax(self(this), dim); }

std::pair<Tensor, Tensor> cummin(const Tensor& x, int64_t dim) { return running_extreme(kernels::cummin, x, dim); }
std::pair<Tensor, Tensor> ScanMethods::cummin(int64_t dim) const { return ember::cummin(self(this), dim); }

}  // namespace ember
