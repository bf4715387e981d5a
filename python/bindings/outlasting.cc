// What of Python's C API may run Python code, as the bindings call it: the linker puts these in its place (python/BUILD).
//
// Python ends a daemon thread that wants to run after the interpreter's end, by unwinding it. That would go through the destructors of C++'s
// frames, which need Python's lock. Such a thread waits for the end of the process instead, at the call that led it into Python.
#include <Python.h>
#include <cxxabi.h>

#include "python/bindings/gil.h"

namespace ember::python {

namespace {

template <class Call>
auto outlasting(Call call) {
  try {
    return call();
  } catch (abi::__forced_unwind&) {
    wait_for_the_end();
  }
}

}  // namespace

// The linker's names cannot be made by a template.
#define EMBER_OUTLASTING(Result, name, parameters, arguments)   \
  extern "C" Result __real_##name parameters;                   \
  extern "C" Result __wrap_##name parameters {                  \
    return outlasting([&] { return __real_##name arguments; }); \
  }

EMBER_OUTLASTING(PyObject*, PyIter_Next, (PyObject * iterator), (iterator))
EMBER_OUTLASTING(PyObject*, PyNumber_Add, (PyObject * left, PyObject* right), (left, right))
EMBER_OUTLASTING(PyObject*, PyNumber_Float, (PyObject * object), (object))
EMBER_OUTLASTING(PyObject*, PyNumber_Index, (PyObject * object), (object))
EMBER_OUTLASTING(PyObject*, PyNumber_Long, (PyObject * object), (object))
EMBER_OUTLASTING(PyObject*, PyObject_Call, (PyObject * callable, PyObject* arguments, PyObject* keywords),
                 (callable, arguments, keywords))
EMBER_OUTLASTING(PyObject*, PyObject_CallObject, (PyObject * callable, PyObject* arguments), (callable, arguments))
EMBER_OUTLASTING(PyObject*, PyObject_CallOneArg, (PyObject * callable, PyObject* argument), (callable, argument))
EMBER_OUTLASTING(PyObject*, PyObject_GetAttr, (PyObject * object, PyObject* name), (object, name))
EMBER_OUTLASTING(PyObject*, PyObject_GetAttrString, (PyObject * object, const char* name), (object, name))
EMBER_OUTLASTING(PyObject*, PyObject_GetItem, (PyObject * object, PyObject* key), (object, key))
EMBER_OUTLASTING(PyObject*, PyObject_GetIter, (PyObject * object), (object))
EMBER_OUTLASTING(PyObject*, PyObject_Repr, (PyObject * object), (object))
EMBER_OUTLASTING(PyObject*, PyObject_Str, (PyObject * object), (object))
EMBER_OUTLASTING(PyObject*, PySequence_Fast, (PyObject * object, const char* message), (object, message))
EMBER_OUTLASTING(PyObject*, PySequence_GetItem, (PyObject * object, Py_ssize_t index), (object, index))
EMBER_OUTLASTING(PyObject*, PySequence_List, (PyObject * object), (object))
EMBER_OUTLASTING(PyObject*, PySequence_Tuple, (PyObject * object), (object))
EMBER_OUTLASTING(PyObject*, PyVectorcall_Call, (PyObject * callable, PyObject* arguments, PyObject* keywords),
                 (callable, arguments, keywords))
EMBER_OUTLASTING(Py_ssize_t, PySequence_Size, (PyObject * object), (object))
EMBER_OUTLASTING(int, PyErr_CheckSignals, (), ())
EMBER_OUTLASTING(int, PyObject_HasAttrString, (PyObject * object, const char* name), (object, name))
EMBER_OUTLASTING(int, PyObject_IsTrue, (PyObject * object), (object))
EMBER_OUTLASTING(int, PyObject_RichCompareBool, (PyObject * left, PyObject* right, int operation),
                 (left, right, operation))
EMBER_OUTLASTING(int, PyObject_SetAttr, (PyObject * object, PyObject* name, PyObject* value), (object, name, value))
EMBER_OUTLASTING(int, PyObject_SetAttrString, (PyObject * object, const char* name, PyObject* value),
                 (object, name, value))
EMBER_OUTLASTING(int, PyObject_SetItem, (PyObject * object, PyObject* key, PyObject* value), (object, key, value))
EMBER_OUTLASTING(void, _Py_Dealloc, (PyObject * object), (object))

#undef EMBER_OUTLASTING

}  // namespace ember::python
