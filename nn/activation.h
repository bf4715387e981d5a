// Activation functions as layers.
#pragma once

#include "ember/nn/module.h"

namespace ember::nn {

struct ActivationOptions {
  ActivationOptions(bool inplace = false) : inplace_(inplace) {}
  ActivationOptions& inplace(bool value) { return inplace_ = value, *this; }
  OptionFields fields() { return {{"inplace", &inplace_}}; }

  bool inplace_;
};
using ReLUOptions = ActivationOptions;
using ReLU6Options = ActivationOptions;
using SiLUOptions = ActivationOptions;

namespace detail {
/// The options as PyTorch prints those of activations: inplace only if it is on.
template <class Options>
std::string activation_text(const Options& options) {
  return options.inplace_ ? described(options) : described(options, {"inplace"});
}
}  // namespace detail

/// max(x, 0).
class ReLUImpl : public Layer<ReLUImpl, ReLUOptions> {
 public:
  explicit ReLUImpl(ReLUOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using ReLU = ModuleHolder<ReLUImpl>;

/// min(max(x, 0), 6).
class ReLU6Impl : public Layer<ReLU6Impl, ReLU6Options> {
 public:
  explicit ReLU6Impl(ReLU6Options options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using ReLU6 = ModuleHolder<ReLU6Impl>;

/// x sigmoid(x). Elfwing et al., 2017.
class SiLUImpl : public Layer<SiLUImpl, SiLUOptions> {
 public:
  explicit SiLUImpl(SiLUOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using SiLU = ModuleHolder<SiLUImpl>;

struct GELUOptions {
  /// "none" for the exact function, "tanh" for the approximation.
  GELUOptions& approximate(OptionName value) { return approximate_ = value.text, *this; }
  OptionFields fields() { return {{"approximate", &approximate_}}; }

  std::string approximate_ = "none";
};

/// x Phi(x), Phi the normal distribution function. Hendrycks & Gimpel, 2016.
class GELUImpl : public Layer<GELUImpl, GELUOptions> {
 public:
  explicit GELUImpl(GELUOptions options = {}) : Layer(std::move(options)) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using GELU = ModuleHolder<GELUImpl>;

using SigmoidOptions = NoOptions;

/// 1 / (1 + exp(-x)).
class SigmoidImpl : public Layer<SigmoidImpl, SigmoidOptions> {
 public:
  explicit SigmoidImpl(SigmoidOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
};
using Sigmoid = ModuleHolder<SigmoidImpl>;

using TanhOptions = NoOptions;

/// tanh(x).
class TanhImpl : public Layer<TanhImpl, TanhOptions> {
 public:
  explicit TanhImpl(TanhOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
};
using Tanh = ModuleHolder<TanhImpl>;

struct LeakyReLUOptions {
  LeakyReLUOptions& negative_slope(double value) { return negative_slope_ = value, *this; }
  LeakyReLUOptions& inplace(bool value) { return inplace_ = value, *this; }
  OptionFields fields() { return {{"negative_slope", &negative_slope_}, {"inplace", &inplace_}}; }

  double negative_slope_ = 0.01;
  bool inplace_ = false;
};

/// x for x > 0, negative_slope * x otherwise.
class LeakyReLUImpl : public Layer<LeakyReLUImpl, LeakyReLUOptions> {
 public:
  explicit LeakyReLUImpl(LeakyReLUOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using LeakyReLU = ModuleHolder<LeakyReLUImpl>;

struct SoftplusOptions {
  SoftplusOptions& beta(double value) { return beta_ = value, *this; }
  SoftplusOptions& threshold(double value) { return threshold_ = value, *this; }
  OptionFields fields() { return {{"beta", &beta_}, {"threshold", &threshold_}}; }

  double beta_ = 1.0, threshold_ = 20.0;
};

/// log(1 + exp(beta x)) / beta, and x where beta x > threshold.
class SoftplusImpl : public Layer<SoftplusImpl, SoftplusOptions> {
 public:
  explicit SoftplusImpl(SoftplusOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Softplus = ModuleHolder<SoftplusImpl>;

struct SoftmaxOptions {
  SoftmaxOptions(int64_t dim) : dim_(dim) {}
  OptionFields fields() { return {{"dim", &dim_, kRequired}}; }

  int64_t dim_;
};
using LogSoftmaxOptions = SoftmaxOptions;

/// exp(x) / sum(exp(x)) along dim.
class SoftmaxImpl : public Layer<SoftmaxImpl, SoftmaxOptions> {
 public:
  explicit SoftmaxImpl(SoftmaxOptions options) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Softmax = ModuleHolder<SoftmaxImpl>;

/// log(softmax(x)).
class LogSoftmaxImpl : public Layer<LogSoftmaxImpl, LogSoftmaxOptions> {
 public:
  explicit LogSoftmaxImpl(LogSoftmaxOptions options) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using LogSoftmax = ModuleHolder<LogSoftmaxImpl>;

}  // namespace ember::nn
