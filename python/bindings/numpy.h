// Memory shared with NumPy, in both directions.
#pragma once

#include <Python.h>

#include "core/tensor.h"

namespace ember::python {

/// An ndarray, or a NumPy scalar; false when NumPy is not loaded.
bool is_numpy_array(PyObject* object);
/// A tensor on the array's memory, which it keeps alive. TypeError for a dtype that Ember lacks, ValueError for negative strides.
Tensor tensor_from_numpy(PyObject* array);
/// An array on the tensor's memory. Throws when it requires grad, does not lie on the CPU or is bfloat16.
PyObject* numpy_from_tensor(const Tensor& tensor);

}  // namespace ember::python
