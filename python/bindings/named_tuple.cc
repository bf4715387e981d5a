#include "python/bindings/named_tuple.h"

#include <structseq.h>

#include <deque>
#include <string>

namespace ember::python {

namespace {

/// What a type refers to for as long as it lives: until the program ends.
struct Description {
  std::string name;
  std::vector<PyStructSequence_Field> fields;
};

}  // namespace

PyTypeObject* make_named_tuple_type(const char* name, std::initializer_list<const char*> fields) {
  static std::deque<Description> descriptions;
  Description& text = descriptions.emplace_back();
  text.name = std::string("ember.return_types.") + name;
  for (const char* field : fields) text.fields.push_back({field, nullptr});
  text.fields.push_back({nullptr, nullptr});
  PyStructSequence_Desc description{text.name.c_str(), "A result with names.", text.fields.data(),
                                    static_cast<int>(fields.size())};
  PyTypeObject* type = PyStructSequence_NewType(&description);
  if (!type) throw_python_error();
  return type;
}

PyObject* make_named_tuple(PyTypeObject* type, std::initializer_list<PyObject*> items) {
  PyObject* tuple = PyStructSequence_New(type);
  if (!tuple) throw_python_error();
  Py_ssize_t at = 0;
  for (PyObject* item : items) PyStructSequence_SET_ITEM(tuple, at++, item);
  return tuple;
}

PyObject* to_python(const NamedTensors& value) {
  PyObject* tuple = PyStructSequence_New(value.type);
  if (!tuple) throw_python_error();
  for (size_t i = 0; i < value.values.size(); ++i)
    PyStructSequence_SET_ITEM(tuple, static_cast<Py_ssize_t>(i), wrap(value.values[i]));
  return tuple;
}

}  // namespace ember::python
