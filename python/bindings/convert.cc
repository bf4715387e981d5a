#include "python/bindings/convert.h"

#include <cstring>

#include "ember/ops/loss/loss.h"
#include "python/bindings/numpy.h"
#include "python/bindings/value_types.h"

namespace ember::python {

namespace {

/// NumPy's bool has no number protocol of its own kind.
bool is_numpy_bool(PyObject* object) {
  const char* name = type_name(object);
  return !std::strcmp(name, "numpy.bool") || !std::strcmp(name, "numpy.bool_");
}

/// A real number of Python or NumPy; not a sequence or a string.
bool is_number(PyObject* object) {
  return PyFloat_Check(object) || PyLong_Check(object) || is_numpy_bool(object) ||
         (PyNumber_Check(object) && !PySequence_Check(object) && !is_tensor(object));
}

/// Python's complex numbers and NumPy's, of which only complex128 derives from Python's.
bool is_complex_number(PyObject* object) {
  return PyComplex_Check(object) || !std::strncmp(type_name(object), "numpy.complex", 13);
}

bool is_single_element(PyObject* object) {
  return is_tensor(object) && tensor_of(object).defined() && tensor_of(object).numel() == 1;
}

}  // namespace

bool convert(PyObject* object, bool& out) {
  if (PyBool_Check(object)) {
    out = object == Py_True;
    return true;
  }
  if (is_numpy_bool(object) || PyLong_Check(object)) {
    out = PyObject_IsTrue(object) > 0;
    return true;
  }
  if (is_single_element(object) && tensor_of(object).dtype() == kBool) {
    out = tensor_of(object).item<bool>();
    return true;
  }
  return false;
}

bool convert(PyObject* object, int64_t& out) {
  if (is_tensor(object)) {
    if (!is_single_element(object) || !is_integral(tensor_of(object).dtype(), true)) return false;
    out = tensor_of(object).item<int64_t>();
    return true;
  }
  if (!PyLong_Check(object) && (PyFloat_Check(object) || !PyIndex_Check(object))) return false;
  out = PyNumber_AsSsize_t(object, PyExc_OverflowError);
  if (out == -1 && PyErr_Occurred()) {
    // A NumPy array says here that it is not a single integer.
    if (!PyErr_ExceptionMatches(PyExc_TypeError)) throw_python_error();
    PyErr_Clear();
    return false;
  }
  return true;
}

bool convert(PyObject* object, int& out) {
  int64_t wide;
  if (!convert(object, wide)) return false;
  out = static_cast<int>(wide);
  check<ValueError>(out == wide, "the integer ", wide, " does not fit 32 bits");
  return true;
}

bool convert(PyObject* object, double& out) {
  if (PyFloat_CheckExact(object)) {
    out = PyFloat_AS_DOUBLE(object);
    return true;
  }
  if (is_single_element(object)) {
    out = tensor_of(object).item<double>();
    return true;
  }
  if (!is_number(object) || is_complex_number(object)) return false;
  out = PyFloat_AsDouble(object);
  if (out == -1.0 && PyErr_Occurred()) throw_python_error();
  return true;
}

bool convert(PyObject* object, Scalar& out) {
  if (PyBool_Check(object) || is_numpy_bool(object)) {
    out = Scalar(PyObject_IsTrue(object) > 0);
    return true;
  }
  if (is_single_element(object)) {
    out = tensor_of(object).item();
    return true;
  }
  if (!is_number(object)) return false;
  if (PyLong_Check(object) || (!PyFloat_Check(object) && PyIndex_Check(object))) {
    int64_t integer;
    if (!convert(object, integer)) return false;
    out = Scalar(integer);
    return true;
  }
  if (is_complex_number(object)) {
    const Py_complex value = PyComplex_AsCComplex(object);
    if (value.real == -1.0 && PyErr_Occurred()) throw_python_error();
    out = Scalar(std::complex<double>(value.real, value.imag));
    return true;
  }
  double real;
  if (!convert(object, real)) return false;
  out = Scalar(real);
  return true;
}

bool convert(PyObject* object, Shape& out) {
  int64_t value;
  const bool list = PyTuple_Check(object) || PyList_Check(object);
  if (!list) {
    if (object == Py_None) {
      out = {};
      return true;
    }
    if (!convert(object, value)) return false;
    out = Shape(value);
    return true;
  }
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(object);
  out.resize(static_cast<size_t>(count));
  for (Py_ssize_t i = 0; i < count; ++i) {
    if (!convert(PySequence_Fast_GET_ITEM(object, i), value)) return false;
    out[static_cast<size_t>(i)] = value;
  }
  return true;
}

bool convert(PyObject* object, std::string_view& out) {
  if (!PyUnicode_Check(object)) return false;
  Py_ssize_t size;
  const char* text = PyUnicode_AsUTF8AndSize(object, &size);
  if (!text) throw_python_error();
  out = std::string_view(text, static_cast<size_t>(size));
  return true;
}

bool convert(PyObject* object, std::vector<Tensor>& out) {
  if (!PyTuple_Check(object) && !PyList_Check(object)) return false;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(object, i);
    if (!is_tensor(item)) return false;
    out.push_back(tensor_of(item));
  }
  return true;
}

bool convert(PyObject* object, std::vector<Shape>& out) {
  if (!PyTuple_Check(object) && !PyList_Check(object)) return false;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i)
    if (!convert(PySequence_Fast_GET_ITEM(object, i), out.emplace_back())) return false;
  return true;
}

bool convert(PyObject* object, Reduction& out) {
  std::string_view name;
  if (!convert(object, name)) return false;
  out = reduction_from_string(name);
  return true;
}

bool convert(PyObject* object, Tensor& out) {
  if (is_tensor(object)) {
    out = tensor_of(object);
    return true;
  }
  Scalar number;
  if (convert(object, number)) {
    out = Tensor(number);
    return true;
  }
  return is_numpy_array(object) && (out = tensor_from_numpy(object), true);
}

PyObject* to_python(bool value) { return PyBool_FromLong(value); }
PyObject* to_python(int64_t value) { return PyLong_FromLongLong(value); }
PyObject* to_python(double value) { return PyFloat_FromDouble(value); }
PyObject* to_python(const Scalar& value) {
  if (value.dtype() == kBool) return to_python(value.to<bool>());
  if (value.is_complex()) {
    const auto number = value.to<std::complex<double>>();
    return PyComplex_FromDoubles(number.real(), number.imag());
  }
  return value.is_floating_point() ? to_python(value.to<double>()) : to_python(value.to<int64_t>());
}
PyObject* to_python(const std::string& value) {
  return PyUnicode_FromStringAndSize(value.data(), static_cast<Py_ssize_t>(value.size()));
}

PyObject* to_python(const std::vector<Tensor>& value) {
  PyObject* tuple = PyTuple_New(static_cast<Py_ssize_t>(value.size()));
  if (!tuple) throw_python_error();
  for (size_t i = 0; i < value.size(); ++i) PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(i), wrap(value[i]));
  return tuple;
}

}  // namespace ember::python
