// The Python type of tensors. One tensor is one Python object for as long as either side holds it: the object holds the
// tensor, and the tensor's PythonSlot finds the object again, so `p.grad is p.grad` and attributes stay. An object with state
// (attributes or a subclass such as Parameter) that Python drops while C++ keeps its tensor is kept by the tensor.
#pragma once

#include <Python.h>

#include "ember/ops/tensor.h"

namespace ember::python {

struct PyTensor {
  PyObject_HEAD Tensor tensor;
  PyObject* attributes;
  PyObject* weak_references;
};

/// ember.Tensor and ember.nn.Parameter; set by make_tensor_types.
extern PyTypeObject* tensor_type;
extern PyTypeObject* parameter_type;

/// Makes both types out of the slots of operators.cc, indexing.cc and properties.cc and adds Tensor to `module`.
void make_tensor_types(PyObject* module);

inline bool is_tensor(PyObject* object) {
  return Py_TYPE(object) == tensor_type || PyObject_TypeCheck(object, tensor_type);
}
inline Tensor& tensor_of(PyObject* object) { return reinterpret_cast<PyTensor*>(object)->tensor; }

/// Whether something would be lost if the object went while C++ keeps its tensor: attributes, a class of its own, hooks.
bool carries_state(PyObject* object);

/// The object of this tensor, made when there is none yet; None for the undefined tensor. A new reference; the GIL is held.
PyObject* wrap(const Tensor& tensor);
/// The same, but the object's type becomes Parameter.
PyObject* wrap_parameter(const Tensor& tensor);
/// A new object of `type` for a tensor that has none.
PyObject* wrap_new(Tensor tensor, PyTypeObject* type);

}  // namespace ember::python
