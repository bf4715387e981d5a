// Tensors out of Python data.
#pragma once

#include <Python.h>

#include <optional>

#include "ember/ops/tensor.h"

namespace ember::python {

/// A copy of a number, nested sequences of numbers (or of tensors), a tensor or an array. The dtype follows from the kind of the
/// numbers unless given. ValueError for rows of different length.
Tensor tensor_from_data(PyObject* data, std::optional<DType> dtype);

/// Nested lists of the elements; a number for a zero-dim tensor.
PyObject* to_nested_list(const Tensor& tensor);

}  // namespace ember::python
