// Losses as layers: forward takes the prediction and the target. See ops/loss/loss.h for shapes and formulas.
#pragma once

#include "ember/nn/module.h"
#include "ember/ops/loss/loss.h"

namespace ember::nn {

struct LossOptions : ReductionOptions<LossOptions> {
  LossOptions(Reduction value = Reduction::Mean) { reduction(value); }
  LossOptions(OptionName name) { reduction(name); }
  OptionFields fields() { return {kSizeAverage, kReduce, reduction_field()}; }
};
using MSELossOptions = LossOptions;
using L1LossOptions = LossOptions;

/// (input - target)^2.
class MSELossImpl : public Layer<MSELossImpl, MSELossOptions> {
 public:
  explicit MSELossImpl(MSELossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input, const Tensor& target) const;
};
using MSELoss = ModuleHolder<MSELossImpl>;

/// |input - target|.
class L1LossImpl : public Layer<L1LossImpl, L1LossOptions> {
 public:
  explicit L1LossImpl(L1LossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input, const Tensor& target) const;
};
using L1Loss = ModuleHolder<L1LossImpl>;

struct NLLLossOptions : ReductionOptions<NLLLossOptions> {
  NLLLossOptions& weight(Tensor value) { return weight_ = std::move(value), *this; }
  NLLLossOptions& ignore_index(int64_t value) { return ignore_index_ = value, *this; }
  OptionFields fields();

  Tensor weight_;  ///< [classes]
  int64_t ignore_index_ = -100;
};

/// Negative log-likelihood of log-probabilities [N, C, ...] and classes [N, ...].
class NLLLossImpl : public Layer<NLLLossImpl, NLLLossOptions> {
 public:
  explicit NLLLossImpl(NLLLossOptions options = {});
  Tensor forward(const Tensor& input, const Tensor& target) const;

  Tensor& weight;
};
using NLLLoss = ModuleHolder<NLLLossImpl>;

struct CrossEntropyLossOptions : ReductionOptions<CrossEntropyLossOptions> {
  CrossEntropyLossOptions& weight(Tensor value) { return weight_ = std::move(value), *this; }
  CrossEntropyLossOptions& ignore_index(int64_t value) { return ignore_index_ = value, *this; }
  CrossEntropyLossOptions& label_smoothing(double value) { return label_smoothing_ = value, *this; }
  OptionFields fields();

  Tensor weight_;  ///< [classes]
  int64_t ignore_index_ = -100;
  double label_smoothing_ = 0;
};

/// Cross entropy of logits [N, C, ...] and classes [N, ...] or probabilities [N, C, ...].
class CrossEntropyLossImpl : public Layer<CrossEntropyLossImpl, CrossEntropyLossOptions> {
 public:
  explicit CrossEntropyLossImpl(CrossEntropyLossOptions options = {});
  Tensor forward(const Tensor& input, const Tensor& target) const;

  Tensor& weight;
};
using CrossEntropyLoss = ModuleHolder<CrossEntropyLossImpl>;

struct BCEWithLogitsLossOptions : ReductionOptions<BCEWithLogitsLossOptions> {
  BCEWithLogitsLossOptions& weight(Tensor value) { return weight_ = std::move(value), *this; }
  BCEWithLogitsLossOptions& pos_weight(Tensor value) { return pos_weight_ = std::move(value), *this; }
  OptionFields fields();

  Tensor weight_, pos_weight_;
};

/// Binary cross entropy of logits and targets in [0, 1].
class BCEWithLogitsLossImpl : public Layer<BCEWithLogitsLossImpl, BCEWithLogitsLossOptions> {
 public:
  explicit BCEWithLogitsLossImpl(BCEWithLogitsLossOptions options = {});
  Tensor forward(const Tensor& input, const Tensor& target) const;

  Tensor &weight, &pos_weight;
};
using BCEWithLogitsLoss = ModuleHolder<BCEWithLogitsLossImpl>;

}  // namespace ember::nn
