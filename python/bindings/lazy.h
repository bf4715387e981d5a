// Parameters that wait for their shape, as ember/nn/lazy.py has them.
#pragma once

#include "ember/nn/module.h"

namespace ember::python {

/// Parameters and buffers of the tree that wait take the shapes that they have in `state`, if any.
void take_shapes(nn::Module& module, const nn::StateDict& state);

}  // namespace ember::python
