// Connectionist temporal classification. Graves et al., 2006.
#pragma once

#include <initializer_list>
#include <vector>

#include "ember/ops/loss/loss.h"
#include "ember/ops/tensor.h"

namespace ember {

/// The negative log-likelihood of label sequences under log-probabilities log_probs [T, N, C] or [T, C], summed over all alignments
/// with blanks. targets are int64 labels [N, S], or all samples' labels one behind another, 1-d. Mean divides each loss by its
/// target's length first. With `zero_infinity`, impossible targets count nothing. The gradient is that of log_probs which came
/// out of log_softmax; there is no second one.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const std::vector<int64_t>& input_lengths,
                const std::vector<int64_t>& target_lengths, int64_t blank = 0, Reduction reduction = Reduction::Mean,
                bool zero_infinity = false);
inline Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, std::initializer_list<int64_t> input_lengths,
                       std::initializer_list<int64_t> target_lengths, int64_t blank = 0,
                       Reduction reduction = Reduction::Mean, bool zero_infinity = false) {
  return ctc_loss(log_probs, targets, std::vector(input_lengths), std::vector(target_lengths), blank, reduction,
                  zero_infinity);
}
/// The same with lengths in int64 (or int32) tensors.
Tensor ctc_loss(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                const Tensor& target_lengths, int64_t blank = 0, Reduction reduction = Reduction::Mean,
                bool zero_infinity = false);

}  // namespace ember
