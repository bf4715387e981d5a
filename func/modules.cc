#include "ember/func/modules.h"

#include "ember/ops/shape/joining.h"

namespace ember::func {

namespace {

/// Visits every slot of the tree, shared ones under each of their names.
template <class Visit>
void walk_slots(nn::Module& module, const std::string& prefix, const Visit& visit) {
  nn::TreeLevel level;
  for (auto& [name, slot] : module.own_parameters()) visit(prefix + name, slot);
  for (auto& [name, slot] : module.own_buffers()) visit(prefix + name, slot);
  for (auto& [name, child] : module.own_children())
    if (child) walk_slots(*child, prefix + name + ".", visit);
}

/// Each state's tensor of a name, one behind the other.
nn::StateDict stacked(const std::vector<nn::StateDict>& states) {
  nn::StateDict result;
  for (const auto& [name, first] : states.front()) {
    std::vector<Tensor> all;
    for (const nn::StateDict& state : states) {
      const Tensor* own = state.find(name);
      check(own != nullptr, "stack_module_state: one of the modules has no ", name);
      all.push_back(own->detach());
    }
    result.insert(name, stack(all).requires_grad_(first.requires_grad()));
  }
  return result;
}

}  // namespace

SwappedState::SwappedState(nn::Module& module, const nn::StateDict& state, bool tie_weights, bool strict)
    : module_(module) {
  std::vector<std::pair<Tensor, Tensor>> replaced;
  size_t found = 0, missing = 0;
  walk_slots(module, "", [&](const std::string& name, const Tensor& slot) {
    if (const Tensor* next = state.find(name)) {
      ++found;
      replaced.emplace_back(slot, *next);
    } else if (slot.defined()) {
      ++missing;
    }
  });
  check(found == state.size(), "functional_call: ", state.size() - found,
        " of the given names are no parameter or buffer of the module");
  check(!strict || missing == 0, "functional_call: ", missing, " parameters or buffers are not given");
  walk_slots(module, "", [&](const std::string& name, Tensor& slot) {
    Tensor next;
    if (const Tensor* own = state.find(name)) {
      next = *own;
    } else {
      if (!tie_weights || !slot.defined()) return;
      for (const auto& [old, now] : replaced)
        if (old.is_same(slot)) next = now;
      if (!next.defined()) return;
    }
    before_.insert(name, std::exchange(slot, next));
  });
}

SwappedState::~SwappedState() {
  walk_slots(module_, "", [&](const std::string& name, Tensor& slot) {
    if (const Tensor* own = before_.find(name)) slot = *own;
  });
}

Tensor functional_call(nn::Module& module, const nn::StateDict& state, const Tensor& x) {
  const SwappedState swapped(module, state);
  return module(x);
}

std::pair<nn::StateDict, nn::StateDict> stack_module_state(const std::vector<std::shared_ptr<nn::Module>>& modules) {
  check<ValueError>(!modules.empty(), "stack_module_state: expected at least one module");
  std::vector<nn::StateDict> parameters, buffers;
  for (const auto& module : modules) {
    parameters.push_back(module->named_parameters());
    buffers.push_back(module->named_buffers());
  }
  return {stacked(parameters), stacked(buffers)};
}

}  // namespace ember::func
