// Stochastic gradient descent with momentum. Sutskever et al., 2013, in PyTorch's form: the rate scales the velocity when it is
// applied, not when it is gathered.
#pragma once

#include "ember/core/optimizer_step.h"
#include "ember/optim/optimizer.h"

namespace ember::optim {

struct SGDOptions final : OptimizerOptions {
  SGDOptions(double lr = 1e-3) : OptimizerOptions(lr) {}
  double lr() const { return lr_; }
  double momentum() const { return momentum_; }
  double dampening() const { return dampening_; }
  double weight_decay() const { return weight_decay_; }
  bool nesterov() const { return nesterov_; }
  SGDOptions& lr(double value) { return lr_ = value, *this; }
  SGDOptions& momentum(double value) { return momentum_ = value, *this; }
  SGDOptions& dampening(double value) { return dampening_ = value, *this; }
  SGDOptions& weight_decay(double value) { return weight_decay_ = value, *this; }
  SGDOptions& nesterov(bool value) { return nesterov_ = value, *this; }
  SGDOptions& maximize(bool value) { return maximize_ = value, *this; }

  std::unique_ptr<OptimizerOptions> clone() const override { return std::make_unique<SGDOptions>(*this); }
  std::vector<OptionField> fields() override;
  void check() const override;

  double momentum_ = 0, dampening_ = 0, weight_decay_ = 0;
  bool nesterov_ = false, maximize_ = false;
};

/// g += weight_decay p; v = momentum v + (1 - dampening) g (the first v is g); p -= lr v, or lr (g + momentum v) with Nesterov.
class SGD final : public Optimizer {
 public:
  explicit SGD(std::vector<Tensor> params, SGDOptions options = {})
      : SGD(std::vector{ParamGroup(std::move(params))}, options) {}
  explicit SGD(std::vector<ParamGroup> groups, SGDOptions options = {})
      : Optimizer(std::move(groups), options.clone()) {}
  std::string name() const override { return "SGD"; }

 protected:
  StateNames state_names() const override { return {.first = "momentum_buffer"}; }
  void prepare(const OptimizerOptions& options, const Tensor& param, ParamState& state) const override;
  void run(const OptimizerOptions& options, OptimizerStep& step) const override;
};

}  // namespace ember::optim
