#include "ember/ops/reduction/difference.h"

#include <algorithm>

#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/reduction/scan.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// All samples along `dim` but the first (last).
Tensor behind(const Tensor& x, int64_t dim) { return slice(x, dim, 1); }
Tensor before(const Tensor& x, int64_t dim) { return slice(x, dim, 0, -1); }

Tensor step(const Tensor& x, int64_t dim) {
  return x.dtype() == kBool ? ne(behind(x, dim), before(x, dim)) : behind(x, dim) - before(x, dim);
}

int64_t sampled_dim(const char* op, const Tensor& x, int64_t dim) {
  kernel::check_defined(op, "input", x);
  check(x.dim() > 0, op, ": input must have at least one dim but is zero-dim");
  return wrap_dim(dim, x.dim(), op);
}

/// The dims to take derivatives along, after checks.
Shape sampled_dims(const Tensor& x, const Shape& dims, int64_t edge_order, size_t spacings) {
  kernel::check_defined("gradient", "input", x);
  check(edge_order == 1 || edge_order == 2, "gradient: edge_order must be 1 or 2 but is ", edge_order);
  check(x.dim() > 0, "gradient: input must have at least one dim but is zero-dim");
  const Shape over = wrap_dims(dims, x.dim(), "gradient");
  check(spacings == 1 || spacings == over.size(), "gradient: got ", spacings, " spacings for ", over.size(), " dims");
  for (const int64_t d : over)
    check(x.size(d) > edge_order, "gradient: dim ", d, " of ", describe(x), " has too few samples for edge_order ",
          edge_order);
  return over;
}

Tensor derivative(const Tensor& x, double spacing, int64_t dim, int64_t edge_order) {
  const auto at = [&](int64_t i) { return narrow(x, dim, i < 0 ? x.size(dim) + i : i, 1); };
  const Tensor center = (slice(x, dim, 2) - slice(x, dim, 0, -2)) / (2 * spacing);
  const Tensor first = edge_order == 1 ? at(1) - at(0) : -1.5 * at(0) + 2 * at(1) - 0.5 * at(2);
  const Tensor last = edge_order == 1 ? at(-1) - at(-2) : 0.5 * at(-3) - 2 * at(-2) + 1.5 * at(-1);
  return cat({first / spacing, center, last / spacing}, dim);
}

Tensor derivative(const Tensor& x, const Tensor& coordinates, int64_t dim, int64_t edge_order) {
  const auto at = [&](int64_t i) { return narrow(x, dim, i < 0 ? x.size(dim) + i : i, 1); };
  const Tensor steps = diff(coordinates);
  Shape along = Shape::filled(x.sizes().size(), 1);
  along[static_cast<size_t>(dim)] = -1;
  const Tensor left = reshape(before(steps, 0), along), right = reshape(behind(steps, 0), along);
  const Tensor center = -right / (left * (left + right)) * slice(x, dim, 0, -2) +
                        (right - left) / (left * right) * slice(x, dim, 1, -1) +
                        left / (right * (left + right)) * slice(x, dim, 2);
  if (edge_order == 1)
    return cat({(at(1) - at(0)) / select(steps, 0, 0), center, (at(-1) - at(-2)) / select(steps, 0, -1)}, dim);
  // The parabola through three samples whose outer one is at distance `a`, then `b`.
  const auto edge = [&](const Tensor& a, const Tensor& b, int64_t i, int64_t j, int64_t k) {
    return -(2 * a + b) / (a * (a + b)) * at(i) + (a + b) / (a * b) * at(j) - a / (b * (a + b)) * at(k);
  };
  const Tensor first = edge(select(steps, 0, 0), select(steps, 0, 1), 0, 1, 2);
  const Tensor last = edge(select(steps, 0, -1), select(steps, 0, -2), -1, -2, -3);
  return cat({first, center, -last}, dim);
}

/// The distances between the samples of y, in a shape that broadcasts against it.
Tensor sample_steps(const char* op, const Tensor& y, const Tensor& x, int64_t dim) {
  kernel::check_defined(op, "x", x);
  check(y.dtype() != kBool && x.dtype() != kBool, op, ": y and x must not be bool");
  Shape sizes = Shape::filled(y.sizes().size(), 1);
  if (x.dim() == 1) {
    check(x.size(0) == y.size(dim), op, ": x has ", x.size(0), " samples but y has ", y.size(dim), " along dim ", dim);
    sizes[static_cast<size_t>(dim)] = x.size(0);
  } else {
    check(x.dim() > 0 && x.dim() <= y.dim(), op, ": x has shape ", x.sizes(), ", which does not fit y's ", y.sizes());
    std::copy(x.sizes().begin(), x.sizes().end(), sizes.end() - x.dim());
  }
  return step(reshape(x, sizes), dim);
}

Tensor without_dim(const Tensor& y, int64_t dim) {
  Shape sizes = y.sizes();
  sizes.erase(static_cast<size_t>(dim));
  return zeros(sizes, y.options());
}

/// Twice the mean of neighbours.
Tensor pair_sums(const Tensor& y, int64_t dim) { return before(y, dim) + behind(y, dim); }

}  // namespace

Tensor diff(const Tensor& x, int64_t n, int64_t dim, const Tensor& prepend, const Tensor& append) {
  dim = sampled_dim("diff", x, dim);
  check(n >= 0, "diff: n must not be negative but is ", n);
  if (n == 0) return clone(x);
  std::vector<Tensor> parts;
  for (const Tensor* part : {&prepend, &x, &append})
    if (part->defined()) parts.push_back(*part);
  Tensor y = parts.size() > 1 ? cat(parts, dim) : x;
  if (are_16_bit(y) && n > 1) return in_float32([&](const Tensor& wide) { return diff(wide, n, dim); }, y);
  for (int64_t i = std::min(n, y.size(dim)); i > 0; --i) y = step(y, dim);
  return y;
}
Tensor Tensor::diff(int64_t n, int64_t dim, const Tensor& prepend, const Tensor& append) const {
  return ember::diff(*this, n, dim, prepend, append);
}

std::vector<Tensor> gradient(const Tensor& x, const std::vector<Scalar>& spacing, const Shape& dims,
                             int64_t edge_order) {
  if (x.defined() && are_16_bit(x))
    return in_float32([&](const Tensor& wide) { return gradient(wide, spacing, dims, edge_order); }, x);
  std::vector<Tensor> result;
  const Shape over = sampled_dims(x, dims, edge_order, spacing.size());
  check(spacing.size() == 1 || spacing.size() == over.size(), "gradient: got ", spacing.size(), " spacings for ",
        over.size(), " dims");
  for (const int64_t d : over)
    result.push_back(derivative(x, spacing[spacing.size() == 1 ? 0 : result.size()].to<double>(), d, edge_order));
  return result;
}

std::vector<Tensor> gradient(const Tensor& x, const std::vector<Tensor>& coordinates, const Shape& dims,
                             int64_t edge_order) {
  std::vector<Tensor> result;
  const Shape over = sampled_dims(x, dims, edge_order, coordinates.size());
  check(coordinates.size() == over.size(), "gradient: got ", coordinates.size(), " coordinates for ", over.size(),
        " dims");
  for (const int64_t d : over) {
    const Tensor& at = coordinates[result.size()];
    check(at.defined() && at.dim() == 1 && at.size(0) == x.size(d), "gradient: the coordinates of dim ", d,
          " must be 1-d with ", x.size(d), " elements");
    result.push_back(derivative(x, at, d, edge_order));
  }
  return result;
}

Tensor trapezoid(const Tensor& y, double dx, int64_t dim) {
  dim = sampled_dim("trapezoid", y, dim);
  if (y.size(dim) == 0) return without_dim(y, dim);
  check(y.dtype() != kBool, "trapezoid: y must not be bool");
  if (are_16_bit(y)) return in_float32([&](const Tensor& wide) { return trapezoid(wide, dx, dim); }, y);
  return (sum(y, dim) - (select(y, dim, 0) + select(y, dim, -1)) * 0.5) * dx;
}

Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t dim) {
  dim = sampled_dim("trapezoid", y, dim);
  if (y.size(dim) == 0) return without_dim(y, dim);
  if (are_16_bit(y, x)) return in_float32([&](const auto&... wide) { return trapezoid(wide..., dim); }, y, x);
  return sum(pair_sums(y, dim) * sample_steps("trapezoid", y, x, dim), dim) / 2.0;
}

Tensor cumulative_trapezoid(const Tensor& y, double dx, int64_t dim) {
  dim = sampled_dim("cumulative_trapezoid", y, dim);
  check(y.dtype() != kBool, "cumulative_trapezoid: y must not be bool");
  if (are_16_bit(y)) return in_float32([&](const Tensor& wide) { return cumulative_trapezoid(wide, dx, dim); }, y);
  return cumsum(pair_sums(y, dim) * (dx / 2), dim);
}

Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t dim) {
  dim = sampled_dim("cumulative_trapezoid", y, dim);
  if (are_16_bit(y, x))
    return in_float32([&](const auto&... wide) { return cumulative_trapezoid(wide..., dim); }, y, x);
  return cumsum(pair_sums(y, dim) * sample_steps("cumulative_trapezoid", y, x, dim), dim) / 2.0;
}

}  // namespace ember
