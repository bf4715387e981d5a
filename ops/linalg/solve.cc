#include "ember/ops/linalg/solve.h"

#include "ember/autograd/fused.h"
#include "ember/core/kernels/linalg.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/linalg/matrix_functions.h"
#include "ember/ops/linalg/products.h"
#include "ember/ops/linalg/spectral.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
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

struct Factors {
  Tensor lu, pivots, info;
};

/// LAPACK's factorization, off the tape.
Factors factorize(const char* op, const Tensor& a) {
  const Shape batch = batch_of(a);
  Factors f{copy_columns(a), empty_tensor(with(batch, {std::min(rows(a), columns(a))}), kInt32, a.device()),
            empty_info(batch, a)};
  if (a.numel() > 0) kernels::lu_factor.as(op).on(a)(f.lu, f.pivots, f.info);
  return f;
}

/// Conjugate and transposed, off the tape.
Tensor adjoint_of(const Tensor& x) {
  const NoGradGuard no_grad;
  return transposed(conj(x));
}

/// op(A)^-1 b, or b op(A)^-1, off the tape.
Tensor solve_factored(const char* op, const Tensor& lu, const Tensor& pivots, const Tensor& b, bool left,
                      bool adjoint) {
  // A solution from the right is one from the left of the adjoints.
  if (!left) return adjoint_of(solve_factored(op, lu, pivots, adjoint_of(b), true, !adjoint));
  const Shape batch = common_batch(op, lu, b);
  const Tensor x = copy_columns(b, batch);
  if (x.numel() == 0) return x;
  Shape pivot_sizes = with(batch, {columns(lu)});
  Tensor exchanged = pivots.sizes() == pivot_sizes && pivots.is_contiguous()
                         ? pivots
                         : contiguous(expand(pivots.alias(), pivot_sizes));
  kernels::lu_solve.as(op).on(x)(x, as_columns(lu, batch), exchanged, adjoint);
  return x;
}

/// The gradient of a in X = op(a)^-1 b (or from the right), given X and the gradient of b.
Tensor matrix_gradient(const Tensor& x, const Tensor& gb, bool left, bool adjoint) {
  if (left) return adjoint ? -matmul(x, mH(gb)) : -matmul(gb, mH(x));
  return adjoint ? -matmul(mH(gb), x) : -matmul(mH(x), gb);
}

/// The gradient of A = P L U, from those of L and U (undefined: zero), by blocks: the leading k rows and columns are square.
Tensor lu_backward(const Tensor& gl, const Tensor& gu, const Tensor& p, const Tensor& l, const Tensor& u) {
  const int64_t m = rows(l), n = columns(u), k = std::min(m, n);
  const Tensor l1 = narrow(l, -2, 0, k), u1 = narrow(u, -1, 0, k);
  Tensor lower, upper, below, beside;
  if (gl.defined()) lower = matmul(mT(l1), narrow(gl, -2, 0, k));
  if (gu.defined()) upper = matmul(narrow(gu, -1, 0, k), mT(u1));
  if (m > k && gl.defined()) {
    const Tensor gl2 = narrow(gl, -2, k, m - k), change = matmul(mT(narrow(l, -2, k, m - k)), gl2);
    upper = upper.defined() ? upper - change : -change;
    below = linalg::solve_triangular(mT(u1), gl2, false, false);
  }
  if (n > k && gu.defined()) {
    const Tensor gu2 = narrow(gu, -1, k, n - k), change = matmul(gu2, mT(narrow(u, -1, k, n - k)));
    lower = lower.defined() ? lower - change : -change;
    beside = linalg::solve_triangular(mT(l1), gu2, true, true, true);
  }
  Tensor inner;
  if (lower.defined()) inner = tril(lower, -1);
  if (upper.defined()) inner = inner.defined() ? inner + triu(upper) : triu(upper);
  inner = linalg::solve_triangular(mT(u1), inner, false, false);
  inner = linalg::solve_triangular(mT(l1), inner, true, true, true);
  if (m > k) inner = cat({inner, below.defined() ? below : zeros_like(narrow(l, -2, k, m - k))}, -2);
  if (n > k) inner = cat({inner, beside.defined() ? beside : zeros_like(narrow(u, -1, k, n - k))}, -1);
  return matmul(p, inner);
}

void check_pivot(const char* op, bool pivot) {
  check<NotImplementedError>(pivot, op, ": pivot must be true; LU without pivoting is not implemented on the CPU");
}

std::string describe_zero_pivot(int info) {
  return concat("U[", info, ",", info,
                "] is zero and using it on lu_solve would result in a division by zero; to factor nevertheless, call "
                "linalg.lu or linalg.lu_factor_ex");
}

std::tuple<Tensor, Tensor, Tensor> factor(const char* op, const Tensor& a) {
  check_matrix(op, "A", a);
  Factors f = factorize(op, a);
  Tensor lu = record(op, f.lu, inputs(a), [lu = saved_output(f.lu), pivots = f.pivots](const Tensor& g) {
    const auto [p, l, u] = lu_unpack(lu(), pivots);
    const int64_t k = std::min(rows(l), columns(u));
    return lu_backward(tril(narrow(g, -1, 0, k), -1), triu(narrow(g, -2, 0, k)), p, l, u);
  });
  return {lu, f.pivots, f.info};
}

/// Solution and factors of A X = b for matrices b.
struct Solution {
  Tensor x;
  Factors factors;
};

/// X of op(A) X = b, or of X op(A) = b, by the factors of A. They serve gradients of any order, for a as it was when it was factored.
Tensor solve_by(const Factors& f, const char* op, const Tensor& a, const Tensor& b, bool left, bool adjoint) {
  const Tensor y = solve_factored(op, f.lu, f.pivots, b, left, adjoint);
  return record(
      op, y, inputs(a, b),
      [a = saved(a), x = saved_output(y), f, left, adjoint](const Tensor& g, Needs<2> needs) -> std::array<Tensor, 2> {
        const Tensor gb = solve_by(f, "solve_backward", a(), g, left, !adjoint);
        return {needs[0] ? matrix_gradient(x(), gb, left, adjoint) : Tensor(), gb};
      });
}

Solution solve_matrix(const char* op, const Tensor& a, const Tensor& b, bool left) {
  Factors f = factorize(op, a);
  return {solve_by(f, op, a, b, left, false), f};
}

std::pair<Tensor, Tensor> solve_checked(const char* op, const Tensor& a, const Tensor& b, bool left) {
  check_square(op, "A", a, Numbers::RealOrComplex);
  check_same_dtype(op, "B", b, a);
  check(b.dim() >= 1, op, ": B must have at least 1 dimension, but has none");
  const bool vector = is_vector(a, b);
  check(left || !vector, op, ": Vector broadcasting of the left hand side is not supported for left=False");
  const Tensor matrix = vector ? unsqueeze(b, -1) : b;
  check(left ? rows(matrix) == rows(a) : columns(matrix) == rows(a), op,
        ": Incompatible shapes of A and B for the equation ", left ? "AX = B" : "XA = B", ": A is ", a.sizes(),
        " and B ", b.sizes());
  const Solution s = solve_matrix(op, a, matrix, left);
  return {vector ? squeeze(s.x, -1) : s.x, s.factors.info};
}

std::pair<Tensor, Tensor> invert(const char* op, const Tensor& a) {
  check_square(op, "A", a);
  Factors f = factorize(op, a);
  const Tensor y = solve_factored(op, f.lu, f.pivots, identity(batch_of(a), rows(a), a), true, false);
  Tensor x =
      record(op, y, inputs(a), [y = saved_output(y)](const Tensor& g) { return -matmul(mT(y()), matmul(g, mT(y()))); });
  return {x, f.info};
}

/// -1 or 1: the sign of the row exchanges.
Tensor exchange_sign(const Factors& f, DType dtype) {
  const int64_t n = f.pivots.sizes().back();
  const Tensor moved = ne(f.pivots, arange(1, n + 1, TensorOptions(kInt32).device(f.pivots.device())));
  return to(1 - 2 * remainder(sum(moved, -1), 2), dtype);
}

/// g det(A) A^-T, which exists for singular matrices too.
Tensor det_slope(const Tensor& a, const Factors& f, const Tensor& det, const Tensor& g) {
  if (a.numel() == 0) return zeros_like(a);
  const int64_t n = rows(a);
  const Tensor one = eye(n, {}, a.options());
  const auto on_diagonal = [one](const Tensor& x) { return unsqueeze(unsqueeze(x, -1), -1) * one; };
  const auto kernel = [&]() -> std::array<Tensor, 1> {
    // The determinant is smooth, so a singular matrix may be moved a little; the slope is then that of the moved one.
    const double step = a.dtype() == kFloat32 ? 0x1p-23 : 0x1p-52;
    const Tensor is_zero = unsqueeze(eq(linalg::diagonal(f.lu), 0), -1), largest = amax(abs(f.lu), {-2, -1}, true);
    const Tensor lu = f.lu + to(is_zero, a.dtype()) * one * (step * where(eq(largest, 0), 1, largest));
    const Tensor moved = exchange_sign(f, a.dtype()) * prod(linalg::diagonal(lu), -1);
    return {solve_factored("det_backward", lu, f.pivots, on_diagonal(g * moved), true, true)};
  };
  const auto composed = [on_diagonal, n](const auto& in) -> std::array<Tensor, 1> {
    const Tensor &g = in[0], &a = in[1], &det = in[2];
    if (!any(eq(det.detach(), 0)).template item<bool>()) return {linalg::solve(mT(a), on_diagonal(g * det))};
    // The adjugate by way of the singular values: each has the product of the others as its slope.
    const auto [u, s, vh] = linalg::svd(a, false);
    const Tensor others = prod(where(eye(n, {}, TensorOptions(kBool).device(a.device())), 1, unsqueeze(s, -2)), -1);
    const Tensor sign = unsqueeze(linalg::det(u) * linalg::det(vh) * g, -1);
    return {matmul(u * unsqueeze(sign * others, -2), vh)};
  };
  return fused_backward<1>("det_backward", {g, a, det}, kernel, composed)[0];
}

/// sign and log |det|, undifferentiated.
std::pair<Tensor, Tensor> sign_and_log(const Factors& f) {
  const Tensor diagonal = linalg::diagonal(f.lu);
  return {exchange_sign(f, f.lu.dtype()) * prod(sign(diagonal), -1), sum(log(abs(diagonal)), -1)};
}

}  // namespace

namespace linalg {

TensorTriple lu_factor_ex(const Tensor& a, bool pivot, bool check_errors) {
  check_pivot("linalg.lu_factor", pivot);
  auto result = factor("linalg.lu_factor_ex", a);
  if (check_errors) check_info("linalg.lu_factor_ex", std::get<2>(result), describe_zero_pivot);
  return result;
}

TensorPair lu_factor(const Tensor& a, bool pivot) {
  check_pivot("linalg.lu_factor", pivot);
  const auto [lu, pivots, info] = factor("linalg.lu_factor", a);
  check_info("linalg.lu_factor", info, describe_zero_pivot);
  return {lu, pivots};
}

TensorTriple lu(const Tensor& a, bool pivot) {
  check_pivot("linalg.lu", pivot);
  const auto [lu, pivots, info] = factor("linalg.lu", a);
  return lu_unpack(lu, pivots);
}

Tensor lu_solve(const Tensor& lu, const Tensor& pivots, const Tensor& b, bool left, bool adjoint) {
  const char* op = "linalg.lu_solve";
  check_square(op, "LU", lu);
  check_matrix(op, "B", b);
  check_same_dtype(op, "B", b, lu);
  kernel::check_defined(op, "pivots", pivots);
  check(pivots.dtype() == kInt32, op, ": pivots must be int32, but are ", pivots.dtype());
  const Shape expected(std::span(lu.sizes().data(), lu.sizes().size() - 1));
  check(pivots.sizes() == expected, op, ": pivots have shape ", pivots.sizes(), " but must have ", expected,
        " to match LU");
  check(left ? rows(b) == rows(lu) : columns(b) == rows(lu), op, ": Incompatible shapes of A and B for the equation ",
        left ? "AX = B" : "XA = B", ": LU is ", lu.sizes(), " and B ", b.sizes());
  const Tensor all_pivots = contiguous(with_samples_in_front(pivots));
  const auto* values = all_pivots.data_ptr<int32_t>();
  for (int64_t i = 0; i < all_pivots.numel(); ++i)
    check<IndexError>(1 <= values[i] && values[i] <= rows(lu), op, ": pivots must lie in 1 ... ", rows(lu),
                      ", but hold ", values[i]);
  const Tensor y = solve_factored(op, lu, pivots, b, left, adjoint);
  auto pullback = [lu = saved(lu), x = saved_output(y), pivots, left, adjoint](
                      const Tensor& g, Needs<2> needs) -> std::array<Tensor, 2> {
    const Tensor gb = linalg::lu_solve(lu(), pivots, g, left, !adjoint);
    if (!needs[0]) return {Tensor(), gb};
    const auto [p, l, u] = lu_unpack(lu(), pivots);
    const Tensor ga = matmul(mT(p), matrix_gradient(x(), gb, left, adjoint));
    return {tril(matmul(ga, mT(u)), -1) + triu(matmul(mT(l), ga)), gb};
  };
  return record("linalg.lu_solve", y, inputs(lu, b), pullback);
}

TensorPair solve_ex(const Tensor& a, const Tensor& b, bool left, bool check_errors) {
  const auto [x, info] = solve_checked("linalg.solve_ex", a, b, left);
  if (check_errors)
    check_info("linalg.solve_ex", info,
               [](int) { return std::string("The solver failed because the input matrix is singular."); });
  return {x, info};
}

Tensor solve(const Tensor& a, const Tensor& b, bool left) {
  const auto [x, info] = solve_checked("linalg.solve", a, b, left);
  check_info("linalg.solve", info,
             [](int) { return std::string("The solver failed because the input matrix is singular."); });
  return x;
}

Tensor solve_triangular(const Tensor& a, const Tensor& b, bool upper, bool left, bool unit) {
  const char* op = "linalg.solve_triangular";
  check_square(op, "A", a);
  check_matrix(op, "B", b);
  check_same_dtype(op, "B", b, a);
  check(left ? rows(b) == rows(a) : columns(b) == rows(a), op, ": Incompatible shapes of A and B for the equation ",
        left ? "AX = B" : "XA = B", ": A is ", a.sizes(), " and B ", b.sizes());
  const Shape batch = common_batch(op, a, b);
  const Tensor y = copy_columns(b, batch);
  if (y.numel() > 0) {
    // A row-major triangle is the transpose of a column-major one.
    const bool is_row_major = a.is_contiguous() && batch == batch_of(a);
    const Tensor triangle = is_row_major ? a : as_columns(a, batch);
    kernels::solve_triangular.as(op).on(y)(y, triangle, left, upper != is_row_major, is_row_major, unit);
  }
  auto pullback = [a = saved(a), x = saved_output(y), upper, left, unit](const Tensor& g,
                                                                         Needs<2> needs) -> std::array<Tensor, 2> {
    const Tensor gb = linalg::solve_triangular(mT(a()), g, !upper, left, unit);
    if (!needs[0]) return {Tensor(), gb};
    const Tensor ga = matrix_gradient(x(), gb, left, false);
    return {upper ? triu(ga, unit) : tril(ga, unit ? -1 : 0), gb};
  };
  return record("linalg.solve_triangular", y, inputs(a, b), pullback);
}

TensorPair inv_ex(const Tensor& a, bool check_errors) {
  const auto [x, info] = invert("linalg.inv_ex", a);
  if (!check_errors) return {x, info};
  return {inv(a), info};
}

Tensor inv(const Tensor& a) {
  const auto [x, info] = invert("linalg.inv", a);
  check_info("linalg.inv", info, [](int i) {
    return concat("The diagonal element ", i,
                  " is zero, the inversion could not be completed because the input matrix is singular.");
  });
  return x;
}

Tensor det(const Tensor& a) {
  check_square("linalg.det", "A", a);
  Factors f;
  Tensor y;
  {
    const NoGradGuard no_grad;
    f = factorize("linalg.det", a);
    y = exchange_sign(f, a.dtype()) * prod(linalg::diagonal(f.lu), -1);
  }
  return record("linalg.det", y, inputs(a),
                [a = saved(a), y = saved_output(y), f](const Tensor& g) { return det_slope(a(), f, y(), g); });
}

TensorPair slogdet(const Tensor& a) {
  check_square("linalg.slogdet", "A", a);
  Factors f;
  std::pair<Tensor, Tensor> result;
  {
    const NoGradGuard no_grad;
    f = factorize("linalg.slogdet", a);
    result = sign_and_log(f);
  }
  auto pullback = [a = saved(a), f](const Tensor& g) {
    const Tensor scaled = unsqueeze(unsqueeze(g, -1), -1) * eye(rows(f.lu), {}, f.lu.options());
    return solve_by(f, "slogdet_backward", a(), scaled, true, true);
  };
  return {result.first, record("linalg.slogdet", result.second, inputs(a), pullback)};
}

}  // namespace linalg

Tensor logdet(const Tensor& a) {
  check_square("logdet", "input", a);
  const auto [sign, log_magnitude] = linalg::slogdet(a);
  return where(eq(sign, -1), std::numeric_limits<double>::quiet_NaN(), log_magnitude);
}
std::tuple<Tensor, Tensor> SolveMethods::slogdet() const { return linalg::slogdet(self(this)); }
Tensor SolveMethods::logdet() const { return ember::logdet(self(this)); }
Tensor SolveMethods::det() const { return linalg::det(self(this)); }
Tensor SolveMethods::inverse() const { return linalg::inv(self(this)); }
Tensor SolveMethods::lu_solve(const Tensor& lu, const Tensor& pivots) const {
  return linalg::lu_solve(lu, pivots, self(this));
}

TensorTriple lu_unpack(const Tensor& lu, const Tensor& pivots, bool unpack_data, bool unpack_pivots) {
  const char* op = "lu_unpack";
  kernel::check_defined(op, "LU_data", lu);
  kernel::check_defined(op, "LU_pivots", pivots);
  check_matrix(op, "LU_data", lu);
  const int64_t m = rows(lu), n = columns(lu), k = std::min(m, n);
  Tensor p = empty_tensor(0, lu.dtype(), lu.device()), l = empty_tensor(0, lu.dtype(), lu.device()),
         u = empty_tensor(0, lu.dtype(), lu.device());
  if (unpack_pivots) {
    check(pivots.dtype() == kInt32, op, ": LU_pivots must be int32, but are ", pivots.dtype());
    check(pivots.sizes() == with(batch_of(lu), {k}), op, ": LU_pivots have shape ", pivots.sizes(), " but must have ",
          with(batch_of(lu), {k}), " to match LU_data");
    const NoGradGuard no_grad;
    const Tensor from = empty_tensor(with(batch_of(lu), {m}), kInt64, lu.device());
    kernels::permutation.as(op).on(lu)(from, contiguous(pivots));
    // Column j of P has its one in the row that the exchanges brought to j.
    p = to(eq(unsqueeze(from, -2), unsqueeze(arange(m, TensorOptions(kInt64).device(lu.device())), -1)), lu.dtype());
  }
  if (unpack_data) {
    l = tril(narrow(lu, -1, 0, k), -1) + eye(m, k, lu.options());
    u = triu(narrow(lu, -2, 0, k));
  }
  return {p, l, u};
}

TensorPair triangular_solve(const Tensor& b, const Tensor& a, bool upper, bool transpose, bool unitriangular) {
  check_square("triangular_solve", "A", a);
  const Tensor x = transpose ? linalg::solve_triangular(mT(a), b, !upper, true, unitriangular)
                             : linalg::solve_triangular(a, b, upper, true, unitriangular);
  return {x, clone(expand(a, with(batch_of(x), {rows(a), columns(a)})))};
}
std::tuple<Tensor, Tensor> SolveMethods::triangular_solve(const Tensor& a, bool upper, bool transpose,
                                                          bool unitriangular) const {
  return ember::triangular_solve(self(this), a, upper, transpose, unitriangular);
}

}  // namespace ember
