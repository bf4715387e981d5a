// Connectionist temporal classification.
#pragma once

#include <span>

#include "core/kernel_table.h"

namespace ember {

/// What the losses of a batch are computed from. All tensors are contiguous.
struct CtcBatch {
  const Tensor& log_probs;  ///< [T, N, C]
  const Tensor& targets;    ///< int64, the labels of all samples
  std::span<const int64_t> input_lengths, target_lengths;
  std::span<const int64_t> first_labels;  ///< where each sample's labels start in `targets`
  int64_t blank;
};

struct CtcKernels {
  /// losses [N]; alphas [N, T, 2 S + 1] keep the forward variables, for the longest target of S labels.
  void (*ctc_loss)(const Tensor& losses, const Tensor& alphas, const CtcBatch& batch) = nullptr;
  /// grad_log_probs [T, N, C] for grad [N]; samples of infinite loss get zeros with `zero_infinity`, else NaN.
  void (*ctc_loss_backward)(const Tensor& grad_log_probs, const Tensor& grad, const Tensor& losses,
                            const Tensor& alphas, const CtcBatch& batch, bool zero_infinity) = nullptr;
};

}  // namespace ember
