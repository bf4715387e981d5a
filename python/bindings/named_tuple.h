// Results with names, as PyTorch's named tuples: `named("eigh", {"eigenvalues", "eigenvectors"}, linalg::eigh)` is a function
// for Ops::add whose result is one.
#pragma once

#include <initializer_list>
#include <tuple>
#include <vector>

#include "ember/ops/tensor.h"
#include "python/bindings/convert.h"

namespace ember::python {

/// Tensors about to become a named tuple.
struct NamedTensors {
  PyTypeObject* type;
  std::vector<Tensor> values;
};
PyObject* to_python(const NamedTensors& value);

/// A new type of named tuples, called ember.return_types.<name>. The texts must live as long as the program.
PyTypeObject* make_named_tuple_type(const char* name, std::initializer_list<const char*> fields);

/// One of that type; takes the references over.
PyObject* make_named_tuple(PyTypeObject* type, std::initializer_list<PyObject*> items);

template <class Tuple, class... P>
auto named(const char* name, std::initializer_list<const char*> fields, Tuple (*function)(P...)) {
  PyTypeObject* type = make_named_tuple_type(name, fields);
  return [type, function](P... arguments) -> NamedTensors {
    return {type, std::apply([](auto&&... values) { return std::vector<Tensor>{values...}; }, function(arguments...))};
  };
}

}  // namespace ember::python
