#include "ember/ops/linalg/cholesky.h"

#include "ember/core/kernels/linalg.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/shape/rearrange.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/kernel.h"
#include "ops/internal/matrices.h"

namespace ember {

using namespace matrices;

namespace {

Tensor triangle(const Tensor& x, bool upper) { return upper ? triu(x) : tril(x); }

/// Murray, "Differentiation of the Cholesky decomposition", arXiv:1602.07527.
Tensor cholesky_backward(const Tensor& factor, const Tensor& grad, bool upper) {
  const Tensor l = upper ? mT(factor) : factor, g = upper ? mT(grad) : grad;
  Tensor s = tril(matmul(mT(l), g));
  s = 0.5 * (s + mT(tril(s, -1)));
  s = linalg::solve_triangular(mT(l), s, true);
  return linalg::solve_triangular(l, s, false, false);
}

std::pair<Tensor, Tensor> factor(const char* op, const Tensor& a, bool upper) {
  check_square(op, "A", a);
  const Tensor whole = copy_columns(a), info = empty_info(batch_of(a), a);
  if (a.numel() > 0) kernels::cholesky.as(op).on(a)(whole, info, upper);
  Tensor y = [&] {
    const NoGradGuard no_grad;
    return triangle(whole, upper);
  }();
  y = record(op, y, inputs(a),
             [y = saved_output(y), upper](const Tensor& g) { return cholesky_backward(y(), g, upper); });
  return {y, info};
}

void check_factored(const char* op, const Tensor& info) {
  check_info(op, info, [](int i) {
    return concat(
        "The factorization could not be completed because the input is not positive-definite (the leading "
        "minor of order ",
        i, " is not positive-definite).");
  });
}

TensorTriple factor_ldl(const char* op, const Tensor& a) {
  check_square(op, "A", a);
  const NoGradGuard no_grad;
  Tensor ld = copy_columns(tril(a)), info = empty_info(batch_of(a), a);
  Tensor pivots = empty_tensor(with(batch_of(a), {rows(a)}), kInt32, a.device());
  if (a.numel() > 0) kernels::ldl_factor.as(op).on(a)(ld, pivots, info);
  return {ld, pivots, info};
}

std::string describe_zero_block(int i) {
  return concat("The factorization could not be completed because D[", i, ",", i, "] is zero: the matrix is singular.");
}

/// Positive pivots, and pairs of negative ones for the blocks of two rows: LAPACK trusts them.
void check_ldl_pivots(const char* op, const Tensor& pivots) {
  if (pivots.is_batched()) return check_ldl_pivots(op, contiguous(with_samples_in_front(pivots)));
  const auto* values = pivots.data_ptr<int32_t>();
  const int64_t n = pivots.sizes().back();
  for (int64_t i = 0; i < pivots.numel(); ++i) {
    check<IndexError>(values[i] != 0 && -n <= values[i] && values[i] <= n, op, ": pivots must lie in 1 ... ", n,
                      " or be their negatives, but hold ", values[i]);
    if (values[i] > 0) continue;
    check<IndexError>(i % n + 1 < n && values[i + 1] < 0 && values[i + 1] >= -n, op,
                      ": negative pivots must come in pairs, but one stands alone at ", i % n);
    ++i;
  }
}

}  // namespace

namespace linalg {

TensorPair cholesky_ex(const Tensor& a, bool upper, bool check_errors) {
  auto result = factor("linalg.cholesky_ex", a, upper);
  if (check_errors) check_factored("linalg.cholesky_ex", result.second);
  return result;
}

Tensor cholesky(const Tensor& a, bool upper) {
  const auto [y, info] = factor("linalg.cholesky", a, upper);
  check_factored("linalg.cholesky", info);
  return y;
}

TensorTriple ldl_factor_ex(const Tensor& a, bool, bool check_errors) {
  auto result = factor_ldl("linalg.ldl_factor_ex", a);
  if (check_errors) check_info("linalg.ldl_factor_ex", std::get<2>(result), describe_zero_block);
  return result;
}

TensorPair ldl_factor(const Tensor& a, bool) {
  const auto [ld, pivots, info] = factor_ldl("linalg.ldl_factor", a);
  check_info("linalg.ldl_factor", info, describe_zero_block);
  return {ld, pivots};
}

Tensor ldl_solve(const Tensor& ld, const Tensor& pivots, const Tensor& b, bool) {
  const char* op = "linalg.ldl_solve";
  check_square(op, "LD", ld);
  check_matrix(op, "B", b);
  check_same_dtype(op, "B", b, ld);
  check(rows(b) == rows(ld), op, ": B has shape ", b.sizes(), " but must have ", rows(ld), " rows to match LD ",
        ld.sizes());
  kernel::check_defined(op, "pivots", pivots);
  const Shape vectors = with(batch_of(ld), {rows(ld)});
  check(pivots.dtype() == kInt32 && pivots.sizes() == vectors, op, ": pivots are ", describe(pivots),
        " but must be int32 ", vectors);
  const Shape batch = common_batch(op, ld, b);
  const Tensor exchanged = contiguous(expand(pivots, with(batch, {rows(ld)}))), x = copy_columns(b, batch);
  check_ldl_pivots(op, exchanged);
  if (x.numel() > 0) kernels::ldl_solve.as(op).on(x)(x, as_columns(ld, batch), exchanged);
  return x;
}

}  // namespace linalg

Tensor cholesky_solve(const Tensor& b, const Tensor& factor, bool upper) {
  const char* op = "cholesky_solve";
  check_square(op, "L", factor);
  check_matrix(op, "B", b);
  check_same_dtype(op, "B", b, factor);
  check(rows(b) == rows(factor), op, ": Incompatible matrix sizes: B is ", b.sizes(), " but must have ", rows(factor),
        " rows to match L ", factor.sizes());
  const Shape batch = common_batch(op, factor, b);
  const Tensor x = copy_columns(b, batch);
  if (x.numel() > 0) kernels::cholesky_solve.as(op).on(x)(x, as_columns(factor, batch), upper);
  auto pullback = [l = saved(factor), x = saved_output(x), upper](const Tensor& g,
                                                                  Needs<2> needs) -> std::array<Tensor, 2> {
    // A X = b with A = L L^T; from the gradient of A, which is symmetric, to that of L.
    const Tensor gb = cholesky_solve(g, l(), upper);
    if (!needs[1]) return {gb, Tensor()};
    const Tensor half = matmul(gb, mT(x())), ga = -(half + mT(half));
    return {gb, upper ? matmul(l(), ga) : matmul(ga, l())};
  };
  return record("cholesky_solve", x, inputs(b, factor), pullback);
}
Tensor CholeskyMethods::cholesky_solve(const Tensor& factor, bool upper) const {
  return ember::cholesky_solve(self(this), factor, upper);
}
Tensor CholeskyMethods::cholesky(bool upper) const { return linalg::cholesky(self(this), upper); }

Tensor cholesky_inverse(const Tensor& factor, bool upper) {
  const char* op = "cholesky_inverse";
  check_square(op, "L", factor);
  const Tensor whole = copy_columns(factor);
  if (whole.numel() > 0) kernels::cholesky_inverse.as(op).on(whole)(whole, upper);
  const Tensor y = [&] {
    const NoGradGuard no_grad;
    return upper ? triu(whole) + mT(triu(whole, 1)) : tril(whole) + mT(tril(whole, -1));
  }();
  return record(op, y, inputs(factor), [l = saved(factor), y = saved_output(y), upper](const Tensor& g) {
    // d (L L^T)^-1 = -Y (dL L^T + L dL^T) Y.
    const Tensor common = matmul(y(), matmul(g + mT(g), y()));
    return -(upper ? matmul(l(), common) : matmul(common, l()));
  });
}
Tensor CholeskyMethods::cholesky_inverse(bool upper) const { return ember::cholesky_inverse(self(this), upper); }

}  // namespace ember
