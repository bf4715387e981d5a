// Optimizers' steps, in place over all parameters at once.
#pragma once

#include "ember/core/kernel.h"
#include "ember/core/optimizer_step.h"

namespace ember::kernels {

inline constinit Kernel<void(const OptimizerStep& step)> sgd{"sgd"};
inline constinit Kernel<void(const OptimizerStep& step)> adam{"adam"};

}  // namespace ember::kernels
