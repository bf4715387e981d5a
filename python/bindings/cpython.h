// What the bindings need of CPython beyond its public API: private functions, and members of structs that a later version may move. Each
// stands here under a name of its own, with what the public API lacks, and nowhere else. (The linker's names in outlasting.cc and
// python/BUILD include one more, since a macro of the public API expands to it.)
#pragma once

#include <Python.h>

namespace ember::python {

/// Where an object's own __dict__ lies, null as long as it was not needed; null for an object that has none. The public
/// PyObject_GenericGetDict makes the dict, and gives no way to let go of it, as tp_clear must.
inline PyObject** dictionary_slot(PyObject* object) { return _PyObject_GetDictPtr(object); }

/// What a class or one of its bases has under a name, borrowed; null without an error if none has. Public functions ask the metaclass and
/// bind what they find, which costs a call each time.
inline PyObject* find_in_class(PyTypeObject* type, PyObject* name) { return _PyType_Lookup(type, name); }

/// PyObject_GenericGetAttr, but null without an error where there is no such attribute. Making and dropping an AttributeError at each
/// read of a parameter would cost more than the read. Public since 3.13 only by way of tp_getattro, which is the caller.
inline PyObject* find_attribute(PyObject* object, PyObject* name) {
  return _PyObject_GenericGetAttrWithDict(object, name, nullptr, 1);
}

/// The hash of an object that is equal to itself alone. Public since 3.13 (Py_HashPointer).
inline Py_hash_t identity_hash(PyObject* object) { return _Py_HashPointer(object); }

/// Whether the interpreter is ending: other threads than the one that ends it will not get its lock again. Public since 3.13
/// (Py_IsFinalizing).
inline bool is_finalizing() { return _Py_IsFinalizing(); }

/// A class's own attributes, borrowed, to read and to add to; PyType_Modified says that they changed. Public since 3.12 (PyType_GetDict);
/// PyObject_GetAttr would bind what it finds, and the class's __dict__ is read-only.
inline PyObject* class_dictionary(PyTypeObject* type) { return type->tp_dict; }

/// The C function behind a built-in one, and its exchange for another. Nothing public lets a function be called by way of another one
/// without a new object, whose name, signature and docstring would be its own.
PyCFunctionWithKeywords function_behind(PyObject* builtin);
void replace_function(PyObject* builtin, PyCFunctionWithKeywords function);

/// Where a built-in function's docstring lies. inspect.signature looks for the signature in it, and nothing public adds one to a function
/// that is there.
const char*& docstring_of(PyObject* builtin);

/// Lets go of what an object holds in the __slots__ of one class among its own. CPython's deallocator of such classes does so, but can
/// not be stopped between that and the end of the object.
void clear_slots(PyObject* object, PyTypeObject* type);

}  // namespace ember::python
