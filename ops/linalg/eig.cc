#include "ember/ops/linalg/eig.h"

#include "ember/core/kernels/linalg.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/linalg/matrix_functions.h"
#include "ember/ops/linalg/products.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/kernel.h"
#include "ops/internal/matrices.h"

namespace ember {

using namespace matrices;

namespace {

/// Off the tape; without vectors when those are not wanted.
TensorPair decompose_general(const char* op, const Tensor& a, bool wants_vectors) {
  check_square(op, "A", a, Numbers::RealOrComplex);
  const NoGradGuard no_grad;
  check(all(with_samples_in_front(isfinite(a))).item<bool>(), op, ": input tensor should not contain infs or NaNs.");
  const Shape batch = batch_of(a);
  const DType dtype = complex_dtype(a.dtype());
  const Tensor values = empty_tensor(with(batch, {rows(a)}), dtype, a.device()), info = empty_info(batch, a);
  Tensor vectors;
  if (wants_vectors) vectors = empty_columns(batch, rows(a), rows(a), values);
  if (a.numel() > 0) kernels::eig.as(op).on(a)(copy_columns(a), values, vectors, info);
  check_converged(op, info, "eigenvalues");
  return {values, vectors};
}

/// Boeddeker, Hanebrink, Drude, Heymann and Haeb-Umbach, "On the computation of complex-valued gradients", arXiv:1701.00392.
Tensor eig_backward(const Tensor& gl, const Tensor& gv, const Tensor& l, const Tensor& v) {
  const Tensor vh = mH(v);
  if (!gv.defined()) return linalg::solve(vh, unsqueeze(gl, -1) * vh);
  const Tensor turned = matmul(vh, gv), slope = linalg::diagonal(turned);
  // An eigenvector is free up to a factor of absolute value 1, on which a loss must not depend.
  const Tensor phase = imag(slope.detach());
  check(all(with_samples_in_front(abs(phase) <= 1e-2)).item<bool>(),
        "linalg_eig_backward: The eigenvectors in the complex case are specified up to multiplication by e^{i phi}. "
        "The specified loss function depends on this quantity, so it is ill-defined.");
  const Tensor one = eye(columns(v), {}, l.options());
  const Tensor differences = conj(unsqueeze(l, -2) - unsqueeze(l, -1)) + one;
  const Tensor along = matmul(vh, v) * unsqueeze(real(slope), -2);
  Tensor inner = (turned - along) / differences * (1 - one);
  if (gl.defined()) inner = inner + unsqueeze(gl, -1) * one;
  return linalg::solve(vh, matmul(inner, vh));
}

}  // namespace

namespace linalg {

TensorPair eig(const Tensor& a) {
  const char* op = "linalg.eig";
  const auto [l, v] = decompose_general(op, a, true);
  auto pullback = [l = saved_output(l, 0), v = saved_output(v, 1)](std::span<const Tensor> g) -> Tensor {
    return eig_backward(g[0], g[1], l(), v());
  };
  const auto ys = record(op, std::vector{l, v}, inputs(a), pullback);
  return {ys[0], ys[1]};
}

Tensor eigvals(const Tensor& a) {
  if (GradMode::is_enabled() && a.defined() && a.requires_grad()) return std::get<0>(eig(a));
  return std::get<0>(decompose_general("linalg.eigvals", a, false));
}

}  // namespace linalg

}  // namespace ember
