// The ops of neural networks under the namespace where PyTorch's users look for them: `namespace F = ember::nn::functional`.
#pragma once

#include "ops/activation.h"
#include "ops/loss.h"
#include "ops/random.h"

namespace ember::nn::functional {

using ember::dropout;
using ember::gelu;
using ember::relu;
}  // namespace ember::nn::functional
