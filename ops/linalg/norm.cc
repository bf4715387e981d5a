#include "ember/ops/linalg/norm.h"

#include <algorithm>
#include <cmath>

#include "ember/autograd/record.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// The p-norm for p other than 0, 1 and infinity, over `dims` that stay with size 1.
Tensor power_norm(const Tensor& x, double p, const Shape& dims) {
  Tensor y;
  {
    NoGradGuard no_grad;
    y = p == 2 ? sqrt(sum(square(x), dims, true)) : pow(sum(pow(abs(x), p), dims, true), 1 / p);
  }
  // Where x is 0 its derivative is taken as 0.
  return record("vector_norm", y, inputs(x), [x = saved(x), y = saved_output(y), p](const Tensor& g) {
    const Tensor length = y(), is_zero = eq(length, 0), safe = masked_fill(length, is_zero, 1);
    if (p == 2) return mul(x(), masked_fill(div(g, safe), is_zero, 0));
    const Tensor slope = masked_fill(mul(x(), pow(abs(x()), p - 2)), eq(x(), 0), 0);
    return mul(slope, masked_fill(div(g, pow(safe, p - 1)), is_zero, 0));
  });
}

/// How many elements are not zero, as a function whose derivative is 0.
Tensor zero_norm(const Tensor& x, const Shape& dims, bool keepdim) {
  Tensor y;
  {
    NoGradGuard no_grad;
    y = sum(to(ne(x, 0), x.dtype()), dims, keepdim);
  }
  return record("vector_norm", y, inputs(x),
                [sizes = x.sizes()](const Tensor& g) { return zeros(sizes, g.options()); });
}

}  // namespace

namespace linalg {

Tensor vector_norm(const Tensor& x, const Scalar& ord, const Shape& dims, bool keepdim, std::optional<DType> dtype) {
  kernel::check_defined("vector_norm", "x", x);
  const Tensor in = to(x, dtype.value_or(x.dtype()));
  check(in.is_floating_point(), "vector_norm: x must be of a floating-point dtype but is ", describe(in));
  if (are_16_bit(in))
    return in_float32([&](const Tensor& wide) { return vector_norm(wide, ord, dims, keepdim, {}); }, in);
  const Shape over = in.dim() == 0 ? Shape() : wrap_dims(dims, in.dim(), "vector_norm");
  const double p = ord.to<double>();
  if (in.dim() == 0) {
    wrap_dims(dims, 0, "vector_norm");
    return p == 0 ? zero_norm(in, {}, false) : abs(in);
  }
  if (p == 0) return zero_norm(in, over, keepdim);
  // The norm of one number neither overflows nor rounds.
  const bool is_single = std::all_of(over.begin(), over.end(), [&](int64_t d) { return in.sizes()[d] == 1; });
  if (is_single) return keepdim ? abs(in) : squeeze(abs(in), over);
  if (p == 1) return sum(abs(in), over, keepdim);
  if (std::isinf(p)) return p > 0 ? amax(abs(in), over, keepdim) : amin(abs(in), over, keepdim);
  const Tensor y = power_norm(in, p, over);
  return keepdim ? y : squeeze(y, over);
}

}  // namespace linalg

Tensor norm(const Tensor& x, const Scalar& p, const Shape& dims, bool keepdim, std::optional<DType> dtype) {
  kernel::check_defined("norm", "input", x);
  check(is_floating_point(dtype.value_or(x.dtype())), "norm: input must be of a floating-point dtype but is ",
        describe(x));
  return linalg::vector_norm(x, p, dims, keepdim, dtype);
}
Tensor NormMethods::norm(const Scalar& p, const Shape& dims, bool keepdim, std::optional<DType> dtype) const {
  return ember::norm(self(this), p, dims, keepdim, dtype);
}

Tensor normalize(const Tensor& x, double p, const Shape& dim, double eps) {
  kernel::check_defined("normalize", "input", x);
  if (are_16_bit(x)) return in_float32([&](const Tensor& wide) { return normalize(wide, p, dim, eps); }, x);
  return x / clamp_min(linalg::vector_norm(x, p, dim, true), eps);
}

Tensor renorm(const Tensor& x, const Scalar& p, int64_t dim, const Scalar& maxnorm) {
  kernel::check_defined("renorm", "input", x);
  check(x.is_floating_point() && x.dim() > 1, "renorm: input must be floating-point with at least 2 dims but is ",
        describe(x));
  check<ValueError>(p.to<double>() > 0, "renorm: p must be positive but is ", to_string(p));
  check<ValueError>(maxnorm.to<double>() >= 0, "renorm: maxnorm must not be negative but is ", to_string(maxnorm));
  if (are_16_bit(x)) return in_float32([&](const Tensor& wide) { return renorm(wide, p, dim, maxnorm); }, x);
  dim = wrap_dim(dim, x.dim(), "renorm");
  Shape others;
  for (int64_t d = 0; d < x.dim(); ++d)
    if (d != dim) others.push_back(d);
  const Tensor length = linalg::vector_norm(x, p, others, true);
  constexpr double kSmall = 1e-7;  // PyTorch's, against a division by 0
  return x * where(length > maxnorm, maxnorm / (length + kSmall), ones({}, x.options()));
}
Tensor NormMethods::renorm(const Scalar& p, int64_t dim, const Scalar& maxnorm) const {
  return ember::renorm(self(this), p, dim, maxnorm);
}
Tensor& NormMethods::renorm_(const Scalar& p, int64_t dim, const Scalar& maxnorm) {
  return in_place("renorm_", self(this), ember::renorm, p, dim, maxnorm);
}

}  // namespace ember
