// Margin losses as layers. See ops/loss/margin_loss.h for shapes and formulas.
#pragma once

#include "ember/nn/loss.h"

namespace ember::nn {

/// log(1 + exp(-target input)).
class SoftMarginLossImpl : public Layer<SoftMarginLossImpl, LossOptions> {
 public:
  explicit SoftMarginLossImpl(LossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input, const Tensor& target) const;
};
using SoftMarginLoss = ModuleHolder<SoftMarginLossImpl>;

/// max(0, 1 - input[j] + input[i]) over the classes j in target and the others i.
class MultiLabelMarginLossImpl : public Layer<MultiLabelMarginLossImpl, LossOptions> {
 public:
  explicit MultiLabelMarginLossImpl(LossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input, const Tensor& target) const;
};
using MultiLabelMarginLoss = ModuleHolder<MultiLabelMarginLossImpl>;

template <class Derived>
struct MarginOptions : ReductionOptions<Derived> {
  Derived& margin(double value) { return margin_ = value, static_cast<Derived&>(*this); }
  OptionFields fields() { return {{"margin", &margin_}, kSizeAverage, kReduce, this->reduction_field()}; }

  double margin_;

 protected:
  explicit MarginOptions(double margin) : margin_(margin) {}
};

struct HingeEmbeddingLossOptions : MarginOptions<HingeEmbeddingLossOptions> {
  HingeEmbeddingLossOptions(double margin = 1.0) : MarginOptions(margin) {}
};
struct MarginRankingLossOptions : MarginOptions<MarginRankingLossOptions> {
  MarginRankingLossOptions(double margin = 0.0) : MarginOptions(margin) {}
};
using CosineEmbeddingLossOptions = MarginRankingLossOptions;
using SoftMarginLossOptions = LossOptions;
using MultiLabelMarginLossOptions = LossOptions;

/// input where target is 1, max(0, margin - input) where it is -1.
class HingeEmbeddingLossImpl : public Layer<HingeEmbeddingLossImpl, HingeEmbeddingLossOptions> {
 public:
  explicit HingeEmbeddingLossImpl(HingeEmbeddingLossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input, const Tensor& target) const;
};
using HingeEmbeddingLoss = ModuleHolder<HingeEmbeddingLossImpl>;

/// max(0, margin - target (input1 - input2)).
class MarginRankingLossImpl : public Layer<MarginRankingLossImpl, MarginRankingLossOptions> {
 public:
  explicit MarginRankingLossImpl(MarginRankingLossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target) const;
};
using MarginRankingLoss = ModuleHolder<MarginRankingLossImpl>;

/// 1 - cos(input1, input2) where target is 1, max(0, cos - margin) where it is -1.
class CosineEmbeddingLossImpl : public Layer<CosineEmbeddingLossImpl, CosineEmbeddingLossOptions> {
 public:
  explicit CosineEmbeddingLossImpl(CosineEmbeddingLossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input1, const Tensor& input2, const Tensor& target) const;
};
using CosineEmbeddingLoss = ModuleHolder<CosineEmbeddingLossImpl>;

struct MultiMarginLossOptions : ReductionOptions<MultiMarginLossOptions> {
  MultiMarginLossOptions& p(int64_t value) { return p_ = value, *this; }
  MultiMarginLossOptions& margin(double value) { return margin_ = value, *this; }
  MultiMarginLossOptions& weight(Tensor value) { return weight_ = std::move(value), *this; }
  OptionFields fields();

  int64_t p_ = 1;
  double margin_ = 1;
  Tensor weight_;  ///< [classes]
};

/// The mean over other classes i of max(0, margin - input[target] + input[i])^p.
class MultiMarginLossImpl : public Layer<MultiMarginLossImpl, MultiMarginLossOptions> {
 public:
  /// ValueError unless p is 1 or 2.
  explicit MultiMarginLossImpl(MultiMarginLossOptions options = {});
  Tensor forward(const Tensor& input, const Tensor& target) const;

  Tensor& weight;
};
using MultiMarginLoss = ModuleHolder<MultiMarginLossImpl>;

struct MultiLabelSoftMarginLossOptions : ReductionOptions<MultiLabelSoftMarginLossOptions> {
  MultiLabelSoftMarginLossOptions& weight(Tensor value) { return weight_ = std::move(value), *this; }
  OptionFields fields();

  Tensor weight_;  ///< [classes]
};

/// The mean over classes of the binary cross entropy of logits.
class MultiLabelSoftMarginLossImpl : public Layer<MultiLabelSoftMarginLossImpl, MultiLabelSoftMarginLossOptions> {
 public:
  explicit MultiLabelSoftMarginLossImpl(MultiLabelSoftMarginLossOptions options = {});
  Tensor forward(const Tensor& input, const Tensor& target) const;

  Tensor& weight;
};
using MultiLabelSoftMarginLoss = ModuleHolder<MultiLabelSoftMarginLossImpl>;

struct TripletMarginLossOptions : ReductionOptions<TripletMarginLossOptions> {
  TripletMarginLossOptions& margin(double value) { return margin_ = value, *this; }
  TripletMarginLossOptions& p(double value) { return p_ = value, *this; }
  TripletMarginLossOptions& eps(double value) { return eps_ = value, *this; }
  TripletMarginLossOptions& swap(bool value) { return swap_ = value, *this; }
  OptionFields fields();

  double margin_ = 1, p_ = 2, eps_ = 1e-6;
  bool swap_ = false;
};

/// max(0, |anchor - positive| - |anchor - negative| + margin).
class TripletMarginLossImpl : public Layer<TripletMarginLossImpl, TripletMarginLossOptions> {
 public:
  /// ValueError unless margin is positive.
  explicit TripletMarginLossImpl(TripletMarginLossOptions options = {});
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative) const;
};
using TripletMarginLoss = ModuleHolder<TripletMarginLossImpl>;

using Distance = BinaryFunction;

struct TripletMarginWithDistanceLossOptions : ReductionOptions<TripletMarginWithDistanceLossOptions> {
  TripletMarginWithDistanceLossOptions& distance_function(Distance value) {
    return distance_function_ = std::move(value), *this;
  }
  TripletMarginWithDistanceLossOptions& margin(double value) { return margin_ = value, *this; }
  TripletMarginWithDistanceLossOptions& swap(bool value) { return swap_ = value, *this; }
  OptionFields fields();

  Distance distance_function_;  ///< Euclidean unless set
  double margin_ = 1;
  bool swap_ = false;
};

/// The same with a distance of the caller's.
class TripletMarginWithDistanceLossImpl
    : public Layer<TripletMarginWithDistanceLossImpl, TripletMarginWithDistanceLossOptions> {
 public:
  /// ValueError unless margin is positive.
  explicit TripletMarginWithDistanceLossImpl(TripletMarginWithDistanceLossOptions options = {});
  Tensor forward(const Tensor& anchor, const Tensor& positive, const Tensor& negative) const;
};
using TripletMarginWithDistanceLoss = ModuleHolder<TripletMarginWithDistanceLossImpl>;

}  // namespace ember::nn
