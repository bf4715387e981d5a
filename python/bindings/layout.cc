#include "python/bindings/layout.h"

#include "ember/ops/creation/copy.h"
#include "python/bindings/convert.h"

namespace ember::python {

namespace {

/// A constant that knows its name: an instance of layout or memory_format.
struct PyConstant {
  PyObject_HEAD const char* name;
  MemoryFormat format;
};

PyTypeObject* layout_type = nullptr;
PyTypeObject* format_type = nullptr;

PyObject* repr(PyObject* self) { return PyUnicode_FromFormat("ember.%s", reinterpret_cast<PyConstant*>(self)->name); }
PyObject* reduce(PyObject* self, PyObject*) { return PyUnicode_FromString(reinterpret_cast<PyConstant*>(self)->name); }
PyMethodDef methods[] = {{"__reduce__", reduce, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};

void add(PyObject* module, const char* name, PyObject* object) {
  if (!object || PyModule_AddObjectRef(module, name, object) < 0) throw_python_error();
}

PyTypeObject* make_type(PyObject* module, const char* full_name) {
  PyType_Slot slots[] = {{Py_tp_repr, reinterpret_cast<void*>(repr)}, {Py_tp_methods, methods}, {0, nullptr}};
  PyType_Spec spec = {full_name, sizeof(PyConstant), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  PyObject* type = PyType_FromSpec(&spec);
  add(module, full_name + sizeof("ember"), type);
  return reinterpret_cast<PyTypeObject*>(type);
}

void add_constant(PyObject* module, PyTypeObject* type, const char* name, MemoryFormat format) {
  PyObject* object = type->tp_alloc(type, 0);
  if (!object) throw_python_error();
  reinterpret_cast<PyConstant*>(object)->name = name;
  reinterpret_cast<PyConstant*>(object)->format = format;
  add(module, name, object);
  Py_DECREF(object);
}

}  // namespace

bool convert(PyObject* object, Layout&) { return Py_TYPE(object) == layout_type; }

bool convert(PyObject* object, MemoryFormat& out) {
  if (Py_TYPE(object) != format_type) return false;
  out = reinterpret_cast<PyConstant*>(object)->format;
  return true;
}

void make_layout_types(PyObject* module) {
  layout_type = make_type(module, "ember.layout");
  format_type = make_type(module, "ember.memory_format");
  add_constant(module, layout_type, "strided", MemoryFormat::Contiguous);
  add_constant(module, format_type, "contiguous_format", MemoryFormat::Contiguous);
  add_constant(module, format_type, "preserve_format", MemoryFormat::Preserve);
  add_constant(module, format_type, "channels_last", MemoryFormat::ChannelsLast);
  add_constant(module, format_type, "channels_last_3d", MemoryFormat::ChannelsLast3d);
}

}  // namespace ember::python
