#include "ember/ops/loss/ctc_loss.h"

#include <algorithm>
#include <limits>
#include <numeric>

#include "ember/autograd/record.h"
#include "ember/core/kernels/loss.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/elementwise_loss.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

using Lengths = std::vector<int64_t>;

/// What forward and backward share, kept by the node.
struct Ctc {
  Tensor targets;
  Lengths input_lengths, target_lengths, first_labels;
  int64_t blank;
  bool zero_infinity;

  CtcBatch batch(const Tensor& log_probs) const {
    return {log_probs, targets, input_lengths, target_lengths, first_labels, blank};
  }
};

Tensor ctc_loss_backward(const Tensor& g, const Tensor& log_probs, const Tensor& losses, const Tensor& alphas,
                         const Ctc& ctc) {
  Tensor d = empty_tensor(log_probs.sizes(), log_probs.dtype(), log_probs.device());
  kernels::ctc_loss_backward.on(g)(d, contiguous(g.detach()), losses, alphas, ctc.batch(log_probs), ctc.zero_infinity);
  return record("ctc_loss_backward", d, inputs(g, log_probs), [](const Tensor&) -> std::array<Tensor, 2> {
    fail<NotImplementedError>("ctc_loss: there is no second derivative");
  });
}

void check_lengths(const char* name, const Lengths& lengths, int64_t samples, int64_t limit) {
  check(static_cast<int64_t>(lengths.size()) == samples, "ctc_loss: ", name, " has ", lengths.size(),
        " entries but there are ", samples, " samples");
  for (const int64_t length : lengths)
    check(length >= 0 && length <= limit, "ctc_loss: ", name, " holds ", length, " but must lie in [0, ", limit, "]");
}

Lengths to_lengths(const char* name, const Tensor& x) {
  kernel::check_defined("ctc_loss", name, x);
  check<TypeError>(is_integral(x.dtype(), false), "ctc_loss: ", name, " is ", describe(x), " but must hold integers");
  const Tensor values = contiguous(to(x, kInt64)).cpu();
  return {values.data_ptr<int64_t>(), values.data_ptr<int64_t>() + values.numel()};
}

}  // namespace

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Lengths& input_lengths,
                const Lengths& target_lengths, int64_t blank, Reduction reduction, bool zero_infinity) {
  kernel::check_defined("ctc_loss", "log_probs", log_probs);
  kernel::check_defined("ctc_loss", "targets", targets);
  check<TypeError>(log_probs.is_floating_point(), "ctc_loss: log_probs is ", describe(log_probs),
                   " but must be floating-point");
  check<TypeError>(is_integral(targets.dtype(), false), "ctc_loss: targets is ", describe(targets),
                   " but must hold integer labels");
  check(log_probs.dim() == 2 || log_probs.dim() == 3, "ctc_loss: log_probs has shape ", log_probs.sizes(),
        " but must be [T, N, C] or [T, C]");
  if (log_probs.dim() == 2) {
    const Tensor loss = ctc_loss(unsqueeze(log_probs, 1), targets.dim() == 1 ? unsqueeze(targets, 0) : targets,
                                 input_lengths, target_lengths, blank, reduction, zero_infinity);
    return reduction == Reduction::None ? squeeze(loss, 0) : loss;
  }
  const int64_t steps = log_probs.sizes()[0], samples = log_probs.sizes()[1], classes = log_probs.sizes()[2];
  check(blank >= 0 && blank < classes, "ctc_loss: blank is ", blank, " but must lie in [0, ", classes, ")");
  check(targets.dim() == 1 || (targets.dim() == 2 && targets.sizes()[0] == samples), "ctc_loss: targets has shape ",
        targets.sizes(), " but must be [", samples, ", S] or 1-d");
  check_lengths("input_lengths", input_lengths, samples, steps);
  check_lengths("target_lengths", target_lengths, samples, targets.dim() == 2 ? targets.sizes()[1] : targets.numel());

  if (are_16_bit(log_probs))
    return in_float32(
        [&](const Tensor& wide) {
          return ctc_loss(wide, targets, input_lengths, target_lengths, blank, reduction, zero_infinity);
        },
        log_probs);
  Ctc ctc{contiguous(to(targets, kInt64)), input_lengths, target_lengths, {}, blank, zero_infinity};
  int64_t next = 0, longest = 0;
  for (int64_t n = 0; n < samples; ++n) {
    ctc.first_labels.push_back(targets.dim() == 2 ? n * targets.sizes()[1] : next);
    next += target_lengths[n];
    longest = std::max(longest, target_lengths[n]);
  }
  check(targets.dim() == 2 || next <= targets.numel(), "ctc_loss: target_lengths add up to ", next, " but targets has ",
        targets.numel(), " labels");
  const Tensor labels = ctc.targets.cpu();
  for (int64_t n = 0; n < samples; ++n) {
    const int64_t* label = labels.data_ptr<int64_t>() + ctc.first_labels[n];
    for (int64_t i = 0; i < target_lengths[n]; ++i)
      check<IndexError>(label[i] >= 0 && label[i] < classes, "ctc_loss: target ", label[i], " is out of range for ",
                        classes, " classes");
  }

  const Tensor x = contiguous(log_probs);
  Tensor losses = empty_tensor(samples, x.dtype(), x.device());
  const Tensor alphas = empty_tensor({samples, steps, 2 * longest + 1}, x.dtype(), x.device());
  kernels::ctc_loss.on(x)(losses, alphas, ctc.batch(x.detach()));
  const Tensor raw = losses.alias();
  losses = record("ctc_loss", losses, inputs(x), [x = saved(x), raw, alphas, ctc](const Tensor& g) {
    return ctc_loss_backward(g, x(), raw, alphas, ctc);
  });
  if (zero_infinity) losses = where(losses == std::numeric_limits<double>::infinity(), 0, losses);
  if (reduction != Reduction::Mean) return reduce_loss(losses, reduction);
  const Tensor lengths = to(clamp_min(tensor(target_lengths), 1), losses.dtype());
  return mean(losses / lengths.to(losses.device()));
}

Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, int64_t blank, Reduction reduction, bool zero_infinity) {
  return ctc_loss(log_probs, targets, to_lengths("input_lengths", input_lengths),
                  to_lengths("target_lengths", target_lengths), blank, reduction, zero_infinity);
}

}  // namespace ember
