// Adam (Kingma & Ba, 2014) and AdamW (Loshchilov & Hutter, 2017), which decays the weights beside the gradient.
#pragma once

#include <tuple>

#include "ember/core/optimizer_step.h"
#include "ember/optim/optimizer.h"

namespace ember::optim {

struct AdamOptions : OptimizerOptions {
  AdamOptions(double lr = 1e-3) : OptimizerOptions(lr) {}
  double lr() const { return lr_; }
  std::pair<double, double> betas() const { return betas_; }
  double eps() const { return eps_; }
  double weight_decay() const { return weight_decay_; }
  bool amsgrad() const { return amsgrad_; }
  AdamOptions& lr(double value) { return lr_ = value, *this; }
  AdamOptions& betas(std::pair<double, double> value) { return betas_ = value, *this; }
  /// libtorch's betas are a tuple.
  template <class A, class B>
  AdamOptions& betas(std::tuple<A, B> value) {
    return betas({std::get<0>(value), std::get<1>(value)});
  }
  AdamOptions& eps(double value) { return eps_ = value, *this; }
  AdamOptions& weight_decay(double value) { return weight_decay_ = value, *this; }
  AdamOptions& amsgrad(bool value) { return amsgrad_ = value, *this; }
  AdamOptions& maximize(bool value) { return maximize_ = value, *this; }
  AdamOptions& decoupled_weight_decay(bool value) { return decoupled_weight_decay_ = value, *this; }

  std::unique_ptr<OptimizerOptions> clone() const override { return std::make_unique<AdamOptions>(*this); }
  std::vector<OptionField> fields() override;
  void check() const override;

  std::pair<double, double> betas_ = {0.9, 0.999};
  double eps_ = 1e-8, weight_decay_ = 0;
  bool amsgrad_ = false, maximize_ = false, decoupled_weight_decay_ = false;
};

/// The same with AdamW's defaults.
struct AdamWOptions final : AdamOptions {
  AdamWOptions(double lr = 1e-3) : AdamOptions(lr) {
    weight_decay_ = 1e-2;
    decoupled_weight_decay_ = true;
  }
  AdamWOptions& lr(double value) { return AdamOptions::lr(value), *this; }
  AdamWOptions& betas(std::pair<double, double> value) { return AdamOptions::betas(value), *this; }
  template <class A, class B>
  AdamWOptions& betas(std::tuple<A, B> value) {
    return AdamOptions::betas(value), *this;
  }
  AdamWOptions& eps(double value) { return AdamOptions::eps(value), *this; }
  AdamWOptions& weight_decay(double value) { return AdamOptions::weight_decay(value), *this; }
  AdamWOptions& amsgrad(bool value) { return AdamOptions::amsgrad(value), *this; }
  AdamWOptions& maximize(bool value) { return AdamOptions::maximize(value), *this; }
  using AdamOptions::lr, AdamOptions::betas, AdamOptions::eps, AdamOptions::weight_decay, AdamOptions::amsgrad;
};

/// m = beta1 m + (1 - beta1) g; v = beta2 v + (1 - beta2) g^2; p -= lr m^ / (sqrt(v^) + eps), with m^ and v^ corrected for their start at
/// zero. amsgrad uses the largest v so far (Reddi et al., 2018).
class Adam : public Optimizer {
 public:
  explicit Adam(std::vector<Tensor> params, AdamOptions options = {})
      : Adam(std::vector{ParamGroup(std::move(params))}, options) {}
  explicit Adam(std::vector<ParamGroup> groups, AdamOptions options = {})
      : Optimizer(std::move(groups), options.clone()) {}
  std::string name() const override { return "Adam"; }

 protected:
  StateNames state_names() const override {
    return {.step = "step", .first = "exp_avg", .second = "exp_avg_sq", .max_second = "max_exp_avg_sq"};
  }
  void prepare(const OptimizerOptions& options, const Tensor& param, ParamState& state) const override;
  void run(const OptimizerOptions& options, OptimizerStep& step) const override;
};

class AdamW final : public Adam {
 public:
  explicit AdamW(std::vector<Tensor> params, AdamWOptions options = {}) : Adam(std::move(params), options) {}
  explicit AdamW(std::vector<ParamGroup> groups, AdamWOptions options = {}) : Adam(std::move(groups), options) {}
  std::string name() const override { return "AdamW"; }
};

}  // namespace ember::optim
