#include "ops/linalg.h"

#include <cmath>

#include "autograd/record.h"
#include "ops/copy.h"
#include "ops/indexing.h"
#include "ops/kernel.h"
#include "ops/pointwise.h"
#include "ops/reduction.h"
#include "ops/shape.h"

namespace ember {

namespace {

Tensor without(const Tensor& y, const Shape& dims, bool keepdim) { return keepdim ? y : squeeze(y, dims); }

/// The p-norm for p other than 0, 1 and infinity, over `dims` that stay with size 1.
Tensor power_norm(const Tensor& x, double p, const Shape& dims) {
  Tensor y;
  {
    NoGradGuard no_grad;
    y = p == 2 ? sqrt(sum(square(x), dims, true)) : pow(sum(pow(abs(x), p), dims, true), 1 / p);
  }
  // Where x is 0 its derivative is taken as 0.
  return record("norm", y, inputs(x), [x = saved(x), y = saved_output(y), p](const Tensor& g) {
    const Tensor length = y(), safe = masked_fill(length, eq(length, 0), 1);
    if (p == 2) return mul(x(), div(g, safe));
    const Tensor slope = masked_fill(mul(x(), pow(abs(x()), p - 2)), eq(x(), 0), 0);
    return mul(slope, div(g, pow(safe, p - 1)));
  });
}

}  // namespace

Tensor norm(const Tensor& x, const Scalar& p, const Shape& dims, bool keepdim) {
  kernel::check_defined("norm", "input", x);
  check(x.is_floating_point(), "norm: input must be of a floating-point dtype but is ", x.dtype());
  const Shape over = wrap_dims(dims, x.dim(), "norm");
  const double order = p.to<double>();
  // Squares of 16-bit floats overflow soon.
  if (is_reduced_floating_point(x.dtype())) return to(norm(to(x, kFloat32), p, dims, keepdim), x.dtype());
  if (over.empty()) return abs(x);
  if (order == 0) return sum(to(ne(x, 0), x.dtype()), over, keepdim);
  if (order == 1) return sum(abs(x), over, keepdim);
  if (std::isinf(order)) return order > 0 ? amax(abs(x), over, keepdim) : amin(abs(x), over, keepdim);
  return without(power_norm(x, order, over), over, keepdim);
}

namespace linalg {
Tensor vector_norm(const Tensor& x, const Scalar& ord, const Shape& dims, bool keepdim) {
  return norm(x, ord, dims, keepdim);
}
}  // namespace linalg

}  // namespace ember
