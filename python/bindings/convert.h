// Python objects to C++ values and back. `convert` returns false when the object is not of the kind asked for, so that
// another overload may try, and throws when it is but its value makes no sense.
#pragma once

#include <Python.h>

#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "ember/ops/tensor.h"
#include "python/bindings/errors.h"
#include "python/bindings/python_tensor.h"

namespace ember {
enum class Reduction;
enum class MemoryFormat;
}  // namespace ember

namespace ember::python {

bool convert(PyObject* object, bool& out);
/// Ints and whatever has __index__; zero-dim integer tensors. Not floats.
bool convert(PyObject* object, int64_t& out);
bool convert(PyObject* object, int& out);
/// Floats, ints, zero-dim tensors.
bool convert(PyObject* object, double& out);
bool convert(PyObject* object, Scalar& out);
bool convert(PyObject* object, DType& out);
/// An ember.device or its name.
bool convert(PyObject* object, Device& out);
/// An int or a sequence of ints.
bool convert(PyObject* object, Shape& out);
/// Valid as long as the object.
bool convert(PyObject* object, std::string_view& out);
bool convert(PyObject* object, std::vector<Tensor>& out);
/// A list of ints or of lists of ints; a single int is a list of its own.
bool convert(PyObject* object, std::vector<Shape>& out);
bool convert(PyObject* object, Reduction& out);
bool convert(PyObject* object, MemoryFormat& out);
/// A tensor; a number becomes a wrapped one, a NumPy array a tensor on its memory.
bool convert(PyObject* object, Tensor& out);

/// Any object, borrowed.
inline bool convert(PyObject* object, PyObject*& out) {
  out = object;
  return true;
}
template <class T>
bool convert(PyObject* object, std::optional<T>& out) {
  if (object == Py_None) {
    out.reset();
    return true;
  }
  return convert(object, out.emplace());
}

PyObject* to_python(bool value);
PyObject* to_python(int64_t value);
PyObject* to_python(double value);
PyObject* to_python(const Scalar& value);
PyObject* to_python(DType value);
PyObject* to_python(const Device& value);
/// An ember.Size.
PyObject* to_python(const Shape& value);
PyObject* to_python(const std::string& value);
inline PyObject* to_python(const Tensor& value) { return wrap(value); }
/// A tuple.
PyObject* to_python(const std::vector<Tensor>& value);
/// The named tuple (values, indices).
PyObject* to_python(const std::pair<Tensor, Tensor>& value);
inline PyObject* to_python(PyObject* value) { return value; }

/// Makes ember.dtype with its instances, ember.device, ember.Size and the named tuple, and adds them to `module`.
void make_value_types(PyObject* module);

/// The type's name, for messages: "list".
inline const char* type_name(PyObject* object) { return Py_TYPE(object)->tp_name; }

}  // namespace ember::python
