#include "ember/ops/loss/nll_loss.h"

#include "ember/autograd/record.h"
#include "ember/core/kernels/loss.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/loss/loss.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/reduction/reduction.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// What nll_loss and its gradient share.
struct Likelihood {
  Tensor target, weight;
  Reduction reduction;
  int64_t ignore_index;
};

Tensor nll_loss_backward(const Tensor& g, const Shape& input_sizes, const Likelihood& of, const Tensor& total_weight) {
  const Tensor per_sample = of.reduction == Reduction::Mean ? g / total_weight : g;
  Tensor d = empty_tensor(input_sizes, g.dtype(), g.device());
  kernels::nll_loss_backward.on(g)(d, per_sample, of.target, of.weight, of.ignore_index);
  return record("nll_loss_backward", d, inputs(g), [of](const Tensor& gg) {
    // The loss is linear in its input.
    return nll_loss(gg, of.target, of.weight, of.reduction, of.ignore_index);
  });
}

void check_arguments(const Tensor& input, const Tensor& target, const Tensor& weight) {
  kernel::check_defined("nll_loss", "input", input);
  kernel::check_defined("nll_loss", "target", target);
  check<TypeError>(input.is_floating_point(), "nll_loss: input is ", describe(input), " but must be floating-point");
  check<TypeError>(target.dtype() == kInt64, "nll_loss: target is ", describe(target), " but must hold int64 classes");
  check<ValueError>(input.dim() > 0, "nll_loss: input is zero-dim but must have a class dimension");
  Shape expected = input.sizes();
  expected.erase(input.dim() == 1 ? 0 : 1);
  check<ValueError>(target.sizes() == expected, "nll_loss: target has shape ", target.sizes(), " but input of shape ",
                    input.sizes(), " needs ", expected);
  const int64_t classes = input.size(input.dim() == 1 ? 0 : 1);
  check(!weight.defined() || weight.sizes() == Shape(classes), "nll_loss: weight has shape ",
        weight.defined() ? weight.sizes() : Shape(), " but there are ", classes, " classes");
  check<TypeError>(!weight.defined() || weight.dtype() == input.dtype(), "nll_loss: weight is ",
                   weight.defined() ? weight.dtype() : kFloat32, " but input is ", input.dtype());
}

}  // namespace

Tensor nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight, Reduction reduction,
                int64_t ignore_index) {
  if (target.defined() && target.dtype() == kUInt8)
    return nll_loss(input, to(target, kInt64), weight, reduction, ignore_index);
  check_arguments(input, target, weight);
  if (are_16_bit(input, weight) && reduction != Reduction::None)
    return in_float32([&](const Tensor& x, const Tensor& w) { return nll_loss(x, target, w, reduction, ignore_index); },
                      input, weight);
  const Likelihood of{target, weight, reduction, ignore_index};
  Tensor losses = empty_tensor(target.sizes(), input.dtype(), input.device());
  Tensor total_weight = empty_tensor({}, input.dtype(), input.device());
  kernels::nll_loss.on(input)(losses, total_weight, input, target, weight, ignore_index);
  Tensor y = losses;
  if (reduction != Reduction::None) {
    const NoGradGuard no_grad;
    y = sum(losses);
    if (reduction == Reduction::Mean) y = div(y, total_weight);
  }
  return record("nll_loss", y, inputs(input), [of, total_weight, sizes = input.sizes()](const Tensor& g) {
    return nll_loss_backward(g, sizes, of, total_weight);
  });
}

}  // namespace ember
