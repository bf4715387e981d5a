// Modules as functions of their parameters and buffers.
#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "ember/nn/module.h"

namespace ember::func {

/// Puts tensors where a module's own parameters and buffers of these dotted names are, for a scope.
class SwappedState {
 public:
  /// With `tie_weights`, slots that shared a tensor share the new one; with `strict`, every slot must be named. Error for a name that is no
  /// slot.
  SwappedState(nn::Module& module, const nn::StateDict& state, bool tie_weights = true, bool strict = false);
  ~SwappedState();
  SwappedState(const SwappedState&) = delete;
  SwappedState& operator=(const SwappedState&) = delete;

 private:
  nn::Module& module_;
  nn::StateDict before_;
};

/// module(x) with these tensors, by dotted name, in place of its parameters and buffers.
Tensor functional_call(nn::Module& module, const nn::StateDict& state, const Tensor& x);

/// The parameters and the buffers of modules of one architecture, each stacked along a new first dim.
std::pair<nn::StateDict, nn::StateDict> stack_module_state(const std::vector<std::shared_ptr<nn::Module>>& modules);

}  // namespace ember::func
