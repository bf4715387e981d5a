// Losses.
#include "ember/ops/loss/loss.h"

#include "ember/ops/loss/ctc_loss.h"
#include "ember/ops/loss/margin_loss.h"
#include "ember/ops/loss/nll_loss.h"
#include "ember/ops/loss/regression_loss.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ops/internal/in_float32.h"
#include "python/bindings/casters.h"
#include "python/bindings/ops.h"
#include "python/bindings/reduction_flags.h"

namespace ember::python {

namespace {

void bind_regression_losses(Ops& f) {
  f.add_function(
      "mse_loss(input, target, size_average=None, reduce=None, reduction='mean', weight=None)",
      [](const Tensor& x, const Tensor& y, Flag average, Flag reduce, Reduction reduction, const Tensor& weight) {
        return mse_loss(x, y, weight, reduction_of(average, reduce, reduction));
      },
      "(input - target)^2.");
  f.add_function(
      "l1_loss(input, target, size_average=None, reduce=None, reduction='mean', weight=None)",
      [](const Tensor& x, const Tensor& y, Flag average, Flag reduce, Reduction reduction, const Tensor& weight) {
        return l1_loss(x, y, weight, reduction_of(average, reduce, reduction));
      },
      "|input - target|.");
  f.add_function(
      "smooth_l1_loss(input, target, size_average=None, reduce=None, reduction='mean', beta=1.0)",
      [](const Tensor& x, const Tensor& y, Flag average, Flag reduce, Reduction reduction, double beta) {
        return smooth_l1_loss(x, y, reduction_of(average, reduce, reduction), beta);
      },
      "Half squared below beta, linear above.");
  f.add_function("huber_loss(input, target, reduction='mean', delta=1.0, weight=None)", huber_loss,
                 "Half squared up to delta, linear above.");
  f.add_function("gaussian_nll_loss(input, target, var, full=False, eps=1e-06, reduction='mean')", gaussian_nll_loss,
                 "Half of log(var) + (input - target)^2 / var.");
  f.add_function(
      "poisson_nll_loss(input, target, log_input=True, full=False, size_average=None, eps=1e-08, reduce=None, "
      "reduction='mean')",
      [](const Tensor& x, const Tensor& y, bool log_input, bool full, Flag average, double eps, Flag reduce,
         Reduction reduction) {
        return poisson_nll_loss(x, y, log_input, full, eps, reduction_of(average, reduce, reduction));
      },
      "exp(input) - target input.");
  f.add_function(
      "kl_div(input, target, size_average=None, reduce=None, reduction='mean', log_target=False)",
      [](const Tensor& x, const Tensor& y, Flag average, Flag reduce, std::string_view reduction, bool log_target) {
        if (reduction != "batchmean" || average || reduce)
          return kl_div(x, y, reduction_of(average, reduce, reduction_from_string(reduction)), log_target);
        return in_float32(
            [log_target](const Tensor& input, const Tensor& target) {
              const Tensor total = kl_div(input, target, Reduction::Sum, log_target);
              return input.dim() > 0 ? total / input.sizes()[0] : total;
            },
            x, y);
      },
      "target (log(target) - input); 'batchmean' divides the sum by the batch's size.");
}

void bind_class_losses(Ops& f) {
  f.add_function(
      "nll_loss(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, reduction='mean')",
      [](const Tensor& x, const Tensor& y, const Tensor& weight, Flag average, int64_t ignore_index, Flag reduce,
         Reduction reduction) {
        return nll_loss(x, y, weight, reduction_of(average, reduce, reduction), ignore_index);
      },
      "-input[target] for log-probabilities.");
  f.add_function(
      "cross_entropy(input, target, weight=None, size_average=None, ignore_index=-100, reduce=None, "
      "reduction='mean', label_smoothing=0.0)",
      [](const Tensor& x, const Tensor& y, const Tensor& weight, Flag average, int64_t ignore_index, Flag reduce,
         Reduction reduction, double smoothing) {
        return cross_entropy(x, y, weight, reduction_of(average, reduce, reduction), ignore_index, smoothing);
      },
      "nll_loss of log_softmax; targets are classes or probabilities.");
  f.add_function(
      "linear_cross_entropy(input, linear_weight, target, *, linear_bias=None, weight=None, reduction='mean', "
      "ignore_index=None, label_smoothing=0.0, options=None)",
      [](const Tensor& x, const Tensor& linear_weight, const Tensor& y, const Tensor& bias, const Tensor& weight,
         Reduction reduction, std::optional<int64_t> ignore_index, double smoothing, PyObject*) {
        return linear_cross_entropy(x, linear_weight, y, bias, weight, reduction, ignore_index.value_or(-100),
                                    smoothing);
      },
      "cross_entropy of the logits linear(input, linear_weight, linear_bias). `options` may ask for work in chunks; "
      "the "
      "result is the same, and it is ignored.");
  f.add_function(
      "binary_cross_entropy(input, target, weight=None, size_average=None, reduce=None, reduction='mean')",
      [](const Tensor& x, const Tensor& y, const Tensor& weight, Flag average, Flag reduce, Reduction reduction) {
        return binary_cross_entropy(x, y, weight, reduction_of(average, reduce, reduction));
      },
      "-(target log(input) + (1 - target) log(1 - input)).");
  f.add_function(
      "binary_cross_entropy_with_logits(input, target, weight=None, size_average=None, reduce=None, "
      "reduction='mean', pos_weight=None)",
      [](const Tensor& x, const Tensor& y, const Tensor& weight, Flag average, Flag reduce, Reduction reduction,
         const Tensor& pos_weight) {
        return binary_cross_entropy_with_logits(x, y, weight, pos_weight, reduction_of(average, reduce, reduction));
      },
      "The same before the sigmoid.");
  const auto* ctc =
      "ctc_loss(log_probs, targets, input_lengths, target_lengths, blank=0, reduction='mean', zero_infinity=False)";
  f.add_function(
      ctc,
      [](const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths, const Tensor& target_lengths,
         int64_t blank, Reduction reduction, bool zero_infinity) {
        return ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, reduction, zero_infinity);
      },
      "The negative log-likelihood of label sequences, summed over all alignments with blanks.");
  f.add_function(ctc, [](const Tensor& log_probs, const Tensor& targets, const Shape& input_lengths,
                         const Shape& target_lengths, int64_t blank, Reduction reduction, bool zero_infinity) {
    return ctc_loss(log_probs, targets, input_lengths.vec(), target_lengths.vec(), blank, reduction, zero_infinity);
  });
}

using X = const Tensor&;

/// A loss of arguments A and a reduction, as Python calls it: the deprecated size_average and reduce come before that.
template <class... A, class F>
auto flagged(F loss) {
  return [loss](A... arguments, Flag average, Flag reduce, Reduction reduction) {
    return loss(arguments..., reduction_of(average, reduce, reduction));
  };
}

void bind_margin_losses(Ops& f) {
  f.add_function("soft_margin_loss(input, target, size_average=None, reduce=None, reduction='mean')",
                 flagged<X, X>(soft_margin_loss), "log(1 + exp(-target input)).");
  f.add_function("hinge_embedding_loss(input, target, margin=1.0, size_average=None, reduce=None, reduction='mean')",
                 flagged<X, X, double>(hinge_embedding_loss),
                 "input where target is 1, max(0, margin - input) where it is -1.");
  f.add_function(
      "margin_ranking_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction='mean')",
      flagged<X, X, X, double>(margin_ranking_loss), "max(0, margin - target (input1 - input2)).");
  f.add_function(
      "cosine_embedding_loss(input1, input2, target, margin=0, size_average=None, reduce=None, reduction='mean')",
      flagged<X, X, X, double>(cosine_embedding_loss),
      "1 - cos(input1, input2) where target is 1, max(0, cos - margin) where it is -1.");
  f.add_function(
      "multi_margin_loss(input, target, p=1, margin=1.0, weight=None, size_average=None, reduce=None, "
      "reduction='mean')",
      flagged<X, X, int64_t, double, X>(multi_margin_loss),
      "The mean over other classes i of max(0, margin - input[target] + input[i])^p.");
  f.add_function("multilabel_margin_loss(input, target, size_average=None, reduce=None, reduction='mean')",
                 flagged<X, X>(multilabel_margin_loss),
                 "max(0, 1 - input[j] + input[i]) over the classes j in target and the others i.");
  f.add_function(
      "multilabel_soft_margin_loss(input, target, weight=None, size_average=None, reduce=None, reduction='mean')",
      flagged<X, X, X>(multilabel_soft_margin_loss), "The mean over classes of the binary cross entropy of logits.");
  f.add_function(
      "triplet_margin_loss(anchor, positive, negative, margin=1.0, p=2, eps=1e-06, swap=False, size_average=None, "
      "reduce=None, reduction='mean')",
      flagged<X, X, X, double, double, double, bool>(triplet_margin_loss),
      "max(0, |anchor - positive| - |anchor - negative| + margin).");
  f.add_function(
      "triplet_margin_with_distance_loss(anchor, positive, negative, *, distance_function=None, margin=1.0, "
      "swap=False, reduction='mean')",
      [](PyObject* anchor, PyObject* positive, PyObject* negative, PyObject* function, double margin, bool swap,
         Reduction reduction) -> PyObject* {
        for (PyObject* x : {anchor, positive, negative})
          check<TypeError>(is_tensor(x), "triplet_margin_with_distance_loss: expected tensors, not ", type_name(x));
        const Tensor &a = tensor_of(anchor), &p = tensor_of(positive), &n = tensor_of(negative);
        if (function == Py_None) return wrap(triplet_margin_loss(a, p, n, margin, 2, 1e-6, swap, reduction));
        const auto distance = py::reinterpret_borrow<py::object>(function);
        const auto call = [&](const Tensor& x, const Tensor& y) { return distance(x, y).template cast<Tensor>(); };
        return wrap(triplet_margin_with_distance_loss(a, p, n, call, margin, swap, reduction));
      },
      "triplet_margin_loss with a distance of the caller's.");
}

}  // namespace

void bind_loss(Ops& functional) {
  bind_regression_losses(functional);
  bind_class_losses(functional);
  bind_margin_losses(functional);
}

}  // namespace ember::python
