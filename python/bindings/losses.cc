// Losses.
#include "ops/loss.h"
#include "python/bindings/ops.h"

namespace ember::python {

void bind_losses(Ops& f) {
  f.add_function("mse_loss(input, target, reduction='mean')", mse_loss, "(input - target)^2.");
  f.add_function("l1_loss(input, target, reduction='mean')", l1_loss, "|input - target|.");
  f.add_function("smooth_l1_loss(input, target, reduction='mean', beta=1.0)", smooth_l1_loss,
                 "Half squared below beta, linear above.");
  f.add_function(
      "nll_loss(input, target, weight=None, ignore_index=-100, reduction='mean')",
      [](const Tensor& x, const Tensor& y, const Tensor& weight, int64_t ignore_index, Reduction reduction) {
        return nll_loss(x, y, weight, reduction, ignore_index);
      },
      "-input[target] for log-probabilities.");
  f.add_function(
      "cross_entropy(input, target, weight=None, ignore_index=-100, reduction='mean', "
      "label_smoothing=0.0)",
      [](const Tensor& x, const Tensor& y, const Tensor& weight, int64_t ignore_index, Reduction reduction,
         double smoothing) { return cross_entropy(x, y, weight, reduction, ignore_index, smoothing); },
      "nll_loss of log_softmax; targets are classes or probabilities.");
  f.add_function("binary_cross_entropy(input, target, weight=None, reduction='mean')", binary_cross_entropy,
                 "-(target log(input) + (1 - target) log(1 - input)).");
  f.add_function(
      "binary_cross_entropy_with_logits(input, target, weight=None, reduction='mean', "
      "pos_weight=None)",
      [](const Tensor& x, const Tensor& y, const Tensor& weight, Reduction reduction, const Tensor& pos_weight) {
        return binary_cross_entropy_with_logits(x, y, weight, pos_weight, reduction);
      },
      "The same before the sigmoid.");
  f.add_function("kl_div(input, target, reduction='mean', log_target=False)", kl_div, "target (log(target) - input).");
}

}  // namespace ember::python
