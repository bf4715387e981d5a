// Optimizers' state as PyTorch's structure of dictionaries, and back.
#include "autograd/grad_mode.h"
#include "ops/creation.h"
#include "optim/optimizer.h"

namespace ember::optim {

OptimizerState Optimizer::state_dict() const {
  OptimizerState result;
  const StateNames names = state_names();
  int64_t index = 0;
  for (const ParamGroup& group : groups_) {
    OptimizerState::Group& saved = result.param_groups.emplace_back();
    saved.options = group.options().to_dict();
    for (const ParamState& state : group.states_) {
      nn::OrderedDict<Tensor> tensors;
      if (names.step && state.step > 0)
        tensors.insert(names.step, scalar_tensor(static_cast<double>(state.step), kFloat32));
      if (names.first && state.first.defined()) tensors.insert(names.first, state.first);
      if (names.second && state.second.defined()) tensors.insert(names.second, state.second);
      if (names.max_second && state.max_second.defined()) tensors.insert(names.max_second, state.max_second);
      if (!tensors.is_empty()) result.state.emplace(index, std::move(tensors));
      saved.params.push_back(index++);
    }
  }
  return result;
}

namespace {

/// A copy of the named tensor with the parameter's dtype and device; undefined when it is absent.
Tensor load_tensor(const nn::OrderedDict<Tensor>& tensors, const char* name, const Tensor& param) {
  const Tensor* value = name ? tensors.find(name) : nullptr;
  if (!value || !value->defined()) return {};
  check<ValueError>(value->sizes() == param.sizes(), "load_state_dict: ", name, " has shape ", value->sizes(),
                    " but its parameter has shape ", param.sizes());
  Tensor copy = empty(param.sizes(), param.options());
  copy.copy_(*value);
  return copy;
}

}  // namespace

void Optimizer::load_state_dict(const OptimizerState& saved) {
  NoGradGuard no_grad;
  check<ValueError>(saved.param_groups.size() == groups_.size(),
                    "loaded state dict has a different number of parameter groups");
  for (size_t g = 0; g < groups_.size(); ++g)
    check<ValueError>(saved.param_groups[g].params.size() == groups_[g].params_.size(),
                      "loaded state dict contains a parameter group that doesn't match the size of "
                      "optimizer's group");

  const StateNames names = state_names();
  // All is read before anything is changed: a bad state leaves the optimizer as it was.
  std::vector<std::vector<ParamState>> states;
  std::vector<std::unique_ptr<OptimizerOptions>> options;
  for (size_t g = 0; g < groups_.size(); ++g) {
    options.push_back(groups_[g].options().clone());
    for (const auto& [name, value] : saved.param_groups[g].options)
      if (options.back()->has(name)) options.back()->set(name, value);  // unchecked: a run that diverged loads as well
    auto& group_states = states.emplace_back(groups_[g].params_.size());
    for (size_t i = 0; i < group_states.size(); ++i) {
      auto found = saved.state.find(saved.param_groups[g].params[i]);
      if (found == saved.state.end()) continue;
      const Tensor& param = groups_[g].params_[i];
      ParamState& state = group_states[i];
      state.first = load_tensor(found->second, names.first, param);
      state.second = load_tensor(found->second, names.second, param);
      state.max_second = load_tensor(found->second, names.max_second, param);
      const Tensor* step = names.step ? found->second.find(names.step) : nullptr;
      if (step) state.step = static_cast<int64_t>(step->item<double>());
    }
  }
  for (size_t g = 0; g < groups_.size(); ++g) {
    groups_[g].states_ = std::move(states[g]);
    groups_[g].options_ = std::move(options[g]);
  }
}

}  // namespace ember::optim
