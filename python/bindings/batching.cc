#include "python/bindings/batching.h"

#include "python/bindings/bindings.h"
#include "python/bindings/casters.h"

namespace ember::python {

BatchingHandlers batching_handlers;
thread_local PyObject* random_handler = nullptr;
thread_local bool modules_diverted = false;

bool holds_batched(PyObject* object) {
  if (is_batched(object)) return true;
  if (!PyTuple_Check(object) && !PyList_Check(object)) return false;
  for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(object); ++i) {
    PyObject* item = PySequence_Fast_GET_ITEM(object, i);
    if (is_batched(item)) return true;
  }
  return false;
}

bool hold_batched(PyObject* const* objects, size_t count) {
  for (size_t i = 0; i < count; ++i)
    if (holds_batched(objects[i])) return true;
  return false;
}

PyObject* hand_over(PyObject* handler, PyObject* callee, PyObject* const* args, size_t count, PyObject* keywords) {
  PyObject* tuple = PyTuple_New(static_cast<Py_ssize_t>(count));
  PyObject* dict = PyDict_New();
  PyObject* result = nullptr;
  if (tuple && dict) {
    for (size_t i = 0; i < count; ++i) PyTuple_SET_ITEM(tuple, static_cast<Py_ssize_t>(i), Py_NewRef(args[i]));
    const Py_ssize_t named = keywords ? PyTuple_GET_SIZE(keywords) : 0;
    bool complete = true;
    for (Py_ssize_t k = 0; k < named && complete; ++k)
      complete = PyDict_SetItem(dict, PyTuple_GET_ITEM(keywords, k), args[count + static_cast<size_t>(k)]) == 0;
    if (complete) result = PyObject_CallFunctionObjArgs(handler, callee, tuple, dict, nullptr);
  }
  Py_XDECREF(tuple);
  Py_XDECREF(dict);
  return result;
}

PyObject* resolve_batched(PyObject* object) {
  if (!modules_diverted || !is_tensor(object)) return object;
  PyObject* attributes = reinterpret_cast<PyTensor*>(object)->attributes;
  PyObject* batched = attributes ? PyDict_GetItemString(attributes, "_batched") : nullptr;
  if (!batched) return object;
  Py_INCREF(batched);
  Py_DECREF(object);
  return batched;
}

namespace {

/// Python's own objects, which live as long as the interpreter.
PyObject* keep(const py::object& object) { return object.is_none() ? nullptr : Py_NewRef(object.ptr()); }

py::object swap_random_handler(const py::object& handler) {
  auto before = random_handler ? py::reinterpret_steal<py::object>(random_handler) : py::object(py::none());
  random_handler = keep(handler);
  return before;
}

}  // namespace

void bind_batching(PyObject* module) {
  auto m = py::reinterpret_borrow<py::module_>(module);
  m.def(
      "_set_batching_handlers",
      [](const py::type& type, const py::object& op, const py::object& called_module, const py::object& get_item,
         const py::object& set_item) {
        batching_handlers = {reinterpret_cast<PyTypeObject*>(keep(type)), keep(op), keep(called_module), keep(get_item),
                             keep(set_item)};
      },
      py::arg("batched_type"), py::arg("op"), py::arg("module"), py::arg("get_item"), py::arg("set_item"));
  m.def("_mark_random", [](const py::object& op) { mark_random(op.ptr()); });
  m.def("_swap_random_handler", &swap_random_handler, "Sets this thread's handler of random ops and gives the last.");
  m.def(
      "_divert_modules", [](bool on) { return std::exchange(modules_diverted, on); },
      "Sets whether modules of C++ go to the handler and gives what was set.");
}

}  // namespace ember::python
