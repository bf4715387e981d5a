// Functions written in Python as the tape sees them.
#pragma once

#include "ember/autograd/gradcheck.h"
#include "python/bindings/casters.h"

namespace ember::python {

/// A tensor, a list of tensors (None where undefined), or None for an empty list.
std::vector<Tensor> to_tensors(const py::object& object);
/// `function(*inputs)` as C++ sees it.
autograd::TensorFunction to_function(py::function function);

/// What the innermost vmap of Python's in this thread asked for: "error", "different" or "same".
std::string innermost_randomness();

/// Adds the products and matrices of autograd/functional.h to ember.autograd, under names with an underscore in front.
void bind_functional(py::module_& autograd);

}  // namespace ember::python
