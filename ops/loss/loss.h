// Losses. `reduction` is Mean (the default), Sum or None, which keeps one loss for each element or sample.
#pragma once

#include <string_view>
#include <type_traits>

#include "ember/ops/tensor.h"

namespace ember {

enum class Reduction { None, Mean, Sum };

/// Parses "none", "mean" or "sum"; ValueError otherwise.
Reduction reduction_from_string(std::string_view name);

/// (input - target)^2.
Tensor mse_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::Mean);
/// |input - target|.
Tensor l1_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::Mean);
/// A number is no Reduction, and would become the weight of ops/loss/regression_loss.h.
template <class Number>
requires std::is_arithmetic_v<Number>
void mse_loss(const Tensor& input, const Tensor& target, Number) = delete;
template <class Number>
requires std::is_arithmetic_v<Number>
void l1_loss(const Tensor& input, const Tensor& target, Number) = delete;
/// Half squared below `beta`, linear above. Girshick, 2015.
Tensor smooth_l1_loss(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::Mean,
                      double beta = 1.0);
/// nll_loss of log_softmax(input, 1). Targets are classes as above, or probabilities of input's shape and dtype.
Tensor cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight = {},
                     Reduction reduction = Reduction::Mean, int64_t ignore_index = -100, double label_smoothing = 0.0);
/// -(target log(input) + (1 - target) log(1 - input)); logarithms are cut off at -100.
Tensor binary_cross_entropy(const Tensor& input, const Tensor& target, const Tensor& weight = {},
                            Reduction reduction = Reduction::Mean);
/// The same for input before the sigmoid, stable for large values; pos_weight scales the positive term.
Tensor binary_cross_entropy_with_logits(const Tensor& input, const Tensor& target, const Tensor& weight = {},
                                        const Tensor& pos_weight = {}, Reduction reduction = Reduction::Mean);
/// target (log(target) - input) for log-probabilities input; log_target says that target is a logarithm too.
Tensor kl_div(const Tensor& input, const Tensor& target, Reduction reduction = Reduction::Mean,
              bool log_target = false);

}  // namespace ember
