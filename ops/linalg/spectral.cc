#include "ember/ops/linalg/spectral.h"

#include "ember/core/kernels/linalg.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/linalg/products.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/random/random.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/kernel.h"
#include "ops/internal/matrices.h"

namespace ember {

using namespace matrices;

namespace {

bool reads_upper(const char* op, std::string_view uplo) {
  check<ValueError>(uplo == "L" || uplo == "U" || uplo == "l" || uplo == "u", op, ": UPLO must be 'L' or 'U', not '",
                    uplo, "'");
  return uplo == "U" || uplo == "u";
}

/// Off the tape; the vectors are rubble unless wanted.
TensorPair decompose_symmetric(const char* op, const Tensor& a, bool upper, bool wants_vectors) {
  check_square(op, "A", a);
  const Shape batch = batch_of(a);
  const Tensor vectors = copy_columns(a), info = empty_info(batch, a);
  const Tensor values = empty_tensor(with(batch, {rows(a)}), a.dtype(), a.device());
  if (a.numel() > 0) kernels::eigh.as(op).on(a)(vectors, values, info, upper, wants_vectors);
  check_converged(op, info, "eigenvalues");
  return {values, vectors};
}

Tensor differences(const Tensor& s) { return unsqueeze(s, -2) - unsqueeze(s, -1); }

/// The same with ones on the diagonal, to divide by.
Tensor divisors(const Tensor& s) { return differences(s) + eye(s.sizes().back(), {}, s.options()); }
Tensor on_diagonal(const Tensor& s) { return unsqueeze(s, -1) * eye(s.sizes().back(), {}, s.options()); }
Tensor skew(const Tensor& x) { return x - mT(x); }

/// Giles, "Collected matrix derivative results for forward and reverse mode algorithmic differentiation", 2008.
Tensor eigh_backward(const Tensor& gl, const Tensor& gv, const Tensor& l, const Tensor& v) {
  if (!gv.defined()) return matmul(v * unsqueeze(gl, -2), mT(v));
  // Turning the eigenvectors is a skew matrix, so only that part of the gradient counts.
  Tensor inner = 0.5 * skew(matmul(mT(v), gv)) / divisors(l);
  if (gl.defined()) inner = inner + on_diagonal(gl);
  return matmul(v, matmul(inner, mT(v)));
}

struct Singular {
  Tensor u, s, vh;
};

/// Off the tape; without vectors when those are not wanted.
Singular decompose(const char* op, const Tensor& a, bool full, bool wants_vectors) {
  check_matrix(op, "A", a);
  const Shape batch = batch_of(a);
  const int64_t m = rows(a), n = columns(a), k = std::min(m, n);
  Singular d{{}, empty_tensor(with(batch, {k}), a.dtype(), a.device()), {}};
  if (wants_vectors) {
    d.u = empty_columns(batch, m, full ? m : k, a);
    d.vh = empty_columns(batch, full ? n : k, n, a);
  }
  if (a.numel() == 0) {
    const NoGradGuard no_grad;
    for (Tensor* vectors : {&d.u, &d.vh})
      if (vectors->defined() && vectors->numel() > 0) copy_(*vectors, identity(batch, rows(*vectors), a));
    return d;
  }
  const Tensor info = empty_info(batch, a);
  kernels::svd.as(op).on(a)(copy_columns(a), d.u, d.s, d.vh, info);
  check_converged(op, info, "singular values");
  return d;
}

void check_driver(const char* op, std::optional<std::string_view> driver) {
  check(!driver, op, ": driver is an argument for CUDA tensors; leave it out for tensors on the CPU");
}

/// Townsend, "Differentiating the singular value decomposition", 2016. u [m, k], vh [k, n]; undefined gradients are zero.
Tensor svd_backward(const Tensor& gu, const Tensor& gs, const Tensor& gvh, const Tensor& u, const Tensor& s,
                    const Tensor& vh) {
  const int64_t m = rows(u), n = columns(vh), k = columns(u);
  if (!gu.defined() && !gvh.defined())
    return m >= n ? matmul(u, unsqueeze(gs, -1) * vh) : matmul(u * unsqueeze(gs, -2), vh);
  Tensor inner;
  if (gu.defined()) inner = skew(matmul(mT(u), gu)) * unsqueeze(s, -2);
  if (gvh.defined()) {
    const Tensor right = unsqueeze(s, -1) * skew(matmul(vh, mT(gvh)));
    inner = inner.defined() ? inner + right : right;
  }
  inner = inner / divisors(square(s));
  if (gs.defined()) inner = inner + on_diagonal(gs);
  if (m > k && gu.defined()) {
    const Tensor outside = gu / unsqueeze(s, -2);
    return matmul(matmul(u, inner) + outside - matmul(u, matmul(mT(u), outside)), vh);
  }
  if (n > k && gvh.defined()) {
    const Tensor outside = gvh / unsqueeze(s, -1);
    return matmul(u, matmul(inner, vh) + outside - matmul(matmul(outside, mT(vh)), vh));
  }
  return matmul(matmul(u, inner), vh);
}

Tensor narrowed(const Tensor& x, int64_t dim, int64_t size) {
  return !x.defined() || x.size(dim) == size ? x : narrow(x, dim, 0, size);
}

/// Z with H Z + Z H = g for a symmetric positive-definite H, on which it depends symmetrically.
Tensor solve_sylvester(const Tensor& h, const Tensor& g) {
  const Tensor z = [&] {
    const NoGradGuard no_grad;
    const auto [l, v] = decompose_symmetric("solve_sylvester", h, false, true);
    const Tensor sums = unsqueeze(l, -2) + unsqueeze(l, -1);
    return matmul(v, matmul(matmul(mT(v), matmul(g, v)) / sums, mT(v)));
  }();
  auto pullback = [h = saved(h), z = saved_output(z)](const Tensor& gz) -> std::array<Tensor, 2> {
    const Tensor y = solve_sylvester(h(), gz);
    return {-(matmul(y, mT(z())) + matmul(mT(z()), y)), y};
  };
  return record("solve_sylvester", z, inputs(h, g), pullback);
}

}  // namespace

namespace linalg {

TensorPair eigh(const Tensor& a, std::string_view uplo) {
  const char* op = "linalg.eigh";
  kernel::check_defined(op, "A", a);
  const auto [l, v] = decompose_symmetric(op, a, reads_upper(op, uplo), true);
  auto pullback = [l = saved_output(l, 0), v = saved_output(v, 1)](std::span<const Tensor> g) -> Tensor {
    return eigh_backward(g[0], g[1], l(), v());
  };
  const auto ys = record(op, std::vector{l, v}, inputs(a), pullback);
  return {ys[0], ys[1]};
}

Tensor eigvalsh(const Tensor& a, std::string_view uplo) {
  const char* op = "linalg.eigvalsh";
  kernel::check_defined(op, "A", a);
  if (GradMode::is_enabled() && a.requires_grad()) return std::get<0>(eigh(a, uplo));
  return std::get<0>(decompose_symmetric(op, a, reads_upper(op, uplo), false));
}

TensorTriple svd(const Tensor& a, bool full_matrices, std::optional<std::string_view> driver) {
  const char* op = "linalg.svd";
  check_driver(op, driver);
  const Singular d = decompose(op, a, full_matrices, true);
  auto pullback = [u = saved_output(d.u, 0), s = saved_output(d.s, 1),
                   vh = saved_output(d.vh, 2)](std::span<const Tensor> g) -> Tensor {
    const int64_t k = columns(s());
    return svd_backward(narrowed(g[0], -1, k), g[1], narrowed(g[2], -2, k), narrowed(u(), -1, k), s(),
                        narrowed(vh(), -2, k));
  };
  const auto ys = record(op, std::vector{d.u, d.s, d.vh}, inputs(a), pullback);
  return {ys[0], ys[1], ys[2]};
}

Tensor svdvals(const Tensor& a, std::optional<std::string_view> driver) {
  const char* op = "linalg.svdvals";
  kernel::check_defined(op, "A", a);
  check_driver(op, driver);
  if (GradMode::is_enabled() && a.requires_grad()) return std::get<1>(linalg::svd(a, false, {}));
  return decompose(op, a, false, false).s;
}

TensorPair polar(const Tensor& a) {
  const char* op = "linalg.polar";
  check_matrix(op, "A", a);
  check(rows(a) >= columns(a), op, ": A must have at least as many rows as columns, but has shape ", a.sizes());
  Tensor u, h;
  {
    const NoGradGuard no_grad;
    const Singular d = decompose(op, a, false, true);
    u = matmul(d.u, d.vh);
    h = matmul(mT(d.vh), unsqueeze(d.s, -1) * d.vh);
    h = 0.5 * (h + mT(h));
  }
  // From a = U H: the turn of U within its span is a skew matrix W, H W + W H = U^T da - da^T U.
  auto pullback = [u = saved_output(u, 0), h = saved_output(h, 1)](std::span<const Tensor> g) -> Tensor {
    Tensor turn;
    if (g[0].defined()) turn = matmul(mT(u()), g[0]);
    if (g[1].defined()) turn = turn.defined() ? turn - matmul(g[1], h()) : -matmul(g[1], h());
    Tensor ga = matmul(u(), solve_sylvester(h(), skew(turn)));
    if (g[1].defined()) ga = ga + matmul(u(), g[1]);
    if (g[0].defined() && rows(u()) > columns(u()))
      ga = ga + linalg::solve(h(), g[0] - matmul(u(), matmul(mT(u()), g[0])), false);
    return ga;
  };
  const auto ys = record(op, std::vector{u, h}, inputs(a), pullback);
  return {ys[0], ys[1]};
}

Tensor matrix_sqrth(const Tensor& a) {
  const char* op = "linalg.matrix_sqrth";
  kernel::check_defined(op, "A", a);
  const Tensor y = [&] {
    const NoGradGuard no_grad;
    const auto [l, v] = decompose_symmetric(op, a, false, true);
    return matmul(v * unsqueeze(sqrt(l), -2), mT(v));
  }();
  return record(op, y, inputs(a),
                [y = saved_output(y)](const Tensor& g) { return solve_sylvester(y(), 0.5 * (g + mT(g))); });
}

}  // namespace linalg

TensorTriple svd(const Tensor& a, bool some, bool compute_uv) {
  kernel::check_defined("svd", "input", a);
  if (compute_uv) {
    const auto [u, s, vh] = linalg::svd(a, !some);
    return {u, s, mT(vh)};
  }
  const Tensor s = linalg::svdvals(a);
  return {zeros(with(batch_of(a), {rows(a), rows(a)}), a.options()), s,
          zeros(with(batch_of(a), {columns(a), columns(a)}), a.options())};
}
std::tuple<Tensor, Tensor, Tensor> Tensor::svd(bool some, bool compute_uv) const {
  return ember::svd(*this, some, compute_uv);
}

TensorTriple svd_lowrank(const Tensor& a, int64_t q, int64_t niter, const Tensor& mean) {
  check_matrix("svd_lowrank", "A", a);
  check<ValueError>(q >= 0 && niter >= 0, "svd_lowrank: q and niter must not be negative, but are ", q, " and ", niter);
  if (rows(a) < columns(a)) {
    const auto [u, s, v] = svd_lowrank(mT(a), q, niter, mean.defined() ? mT(expand(mean, a.sizes())) : mean);
    return {v, s, u};
  }
  const Tensor x = mean.defined() ? a - mean : a;
  auto orthogonal = [](const Tensor& y) { return std::get<0>(linalg::qr(y)); };
  Tensor basis = orthogonal(matmul(x, randn({columns(x), q}, x.options())));
  for (int64_t i = 0; i < niter; ++i) basis = orthogonal(matmul(x, orthogonal(matmul(mT(x), basis))));
  const auto [u, s, vh] = linalg::svd(matmul(mT(basis), x), false);
  return {matmul(basis, u), s, mT(vh)};
}

TensorTriple pca_lowrank(const Tensor& a, std::optional<int64_t> q, bool center, int64_t niter) {
  check_matrix("pca_lowrank", "A", a);
  const int64_t most = std::min(rows(a), columns(a)), rank = q.value_or(std::min<int64_t>(6, most));
  check<ValueError>(rank >= 0 && rank <= most, "pca_lowrank: q must lie in 0 ... ", most, ", but is ", rank);
  return svd_lowrank(center ? a - mean(a, -2, true) : a, rank, niter);
}

}  // namespace ember
