#include "ember/nn/functional.h"

#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/scatter.h"
#include "ember/ops/random/distributions.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/sorting/sorting.h"

namespace ember::nn::functional {

Tensor gumbel_softmax(const Tensor& logits, double tau, bool hard, int64_t dim) {
  check<ValueError>(logits.is_floating_point(), "gumbel_softmax: logits are ", logits.dtype(),
                    " but must be floating-point");
  Tensor waiting = empty(logits.sizes(), logits.options());
  waiting.exponential_();
  const Tensor soft = softmax((logits - log(waiting)) / tau, dim);
  if (!hard) return soft;
  const Tensor index = argmax(soft, dim, /*keepdim=*/true);
  const Tensor one_hot =
      scatter(zeros(logits.sizes(), logits.options()), dim, index, ones(index.sizes(), logits.options()));
  return one_hot - soft.detach() + soft;
}

Tensor conv_tbc(const Tensor& input, const Tensor& weight, const Tensor& bias, int64_t pad) {
  check(input.dim() == 3, "conv_tbc: input has shape ", input.sizes(), " but must be [time, batch, channels]");
  check(weight.dim() == 3 && weight.size(1) == input.size(2), "conv_tbc: weight has shape ", weight.sizes(),
        " but must be [window, ", input.size(2), ", out channels] to match input ", input.sizes());
  check(bias.dim() == 1 && bias.size(0) == weight.size(2), "conv_tbc: bias has shape ", bias.sizes(),
        " but must have [", weight.size(2), "]");
  const Tensor y = conv1d(permute(input, {1, 2, 0}), permute(weight, {2, 1, 0}), bias, 1, pad);
  return permute(y, {2, 0, 1});
}

}  // namespace ember::nn::functional
