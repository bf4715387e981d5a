#include "ember/nn/regression_loss.h"

#include "ember/ops/loss/ctc_loss.h"
#include "ember/ops/loss/regression_loss.h"
#include "ops/internal/in_float32.h"

namespace ember::nn {

Tensor SmoothL1LossImpl::forward(const Tensor& input, const Tensor& target) const {
  return smooth_l1_loss(input, target, options.reduction_, options.beta_);
}

Tensor HuberLossImpl::forward(const Tensor& input, const Tensor& target) const {
  return huber_loss(input, target, options.reduction_, options.delta_);
}

Tensor KLDivLossImpl::forward(const Tensor& input, const Tensor& target) const {
  if (options.reduction_ != "batchmean")
    return kl_div(input, target, reduction_from_string(options.reduction_), options.log_target_);
  return in_float32(
      [&](const Tensor& x, const Tensor& t) {
        const Tensor total = kl_div(x, t, Reduction::Sum, options.log_target_);
        return x.dim() > 0 ? total / x.size(0) : total;
      },
      input, target);
}

BCELossImpl::BCELossImpl(BCELossOptions options) : Layer(options), weight(register_buffer("weight", options.weight_)) {}

Tensor BCELossImpl::forward(const Tensor& input, const Tensor& target) const {
  return binary_cross_entropy(input, target, weight, options.reduction_);
}

Tensor GaussianNLLLossImpl::forward(const Tensor& input, const Tensor& target, const Tensor& var) const {
  return gaussian_nll_loss(input, target, var, options.full_, options.eps_, options.reduction_);
}

Tensor PoissonNLLLossImpl::forward(const Tensor& input, const Tensor& target) const {
  return poisson_nll_loss(input, target, options.log_input_, options.full_, options.eps_, options.reduction_);
}

Tensor CTCLossImpl::forward(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                            const Tensor& target_lengths) const {
  return ctc_loss(log_probs, targets, input_lengths, target_lengths, options.blank_, options.reduction_,
                  options.zero_infinity_);
}

}  // namespace ember::nn
