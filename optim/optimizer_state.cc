// Optimizers' state as PyTorch's structure of dictionaries, and back.
#include <algorithm>
#include <unordered_set>

#include "ember/autograd/grad_mode.h"
#include "ember/ops/creation/creation.h"
#include "ember/optim/optimizer.h"

namespace ember::optim {

namespace {

struct Slot {
  const char* name;
  Tensor ParamState::*tensor;
};

/// The tensors that an optimizer keeps of a parameter, by their names.
std::vector<Slot> slots_of(const auto& names) {
  std::vector<Slot> slots;
  for (const Slot& slot : {Slot{names.first, &ParamState::first}, Slot{names.second, &ParamState::second},
                           Slot{names.max_second, &ParamState::max_second}})
    if (slot.name) slots.push_back(slot);
  return slots;
}

int64_t load_step(const Tensor& value) {
  check<ValueError>(value.numel() == 1, "load_state_dict: step is no number but ", describe(value));
  const auto step = value.item<double>();
  check<ValueError>(step >= 0 && step < 0x1p53, "load_state_dict: step is ", step);
  return static_cast<int64_t>(step);
}

}  // namespace

OrderedDict<Tensor> Optimizer::named(const ParamState& state) const {
  const StateNames names = state_names();
  OrderedDict<Tensor> tensors;
  if (names.step && state.step > 0)
    tensors.insert(names.step, scalar_tensor(static_cast<double>(state.step), kFloat32));
  for (const Slot& slot : slots_of(names))
    if ((state.*slot.tensor).defined()) tensors.insert(slot.name, state.*slot.tensor);
  return tensors;
}

ParamState* Optimizer::find_state(const Tensor& param) {
  for (ParamGroup& group : groups_) {
    group.states_.resize(group.params_.size());
    for (size_t i = 0; i < group.params_.size(); ++i)
      if (group.params_[i].is_same(param)) return &group.states_[i];
  }
  return nullptr;
}

OrderedDict<Tensor> Optimizer::state(const Tensor& param) const {
  const Lock alone = lock();
  const ParamState* state = const_cast<Optimizer*>(this)->find_state(param);
  return state ? named(*state) : OrderedDict<Tensor>();
}

bool Optimizer::keeps(const std::string& name) const {
  const StateNames names = state_names();
  const auto slots = slots_of(names);
  return (names.step && name == names.step) ||
         std::any_of(slots.begin(), slots.end(), [&](const Slot& slot) { return name == slot.name; });
}

bool Optimizer::set_state(const Tensor& param, const std::string& name, const Tensor& value) {
  const Lock alone = lock();
  const StateNames names = state_names();
  ParamState* state = find_state(param);
  if (!state) return false;
  if (names.step && name == names.step) {
    state->step = value.defined() ? load_step(value) : 0;
    return true;
  }
  for (const Slot& slot : slots_of(names)) {
    if (name != slot.name) continue;
    check<ValueError>(!value.defined() || value.sizes() == param.sizes(), "optimizer state: ", name, " has shape ",
                      value.defined() ? value.sizes() : Shape(), " but its parameter has shape ", param.sizes());
    state->*slot.tensor = value.defined() ? value.detach().to(param.dtype()).to(param.device()).contiguous() : Tensor();
    return true;
  }
  return false;
}

void ParamGroup::set_params(std::vector<Tensor> params) {
  std::vector<ParamState> states(params.size());
  for (size_t i = 0; i < params.size(); ++i)
    for (size_t j = 0; j < params_.size() && j < states_.size(); ++j)
      if (params_[j].is_same(params[i])) states[i] = states_[j];
  params_ = std::move(params);
  states_ = std::move(states);
}

OptimizerState Optimizer::state_dict() const {
  const Lock alone = lock();
  OptimizerState result;
  int64_t index = 0;
  for (const ParamGroup& group : groups_) {
    OptimizerState::Group& saved = result.param_groups.emplace_back();
    saved.options = group.options().to_dict();
    for (size_t i = 0; i < group.params_.size(); ++i) {
      auto tensors = i < group.states_.size() ? named(group.states_[i]) : OrderedDict<Tensor>();
      if (!tensors.is_empty()) result.state.emplace(index, std::move(tensors));
      saved.params.push_back(index++);
    }
  }
  return result;
}

namespace {

/// A copy of the named tensor with the parameter's dtype and device; undefined when it is absent.
Tensor load_tensor(const OrderedDict<Tensor>& tensors, const char* name, const Tensor& param) {
  const Tensor* value = tensors.find(name);
  if (!value || !value->defined()) return {};
  check<ValueError>(value->sizes() == param.sizes(), "load_state_dict: ", name, " has shape ", value->sizes(),
                    " but its parameter has shape ", param.sizes());
  check<ValueError>(!value->is_complex() || param.is_complex(), "load_state_dict: ", name, " is ", value->dtype(),
                    " but its parameter is ", param.dtype());
  Tensor copy = empty(param.sizes(), param.options());
  copy.copy_(*value);
  return copy;
}

/// Each state must be some parameter's, or it would be lost in silence.
void check_owners(const OptimizerState& saved) {
  std::unordered_set<int64_t> owners;
  for (const auto& group : saved.param_groups) owners.insert(group.params.begin(), group.params.end());
  for (const auto& [index, tensors] : saved.state)
    check<ValueError>(owners.contains(index), "load_state_dict: there is a state of parameter ", index,
                      ", which stands in no group");
}

}  // namespace

void Optimizer::load_state_dict(const OptimizerState& saved) {
  const Lock alone = lock();
  NoGradGuard no_grad;
  check<ValueError>(saved.param_groups.size() == groups_.size(),
                    "loaded state dict has a different number of parameter groups");
  for (size_t g = 0; g < groups_.size(); ++g)
    check<ValueError>(saved.param_groups[g].params.size() == groups_[g].params_.size(),
                      "loaded state dict contains a parameter group that doesn't match the size of "
                      "optimizer's group");

  check_owners(saved);
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
      for (const Slot& slot : slots_of(names)) state.*slot.tensor = load_tensor(found->second, slot.name, param);
      const Tensor* step = names.step ? found->second.find(names.step) : nullptr;
      if (step) state.step = load_step(*step);
      check<ValueError>(!names.step || step || !state.first.defined(), "load_state_dict: the state of parameter ",
                        saved.param_groups[g].params[i], " has no step");
      const bool is_whole = !names.first || !names.second || state.first.defined() == state.second.defined();
      check<ValueError>(is_whole, "load_state_dict: the state of parameter ", saved.param_groups[g].params[i],
                        " has only one of ", names.first, " and ", names.second);
    }
  }
  for (size_t g = 0; g < groups_.size(); ++g) {
    groups_[g].states_ = std::move(states[g]);
    groups_[g].options_ = std::move(options[g]);
  }
}

}  // namespace ember::optim
