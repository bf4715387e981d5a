#include "ember/ops/loss/loss.h"

#include <limits>

#include "ember/autograd/fused.h"
#include "ember/core/kernels/loss.h"
#include "ember/ops/activation/activation.h"
#include "ember/ops/activation/softmax.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/loss/nll_loss.h"
#include "ember/ops/loss/regression_loss.h"
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

void check_float(const char* op, const Tensor& input, const Tensor& target) {
  kernel::check_defined(op, "input", input);
  kernel::check_defined(op, "target", target);
  check<TypeError>(input.is_floating_point(), op, ": input is ", describe(input), " but must be floating-point");
}

void check_same_shape(const char* op, const Tensor& input, const Tensor& target) {
  check_float(op, input, target);
  check<ValueError>(input.sizes() == target.sizes(), op, ": target has shape ", target.sizes(), " but input has shape ",
                    input.sizes());
}

}  // namespace

Reduction reduction_from_string(std::string_view name) {
  if (name == "none") return Reduction::None;
  if (name == "mean") return Reduction::Mean;
  check<ValueError>(name == "sum", "reduction is \"", name, "\" but must be \"none\", \"mean\" or \"sum\"");
  return Reduction::Sum;
}

Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  check_float("mse_loss", input, target);
  if (are_16_bit(input, target))
    return in_float32([&](const auto&... x) { return mse_loss(x..., reduction); }, input, target);
  warn_of_broadcast(input, target);
  return reduce_loss(huber_losses("mse_loss", input, target, std::numeric_limits<double>::infinity(), 2), reduction);
}

Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  check_float("l1_loss", input, target);
  if (are_16_bit(input, target))
    return in_float32([&](const auto&... x) { return l1_loss(x..., reduction); }, input, target);
  warn_of_broadcast(input, target);
  return reduce_loss(abs(input - target), reduction);
}

Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, Reduction reduction, double beta) {
  check_float("smooth_l1_loss", input, target);
  check<ValueError>(beta >= 0, "smooth_l1_loss: beta is ", beta, " but must not be negative");
  if (are_16_bit(input, target))
    return in_float32([&](const auto&... x) { return smooth_l1_loss(x..., reduction, beta); }, input, target);
  if (beta == 0) return l1_loss(input, target, reduction);
  warn_of_broadcast(input, target);
  return reduce_loss(huber_losses("smooth_l1_loss", input, target, beta, 1 / beta), reduction);
}

namespace {

/// g (softmax(x) - (class == target)) for x [N, C, d...].
std::array<Tensor, 1> composed_class_slope(const Tensor& g, const Tensor& x, const Tensor& target) {
  Shape along = Shape::filled(x.sizes().size() - 1, 1);
  along[0] = -1;
  const Tensor columns = reshape(arange(x.sizes()[1], target.options()), along);
  return {unsqueeze(g, 1) * (softmax(x, 1) - to(columns == unsqueeze(target, 1), x.dtype()))};
}

/// logsumexp(x) - x[target] over the classes of x [N, C, d...], with targets in [0, C).
Tensor class_losses(const Tensor& x, const Tensor& target) {
  Tensor losses = empty_tensor(target.sizes(), x.dtype(), x.device());
  const Tensor logsumexp = empty_tensor(target.sizes(), x.dtype(), x.device());
  kernels::cross_entropy.on(x)(losses, logsumexp, x, target);
  return record("cross_entropy", losses, inputs(x), [x = saved(x), target, logsumexp](const Tensor& g) {
    const auto kernel = [&]() -> std::array<Tensor, 1> {
      const Tensor d = empty_tensor(x().sizes(), x().dtype(), x().device());
      kernels::cross_entropy_backward.as("cross_entropy").on(g)(d, contiguous(g), x(), logsumexp, target);
      return {d};
    };
    return fused_backward<1>("cross_entropy_backward", {g, x()}, kernel,
                             [target](const auto& in) { return composed_class_slope(in[0], in[1], target); })[0];
  });
}

/// cross_entropy of float32 or float64 [N, C, d...] and classes [N, d...], which needs no log-probabilities in memory.
Tensor class_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight, Reduction reduction,
                           int64_t ignore_index) {
  const Tensor is_counted = target != ignore_index, label = contiguous(where(is_counted, target, 0));
  const Tensor labels = with_samples_in_front(label);
  const int64_t low = min(labels).item<int64_t>(), high = max(labels).item<int64_t>(), classes = input.sizes()[1];
  check<IndexError>(low >= 0 && high < classes, "cross_entropy: target ", low < 0 ? low : high, " is out of range for ",
                    classes, " classes");
  Tensor factor = to(is_counted, input.dtype());
  if (weight.defined()) factor = factor * reshape(index_select(weight, 0, reshape(label, -1)), label.sizes());
  const Tensor losses = where(is_counted, class_losses(contiguous(input), label), 0);
  const Tensor weighted = weight.defined() ? losses * factor : losses;
  if (reduction != Reduction::Mean) return reduce_loss(weighted, reduction);
  return sum(weighted) / sum(factor);
}

bool is_plain(const Tensor& input, const Tensor& target, const Tensor& weight) {
  if (input.dim() < 2 || input.numel() == 0) return false;
  Shape expected = input.sizes();
  expected.erase(1);
  constexpr int64_t kFewest = 16;  // samples side by side, below which rows of log-probabilities are the faster way
  const int64_t inner = expected.numel() / expected[0];
  return (inner == 1 || inner >= kFewest) && target.dtype() == kInt64 && target.sizes() == expected &&
         (input.dtype() == kFloat32 || input.dtype() == kFloat64) &&
         (!weight.defined() || (weight.dtype() == input.dtype() && weight.sizes() == Shape(input.sizes()[1]))) &&
         kernels::cross_entropy.find(input) != nullptr;
}

}  // namespace

Tensor cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight, Reduction reduction,
                     int64_t ignore_index, double label_smoothing) {
  check_float("cross_entropy", input, target);
  check<ValueError>(input.dim() > 0, "cross_entropy: input is zero-dim but must have a class dimension");
  check<ValueError>(0 <= label_smoothing && label_smoothing <= 1, "cross_entropy: label_smoothing is ", label_smoothing,
                    " but must lie in [0, 1]");
  if (are_16_bit(input, target, weight))
    return in_float32([&](const auto&... x) { return cross_entropy(x..., reduction, ignore_index, label_smoothing); },
                      input, target, weight);
  if (label_smoothing == 0 && is_plain(input, target, weight))
    return class_cross_entropy(input, target, weight, reduction, ignore_index);
  const int64_t class_dim = input.dim() == 1 ? 0 : 1;
  const Tensor log_probabilities = log_softmax(input, class_dim);
  if (target.is_floating_point()) {
    check_same_shape("cross_entropy", input, target);
    check(ignore_index < 0, "cross_entropy: ignore_index is for targets that are classes");
    const auto classes = static_cast<double>(input.size(class_dim));
    Tensor expected = target;
    if (label_smoothing > 0) expected = target * (1 - label_smoothing) + label_smoothing / classes;
    Tensor terms = expected * log_probabilities;
    if (weight.defined()) {
      Shape along = Shape::filled(input.sizes().size(), 1);
      along[class_dim] = -1;
      terms = terms * reshape(weight, along);
    }
    const Tensor loss = -sum(terms, class_dim);
    if (reduction != Reduction::Mean) return reduce_loss(loss, reduction);
    return sum(loss) / static_cast<double>(loss.numel());
  }
  const Tensor loss = nll_loss(log_probabilities, target, weight, reduction, ignore_index);
  if (label_smoothing == 0) return loss;
  // Every class takes an equal share of the smoothed mass: a second loss over all of them, weighted as the first.
  const int64_t classes = input.size(class_dim);
  const Tensor is_counted = target != ignore_index;
  Tensor all = -log_probabilities;
  Tensor weights = to(is_counted, input.dtype());
  if (weight.defined()) {
    Shape along = Shape::filled(input.sizes().size(), 1);
    along[class_dim] = -1;
    all = all * reshape(weight, along);
    weights = weights * reshape(index_select(weight, 0, reshape(where(is_counted, target, 0), -1)), target.sizes());
  }
  const Tensor spread = where(is_counted, sum(all, class_dim), 0);
  Tensor smooth = reduction == Reduction::None ? spread : sum(spread);
  if (reduction == Reduction::Mean) smooth = smooth / sum(weights);
  return loss * (1 - label_smoothing) + smooth * (label_smoothing / static_cast<double>(classes));
}

Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight, Reduction reduction) {
  check_same_shape("binary_cross_entropy", input, target);
  if (are_16_bit(input, target, weight))
    return in_float32([&](const auto&... x) { return binary_cross_entropy(x..., reduction); }, input, target, weight);
  Tensor loss = bernoulli_losses(input, target);
  if (weight.defined()) loss = loss * weight;
  return reduce_loss(loss, reduction);
}

Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target, const Tensor& weight,
                                        const Tensor& pos_weight, Reduction reduction) {
  check_same_shape("binary_cross_entropy_with_logits", input, target);
  if (are_16_bit(input, target, weight, pos_weight))
    return in_float32([&](const auto&... x) { return binary_cross_entropy_with_logits(x..., reduction); }, input,
                      target, weight, pos_weight);
  Tensor loss;
  if (pos_weight.defined())
    loss = (1 - target) * input - logsigmoid(input) * (1 + (pos_weight - 1) * target);
  else
    loss = logistic_losses(input, target);
  if (weight.defined()) loss = loss * weight;
  return reduce_loss(loss, reduction);
}

Tensor kl_div(const Tensor& input, const Tensor& target, Reduction reduction, bool log_target) {
  check_float("kl_div", input, target);
  if (are_16_bit(input, target))
    return in_float32([&](const auto&... x) { return kl_div(x..., reduction, log_target); }, input, target);
  if (log_target) return reduce_loss(exp(target) * (target - input), reduction);
  // 0 log 0 counts as 0.
  const Tensor entropy = where(target == 0, 0, target * log(where(target == 0, 1, target)));
  return reduce_loss(entropy - target * input, reduction);
}

}  // namespace ember
