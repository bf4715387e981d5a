// The loss of log-probabilities of classes.
#pragma once

#include "ember/ops/loss/loss.h"

namespace ember {

/// -weight[y] input[n, y] for log-probabilities input [N, C, d1...] (or [C]) and int64 classes target [N, d1...]. Samples whose
/// target is ignore_index count nothing; Mean divides by the sum of the weights used. IndexError for a class outside of [0, C).
Tensor nll_loss(const Tensor& input, const Tensor& target, const Tensor& weight = {},
                Reduction reduction = Reduction::Mean, int64_t ignore_index = -100);

}  // namespace ember
