// Activation functions with a parameter or two, as layers. What they compute is told in ops/activation/activation.h.
#pragma once

#include "ember/nn/activation.h"

namespace ember::nn {

struct ELUOptions {
  ELUOptions& alpha(double value) { return alpha_ = value, *this; }
  ELUOptions& inplace(bool value) { return inplace_ = value, *this; }
  OptionFields fields() { return {{"alpha", &alpha_}, {"inplace", &inplace_}}; }

  double alpha_ = 1.0;
  bool inplace_ = false;
};
using CELUOptions = ELUOptions;
using SELUOptions = ActivationOptions;
using HardsigmoidOptions = ActivationOptions;
using HardswishOptions = ActivationOptions;
using MishOptions = ActivationOptions;

/// x where positive, alpha (exp(x) - 1) elsewhere. Clevert et al., 2015.
class ELUImpl : public Layer<ELUImpl, ELUOptions> {
 public:
  explicit ELUImpl(ELUOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using ELU = ModuleHolder<ELUImpl>;

/// x where positive, alpha (exp(x / alpha) - 1) elsewhere. Barron, 2017.
class CELUImpl : public Layer<CELUImpl, CELUOptions> {
 public:
  explicit CELUImpl(CELUOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using CELU = ModuleHolder<CELUImpl>;

/// The elu that keeps mean 0 and variance 1. Klambauer et al., 2017.
class SELUImpl : public Layer<SELUImpl, SELUOptions> {
 public:
  explicit SELUImpl(SELUOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using SELU = ModuleHolder<SELUImpl>;

/// min(max(x + 3, 0), 6) / 6.
class HardsigmoidImpl : public Layer<HardsigmoidImpl, HardsigmoidOptions> {
 public:
  explicit HardsigmoidImpl(HardsigmoidOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
};
using Hardsigmoid = ModuleHolder<HardsigmoidImpl>;

/// x min(max(x + 3, 0), 6) / 6. Howard et al., 2019.
class HardswishImpl : public Layer<HardswishImpl, HardswishOptions> {
 public:
  explicit HardswishImpl(HardswishOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
};
using Hardswish = ModuleHolder<HardswishImpl>;

/// x tanh(softplus(x)). Misra, 2019.
class MishImpl : public Layer<MishImpl, MishOptions> {
 public:
  explicit MishImpl(MishOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Mish = ModuleHolder<MishImpl>;

struct HardtanhOptions {
  HardtanhOptions& min_val(double value) { return min_val_ = value, *this; }
  HardtanhOptions& max_val(double value) { return max_val_ = value, *this; }
  HardtanhOptions& inplace(bool value) { return inplace_ = value, *this; }
  OptionFields fields() {
    return {{"min_val", &min_val_},
            {"max_val", &max_val_},
            {"inplace", &inplace_},
            {"min_value", FormerName{&min_val_}, kNoAttribute | kNotSaved},
            {"max_value", FormerName{&max_val_}, kNoAttribute | kNotSaved}};
  }

  double min_val_ = -1, max_val_ = 1;
  bool inplace_ = false;
};

/// min(max(x, min_val), max_val).
class HardtanhImpl : public Layer<HardtanhImpl, HardtanhOptions> {
 public:
  explicit HardtanhImpl(HardtanhOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Hardtanh = ModuleHolder<HardtanhImpl>;

struct ShrinkOptions {
  ShrinkOptions(double lambda = 0.5) : lambda_(lambda) {}
  ShrinkOptions& lambda(double value) { return lambda_ = value, *this; }
  OptionFields fields() { return {{"lambd", &lambda_}}; }

  double lambda_;
};
using HardshrinkOptions = ShrinkOptions;
using SoftshrinkOptions = ShrinkOptions;

/// x where |x| > lambda, 0 elsewhere.
class HardshrinkImpl : public Layer<HardshrinkImpl, HardshrinkOptions> {
 public:
  explicit HardshrinkImpl(HardshrinkOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Hardshrink = ModuleHolder<HardshrinkImpl>;

/// x moved by lambda toward 0, where it stops.
class SoftshrinkImpl : public Layer<SoftshrinkImpl, SoftshrinkOptions> {
 public:
  explicit SoftshrinkImpl(SoftshrinkOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Softshrink = ModuleHolder<SoftshrinkImpl>;

struct ThresholdOptions {
  ThresholdOptions(double threshold, double value) : threshold_(threshold), value_(value) {}
  ThresholdOptions& inplace(bool value) { return inplace_ = value, *this; }
  OptionFields fields() {
    return {{"threshold", &threshold_, kRequired}, {"value", &value_, kRequired}, {"inplace", &inplace_}};
  }

  double threshold_, value_;
  bool inplace_ = false;
};

/// x where x > threshold, value elsewhere.
class ThresholdImpl : public Layer<ThresholdImpl, ThresholdOptions> {
 public:
  explicit ThresholdImpl(ThresholdOptions options) : Layer(options) {}
  ThresholdImpl(double threshold, double value) : ThresholdImpl(ThresholdOptions(threshold, value)) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Threshold = ModuleHolder<ThresholdImpl>;

struct PReLUOptions : ParameterOptions<PReLUOptions> {
  PReLUOptions& num_parameters(int64_t value) { return num_parameters_ = value, *this; }
  PReLUOptions& init(double value) { return init_ = value, *this; }
  OptionFields fields() {
    return {{"num_parameters", &num_parameters_}, {"init", &init_}, device_field(), dtype_field()};
  }

  int64_t num_parameters_ = 1;
  double init_ = 0.25;
};

/// x where positive, weight x elsewhere; the weights, one or one for each channel, are learned. He et al., 2015.
class PReLUImpl : public Layer<PReLUImpl, PReLUOptions> {
 public:
  explicit PReLUImpl(PReLUOptions options = {});
  Tensor forward(const Tensor& input) override;
  void reset_parameters();
  std::string extra_repr() const override;

  Tensor& weight;
};
using PReLU = ModuleHolder<PReLUImpl>;

struct RReLUOptions {
  RReLUOptions& lower(double value) { return lower_ = value, *this; }
  RReLUOptions& upper(double value) { return upper_ = value, *this; }
  RReLUOptions& inplace(bool value) { return inplace_ = value, *this; }
  OptionFields fields() { return {{"lower", &lower_}, {"upper", &upper_}, {"inplace", &inplace_}}; }

  double lower_ = 1.0 / 8, upper_ = 1.0 / 3;
  bool inplace_ = false;
};

/// leaky_relu with slopes drawn from [lower, upper] while training, their mean otherwise. Xu et al., 2015.
class RReLUImpl : public Layer<RReLUImpl, RReLUOptions> {
 public:
  explicit RReLUImpl(RReLUOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using RReLU = ModuleHolder<RReLUImpl>;

struct GLUOptions {
  GLUOptions(int64_t dim = -1) : dim_(dim) {}
  OptionFields fields() { return {{"dim", &dim_}}; }

  int64_t dim_;
};

/// a sigmoid(b), where a and b are the halves of x along dim. Dauphin et al., 2016.
class GLUImpl : public Layer<GLUImpl, GLUOptions> {
 public:
  explicit GLUImpl(GLUOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using GLU = ModuleHolder<GLUImpl>;

/// log(sigmoid(x)).
class LogSigmoidImpl : public Layer<LogSigmoidImpl, NoOptions> {
 public:
  explicit LogSigmoidImpl(NoOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
};
using LogSigmoid = ModuleHolder<LogSigmoidImpl>;

/// x / (1 + |x|).
class SoftsignImpl : public Layer<SoftsignImpl, NoOptions> {
 public:
  explicit SoftsignImpl(NoOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
};
using Softsign = ModuleHolder<SoftsignImpl>;

/// x - tanh(x).
class TanhshrinkImpl : public Layer<TanhshrinkImpl, NoOptions> {
 public:
  explicit TanhshrinkImpl(NoOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
};
using Tanhshrink = ModuleHolder<TanhshrinkImpl>;

/// softmax over the channels of images [N, C, H, W] or [C, H, W].
class Softmax2dImpl : public Layer<Softmax2dImpl, NoOptions> {
 public:
  explicit Softmax2dImpl(NoOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
};
using Softmax2d = ModuleHolder<Softmax2dImpl>;

/// softmax(-x) along dim.
class SoftminImpl : public Layer<SoftminImpl, SoftmaxOptions> {
 public:
  explicit SoftminImpl(SoftmaxOptions options) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Softmin = ModuleHolder<SoftminImpl>;

}  // namespace ember::nn
