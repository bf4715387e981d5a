#include "ember/ops/loss/regression_loss.h"

#include <cmath>
#include <numbers>

#include "ember/autograd/record.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/linear.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/elementwise_loss.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

void check_weight(const char* op, const Tensor& weight, const Tensor& input) {
  check<ValueError>(weight.sizes() == input.sizes(), op, ": weight has shape ", weight.sizes(), " but input has shape ",
                    input.sizes());
}

Tensor weighted(const char* op, const Tensor& losses, const Tensor& weight, const Tensor& input, Reduction reduction) {
  check_weight(op, weight, input);
  const Tensor total = losses * weight;
  return reduction == Reduction::Mean ? sum(total) / sum(weight) : reduce_loss(total, reduction);
}

void check_both(const char* op, const Tensor& input, const Tensor& target) {
  kernel::check_defined(op, "input", input);
  kernel::check_defined(op, "target", target);
}

/// max(x, low), with the gradient of x.
Tensor raised_to(const Tensor& x, double low) {
  Tensor y;
  {
    const NoGradGuard no_grad;
    y = clamp_min(x, low);
  }
  return record("raised_to", y.is_same(x) ? y.alias() : y, inputs(x), [](const Tensor& g) { return g; });
}

}  // namespace

Tensor mse_loss(const Tensor& input, const Tensor& target, const Tensor& weight, Reduction reduction) {
  if (!weight.defined()) return mse_loss(input, target, reduction);
  check_both("mse_loss", input, target);
  if (are_16_bit(input, target, weight))
    return in_float32([&](const auto&... x) { return mse_loss(x..., reduction); }, input, target, weight);
  warn_of_broadcast(input, target);
  return weighted("mse_loss", square(input - target), weight, input, reduction);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, const Tensor& weight, Reduction reduction) {
  if (!weight.defined()) return l1_loss(input, target, reduction);
  check_both("l1_loss", input, target);
  if (are_16_bit(input, target, weight))
    return in_float32([&](const auto&... x) { return l1_loss(x..., reduction); }, input, target, weight);
  warn_of_broadcast(input, target);
  return weighted("l1_loss", abs(input - target), weight, input, reduction);
}

Tensor huber_loss(const Tensor& input, const Tensor& target, Reduction reduction, double delta, const Tensor& weight) {
  check_both("huber_loss", input, target);
  check<TypeError>(input.is_floating_point(), "huber_loss: input is ", describe(input), " but must be floating-point");
  check(delta > 0, "huber_loss: delta is ", delta, " but must be positive");
  if (are_16_bit(input, target, weight))
    return in_float32(
        [&](const Tensor& x, const Tensor& t, const Tensor& w) { return huber_loss(x, t, reduction, delta, w); }, input,
        target, weight);
  warn_of_broadcast(input, target);
  Tensor losses = huber_losses("huber_loss", input, target, delta, 1);
  if (weight.defined()) {
    check_weight("huber_loss", weight, input);
    losses = losses * weight;
  }
  return reduce_loss(losses, reduction);
}

Tensor gaussian_nll_loss(const Tensor& input, const Tensor& target, const Tensor& var, bool full, double eps,
                         Reduction reduction) {
  constexpr const char* op = "gaussian_nll_loss";
  check_both(op, input, target);
  kernel::check_defined(op, "var", var);
  if (are_16_bit(input, target, var))
    return in_float32([&](const auto&... x) { return gaussian_nll_loss(x..., full, eps, reduction); }, input, target,
                      var);
  check<ValueError>(var.numel() == 0 || !any(with_samples_in_front(var < 0)).item<bool>(), op,
                    ": var has negative entries");
  Tensor variance = var;
  if (var.impl()->is_wrapped_number) variance = full_like(input, var.item());
  if (variance.sizes() != input.sizes()) {
    Shape shorter = input.sizes();
    if (!shorter.empty()) shorter.pop_back();
    if (variance.sizes() == shorter) variance = unsqueeze(variance, -1);
    int64_t different = 0;
    bool fits = variance.dim() == input.dim();
    for (int64_t d = 0; fits && d < input.dim(); ++d) {
      if (variance.sizes()[d] == input.sizes()[d]) continue;
      fits = variance.sizes()[d] == 1;
      ++different;
    }
    check<ValueError>(fits && different <= 1, op, ": var has shape ", var.sizes(), " but must have input's shape ",
                      input.sizes(), ", lack its last dimension, or have size 1 in one of them");
  }
  variance = raised_to(variance, eps);
  Tensor losses = 0.5 * (log(variance) + square(input - target) / variance);
  if (full) losses = losses + 0.5 * std::log(2 * std::numbers::pi);
  return reduce_loss(losses, reduction);
}

Tensor poisson_nll_loss(const Tensor& input, const Tensor& target, bool log_input, bool full, double eps,
                        Reduction reduction) {
  check_both("poisson_nll_loss", input, target);
  if (are_16_bit(input, target))
    return in_float32([&](const auto&... x) { return poisson_nll_loss(x..., log_input, full, eps, reduction); }, input,
                      target);
  Tensor losses = log_input ? exp(input) - target * input : input - target * log(input + eps);
  if (full) {
    const Tensor is_small = target <= 1;
    const Tensor n = where(is_small, 1, target);
    const Tensor stirling = n * log(n) - n + 0.5 * log(n * (2 * std::numbers::pi));
    losses = losses + where(is_small, 0, stirling);
  }
  return reduce_loss(losses, reduction);
}

Tensor linear_cross_entropy(const Tensor& input, const Tensor& linear_weight, const Tensor& target,
                            const Tensor& linear_bias, const Tensor& weight, Reduction reduction, int64_t ignore_index,
                            double label_smoothing) {
  constexpr const char* op = "linear_cross_entropy";
  check_both(op, input, target);
  kernel::check_defined(op, "linear_weight", linear_weight);
  if (are_16_bit(input, linear_weight, target, linear_bias, weight))
    return in_float32(
        [&](const auto&... x) { return linear_cross_entropy(x..., reduction, ignore_index, label_smoothing); }, input,
        linear_weight, target, linear_bias, weight);
  check(input.dim() == 1 || input.dim() == 2, op, ": input has shape ", input.sizes(),
        " but must be [in_features] or [N, in_features]");
  check(linear_weight.dim() >= 2 && linear_weight.size(-1) == input.size(-1), op, ": linear_weight has shape ",
        linear_weight.sizes(), " but must be [classes, ..., ", input.size(-1), "] to match input ", input.sizes());
  check(linear_weight.dim() == 2 || input.dim() == 2, op, ": linear_weight of shape ", linear_weight.sizes(),
        " needs an input of [N, in_features] but it has shape ", input.sizes());
  Shape sizes = linear_weight.sizes();
  sizes.pop_back();
  if (linear_bias.defined())
    check(linear_bias.sizes() == sizes, op, ": linear_bias has shape ", linear_bias.sizes(), " but must have ", sizes);
  const Tensor bias = linear_bias.defined() ? reshape(linear_bias, -1) : linear_bias;
  const Tensor logits = linear(input, reshape(linear_weight, {sizes.numel(), input.size(-1)}), bias);
  Shape logit_sizes = input.sizes();
  logit_sizes.pop_back();
  for (const int64_t size : sizes) logit_sizes.push_back(size);
  return cross_entropy(reshape(logits, logit_sizes), target, weight, reduction, ignore_index, label_smoothing);
}

}  // namespace ember
