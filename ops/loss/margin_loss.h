// Losses that want a margin: between classes, between the members of a pair, between near and far samples. Inputs may be integers
// where a formula gives them a real result.
#pragma once

#include "ember/core/function_ref.h"
#include "ember/ops/loss/loss.h"
#include "ember/ops/tensor.h"

namespace ember {

/// log(1 + exp(-target input)) for targets of 1 and -1.
Tensor soft_margin_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::Mean);
/// input where target is 1, max(0, margin - input) where it is -1, and for any other target both.
Tensor hinge_embedding_loss(const Tensor& input, const Tensor& target, double margin = 1.0,
                            Reduction reduction = Reduction::Mean);
/// max(0, margin - target (input1 - input2)): target 1 wants input1 to be the larger one, -1 input2.
Tensor margin_ranking_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin = 0.0,
                           Reduction reduction = Reduction::Mean);
/// 1 - cos(input1, input2) where target is 1, max(0, cos - margin) where it is -1, along the last dim of [D] or [N, D].
Tensor cosine_embedding_loss(const Tensor& input1, const Tensor& input2, const Tensor& target, double margin = 0.0,
                             Reduction reduction = Reduction::Mean);
/// The mean over classes i other than the target of max(0, margin - x[target] + x[i])^p, times weight[target]; p is 1 or 2. Input [C]
/// or [N, C], target int64, zero-dim or [N].
Tensor multi_margin_loss(const Tensor& input, const Tensor& target, int64_t p = 1, double margin = 1.0,
                         const Tensor& weight = {}, Reduction reduction = Reduction::Mean);
/// The sum over targets j and other classes i of max(0, 1 - x[j] + x[i]) / C. target holds int64 classes, those before the first
/// negative one count; input and target are [C] or [N, C].
Tensor multilabel_margin_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::Mean);
/// The mean over classes of -weight (target log(sigmoid(input)) + (1 - target) log(sigmoid(-input))).
Tensor multilabel_soft_margin_loss(const Tensor& input, const Tensor& target, const Tensor& weight = {},
                                   Reduction reduction = Reduction::Mean);
/// max(0, |anchor - positive|_p - |anchor - negative|_p + margin) along the last dim; `swap` takes the positive's distance from the
/// negative where that is smaller. Balntas et al., 2016.
Tensor triplet_margin_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative, double margin = 1.0,
                           double p = 2.0, double eps = 1e-6, bool swap = false, Reduction reduction = Reduction::Mean);
/// The same with a distance of the caller's.
Tensor triplet_margin_with_distance_loss(const Tensor& anchor, const Tensor& positive, const Tensor& negative,
                                         FunctionRef<Tensor(const Tensor& a, const Tensor& b)> distance,
                                         double margin = 1.0, bool swap = false, Reduction reduction = Reduction::Mean);

}  // namespace ember
