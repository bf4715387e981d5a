// What an optimizer asks a kernel to do.
#pragma once

#include <vector>

#include "ember/core/tensor_base.h"

namespace ember {

/// One optimizer step over many parameters; the lists run in parallel, unused ones are empty. All tensors are contiguous. Step 1
/// starts the momentum buffers of sgd, whatever is in them. Sgd: `first` are the momentum
/// buffers, empty without momentum; at step 1 they hold nothing yet and become the gradient. Adam: `first` and `second` start at
/// zero, as does `max_second`, which is empty unless amsgrad; `step` is the count for the bias corrections, from 1.
struct OptimizerStep {
  std::vector<TensorBase> params, grads, first, second, max_second;
  double lr = 0, beta1 = 0, beta2 = 0, eps = 0, weight_decay = 0, momentum = 0, dampening = 0;
  bool nesterov = false, maximize = false, decoupled = false, amsgrad = false;
  int64_t step = 1;
};

}  // namespace ember
