// Kinds of arguments and results that only a few ops have. An op takes or returns the type, and the conversion is found by it.
#pragma once

#include "python/bindings/convert.h"

namespace ember::python {

/// True or False, and no number: sets `var(x, True)` apart from `var(x, 1)`.
struct Flag {
  bool value = false;
};
inline bool convert(PyObject* object, Flag& out) {
  out.value = object == Py_True;
  return PyBool_Check(object);
}

/// A tensor and no number: sets `max(x, y)` apart from `max(x, 1)`.
struct OnlyTensor {
  Tensor value;
};
inline bool convert(PyObject* object, OnlyTensor& out) { return is_tensor(object) && convert(object, out.value); }

/// A list or tuple of numbers.
struct Numbers {
  std::vector<Scalar> values;

  std::vector<double> in_double() const {
    std::vector<double> result;
    for (const Scalar& value : values) result.push_back(value.to<double>());
    return result;
  }
};
inline bool convert(PyObject* object, Numbers& out) {
  if (!PyTuple_Check(object) && !PyList_Check(object)) return false;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(object, i);
    if (is_tensor(item) || !convert(item, out.values.emplace_back())) return false;
  }
  return true;
}

/// One result alone, several as a tuple; undefined ones are left out.
struct Results {
  std::vector<Tensor> tensors;
};
inline PyObject* to_python(const Results& results) {
  std::vector<Tensor> defined;
  for (const Tensor& x : results.tensors)
    if (x.defined()) defined.push_back(x);
  return defined.size() == 1 ? wrap(defined[0]) : to_python(defined);
}

}  // namespace ember::python
