#include "ember/optim/sgd.h"

#include "ember/core/kernels/optimizer.h"
#include "ember/core/optimizer_step.h"
#include "ember/ops/creation/creation.h"

namespace ember::optim {

std::vector<OptionField> SGDOptions::fields() {
  return {{"lr", &lr_},
          {"momentum", &momentum_},
          {"dampening", &dampening_},
          {"weight_decay", &weight_decay_},
          {"nesterov", &nesterov_},
          {"maximize", &maximize_}};
}

void SGDOptions::check() const {
  ember::check<ValueError>(lr_ >= 0, "Invalid learning rate: ", lr_);
  ember::check<ValueError>(momentum_ >= 0, "Invalid momentum value: ", momentum_);
  ember::check<ValueError>(weight_decay_ >= 0, "Invalid weight_decay value: ", weight_decay_);
  ember::check<ValueError>(!nesterov_ || (momentum_ > 0 && dampening_ == 0),
                           "Nesterov momentum requires a momentum and zero dampening");
}

void SGD::prepare(const OptimizerOptions& options, const Tensor& param, ParamState& state) const {
  // The kernel asks only whether this is a buffer's first step.
  const bool has_momentum = static_cast<const SGDOptions&>(options).momentum_ != 0;
  state.step = has_momentum && state.first.defined() ? 1 : 0;
  if (has_momentum && !state.first.defined()) state.first = empty(param.sizes(), param.options());
}

void SGD::run(const OptimizerOptions& options, OptimizerStep& step) const {
  const auto& o = static_cast<const SGDOptions&>(options);
  if (o.momentum_ == 0) step.first.clear();
  step.lr = o.lr_;
  step.momentum = o.momentum_;
  step.dampening = o.dampening_;
  step.weight_decay = o.weight_decay_;
  step.nesterov = o.nesterov_;
  step.maximize = o.maximize_;
  kernels::sgd.as("SGD").on(step.params[0])(step);
}

}  // namespace ember::optim
