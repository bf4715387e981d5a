#include "ember/nn/clip_grad.h"

#include <cmath>
#include <limits>

#include "ember/autograd/grad_mode.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/norm.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/joining.h"

namespace ember::nn::utils {
namespace {

/// The gradients, outside of the tape; in-place changes reach the parameters.
std::vector<Tensor> gradients(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> grads;
  for (const Tensor& p : parameters)
    if (Tensor grad = p.grad(); grad.defined()) grads.push_back(std::move(grad));
  return grads;
}

/// The norm of all norms, in float32 where they are 16-bit.
Tensor wide_total_norm(std::span<const Tensor> tensors, double norm_type, bool error_if_nonfinite) {
  if (tensors.empty()) return zeros({});
  std::vector<Tensor> norms;
  for (const Tensor& x : tensors)
    norms.push_back(linalg::vector_norm(x, norm_type, {}, false, compute_dtype(x.dtype())));
  Tensor total = linalg::vector_norm(stack(norms), norm_type);
  check(!error_if_nonfinite || std::isfinite(total.item<double>()), "The total norm of order ", norm_type,
        " for gradients from `parameters` is non-finite, so it cannot be clipped. To disable this "
        "error and scale "
        "the gradients by the non-finite norm anyway, set `error_if_nonfinite=False`");
  return total;
}

void scale_down(const std::vector<Tensor>& grads, double max_norm, const Tensor& total) {
  // Multiplying by a coefficient of 1 rather than asking whether to keeps the device from waiting.
  const Tensor coefficient = clamp(max_norm / (total + 1e-6), {}, 1.0);
  for (Tensor grad : grads) grad.mul_(coefficient);
}

/// The dtype that all of them have, or what they promote to.
DType common_dtype(std::span<const Tensor> tensors) {
  DType dtype = tensors.empty() ? kFloat32 : tensors[0].dtype();
  for (const Tensor& x : tensors) dtype = promote_types(dtype, x.dtype());
  return dtype;
}

}  // namespace

Tensor get_total_norm(std::span<const Tensor> tensors, double norm_type, bool error_if_nonfinite) {
  return to(wide_total_norm(tensors, norm_type, error_if_nonfinite), common_dtype(tensors));
}

Tensor clip_grad_norm_(const std::vector<Tensor>& parameters, double max_norm, double norm_type,
                       bool error_if_nonfinite) {
  NoGradGuard no_grad;
  const std::vector<Tensor> grads = gradients(parameters);
  const Tensor total = wide_total_norm(grads, norm_type, error_if_nonfinite);
  scale_down(grads, max_norm, total);
  return to(total, common_dtype(grads));
}

void clip_grads_with_norm_(const std::vector<Tensor>& parameters, double max_norm, const Tensor& total_norm) {
  NoGradGuard no_grad;
  scale_down(gradients(parameters), max_norm, total_norm);
}

void clip_grad_value_(const std::vector<Tensor>& parameters, double clip_value) {
  NoGradGuard no_grad;
  for (Tensor grad : gradients(parameters)) grad.clamp_(-clip_value, clip_value);
}

}  // namespace ember::nn::utils
