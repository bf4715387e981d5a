#include "ember/ops/linalg/matrix_functions.h"

#include <cmath>

#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/linalg/matrix_norms.h"
#include "ember/ops/linalg/spectral.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/reduction/scan.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"
#include "ops/internal/matrices.h"

namespace ember {

using namespace matrices;

namespace {

constexpr double kInfinity = std::numeric_limits<double>::infinity();

/// Up to where the values [*, k], of which `largest` [*, 1] is the largest, count as zero.
Tensor tolerance(const Tensor& a, const Tensor& largest, const Tensor& atol, const Tensor& rtol) {
  const double epsilon = a.dtype() == kFloat32 ? 0x1p-23 : 0x1p-52;
  const Tensor usual = full({}, epsilon * static_cast<double>(std::max(rows(a), columns(a))), largest.options());
  auto of_batch = [&](const Tensor& x) { return unsqueeze(to(x.detach(), largest.dtype()), -1); };
  const Tensor absolute = atol.defined() ? of_batch(atol) : Tensor();
  const Tensor relative = rtol.defined() ? of_batch(rtol) : atol.defined() ? where(gt(absolute, 0), 0, usual) : usual;
  return absolute.defined() ? maximum(absolute, relative * largest) : relative * largest;
}

Tensor sizes_of_values(const Tensor& a, bool hermitian) {
  return hermitian ? abs(linalg::eigvalsh(a)) : linalg::svdvals(a);
}

Tensor pseudo_inverse(const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian) {
  const auto [u, s, vh] = [&]() -> TensorTriple {
    if (!hermitian) return linalg::svd(a, false);
    const auto [l, v] = linalg::eigh(a);
    return {v, l, mT(v)};
  }();
  const Tensor lengths = abs(s);
  const Tensor keeps = gt(lengths, tolerance(a, amax(lengths, -1, true), atol, rtol));
  return matmul(mT(vh) * unsqueeze(where(keeps, reciprocal(s), 0), -2), mT(u));
}

/// Golub and Pereyra, "The differentiation of pseudo-inverses and nonlinear least squares problems", 1973.
Tensor pinv_backward(const Tensor& g, const Tensor& p, const Tensor& a) {
  const Tensor gt = mT(g), pt = mT(p);
  if (rows(a) <= columns(a)) {
    const Tensor k = matmul(gt, p), kpt = matmul(k, pt);
    return -mT(matmul(p, k)) + kpt - matmul(matmul(a, p), kpt) + matmul(matmul(pt, p), gt - matmul(k, a));
  }
  const Tensor k = matmul(p, gt), ptk = matmul(pt, k);
  return -mT(matmul(k, p)) + matmul(matmul(gt - matmul(a, k), p), pt) + ptk - matmul(matmul(ptk, p), a);
}

/// The Taylor polynomial of degree 15 of a small matrix, by powers up to the fourth: 6 products.
Tensor taylor_exp(const Tensor& a) {
  const Tensor a2 = matmul(a, a), a3 = matmul(a2, a), a4 = matmul(a2, a2), one = eye(rows(a), {}, a.options());
  auto part = [&](int from) {
    auto c = [&](int k) { return 1 / std::tgamma(k + 1.0); };
    return one * c(from) + a * c(from + 1) + a2 * c(from + 2) + a3 * c(from + 3);
  };
  Tensor y = part(12);
  for (int from = 8; from >= 0; from -= 4) y = part(from) + matmul(a4, y);
  return y;
}

/// By scaling and squaring: exp(a) = exp(a / 2^s)^(2^s), off the tape.
Tensor scaled_exp(const Tensor& a) {
  const double largest = a.numel() ? amax(with_samples_in_front(sum(abs(a), -2))).item<double>() : 0;
  // Halved until the first term left out, norm^16 / 16!, is below the rounding of a double.
  const int halvings = std::isfinite(largest) && largest > 0.5 ? std::ilogb(largest * 2) + 1 : 0;
  Tensor y = taylor_exp(a * std::ldexp(1.0, -halvings));
  for (int i = 0; i < halvings; ++i) y = matmul(y, y);
  return y;
}

/// Sizes and kinds as matrix_power takes them: any floating-point dtype.
void check_float_square(const char* op, const Tensor& a) {
  kernel::check_defined(op, "A", a);
  check(a.is_floating_point(), op, ": Expected a floating point tensor as input, but A is ", a.dtype());
  check(a.dim() >= 2 && rows(a) == columns(a), op, ": A must be batches of square matrices, but has shape ", a.sizes());
}

}  // namespace

namespace linalg {

Tensor pinv(const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian) {
  const char* op = "linalg.pinv";
  if (hermitian)
    check_square(op, "A", a);
  else
    check_matrix(op, "A", a);
  const Tensor y = [&] {
    const NoGradGuard no_grad;
    return a.numel() ? pseudo_inverse(a, atol, rtol, hermitian)
                     : zeros(with(batch_of(a), {columns(a), rows(a)}), a.options());
  }();
  return record(op, y, inputs(a),
                [a = saved(a), y = saved_output(y)](const Tensor& g) { return pinv_backward(g, y(), a()); });
}

Tensor matrix_rank(const Tensor& a, const Tensor& atol, const Tensor& rtol, bool hermitian) {
  const char* op = "linalg.matrix_rank";
  if (hermitian)
    check_square(op, "A", a);
  else
    check_matrix(op, "A", a);
  const NoGradGuard no_grad;
  if (a.numel() == 0) return zeros(batch_of(a), TensorOptions(kInt64).device(a.device()));
  const Tensor s = sizes_of_values(a, hermitian);
  return sum(gt(s, tolerance(a, amax(s, -1, true), atol, rtol)), -1);
}

Tensor cond(const Tensor& a, std::optional<Scalar> p) {
  const char* op = "linalg.cond";
  check_matrix(op, "A", a);
  const double order = p ? p->to<double>() : 2;
  if (a.numel() == 0) return zeros(batch_of(a), a.options());
  if (std::abs(order) == 2) {
    const Tensor s = svdvals(a), first = select(s, -1, 0), last = select(s, -1, s.sizes().back() - 1);
    return order > 0 ? first / last : last / first;
  }
  check(std::abs(order) == 1 || std::isinf(order), op, ": p must be 1, -1, 2, -2, inf, -inf, 'fro' or 'nuc', but is ",
        order);
  const auto [inverse, info] = inv_ex(a);
  const Tensor is_singular = unsqueeze(unsqueeze(ne(info, 0), -1), -1);
  return matrix_norm(a, order) * matrix_norm(masked_fill(inverse, is_singular, kInfinity), order);
}

Tensor cond(const Tensor& a, std::string_view p) {
  const char* op = "linalg.cond";
  check_matrix(op, "A", a);
  if (a.numel() == 0) return zeros(batch_of(a), a.options());
  if (p == "nuc") return matrix_norm(a, p) * matrix_norm(inv(a), p);
  check<ValueError>(p == "fro", op, ": p must be a number, 'fro' or 'nuc', not '", p, "'");
  const auto [inverse, info] = inv_ex(a);
  const Tensor is_singular = unsqueeze(unsqueeze(ne(info, 0), -1), -1);
  return matrix_norm(a, p) * matrix_norm(masked_fill(inverse, is_singular, kInfinity), p);
}

Tensor matrix_power(const Tensor& a, int64_t n) {
  check_float_square("linalg.matrix_power", a);
  if (n == 0) return mul(a, 0) + eye(rows(a), {}, a.options());
  if (n < 0) {
    const auto [inverse, info] = inv_ex(a);
    check_info("linalg.matrix_power", info, [](int) {
      return std::string("the inverse for a negative exponent does not exist: the matrix is singular.");
    });
    // The smallest int64 has no negative: one factor is taken out of its power.
    return n == INT64_MIN ? matmul(matrix_power(inverse, INT64_MAX), inverse) : matrix_power(inverse, -n);
  }
  if (n == 1) return clone(a);
  if (are_16_bit(a)) return in_float32([n](const Tensor& wide) { return matrix_power(wide, n); }, a);
  // The square-and-multiply method on the bits of n.
  Tensor power = a, result;
  for (uint64_t bits = static_cast<uint64_t>(n); bits; bits >>= 1) {
    if (bits & 1) result = result.defined() ? matmul(result, power) : power;
    if (bits > 1) power = matmul(power, power);
  }
  return result;
}

Tensor matrix_exp(const Tensor& a) {
  const char* op = "linalg.matrix_exp";
  check_float_square(op, a);
  if (are_16_bit(a)) return in_float32([](const Tensor& wide) { return matrix_exp(wide); }, a);
  const Tensor y = [&] {
    const NoGradGuard no_grad;
    return scaled_exp(a);
  }();
  // Mathias, "A chain rule for matrix functions and applications", 1996: the derivative is a block of a larger exponential.
  return record(op, y, inputs(a), [a = saved(a)](const Tensor& g) {
    const Tensor at = mT(a());
    const int64_t n = rows(at);
    const Tensor block = cat({cat({at, g}, -1), cat({zeros_like(at), at}, -1)}, -2);
    return narrow(narrow(matrix_exp(block), -2, 0, n), -1, n, n);
  });
}

Tensor tensorinv(const Tensor& a, int64_t ind) {
  const char* op = "linalg.tensorinv";
  kernel::check_defined(op, "A", a);
  check(0 < ind && ind <= a.dim(), op, ": ind must be a positive number of dims of A, whose shape is ", a.sizes(),
        ", but is ", ind);
  const Shape first(std::span(a.sizes().data(), static_cast<size_t>(ind)));
  const Shape last(std::span(a.sizes().data() + ind, a.sizes().size() - static_cast<size_t>(ind)));
  check(first.numel() == last.numel(), op, ": A of shape ", a.sizes(), " must have as many elements in its first ", ind,
        " dims as in the others, but has ", first.numel(), " and ", last.numel());
  Shape sizes = last;
  for (const int64_t n : first) sizes.push_back(n);
  return reshape(inv(reshape(a, {first.numel(), last.numel()})), sizes);
}

Tensor tensorsolve(const Tensor& a, const Tensor& b, std::optional<Shape> dims) {
  const char* op = "linalg.tensorsolve";
  kernel::check_defined(op, "A", a);
  kernel::check_defined(op, "B", b);
  Tensor moved = a;
  if (dims) {
    Shape last;
    for (size_t i = 0; i < dims->size(); ++i)
      last.push_back(static_cast<int64_t>(i) - static_cast<int64_t>(dims->size()));
    moved = movedim(a, *dims, last);
  }
  check(moved.dim() >= b.dim(), op, ": A has shape ", a.sizes(), " but needs at least the ", b.dim(), " dims of B");
  const Shape result(std::span(moved.sizes().data() + b.dim(), moved.sizes().size() - b.sizes().size()));
  check(
      result.numel() == b.numel() && moved.numel() == b.numel() * b.numel(), op,
      ": Expected self to satisfy the requirement prod(self.shape[other.ndim:]) == prod(self.shape[:other.ndim]), but "
      "got A ",
      a.sizes(), " and B ", b.sizes());
  return reshape(solve(reshape(moved, {b.numel(), result.numel()}), reshape(b, -1)), result);
}

Tensor vander(const Tensor& x, std::optional<int64_t> n) {
  kernel::check_defined("linalg.vander", "x", x);
  check(n || (x.dim() >= 1 && x.sizes().back() > 0),
        "linalg.vander: without N, x must have at least 1 dimension with an element, but has shape ", x.sizes());
  const int64_t count = n.value_or(x.sizes().back());
  check(count > 1, "linalg.vander: N must be greater than 1 but is ", count);
  check(x.dtype() != kBool, "linalg.vander: x must be integer, floating-point or complex but is ", describe(x));
  const Tensor base = is_integral(x.dtype(), true) ? to(x, kInt64) : x;
  // A number counts as a vector of one.
  const Tensor column = unsqueeze(base.dim() ? base : unsqueeze(base, 0), -1);
  Shape steps = column.sizes();
  steps[column.dim() - 1] = count - 1;
  return cat({ones_like(column), cumprod(expand(column, steps), -1)}, -1);
}

Tensor vecdot(const Tensor& x, const Tensor& y, int64_t dim) {
  kernel::check_defined("linalg.vecdot", "x", x);
  kernel::check_defined("linalg.vecdot", "y", y);
  check(x.is_floating_point() && x.dtype() == y.dtype(),
        "linalg.vecdot: x and y must have one floating-point dtype, but are ", x.dtype(), " and ", y.dtype());
  if (are_16_bit(x, y)) return in_float32([dim](const auto&... wide) { return vecdot(wide..., dim); }, x, y);
  return sum(x * y, dim);
}

Tensor diagonal(const Tensor& a, int64_t offset, int64_t dim1, int64_t dim2) {
  return ember::diagonal(a, offset, dim1, dim2);
}

}  // namespace linalg

Tensor pinverse(const Tensor& a, double rcond) { return linalg::pinv(a, 0.0, rcond); }
Tensor Tensor::matrix_exp() const { return linalg::matrix_exp(*this); }
Tensor Tensor::matrix_power(int64_t n) const { return linalg::matrix_power(*this, n); }
Tensor Tensor::pinverse(double rcond) const { return ember::pinverse(*this, rcond); }

}  // namespace ember
