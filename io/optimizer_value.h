// The state of an optimizer in the form that PyTorch's state_dict has: {"state": {0: {...}}, "param_groups": [{...}]}.
#pragma once

#include "ember/io/value.h"
#include "ember/optim/optimizer.h"

namespace ember::io {

Value optimizer_value(const optim::OptimizerState& state);
/// TypeError and IndexError for another form.
optim::OptimizerState read_optimizer_value(const Value& value);

}  // namespace ember::io
