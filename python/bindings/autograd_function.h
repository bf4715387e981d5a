// The backward of an ember.autograd.Function, as the tape holds it.
#pragma once

#include <vector>

#include "python/bindings/owner.h"
#include "python/bindings/python_tensor.h"

namespace ember::python {

/// Calls cls.backward(ctx, *grads).
struct PythonBackward {
  Owner class_and_context;               ///< the tuple (cls, ctx)
  std::vector<bool> is_tensor_argument;  ///< of forward's arguments

  std::vector<Tensor> operator()(const std::vector<Tensor>& grads) const;
};

}  // namespace ember::python
