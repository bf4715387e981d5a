#include "python/bindings/cpython.h"

#include <structmember.h>

namespace ember::python {

namespace {

PyMethodDef& definition_of(PyObject* builtin) { return *reinterpret_cast<PyCFunctionObject*>(builtin)->m_ml; }

}  // namespace

// By way of void (*)(), which the compiler takes for a cast between functions that is meant.
PyCFunctionWithKeywords function_behind(PyObject* builtin) {
  return reinterpret_cast<PyCFunctionWithKeywords>(reinterpret_cast<void (*)()>(definition_of(builtin).ml_meth));
}

void replace_function(PyObject* builtin, PyCFunctionWithKeywords function) {
  definition_of(builtin).ml_meth = reinterpret_cast<PyCFunction>(reinterpret_cast<void (*)()>(function));
}

const char*& docstring_of(PyObject* builtin) { return definition_of(builtin).ml_doc; }

void clear_slots(PyObject* object, PyTypeObject* type) {
  PyObject *name, *value;
  for (Py_ssize_t at = 0; PyDict_Next(class_dictionary(type), &at, &name, &value);) {
    if (Py_TYPE(value) != &PyMemberDescr_Type) continue;
    const PyMemberDef* member = reinterpret_cast<PyMemberDescrObject*>(value)->d_member;
    if (member->type == T_OBJECT_EX)
      Py_CLEAR(*reinterpret_cast<PyObject**>(reinterpret_cast<char*>(object) + member->offset));
  }
}

}  // namespace ember::python
