#include "ember/nn/margin_loss.h"

#include "ember/ops/loss/margin_loss.h"

namespace ember::nn {

OptionFields MultiMarginLossOptions::fields() {
  return {{"p", &p_}, {"margin", &margin_}, {"weight", &weight_, kNoAttribute}, kSizeAverage,
          kReduce,    reduction_field()};
}

OptionFields MultiLabelSoftMarginLossOptions::fields() {
  return {{"weight", &weight_, kNoAttribute}, kSizeAverage, kReduce, reduction_field()};
}

OptionFields TripletMarginLossOptions::fields() {
  return {{"margin", &margin_}, {"p", &p_}, {"eps", &eps_}, {"swap", &swap_}, kSizeAverage, kReduce, reduction_field()};
}

OptionFields TripletMarginWithDistanceLossOptions::fields() {
  return {{"distance_function", &distance_function_, kKeywordOnly},
          {"margin", &margin_},
          {"swap", &swap_},
          reduction_field()};
}

Tensor SoftMarginLossImpl::forward(const Tensor& input, const Tensor& target) const {
  return soft_margin_loss(input, target, options.reduction_);
}

Tensor MultiLabelMarginLossImpl::forward(const Tensor& input, const Tensor& target) const {
  return multilabel_margin_loss(input, target, options.reduction_);
}

Tensor HingeEmbeddingLossImpl::forward(const Tensor& input, const Tensor& target) const {
  return hinge_embedding_loss(input, target, options.margin_, options.reduction_);
}

Tensor MarginRankingLossImpl::forward(const Tensor& input1, const Tensor& input2, const Tensor& target) const {
  return margin_ranking_loss(input1, input2, target, options.margin_, options.reduction_);
}

Tensor CosineEmbeddingLossImpl::forward(const Tensor& input1, const Tensor& input2, const Tensor& target) const {
  return cosine_embedding_loss(input1, input2, target, options.margin_, options.reduction_);
}

MultiMarginLossImpl::MultiMarginLossImpl(MultiMarginLossOptions options)
    : Layer(options), weight(register_buffer("weight", options.weight_)) {
  check<ValueError>(options.p_ == 1 || options.p_ == 2, "MultiMarginLoss: p is ", options.p_, " but must be 1 or 2");
}

Tensor MultiMarginLossImpl::forward(const Tensor& input, const Tensor& target) const {
  return multi_margin_loss(input, target, options.p_, options.margin_, weight, options.reduction_);
}

MultiLabelSoftMarginLossImpl::MultiLabelSoftMarginLossImpl(MultiLabelSoftMarginLossOptions options)
    : Layer(options), weight(register_buffer("weight", options.weight_)) {}

Tensor MultiLabelSoftMarginLossImpl::forward(const Tensor& input, const Tensor& target) const {
  return multilabel_soft_margin_loss(input, target, weight, options.reduction_);
}

TripletMarginLossImpl::TripletMarginLossImpl(TripletMarginLossOptions options) : Layer(options) {
  check<ValueError>(options.margin_ > 0, "TripletMarginLoss: margin is ", options.margin_, " but must be positive");
}

Tensor TripletMarginLossImpl::forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative) const {
  return triplet_margin_loss(anchor, positive, negative, options.margin_, options.p_, options.eps_, options.swap_,
                             options.reduction_);
}

TripletMarginWithDistanceLossImpl::TripletMarginWithDistanceLossImpl(TripletMarginWithDistanceLossOptions options)
    : Layer(options) {
  check<ValueError>(options.margin_ > 0, "TripletMarginWithDistanceLoss: margin is ", options.margin_,
                    " but must be positive");
}

Tensor TripletMarginWithDistanceLossImpl::forward(const Tensor& anchor, const Tensor& positive,
                                                  const Tensor& negative) const {
  if (!options.distance_function_)
    return triplet_margin_loss(anchor, positive, negative, options.margin_, 2, 1e-6, options.swap_, options.reduction_);
  return triplet_margin_with_distance_loss(anchor, positive, negative, options.distance_function_, options.margin_,
                                           options.swap_, options.reduction_);
}

}  // namespace ember::nn
