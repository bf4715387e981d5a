// A child looked up by name, for layers whose children users may replace.
#pragma once

#include <memory>

#include "ember/nn/module.h"

namespace ember::nn {

/// Null when it is None, or gone: Python's collector takes children out of a module that only a finalizer still uses.
inline std::shared_ptr<Module> find_child(const Module& module, const char* name) {
  const std::shared_ptr<Module>* slot = module.own_children().find(name);
  return slot ? *slot : nullptr;
}

}  // namespace ember::nn
