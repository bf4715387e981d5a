// DLPack: memory shared with any other array library. https://dmlc.github.io/dlpack
#pragma once

#include <Python.h>

#include "ember/ops/tensor.h"

namespace ember::python {

/// A capsule "dltensor" that keeps the tensor's memory.
PyObject* to_dlpack(const Tensor& tensor);
/// A tensor on the memory of a capsule, or of an object that has __dlpack__.
Tensor from_dlpack(PyObject* source);

}  // namespace ember::python
