// Memory shared with NumPy, in both directions.
#pragma once

#include <Python.h>

#include "ember/ops/tensor.h"

namespace ember::python {

/// An ndarray, or a NumPy scalar; false when NumPy is not loaded.
bool is_numpy_array(PyObject* object);
/// A tensor on the array's memory, which it keeps alive; on a copy of memory that may not be written to. TypeError for a dtype that
/// Ember lacks, ValueError for negative strides and for bools that are neither 0 nor 1.
Tensor tensor_from_numpy(PyObject* array);
/// An array on the tensor's memory. Throws when it requires grad, does not lie on the CPU or is bfloat16.
PyObject* numpy_from_tensor(const Tensor& tensor);

/// ValueError naming `op` when a bool is a byte other than 0 and 1.
void check_bool_bytes(const char* op, const Tensor& x);

}  // namespace ember::python
