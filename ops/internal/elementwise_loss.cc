#include "ops/internal/elementwise_loss.h"

#include <cmath>
#include <numbers>

#include "ember/autograd/record.h"
#include "ember/core/kernels/loss.h"
#include "ember/ops/activation/activation.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// (grad, input, target, parameters) to the gradient for input.
template <class Function, class... Parameters>
Tensor slope_of(const Kernel<Function>& kernel, const Tensor& g, const Tensor& x, const Tensor& target,
                Parameters... parameters) {
  const char* const op = kernel.op();
  Tensor d = kernel::make_output(op, x, target, kernel::Result::Promoted);
  kernel.on(x)(d, g, x, target, parameters...);
  return d;
}

Tensor logistic_backward(const Tensor& g, const Tensor& x, const Tensor& target) {
  auto d = slope_of(kernels::logistic_backward.as("binary_cross_entropy_with_logits_backward"), g, x, target);
  return record(
      "binary_cross_entropy_with_logits_backward", d, inputs(g, x, target),
      [x = saved(x), t = saved(target)](const Tensor& gg) { return logistic_backward(gg, x(), t()); },
      [g = saved(g), x = saved(x)](const Tensor& gg) {
        const Tensor p = sigmoid(x());
        return gg * g() * p * (1 - p);
      },
      [g = saved(g)](const Tensor& gg) { return -gg * g(); });
}

Tensor bernoulli_backward(const Tensor& g, const Tensor& x, const Tensor& target) {
  auto d = slope_of(kernels::bernoulli_backward.as("binary_cross_entropy_backward"), g, x, target);
  auto variance = [](const Tensor& p) { return clamp_min((1 - p) * p, 1e-12); };
  return record(
      "binary_cross_entropy_backward", d, inputs(g, x, target),
      [x = saved(x), t = saved(target)](const Tensor& gg) { return bernoulli_backward(gg, x(), t()); },
      [g = saved(g), x = saved(x), t = saved(target), variance](const Tensor& gg) {
        const Tensor v = variance(x()), turn = (1 - 2 * x()) * to((1 - x()) * x() >= 1e-12, v.dtype());
        return gg * g() * (1 - (x() - t()) * turn / v) / v;
      },
      [g = saved(g), x = saved(x), variance](const Tensor& gg) { return -gg * g() / variance(x()); });
}

}  // namespace

void warn_of_broadcast(const Tensor& input, const Tensor& target) {
  if (input.sizes() == target.sizes()) return;
  kernel::warn(concat("Using a target size (", target.sizes(), ") that is different to the input size (", input.sizes(),
                      "). This will likely lead to incorrect results due to broadcasting. Please ensure they have the "
                      "same size."));
}

Tensor huber_backward(const Tensor& g, const Tensor& x, const Tensor& target, double delta, double scale) {
  auto d = slope_of(kernels::huber_backward, g, x, target, delta, scale);
  auto curvature = [g = saved(g), x = saved(x), t = saved(target), delta, scale](const Tensor& gg) {
    return where(abs(x() - t()) <= delta, gg * g() * scale, 0);
  };
  return record(
      "huber_backward", d, inputs(g, x, target),
      [x = saved(x), t = saved(target), delta, scale](const Tensor& gg) {
        return huber_backward(gg, x(), t(), delta, scale);
      },
      curvature, [curvature](const Tensor& gg) { return -curvature(gg); });
}

Tensor huber_losses(const char* op, const Tensor& x, const Tensor& target, double delta, double scale) {
  Tensor y = kernel::make_output(op, x, target, kernel::Result::Promoted);
  kernels::huber.as(op).on(x)(y, x, target, delta, scale);
  return record(op, y, inputs(x, target),
                [x = saved(x), t = saved(target), delta, scale](const Tensor& g, const Needs<2>& needs) {
                  const Tensor slope = huber_backward(g, x(), t(), delta, scale);
                  return std::array{slope, needs[1] ? -slope : Tensor()};
                });
}

Tensor logistic_losses(const Tensor& x, const Tensor& target) {
  constexpr auto op = "binary_cross_entropy_with_logits";
  Tensor y = kernel::make_output(op, x, target, kernel::Result::Promoted);
  kernels::logistic.as(op).on(x)(y, x, target);
  return record(
      op, y, inputs(x, target),
      [x = saved(x), t = saved(target)](const Tensor& g) { return logistic_backward(g, x(), t()); },
      [x = saved(x)](const Tensor& g) { return -g * x(); });
}

Tensor bernoulli_losses(const Tensor& x, const Tensor& target) {
  constexpr auto op = "binary_cross_entropy";
  Tensor y;
  {
    const NoGradGuard no_grad;
    check<ValueError>(x.numel() == 0 || all(with_samples_in_front((x >= 0) & (x <= 1))).item<bool>(), op,
                      ": input must lie in [0, 1]");
    y = (target - 1) * clamp_min(log1p(-x), -100) - target * clamp_min(log(x), -100);
  }
  return record(
      op, y, inputs(x, target),
      [x = saved(x), t = saved(target)](const Tensor& g) { return bernoulli_backward(g, x(), t()); },
      [x = saved(x)](const Tensor& g) { return g * (log1p(-x()) - log(x())); });
}

Tensor reduce_loss(const Tensor& losses, Reduction reduction) {
  if (reduction == Reduction::None) return losses;
  return reduction == Reduction::Sum ? sum(losses) : mean(losses);
}

}  // namespace ember
