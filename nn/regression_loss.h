// Losses of real numbers and of distributions as layers. See ops/loss/loss.h and ops/loss/regression_loss.h for shapes and formulas.
#pragma once

#include <string>

#include "ember/nn/loss.h"

namespace ember::nn {

struct SmoothL1LossOptions : ReductionOptions<SmoothL1LossOptions> {
  SmoothL1LossOptions& beta(double value) { return beta_ = value, *this; }
  OptionFields fields() { return {kSizeAverage, kReduce, reduction_field(), {"beta", &beta_}}; }

  double beta_ = 1;
};

/// Half squared below beta, linear above.
class SmoothL1LossImpl : public Layer<SmoothL1LossImpl, SmoothL1LossOptions> {
 public:
  explicit SmoothL1LossImpl(SmoothL1LossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input, const Tensor& target) const;
};
using SmoothL1Loss = ModuleHolder<SmoothL1LossImpl>;

struct HuberLossOptions : ReductionOptions<HuberLossOptions> {
  HuberLossOptions& delta(double value) { return delta_ = value, *this; }
  OptionFields fields() { return {reduction_field(), {"delta", &delta_}}; }

  double delta_ = 1;
};

/// Half squared up to delta, linear above.
class HuberLossImpl : public Layer<HuberLossImpl, HuberLossOptions> {
 public:
  explicit HuberLossImpl(HuberLossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input, const Tensor& target) const;
};
using HuberLoss = ModuleHolder<HuberLossImpl>;

struct KLDivLossOptions {
  /// "mean", "sum", "none", or "batchmean": the sum divided by the batch's size.
  KLDivLossOptions& reduction(OptionName value) { return reduction_ = value.text, *this; }
  KLDivLossOptions& log_target(bool value) { return log_target_ = value, *this; }
  OptionFields fields() { return {kSizeAverage, kReduce, {"reduction", &reduction_}, {"log_target", &log_target_}}; }

  std::string reduction_ = "mean";
  bool log_target_ = false;
};

/// target (log(target) - input) for log-probabilities input.
class KLDivLossImpl : public Layer<KLDivLossImpl, KLDivLossOptions> {
 public:
  explicit KLDivLossImpl(KLDivLossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input, const Tensor& target) const;
};
using KLDivLoss = ModuleHolder<KLDivLossImpl>;

struct BCELossOptions : ReductionOptions<BCELossOptions> {
  BCELossOptions& weight(Tensor value) { return weight_ = std::move(value), *this; }
  OptionFields fields() { return {{"weight", &weight_, kNoAttribute}, kSizeAverage, kReduce, reduction_field()}; }

  Tensor weight_;
};

/// Binary cross entropy of probabilities and targets in [0, 1].
class BCELossImpl : public Layer<BCELossImpl, BCELossOptions> {
 public:
  explicit BCELossImpl(BCELossOptions options = {});
  Tensor forward(const Tensor& input, const Tensor& target) const;

  Tensor& weight;
};
using BCELoss = ModuleHolder<BCELossImpl>;

struct GaussianNLLLossOptions : ReductionOptions<GaussianNLLLossOptions> {
  GaussianNLLLossOptions& full(bool value) { return full_ = value, *this; }
  GaussianNLLLossOptions& eps(double value) { return eps_ = value, *this; }
  OptionFields fields() { return {{"full", &full_, kKeywordOnly}, {"eps", &eps_}, reduction_field()}; }

  bool full_ = false;
  double eps_ = 1e-6;
};

/// Half of log(var) + (input - target)^2 / var.
class GaussianNLLLossImpl : public Layer<GaussianNLLLossImpl, GaussianNLLLossOptions> {
 public:
  explicit GaussianNLLLossImpl(GaussianNLLLossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input, const Tensor& target, const Tensor& var) const;
};
using GaussianNLLLoss = ModuleHolder<GaussianNLLLossImpl>;

struct PoissonNLLLossOptions : ReductionOptions<PoissonNLLLossOptions> {
  PoissonNLLLossOptions& log_input(bool value) { return log_input_ = value, *this; }
  PoissonNLLLossOptions& full(bool value) { return full_ = value, *this; }
  PoissonNLLLossOptions& eps(double value) { return eps_ = value, *this; }
  OptionFields fields() {
    return {{"log_input", &log_input_}, {"full", &full_}, kSizeAverage, {"eps", &eps_}, kReduce, reduction_field()};
  }

  bool log_input_ = true, full_ = false;
  double eps_ = 1e-8;
};

/// exp(input) - target input.
class PoissonNLLLossImpl : public Layer<PoissonNLLLossImpl, PoissonNLLLossOptions> {
 public:
  explicit PoissonNLLLossImpl(PoissonNLLLossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input, const Tensor& target) const;
};
using PoissonNLLLoss = ModuleHolder<PoissonNLLLossImpl>;

struct CTCLossOptions : ReductionOptions<CTCLossOptions> {
  CTCLossOptions& blank(int64_t value) { return blank_ = value, *this; }
  CTCLossOptions& zero_infinity(bool value) { return zero_infinity_ = value, *this; }
  OptionFields fields() { return {{"blank", &blank_}, reduction_field(), {"zero_infinity", &zero_infinity_}}; }

  int64_t blank_ = 0;
  bool zero_infinity_ = false;
};

/// Connectionist temporal classification; see ops/loss/ctc_loss.h.
class CTCLossImpl : public Layer<CTCLossImpl, CTCLossOptions> {
 public:
  explicit CTCLossImpl(CTCLossOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& log_probs, const Tensor& targets, const Tensor& input_lengths,
                 const Tensor& target_lengths) const;
};
using CTCLoss = ModuleHolder<CTCLossImpl>;

}  // namespace ember::nn
