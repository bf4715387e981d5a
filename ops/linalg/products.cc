#include "ember/ops/linalg/products.h"

#include <algorithm>
#include <limits>

#include "ember/autograd/record.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/split.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

void check_summand(const char* op, const Tensor& x, const Tensor& a) {
  kernel::check_defined(op, "input", x);
  kernel::check_defined(op, "the first factor", a);
}

/// Factors of integers are integers too.
Scalar factor_for(const Tensor& x, const Scalar& factor) {
  return is_differentiable(x.dtype()) ? factor : Scalar(factor.to<int64_t>());
}

/// beta x + alpha y. A beta of 0 leaves x out, whatever NaNs it holds.
Tensor summed(const char* op, const Tensor& x, const Tensor& y, const Scalar& x_factor, const Scalar& y_factor) {
  check(broadcast_shapes(x.sizes(), y.sizes(), op) == y.sizes(), op, ": input has shape ", x.sizes(),
        " but must broadcast to ", y.sizes());
  for (const Scalar& factor : {x_factor, y_factor}) kernel::check_fits(op, factor, compute_dtype(x.dtype()));
  const Scalar beta = factor_for(x, x_factor), alpha = factor_for(y, y_factor);
  const Tensor scaled = alpha.to<std::complex<double>>() == 1.0 ? y : mul(y, alpha);
  return beta.to<std::complex<double>>() == 0.0 ? scaled : add(scaled, x, beta);
}

void check_vector(const char* op, const char* argument, const Tensor& x) {
  kernel::check_defined(op, argument, x);
  check(x.dim() == 1, op, ": ", argument, " has shape ", x.sizes(), " but must have 1 dimension");
}

void check_dtype(const char* op, const Tensor& x, const Tensor& a) {
  check(x.dtype() == a.dtype(), op, ": input is ", x.dtype(), " but must be ", a.dtype(), " like the factors");
}

/// The product of matrices i ... j by the splits that the dynamic program found.
Tensor multiply_chain(const std::vector<Tensor>& tensors, const std::vector<std::vector<size_t>>& split, size_t i,
                      size_t j) {
  if (i == j) return tensors[i];
  return mm(multiply_chain(tensors, split, i, split[i][j]), multiply_chain(tensors, split, split[i][j] + 1, j));
}

/// Cormen, Leiserson, Rivest and Stein, "Introduction to Algorithms", section 14.2: the cheapest order of a chain of products.
Tensor cheapest_product(const std::vector<Tensor>& tensors) {
  const size_t n = tensors.size();
  std::vector cost(n, std::vector<double>(n));
  std::vector split(n, std::vector<size_t>(n));
  for (size_t length = 1; length < n; ++length) {
    for (size_t i = 0; i + length < n; ++i) {
      const size_t j = i + length;
      cost[i][j] = std::numeric_limits<double>::infinity();
      for (size_t k = i; k < j; ++k) {
        const double product = static_cast<double>(tensors[i].size(0)) * static_cast<double>(tensors[k].size(1)) *
                               static_cast<double>(tensors[j].size(1));
        const double total = cost[i][k] + cost[k + 1][j] + product;
        if (total >= cost[i][j]) continue;
        cost[i][j] = total;
        split[i][j] = k;
      }
    }
  }
  return multiply_chain(tensors, split, 0, n - 1);
}

}  // namespace

Tensor addmv(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  check_summand("addmv", x, a);
  check_vector("addmv", "vec", b);
  check_dtype("addmv", x, a);
  if (are_16_bit(x, a, b)) return in_float32([&](const auto&... wide) { return addmv(wide..., beta, alpha); }, x, a, b);
  return summed("addmv", x, mv(a, b), beta, alpha);
}
Tensor ProductsMethods::addmv(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) const {
  return ember::addmv(self(this), a, b, beta, alpha);
}
Tensor& ProductsMethods::addmv_(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return in_place("addmv_", self(this), ember::addmv, a, b, beta, alpha);
}

Tensor addr(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  check_summand("addr", x, a);
  check_vector("addr", "vec1", a);
  check_vector("addr", "vec2", b);
  if (are_16_bit(x, a, b)) return in_float32([&](const auto&... wide) { return addr(wide..., beta, alpha); }, x, a, b);
  if (x.dtype() != kBool || a.dtype() != kBool || b.dtype() != kBool)
    return summed("addr", x, outer(a, b), beta, alpha);
  // The same in logic.
  Tensor y = logical_and(outer(a, b), alpha.to<bool>());
  check(broadcast_shapes(x.sizes(), y.sizes(), "addr") == y.sizes(), "addr: input has shape ", x.sizes(),
        " but must broadcast to ", y.sizes());
  return beta.to<bool>() ? logical_or(y, x) : y;
}
Tensor ProductsMethods::addr(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) const {
  return ember::addr(self(this), a, b, beta, alpha);
}
Tensor& ProductsMethods::addr_(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return in_place("addr_", self(this), ember::addr, a, b, beta, alpha);
}

Tensor addbmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  check_summand("addbmm", x, a);
  check_dtype("addbmm", x, a);
  if (are_16_bit(x, a, b))
    return in_float32([&](const auto&... wide) { return addbmm(wide..., beta, alpha); }, x, a, b);
  return summed("addbmm", x, sum(bmm(a, b), 0, false, a.dtype()), beta, alpha);
}
Tensor ProductsMethods::addbmm(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) const {
  return ember::addbmm(self(this), a, b, beta, alpha);
}
Tensor& ProductsMethods::addbmm_(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return in_place("addbmm_", self(this), ember::addbmm, a, b, beta, alpha);
}

Tensor inner(const Tensor& a, const Tensor& b) {
  kernel::check_defined("inner", "input", a);
  kernel::check_defined("inner", "other", b);
  if (a.dim() == 0 || b.dim() == 0) return mul(a, b);
  check(a.sizes().back() == b.sizes().back(), "inner: input and other must have the same last dim, but have shapes ",
        a.sizes(), " and ", b.sizes());
  return tensordot(a, b, Shape(-1), Shape(-1));
}
Tensor ProductsMethods::inner(const Tensor& other) const { return ember::inner(self(this), other); }

Tensor tensordot(const Tensor& a, const Tensor& b, const Shape& dims_a, const Shape& dims_b) {
  const char* op = "tensordot";
  kernel::check_defined(op, "a", a);
  kernel::check_defined(op, "b", b);
  check(dims_a.size() == dims_b.size(), op, ": both dim lists should have the same length, but are ", dims_a, " and ",
        dims_b);
  check(a.dtype() == b.dtype(), op, ": both inputs should have the same dtype, but are ", a.dtype(), " and ",
        b.dtype());
  // An empty list means none here, unlike for reductions.
  const Shape over_a = dims_a.empty() ? Shape() : wrap_dims(dims_a, a.dim(), op);
  const Shape over_b = dims_b.empty() ? Shape() : wrap_dims(dims_b, b.dim(), op);
  Tensor left = a, right = b;
  int64_t shared = 1;
  for (size_t i = 0; i < over_a.size(); ++i) {
    const int64_t size_a = a.sizes()[static_cast<size_t>(over_a[i])],
                  size_b = b.sizes()[static_cast<size_t>(over_b[i])];
    check(size_a == size_b || size_a == 1 || size_b == 1, op,
          ": contracted dimensions need to match, but first has size ", size_a, " in dim ", over_a[i],
          " and second has size ", size_b, " in dim ", over_b[i]);
    if (size_a != size_b && size_b == 1) left = sum(left, over_a[i], true, a.dtype());
    if (size_a != size_b && size_a == 1) right = sum(right, over_b[i], true, b.dtype());
    shared *= std::min(size_a, size_b);
  }
  auto others = [](const Tensor& x, const Shape& over, Shape& order, Shape& sizes) {
    for (int64_t d = 0; d < x.dim(); ++d) {
      if (std::find(over.begin(), over.end(), d) != over.end()) continue;
      order.push_back(d);
      sizes.push_back(x.size(d));
    }
  };
  Shape order_a, order_b = over_b, sizes, sizes_b;
  others(left, over_a, order_a, sizes);
  for (const int64_t d : over_a) order_a.push_back(d);
  others(right, over_b, order_b, sizes_b);
  const int64_t m = sizes.numel(), n = sizes_b.numel();
  for (const int64_t size : sizes_b) sizes.push_back(size);
  return reshape(mm(reshape(permute(left, order_a), {m, shared}), reshape(permute(right, order_b), {shared, n})),
                 sizes);
}

Tensor tensordot(const Tensor& a, const Tensor& b, int64_t dims) {
  kernel::check_defined("tensordot", "a", a);
  kernel::check_defined("tensordot", "b", b);
  check(dims >= 0, "tensordot: expects dims >= 0, but got dims=", dims);
  check(dims <= a.dim() && dims <= b.dim(), "tensordot: dims is ", dims, " but the inputs have shapes ", a.sizes(),
        " and ", b.sizes());
  Shape dims_a, dims_b;
  for (int64_t i = 0; i < dims; ++i) {
    dims_a.push_back(a.dim() - dims + i);
    dims_b.push_back(i);
  }
  return tensordot(a, b, dims_a, dims_b);
}

namespace linalg {

Tensor multi_dot(const std::vector<Tensor>& tensors) {
  const char* op = "linalg.multi_dot";
  check(tensors.size() >= 2, op, ": expected at least 2 tensors but got ", tensors.size());
  for (const Tensor& x : tensors) kernel::check_defined(op, "a tensor", x);
  std::vector<Tensor> matrices = tensors;
  const bool is_row = tensors.front().dim() == 1, is_column = tensors.back().dim() == 1;
  if (is_row) matrices.front() = unsqueeze(tensors.front(), 0);
  if (is_column) matrices.back() = unsqueeze(tensors.back(), 1);
  for (size_t i = 0; i < matrices.size(); ++i) {
    check(matrices[i].dim() == 2, op, ": tensor ", i, " must be a matrix", i ? "" : " or a vector", " but has shape ",
          tensors[i].sizes());
    check(matrices[i].dtype() == matrices[0].dtype(), op, ": all tensors must have one dtype, but tensor ", i, " is ",
          matrices[i].dtype(), " and the first ", matrices[0].dtype());
    check(i == 0 || matrices[i - 1].size(1) == matrices[i].size(0), op, ": tensors ", static_cast<int64_t>(i) - 1,
          " and ", i, " with shapes ", tensors[i ? i - 1 : 0].sizes(), " and ", tensors[i].sizes(),
          " cannot be multiplied");
  }
  Tensor y = matrices.size() > 2 ? in_float32(cheapest_product, matrices) : cheapest_product(matrices);
  if (is_column) y = squeeze(y, -1);
  return is_row ? squeeze(y, 0) : y;
}

}  // namespace linalg

Tensor chain_matmul(const std::vector<Tensor>& matrices) {
  check(!matrices.empty(), "chain_matmul: expected at least 1 matrix");
  for (const Tensor& x : matrices) {
    kernel::check_defined("chain_matmul", "a matrix", x);
    check(x.dim() == 2, "chain_matmul: Tensor dimension is ", x.dim(), ", expected 2 instead");
  }
  return matrices.size() == 1 ? matrices[0] : linalg::multi_dot(matrices);
}

namespace {

/// The cross product along a dim of size 3; components of both operands are brought together, which rows of 3 keep apart.
Tensor cross_product(const Tensor& a, const Tensor& b, int64_t dim) {
  Tensor y;
  {
    const NoGradGuard no_grad;
    const auto components = [&](const Tensor& x) { return unbind(contiguous(movedim(x, dim, 0)), 0); };
    const std::vector<Tensor> left = components(a), right = components(b);
    std::vector<Tensor> result;
    for (size_t i = 0; i < 3; ++i) {
      const size_t j = (i + 1) % 3, k = (i + 2) % 3;
      result.push_back(left[j] * right[k] - left[k] * right[j]);
    }
    y = contiguous(stack(result, dim));
  }
  return record(
      "cross", y, inputs(a, b), [b = saved(b), dim](const Tensor& g) { return cross_product(conj(b()), g, dim); },
      [a = saved(a), dim](const Tensor& g) { return cross_product(g, conj(a()), dim); });
}

}  // namespace

namespace linalg {

Tensor cross(const Tensor& a, const Tensor& b, int64_t dim) {
  kernel::check_defined("cross", "input", a);
  kernel::check_defined("cross", "other", b);
  check(a.dim() == b.dim(), "cross: input has ", a.dim(), " dims but other has ", b.dim());
  dim = wrap_dim(dim, a.dim(), "cross");
  check(a.dim() > 0 && a.size(dim) == 3 && b.size(dim) == 3, "cross: input and other must have size 3 in dim ", dim,
        " but have shapes ", a.sizes(), " and ", b.sizes());
  if (are_16_bit(a, b)) return in_float32([&](const auto&... x) { return cross_product(x..., dim); }, a, b);
  return cross_product(a, b, dim);
}

}  // namespace linalg

Tensor cross(const Tensor& a, const Tensor& b, std::optional<int64_t> dim) {
  if (dim) return linalg::cross(a, b, *dim);
  kernel::check_defined("cross", "input", a);
  int64_t first = 0;
  while (first < a.dim() && a.size(first) != 3) ++first;
  check(first < a.dim(), "cross: no dim of ", describe(a), " has size 3");
  return linalg::cross(a, b, first);
}
Tensor ProductsMethods::cross(const Tensor& other, std::optional<int64_t> dim) const {
  return ember::cross(self(this), other, dim);
}

}  // namespace ember
