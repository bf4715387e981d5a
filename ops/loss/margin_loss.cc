#include "ember/ops/loss/margin_loss.h"

#include "ember/ops/activation/activation.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/linalg/norm.h"
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

void check_inputs(const char* op, std::initializer_list<std::pair<const char*, const Tensor&>> inputs) {
  for (const auto& [name, x] : inputs) kernel::check_defined(op, name, x);
}

/// [C] and zero-dim inputs as [1, C].
Tensor as_rows(const char* op, const Tensor& x) {
  check(x.dim() <= 2 && (x.dim() == 0 || x.size(-1) > 0), op, ": input has shape ", x.sizes(),
        " but must be [classes] or [N, classes] with at least one class");
  return x.dim() == 2 ? x : reshape(x, {1, -1});
}

void check_classes(const char* op, const Tensor& target, int64_t classes) {
  if (target.numel() == 0) return;
  const Tensor labels = with_samples_in_front(target);
  const int64_t low = min(labels).item<int64_t>(), high = max(labels).item<int64_t>();
  check<IndexError>(low >= 0 && high < classes, op, ": target ", low < 0 ? low : high, " is out of range for ", classes,
                    " classes");
}

}  // namespace

Tensor soft_margin_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  check_inputs("soft_margin_loss", {{"input", input}, {"target", target}});
  check(input.sizes() == target.sizes(), "soft_margin_loss: target has shape ", target.sizes(), " but input has shape ",
        input.sizes());
  if (are_16_bit(input, target))
    return in_float32([&](const auto&... x) { return soft_margin_loss(x..., reduction); }, input, target);
  return reduce_loss(softplus(-target * input), reduction);
}

Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target, double margin, Reduction reduction) {
  check_inputs("hinge_embedding_loss", {{"input", input}, {"target", target}});
  if (are_16_bit(input, target))
    return in_float32([&](const auto&... x) { return hinge_embedding_loss(x..., margin, reduction); }, input, target);
  const Tensor far = where(target != 1, clamp_min(margin - input, 0), 0);
  return reduce_loss(far + where(target != -1, input, 0), reduction);
}

Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin,
                           Reduction reduction) {
  constexpr const char* op = "margin_ranking_loss";
  check_inputs(op, {{"input1", input1}, {"input2", input2}, {"target", target}});
  check(input1.dim() == input2.dim() && input1.dim() == target.dim(), op, ": input1 ", input1.sizes(), ", input2 ",
        input2.sizes(), " and target ", target.sizes(), " must have as many dimensions");
  if (are_16_bit(input1, input2, target))
    return in_float32([&](const auto&... x) { return margin_ranking_loss(x..., margin, reduction); }, input1, input2,
                      target);
  return reduce_loss(clamp_min(-target * (input1 - input2) + margin, 0), reduction);
}

Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin,
                             Reduction reduction) {
  constexpr const char* op = "cosine_embedding_loss";
  check_inputs(op, {{"input1", input1}, {"input2", input2}, {"target", target}});
  check(target.dim() <= 1 && input1.dim() == target.dim() + 1 && input2.dim() == input1.dim(), op,
        ": target has shape ", target.sizes(), " but inputs of shapes ", input1.sizes(), " and ", input2.sizes(),
        " need one entry for each of their rows");
  if (are_16_bit(input1, input2, target))
    return in_float32([&](const auto&... x) { return cosine_embedding_loss(x..., margin, reduction); }, input1, input2,
                      target);
  constexpr double kEpsilon = 1e-12;
  const auto squares = [&](const Tensor& x) { return sum(x * x, -1) + kEpsilon; };
  const Tensor cosine = sum(input1 * input2, -1) / sqrt(squares(input1) * squares(input2));
  return reduce_loss(where(target == 1, 1 - cosine, 0) + where(target == -1, clamp_min(cosine - margin, 0), 0),
                     reduction);
}

Tensor multi_margin_loss(const Tensor& input, const Tensor& target, int64_t p, double margin, const Tensor& weight,
                         Reduction reduction) {
  constexpr const char* op = "multi_margin_loss";
  check_inputs(op, {{"input", input}, {"target", target}});
  check<ValueError>(p == 1 || p == 2, op, ": p is ", p, " but must be 1 or 2");
  check<ValueError>(!weight.defined() || weight.dim() == 1, op, ": weight must have 1 dimension");
  check(target.dtype() == kInt64, op, ": target is ", describe(target), " but must hold int64 classes");
  const Tensor x = as_rows(op, input);
  const int64_t rows = x.sizes()[0], classes = x.sizes()[1];
  check(target.dim() <= 1 && target.numel() == rows, op, ": target has shape ", target.sizes(),
        " but must have one class for each row of input ", input.sizes());
  check_classes(op, target, classes);
  check(!weight.defined() || weight.sizes() == Shape(classes), op, ": weight has shape ",
        weight.defined() ? weight.sizes() : Shape(), " but there are ", classes, " classes");
  if (are_16_bit(input, weight))
    return in_float32(
        [&](const Tensor& wide, const Tensor& w) { return multi_margin_loss(wide, target, p, margin, w, reduction); },
        input, weight);
  const Tensor at = reshape(target, {rows, 1});
  Tensor excess = margin - gather(x, 1, at) + x;
  const Tensor counts = (excess > 0) & (arange(classes, at.options()) != at);
  if (p == 2) excess = square(excess);
  if (weight.defined()) excess = excess * reshape(index_select(weight, 0, reshape(target, -1)), {rows, 1});
  Tensor losses = sum(where(counts, excess, 0), 1) / static_cast<double>(classes);
  if (input.dim() < 2 && target.dim() == 0) losses = reshape(losses, Shape());
  return reduce_loss(losses, reduction);
}

Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target, Reduction reduction) {
  constexpr const char* op = "multilabel_margin_loss";
  check_inputs(op, {{"input", input}, {"target", target}});
  check(target.dtype() == kInt64, op, ": target is ", describe(target), " but must hold int64 classes");
  check(input.sizes() == target.sizes(), op, ": target has shape ", target.sizes(), " but input has shape ",
        input.sizes());
  const Tensor x = as_rows(op, input), labels = as_rows(op, target);
  const int64_t rows = x.sizes()[0], classes = x.sizes()[1];
  if (are_16_bit(input))
    return in_float32([&](const Tensor& wide) { return multilabel_margin_loss(wide, target, reduction); }, input);
  // Labels count up to the first negative one.
  const Tensor position = arange(classes, labels.options());
  const Tensor end = amin(where(labels < 0, position, classes), 1, true);
  const Tensor counts = position < end;
  const Tensor at = where(counts, labels, 0);
  check_classes(op, at, classes);
  const Tensor is_label = scatter_add(zeros({rows, classes}, labels.options()), 1, at, to(counts, kInt64)) > 0;
  // [rows, label, class]
  const Tensor excess = 1 - unsqueeze(gather(x, 1, at), 2) + unsqueeze(x, 1);
  const Tensor is_pair = unsqueeze(counts, 2) & unsqueeze(~is_label, 1) & (excess > 0);
  Tensor losses = sum(where(is_pair, excess, 0), {1, 2}) / static_cast<double>(classes);
  if (input.dim() < 2) losses = reshape(losses, Shape());
  return reduce_loss(losses, reduction);
}

Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target, const Tensor& weight,
                                   Reduction reduction) {
  constexpr const char* op = "multilabel_soft_margin_loss";
  check_inputs(op, {{"input", input}, {"target", target}});
  check(input.dim() > 0, op, ": input is zero-dim but must have a class dimension");
  if (are_16_bit(input, target, weight))
    return in_float32([&](const auto&... x) { return multilabel_soft_margin_loss(x..., reduction); }, input, target,
                      weight);
  Tensor losses = -(target * logsigmoid(input) + (1 - target) * logsigmoid(-input));
  if (weight.defined()) losses = losses * weight;
  return reduce_loss(sum(losses, -1) / static_cast<double>(input.size(-1)), reduction);
}

Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, double margin,
                           double p, double eps, bool swap, Reduction reduction) {
  if (are_16_bit(anchor, positive, negative))
    return in_float32([&](const auto&... x) { return triplet_margin_loss(x..., margin, p, eps, swap, reduction); },
                      anchor, positive, negative);
  const auto distance = [p, eps](const Tensor& a, const Tensor& b) { return norm(a - b + eps, p, -1); };
  return triplet_margin_with_distance_loss(anchor, positive, negative, distance, margin, swap, reduction);
}

Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         FunctionRef<Tensor(const Tensor& a, const Tensor& b)> distance, double margin,
                                         bool swap, Reduction reduction) {
  constexpr const char* op = "triplet_margin_loss";
  check_inputs(op, {{"anchor", anchor}, {"positive", positive}, {"negative", negative}});
  check<ValueError>(margin > 0, op, ": margin is ", margin, " but must be positive");
  check(anchor.dim() == positive.dim() && anchor.dim() == negative.dim(), op, ": anchor ", anchor.sizes(),
        ", positive ", positive.sizes(), " and negative ", negative.sizes(), " must have as many dimensions");
  const Tensor near = distance(anchor, positive);
  Tensor far = distance(anchor, negative);
  if (swap) far = minimum(far, distance(positive, negative));
  return reduce_loss(clamp_min(margin + near - far, 0), reduction);
}

}  // namespace ember
