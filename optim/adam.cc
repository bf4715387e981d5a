#include "ember/optim/adam.h"

#include <tuple>

#include "ember/core/kernels/optimizer.h"
#include "ember/core/optimizer_step.h"
#include "ember/ops/creation/creation.h"

namespace ember::optim {

std::vector<OptionField> AdamOptions::fields() {
  return {{"lr", &lr_},
          {"betas", &betas_},
          {"eps", &eps_},
          {"weight_decay", &weight_decay_},
          {"amsgrad", &amsgrad_},
          {"maximize", &maximize_},
          {"decoupled_weight_decay", &decoupled_weight_decay_}};
}

void AdamOptions::check() const {
  ember::check<ValueError>(lr_ >= 0, "Invalid learning rate: ", lr_);
  ember::check<ValueError>(eps_ >= 0, "Invalid epsilon value: ", eps_);
  ember::check<ValueError>(betas_.first >= 0 && betas_.first < 1, "Invalid beta parameter at index 0: ", betas_.first);
  ember::check<ValueError>(betas_.second >= 0 && betas_.second < 1,
                           "Invalid beta parameter at index 1: ", betas_.second);
  ember::check<ValueError>(weight_decay_ >= 0, "Invalid weight_decay value: ", weight_decay_);
}

void Adam::prepare(const OptimizerOptions& options, const Tensor& param, ParamState& state) const {
  auto fill = [&](Tensor& x) {
    if (!x.defined()) x = zeros(param.sizes(), param.options());
  };
  fill(state.first);
  fill(state.second);
  if (static_cast<const AdamOptions&>(options).amsgrad_) fill(state.max_second);
}

void Adam::run(const OptimizerOptions& options, OptimizerStep& step) const {
  const auto& o = static_cast<const AdamOptions&>(options);
  if (!o.amsgrad_) step.max_second.clear();
  step.lr = o.lr_;
  std::tie(step.beta1, step.beta2) = o.betas_;
  step.eps = o.eps_;
  step.weight_decay = o.weight_decay_;
  step.amsgrad = o.amsgrad_;
  step.maximize = o.maximize_;
  step.decoupled = o.decoupled_weight_decay_;
  kernels::adam.as("Adam").on(step.params[0])(step);
}

}  // namespace ember::optim
