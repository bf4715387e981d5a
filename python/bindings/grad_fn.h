// The tape as Python sees it: x.grad_fn and the nodes that it leads to.
#pragma once

#include <Python.h>

#include "ember/ops/tensor.h"

namespace ember::python {

/// The node that made x, or None. A new reference.
PyObject* grad_fn_object(const Tensor& x);

/// Adds the types of nodes to `module`.
void bind_grad_fn(PyObject* module);

}  // namespace ember::python
