#include "ember/ops/linalg/qr.h"

#include "ember/autograd/fused.h"
#include "ember/core/kernels/linalg.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/linear.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/linalg/matrix_functions.h"
#include "ember/ops/linalg/products.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/rearrange.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/kernel.h"
#include "ops/internal/matrices.h"

namespace ember {

using namespace matrices;

namespace {

/// LAPACK's factorization, off the tape.
TensorPair reflectors(const char* op, const Tensor& a) {
  const int64_t k = std::min(rows(a), columns(a));
  const Tensor qr = copy_columns(a), tau = empty_tensor(with(batch_of(a), {k}), a.dtype(), a.device());
  if (qr.numel() > 0) kernels::geqrf.as(op).on(a)(qr, tau);
  return {qr, tau};
}

/// The first `count` columns of Q, off the tape.
Tensor orthogonal_factor(const char* op, const Tensor& qr, const Tensor& tau, int64_t count) {
  Tensor q = empty_columns(batch_of(qr), rows(qr), count, qr);
  if (q.numel() == 0) return q;
  const int64_t shared = std::min(count, columns(qr));
  const NoGradGuard no_grad;
  Tensor filled = narrow(q, -1, 0, shared);
  copy_(filled, narrow(qr.alias(), -1, 0, shared));
  kernels::householder_product.as(op).on(q)(q, contiguous(tau.alias()));
  return q;
}

/// Walter and Lehmann, "Algorithmic differentiation of linear algebra functions", arXiv:1001.1654. For more columns than rows only
/// the leading ones determine Q.
Tensor qr_backward(const Tensor& gq, const Tensor& gr, const Tensor& q, const Tensor& r) {
  const int64_t m = rows(q), n = columns(r);
  Tensor inner;
  if (gr.defined()) inner = matmul(gr, mT(r));
  if (gq.defined()) {
    const Tensor turned = matmul(mT(q), gq);
    inner = inner.defined() ? inner - turned : -turned;
  }
  if (m >= n) {
    inner = triu(inner);
    inner = inner + mT(triu(inner, 1));  // the symmetric matrix of this upper triangle
    Tensor g = matmul(q, inner);
    if (gq.defined()) g = g + gq;
    return linalg::solve_triangular(mT(r), g, false, false);
  }
  inner = tril(mT(inner) - inner);
  const Tensor leading = linalg::solve_triangular(mT(narrow(r, -1, 0, m)), matmul(q, inner), false, false);
  const Tensor g = cat({leading, zeros_like(narrow(r, -1, m, n - m))}, -1);
  return gr.defined() ? g + matmul(q, gr) : g;
}

/// c (or its transpose) times every reflector I - tau v v^T, in ops; those of a thin Q are few.
Tensor reflect(Tensor c, const Tensor& a, const Tensor& tau, bool left, bool transpose) {
  const int64_t count = tau.sizes().back(), m = rows(a);
  if (!left) return mT(reflect(mT(c), a, tau, true, !transpose));
  const Tensor vectors = tril(a, -1) + eye(m, columns(a), a.options());
  // Q = H_1 ... H_k acts on the left with its last reflector first.
  for (int64_t step = 0; step < count; ++step) {
    const int64_t i = transpose ? step : count - 1 - step;
    const Tensor v = narrow(vectors, -1, i, 1), factor = unsqueeze(narrow(tau, -1, i, 1), -1);
    c = c - matmul(factor * v, matmul(mT(v), c));
  }
  return c;
}

void check_reflectors(const char* op, const Tensor& a, const Tensor& tau) {
  check_matrix(op, "input", a);
  check_same_dtype(op, "tau", tau, a);
  check(rows(a) >= columns(a), op, ": input must have at least as many rows as columns, but has shape ", a.sizes());
  check(tau.dim() == a.dim() - 1 && tau.sizes().back() <= columns(a), op, ": tau has shape ", tau.sizes(),
        " but must have at most ", columns(a), " elements for each matrix of input ", a.sizes());
  check(Shape(std::span(tau.sizes().data(), tau.sizes().size() - 1)) == batch_of(a), op, ": tau has shape ",
        tau.sizes(), " but its leading dims must be those of input ", a.sizes());
}

}  // namespace

TensorPair geqrf(const Tensor& a) {
  check_matrix("geqrf", "input", a);
  return reflectors("geqrf", a);
}
std::tuple<Tensor, Tensor> QrMethods::geqrf() const { return ember::geqrf(self(this)); }

Tensor ormqr(const Tensor& a, const Tensor& tau, const Tensor& other, bool left, bool transpose) {
  const char* op = "ormqr";
  check_matrix(op, "input", a);
  check_same_dtype(op, "tau", tau, a);
  check_matrix(op, "other", other);
  check_same_dtype(op, "other", other, a);
  const int64_t side = left ? rows(other) : columns(other), count = tau.dim() ? tau.sizes().back() : 0;
  check(tau.dim() == a.dim() - 1 && tau.sizes() == with(batch_of(a), {count}) && batch_of(other) == batch_of(a), op,
        ": the leading dims of input ", a.sizes(), ", tau ", tau.sizes(), " and other ", other.sizes(),
        " must be the same");
  check(rows(a) == side, op, ": input has ", rows(a), " rows but other, ", other.sizes(), ", has ", side);
  check(count <= side && count <= columns(a), op, ": tau has ", count, " elements for reflectors of shape ", a.sizes());
  const Tensor y = copy_columns(other);
  if (y.numel() > 0)
    kernels::multiply_householder.as(op).on(y)(y, as_columns(a, batch_of(a)), contiguous(tau.alias()), left, transpose);
  auto pullback = [a = saved(a), tau = saved(tau), other = saved(other), left,
                   transpose](const Tensor& g) -> std::array<Tensor, 3> {
    const auto gradients = autograd::pull_back(
        [=](const std::vector<Tensor>& in) -> std::vector<Tensor> {
          return {reflect(in[2], in[0], in[1], left, transpose)};
        },
        {a(), tau(), other()}, std::array{g});
    return {gradients[0], gradients[1], gradients[2]};
  };
  return record(op, y, inputs(a, tau, other), pullback);
}
Tensor QrMethods::ormqr(const Tensor& tau, const Tensor& other, bool left, bool transpose) const {
  return ember::ormqr(self(this), tau, other, left, transpose);
}

namespace linalg {

Tensor householder_product(const Tensor& a, const Tensor& tau) {
  const char* op = "linalg.householder_product";
  check_reflectors(op, a, tau);
  const Tensor y = copy_columns(a);
  if (y.numel() > 0) kernels::householder_product.as(op).on(y)(y, contiguous(tau.alias()));
  auto pullback = [a = saved(a), tau = saved(tau)](const Tensor& g) -> std::array<Tensor, 2> {
    const auto gradients = autograd::pull_back(
        [](const std::vector<Tensor>& in) -> std::vector<Tensor> {
          const Tensor start = expand(eye(rows(in[0]), columns(in[0]), in[0].options()), in[0].sizes());
          return {reflect(start, in[0], in[1], true, false)};
        },
        {a(), tau()}, std::array{g});
    return {gradients[0], gradients[1]};
  };
  return record(op, y, inputs(a, tau), pullback);
}

TensorPair qr(const Tensor& a, std::string_view mode) {
  const char* op = "linalg.qr";
  check_matrix(op, "A", a);
  const bool complete = mode == "complete", only_r = mode == "r";
  check<ValueError>(complete || only_r || mode == "reduced", op, ": mode must be 'reduced', 'complete' or 'r', not '",
                    mode, "'");
  const int64_t m = rows(a), n = columns(a), k = complete ? m : std::min(m, n);
  const auto [factors, tau] = reflectors(op, a);
  Tensor q = only_r ? empty_tensor(0, a.dtype(), a.device()) : orthogonal_factor(op, factors, tau, k);
  Tensor r;
  {
    const NoGradGuard no_grad;
    r = triu(narrow(factors, -2, 0, k));
  }
  auto pullback = [q = saved_output(q, 0), r = saved_output(r, 1), complete,
                   only_r](std::span<const Tensor> g) -> Tensor {
    check(!only_r, "linalg.qr: the gradient depends on Q, which mode 'r' does not compute");
    check(!complete || rows(r()) <= columns(r()),
          "linalg.qr: Q of mode 'complete' is not differentiable for a matrix with more rows than columns");
    return qr_backward(g[0], g[1], q(), r());
  };
  const auto ys = record(op, std::vector{q, r}, inputs(a), pullback);
  return {ys[0], ys[1]};
}

TensorQuad lstsq(const Tensor& a, const Tensor& b, std::optional<double> rcond,
                 std::optional<std::string_view> driver) {
  const char* op = "linalg.lstsq";
  check_matrix(op, "input", a);
  check_same_dtype(op, "other", b, a);
  const std::string name(driver.value_or("gelsy"));
  check<ValueError>(name == "gels" || name == "gelsy" || name == "gelsd" || name == "gelss", op,
                    ": driver must be 'gels', 'gelsy', 'gelsd' or 'gelss', not '", name, "'");
  check(b.dim() >= 1, op, ": other must have at least 1 dimension, but has none");
  // Here vectors are told by the number of dims alone.
  const bool vector = a.dim() - 1 == b.dim() && b.sizes() == Shape(std::span(a.sizes().data(), a.sizes().size() - 1));
  const Tensor right = vector ? unsqueeze(b, -1) : b;
  check(right.dim() >= 2, op, ": other has shape ", b.sizes(), " but must be a matrix or match the rows of input ",
        a.sizes());
  const int64_t m = rows(a), n = columns(a), k = std::min(m, n), count = columns(right);
  check(rows(right) == m, op, ": other has shape ", b.sizes(), " but must have ", m, " rows to match input ",
        a.sizes());
  const Shape batch = common_batch(op, a, right);
  const DType dtype = a.dtype();
  const bool has_values = name == "gelsd" || name == "gelss", has_rank = name != "gels";

  Tensor solved = empty_columns(batch, std::max(m, n), count, a, right), values,
         rank = empty_tensor(batch, kInt64, a.device());
  {
    const NoGradGuard no_grad;
    fill_(solved, 0);
    Tensor top = narrow(solved, -2, 0, m);
    copy_(top, right.alias());
    values = zeros(with(batch, {k}), a.options());
    Tensor counted = empty_info(batch, a), info = empty_info(batch, a);
    const double tolerance =
        rcond.value_or(static_cast<double>(std::max(m, n)) * (dtype == kFloat32 ? 0x1p-23 : 0x1p-52));
    if (a.numel() > 0 && solved.numel() > 0)
      kernels::least_squares.as(op).on(a)(solved, copy_columns(a, batch), counted, values, info, tolerance,
                                          name.c_str());
    check_info(op, info, [&](int i) {
      return name == "gels" ? concat("The least squares solution could not be computed because the diagonal element ",
                                     i, " of the triangular factor is zero: the matrix lacks full rank.")
                            : concat("The least squares solution did not converge (error code: ", i, ").");
    });
    rank = to(counted, kInt64);
  }
  Tensor x = [&] {
    const NoGradGuard no_grad;
    return clone(narrow(solved, -2, 0, n));
  }();
  x = record(op, x, inputs(a, right), [a = saved(a), b = saved(right)](const Tensor& g) -> std::array<Tensor, 2> {
    const auto gradients = autograd::pull_back(
        [](const std::vector<Tensor>& in) -> std::vector<Tensor> { return {matmul(linalg::pinv(in[0]), in[1])}; },
        {a(), b()}, std::array{g});
    return {gradients[0], gradients[1]};
  });
  // The sums of squares that a full-rank overdetermined problem leaves.
  Tensor residuals = empty_tensor(0, dtype, a.device());
  const bool is_full = name != "gelsy" && m > n && (!has_rank || !any(with_samples_in_front(lt(rank, n))).item<bool>());
  if (is_full) residuals = sum(square(sub(matmul(a, x), right)), -2);
  if (!has_rank) rank = empty_tensor(0, kInt64, a.device());
  if (!has_values) values = empty_tensor(0, dtype, a.device());
  return {vector ? squeeze(x, -1) : x, residuals, rank, values};
}

}  // namespace linalg

std::tuple<Tensor, Tensor> QrMethods::qr(bool some) const {
  return linalg::qr(self(this), some ? "reduced" : "complete");
}
Tensor QrMethods::orgqr(const Tensor& tau) const { return linalg::householder_product(self(this), tau); }

}  // namespace ember
