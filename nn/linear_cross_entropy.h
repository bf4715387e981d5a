// A linear layer and the cross entropy of its logits in one.
#pragma once

#include <optional>

#include "ember/nn/linear.h"

namespace ember::nn {

struct LinearCrossEntropyLossOptions : ParameterOptions<LinearCrossEntropyLossOptions>,
                                       ReductionOptions<LinearCrossEntropyLossOptions> {
  LinearCrossEntropyLossOptions(int64_t in_features, int64_t num_classes)
      : in_features_(in_features), num_classes_(num_classes) {}
  /// The dims d1, ... of a loss for each of many places; none unless given.
  LinearCrossEntropyLossOptions& out_features(Shape value) { return out_features_ = std::move(value), *this; }
  LinearCrossEntropyLossOptions& bias(bool value) { return bias_ = value, *this; }
  LinearCrossEntropyLossOptions& weight(Tensor value) { return weight_ = std::move(value), *this; }
  /// -100 unless given.
  LinearCrossEntropyLossOptions& ignore_index(std::optional<int64_t> value) { return ignore_index_ = value, *this; }
  LinearCrossEntropyLossOptions& label_smoothing(double value) { return label_smoothing_ = value, *this; }
  OptionFields fields();

  int64_t in_features_, num_classes_;
  Shape out_features_;
  bool bias_ = false;
  Tensor weight_;  ///< [num_classes]
  std::optional<int64_t> ignore_index_;
  double label_smoothing_ = 0;
};

/// Cross entropy of the logits [N, num_classes, out_features...] that the child `linear` makes of input [N, in_features], and
/// classes [N, out_features...] or probabilities. See ops/loss/regression_loss.h.
class LinearCrossEntropyLossImpl : public Layer<LinearCrossEntropyLossImpl, LinearCrossEntropyLossOptions> {
 public:
  explicit LinearCrossEntropyLossImpl(LinearCrossEntropyLossOptions options);
  Tensor forward(const Tensor& input, const Tensor& target) const;
  std::string extra_repr() const override;

  Tensor& weight;
  std::shared_ptr<Module>& linear;
};
using LinearCrossEntropyLoss = ModuleHolder<LinearCrossEntropyLossImpl>;

}  // namespace ember::nn
