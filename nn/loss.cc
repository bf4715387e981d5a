#include "ember/nn/loss.h"

#include "ember/ops/loss/nll_loss.h"

namespace ember::nn {

OptionFields NLLLossOptions::fields() {
  return {
      {"weight", &weight_, kNoAttribute}, kSizeAverage, {"ignore_index", &ignore_index_}, kReduce, reduction_field()};
}

OptionFields CrossEntropyLossOptions::fields() {
  return {
      {"weight", &weight_, kNoAttribute},    kSizeAverage, {"ignore_index", &ignore_index_}, kReduce, reduction_field(),
      {"label_smoothing", &label_smoothing_}};
}

OptionFields BCEWithLogitsLossOptions::fields() {
  return {{"weight", &weight_, kNoAttribute},
          kSizeAverage,
          kReduce,
          reduction_field(),
          {"pos_weight", &pos_weight_, kNoAttribute}};
}

Tensor MSELossImpl::forward(const Tensor& input, const Tensor& target) const {
  return mse_loss(input, target, options.reduction_);
}

Tensor L1LossImpl::forward(const Tensor& input, const Tensor& target) const {
  return l1_loss(input, target, options.reduction_);
}

NLLLossImpl::NLLLossImpl(NLLLossOptions options) : Layer(options), weight(register_buffer("weight", options.weight_)) {}

Tensor NLLLossImpl::forward(const Tensor& input, const Tensor& target) const {
  return nll_loss(input, target, weight, options.reduction_, options.ignore_index_);
}

CrossEntropyLossImpl::CrossEntropyLossImpl(CrossEntropyLossOptions options)
    : Layer(options), weight(register_buffer("weight", options.weight_)) {}

Tensor CrossEntropyLossImpl::forward(const Tensor& input, const Tensor& target) const {
  return cross_entropy(input, target, weight, options.reduction_, options.ignore_index_, options.label_smoothing_);
}

BCEWithLogitsLossImpl::BCEWithLogitsLossImpl(BCEWithLogitsLossOptions options)
    : Layer(options),
      weight(register_buffer("weight", options.weight_)),
      pos_weight(register_buffer("pos_weight", options.pos_weight_)) {}

Tensor BCEWithLogitsLossImpl::forward(const Tensor& input, const Tensor& target) const {
  return binary_cross_entropy_with_logits(input, target, weight, pos_weight, options.reduction_);
}

}  // namespace ember::nn
