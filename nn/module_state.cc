// The state of a module as named tensors, and back.
#include <unordered_set>

#include "ember/autograd/grad_mode.h"
#include "ember/autograd/meta.h"
#include "ember/nn/lazy.h"
#include "ember/nn/module.h"

namespace ember::nn {
namespace {

/// Calls visit(dotted name, tensor) for every parameter and persistent buffer, shared ones under each of their names.
template <class Visit>
void walk_state(const Module& module, const std::string& prefix, const Visit& visit) {
  TreeLevel level;
  for (const auto& [name, p] : module.own_parameters())
    if (p.defined()) visit(prefix + name, p);
  for (const auto& [name, b] : module.own_buffers())
    if (b.defined() && module.is_persistent(name)) visit(prefix + name, b);
  for (const auto& [name, child] : module.own_children())
    if (child) walk_state(*child, prefix + name + ".", visit);
}

std::string quoted(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) text += (text.empty() ? "\"" : ", \"") + name + "\"";
  return text;
}

}  // namespace

StateDict Module::state_dict(const std::string& prefix) const {
  StateDict state;
  walk_state(*this, prefix, [&](const std::string& name, const Tensor& x) { state.insert(name, x.detach()); });
  return state;
}

IncompatibleKeys Module::load_state_dict(const StateDict& state, bool strict, bool assign) {
  NoGradGuard no_grad;
  IncompatibleKeys keys;
  std::vector<std::pair<const Tensor*, const Tensor*>>
      pairs;  // slot and value; all is checked before anything is written
  std::unordered_set<std::string> used;
  std::string errors;
  walk_state(*this, "", [&](const std::string& name, const Tensor& x) {
    const Tensor* value = state.find(name);
    if (!value) return keys.missing_keys.push_back(name);
    used.insert(name);
    if (!value->defined()) {
      errors += concat("\n\t", name, " is an undefined tensor.");
      return;
    }
    if (is_lazy(x)) {
      // One that waits too, whichever way it was stored, tells nothing.
      if (value->sizes() != Shape{0}) pairs.emplace_back(&x, value);
      return;
    }
    if (value->sizes() != x.sizes()) {
      errors += concat("\n\tsize mismatch for ", name, ": copying a param with shape ", value->sizes(),
                       " from checkpoint, the shape in current model is ", x.sizes(), ".");
      return;
    }
    if (assign && x.requires_grad() && !value->is_differentiable()) {
      errors += concat("\n\t", name, " requires grad, which a ", value->dtype(), " tensor from checkpoint cannot.");
      return;
    }
    if (!assign && value->is_complex() && !x.is_complex()) {
      errors +=
          concat("\n\t", name, " is ", value->dtype(), " in the checkpoint but ", x.dtype(), " in current model.");
      return;
    }
    if (!assign) autograd::check_in_place("load_state_dict", x);
    pairs.emplace_back(&x, value);
  });
  for (const auto& [name, value] : state)
    if (!used.contains(name)) keys.unexpected_keys.push_back(name);

  if (strict) {
    if (!keys.unexpected_keys.empty())
      errors = "\n\tUnexpected key(s) in state_dict: " + quoted(keys.unexpected_keys) + ". " + errors;
    if (!keys.missing_keys.empty())
      errors = "\n\tMissing key(s) in state_dict: " + quoted(keys.missing_keys) + ". " + errors;
  }
  check(errors.empty(), "Error(s) in loading state_dict for ", name(), ":", errors);
  for (auto [slot, value] : pairs) {
    Tensor target = *slot;
    if (assign) {
      const bool requires_grad = target.requires_grad();
      const_cast<Tensor&>(*slot) = value->detach().requires_grad_(requires_grad);
    } else {
      if (is_lazy(target)) materialize(target, value->sizes());
      target.copy_(*value);
    }
  }
  return keys;
}

}  // namespace ember::nn
