#include "python/bindings/value_types.h"

#include <structseq.h>

#include "python/bindings/convert.h"

namespace ember::python {

PyTypeObject* dtype_type = nullptr;
PyTypeObject* device_type = nullptr;
PyTypeObject* size_type = nullptr;

namespace {

struct PyDType {
  PyObject_HEAD DType value;
};
struct PyDevice {
  PyObject_HEAD Device value;
};

PyObject* dtypes[kDTypeCount];
PyTypeObject* values_indices_type = nullptr;

DType dtype_of_object(PyObject* o) { return reinterpret_cast<PyDType*>(o)->value; }
Device& device_of_object(PyObject* o) { return reinterpret_cast<PyDevice*>(o)->value; }

PyObject* dtype_repr(PyObject* self) {
  return PyUnicode_FromFormat("ember.%s", to_string(dtype_of_object(self)).c_str());
}
PyObject* dtype_reduce(PyObject* self, PyObject*) { return to_python(to_string(dtype_of_object(self))); }
PyObject* dtype_is_floating_point(PyObject* self, void*) { return to_python(is_floating_point(dtype_of_object(self))); }
PyObject* dtype_is_complex(PyObject* self, void*) { return to_python(is_complex(dtype_of_object(self))); }
PyObject* dtype_is_signed(PyObject* self, void*) {
  const DType t = dtype_of_object(self);
  return to_python(t != kBool && t != kUInt8);
}
PyObject* dtype_itemsize(PyObject* self, void*) { return to_python(item_size(dtype_of_object(self))); }

PyGetSetDef dtype_attributes[] = {{"is_floating_point", dtype_is_floating_point, nullptr, nullptr, nullptr},
                                  {"is_complex", dtype_is_complex, nullptr, nullptr, nullptr},
                                  {"is_signed", dtype_is_signed, nullptr, nullptr, nullptr},
                                  {"itemsize", dtype_itemsize, nullptr, nullptr, nullptr},
                                  {nullptr, nullptr, nullptr, nullptr, nullptr}};
PyMethodDef dtype_methods[] = {{"__reduce__", dtype_reduce, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};

PyObject* device_new(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  static const char* names[] = {"type", "index", nullptr};
  PyObject* name = nullptr;
  int index = -1;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|i:device", const_cast<char**>(names), &name, &index))
    return nullptr;
  return guarded([&]() -> PyObject* {
    Device device;
    check<TypeError>(convert(name, device), "device: type must be a str or a device");
    if (index >= 0) device.index = static_cast<int8_t>(index);
    PyObject* object = type->tp_alloc(type, 0);
    if (object) device_of_object(object) = device;
    return object;
  });
}
PyObject* device_string(PyObject* self) { return to_python(to_string(device_of_object(self))); }
PyObject* device_repr(PyObject* self) {
  const Device& device = device_of_object(self);
  if (device.is_cpu()) return PyUnicode_FromString("device(type='cpu')");
  return PyUnicode_FromFormat("device(type='cuda', index=%d)", device.index);
}
PyObject* device_compare(PyObject* a, PyObject* b, int op) {
  if (Py_TYPE(b) != device_type || (op != Py_EQ && op != Py_NE)) Py_RETURN_NOTIMPLEMENTED;
  return to_python((device_of_object(a) == device_of_object(b)) == (op == Py_EQ));
}
Py_hash_t device_hash(PyObject* self) {
  const Device& device = device_of_object(self);
  return static_cast<int>(device.type) * 256 + device.index + 1;
}
PyObject* device_type_name(PyObject* self, void*) {
  return PyUnicode_FromString(device_of_object(self).is_cpu() ? "cpu" : "cuda");
}
PyObject* device_index(PyObject* self, void*) {
  const Device& device = device_of_object(self);
  if (device.is_cpu()) Py_RETURN_NONE;
  return to_python(int64_t{device.index});
}
PyObject* device_reduce(PyObject* self, PyObject*) {
  return Py_BuildValue("O(s)", device_type, to_string(device_of_object(self)).c_str());
}
PyGetSetDef device_attributes[] = {{"type", device_type_name, nullptr, nullptr, nullptr},
                                   {"index", device_index, nullptr, nullptr, nullptr},
                                   {nullptr, nullptr, nullptr, nullptr, nullptr}};
PyMethodDef device_methods[] = {{"__reduce__", device_reduce, METH_NOARGS, nullptr}, {nullptr, nullptr, 0, nullptr}};

PyObject* size_repr(PyObject* self) {
  PyObject* list = PySequence_List(self);
  PyObject* text = list ? PyUnicode_FromFormat("ember.Size(%R)", list) : nullptr;
  Py_XDECREF(list);
  return text;
}
PyObject* size_numel(PyObject* self, PyObject*) {
  return guarded([&] {
    Shape shape;
    check<TypeError>(convert(self, shape), "Size: not a tuple of ints");
    return to_python(shape.numel());
  });
}
/// A slice or a concatenation of sizes is again a Size.
PyObject* as_size(PyObject* tuple) {
  if (!tuple || !PyTuple_CheckExact(tuple)) return tuple;
  PyObject* size = PyObject_CallOneArg(reinterpret_cast<PyObject*>(size_type), tuple);
  Py_DECREF(tuple);
  return size;
}
PyObject* size_subscript(PyObject* self, PyObject* key) {
  return as_size(PyTuple_Type.tp_as_mapping->mp_subscript(self, key));
}
PyObject* size_concatenate(PyObject* a, PyObject* b) { return as_size(PyTuple_Type.tp_as_sequence->sq_concat(a, b)); }
PyMethodDef size_methods[] = {{"numel", size_numel, METH_NOARGS, "The product of all sizes."},
                              {nullptr, nullptr, 0, nullptr}};

PyTypeObject* make_type(PyType_Spec& spec, PyTypeObject* base = nullptr) {
  PyObject* type = base ? PyType_FromSpecWithBases(&spec, reinterpret_cast<PyObject*>(base)) : PyType_FromSpec(&spec);
  if (!type) throw_python_error();
  return reinterpret_cast<PyTypeObject*>(type);
}

void add(PyObject* module, const char* name, void* object) {
  if (PyModule_AddObjectRef(module, name, static_cast<PyObject*>(object)) < 0) throw_python_error();
}

void make_dtypes(PyObject* module) {
  PyType_Slot slots[] = {{Py_tp_repr, reinterpret_cast<void*>(dtype_repr)},
                         {Py_tp_getset, dtype_attributes},
                         {Py_tp_methods, dtype_methods},
                         {0, nullptr}};
  PyType_Spec spec = {"ember.dtype", sizeof(PyDType), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_DISALLOW_INSTANTIATION, slots};
  dtype_type = make_type(spec);
  add(module, "dtype", dtype_type);
  for (int i = 0; i < kDTypeCount; ++i) {
    dtypes[i] = dtype_type->tp_alloc(dtype_type, 0);
    reinterpret_cast<PyDType*>(dtypes[i])->value = static_cast<DType>(i);
    add(module, to_string(static_cast<DType>(i)).c_str(), dtypes[i]);
  }
  const std::pair<const char*, DType> aliases[] = {{"half", kHalf},        {"float", kFloat},       {"double", kDouble},
                                                   {"short", kInt16},      {"int", kInt},           {"long", kLong},
                                                   {"cfloat", kComplex64}, {"cdouble", kComplex128}};
  for (auto [name, dtype] : aliases) add(module, name, dtypes[static_cast<int>(dtype)]);
}

}  // namespace

void make_value_types(PyObject* module) {
  make_dtypes(module);

  PyType_Slot device_slots[] = {{Py_tp_new, reinterpret_cast<void*>(device_new)},
                                {Py_tp_repr, reinterpret_cast<void*>(device_repr)},
                                {Py_tp_str, reinterpret_cast<void*>(device_string)},
                                {Py_tp_richcompare, reinterpret_cast<void*>(device_compare)},
                                {Py_tp_hash, reinterpret_cast<void*>(device_hash)},
                                {Py_tp_getset, device_attributes},
                                {Py_tp_methods, device_methods},
                                {0, nullptr}};
  PyType_Spec device_spec = {"ember.device", sizeof(PyDevice), 0, Py_TPFLAGS_DEFAULT, device_slots};
  device_type = make_type(device_spec);
  add(module, "device", device_type);

  PyType_Slot size_slots[] = {{Py_tp_repr, reinterpret_cast<void*>(size_repr)},
                              {Py_tp_methods, size_methods},
                              {Py_mp_subscript, reinterpret_cast<void*>(size_subscript)},
                              {Py_sq_concat, reinterpret_cast<void*>(size_concatenate)},
                              {0, nullptr}};
  PyType_Spec size_spec = {"ember.Size", 0, 0, Py_TPFLAGS_DEFAULT, size_slots};
  size_type = make_type(size_spec, &PyTuple_Type);
  add(module, "Size", size_type);

  static PyStructSequence_Field fields[] = {{"values", nullptr}, {"indices", nullptr}, {nullptr, nullptr}};
  static PyStructSequence_Desc description = {"ember.ValuesIndices", "Values and the positions that they came from.",
                                              fields, 2};
  values_indices_type = PyStructSequence_NewType(&description);
  if (!values_indices_type) throw_python_error();
}

bool convert(PyObject* object, DType& out) {
  if (Py_TYPE(object) == dtype_type) {
    out = dtype_of_object(object);
  } else if (object == reinterpret_cast<PyObject*>(&PyFloat_Type)) {
    out = kFloat64;
  } else if (object == reinterpret_cast<PyObject*>(&PyLong_Type)) {
    out = kInt64;
  } else if (object == reinterpret_cast<PyObject*>(&PyBool_Type)) {
    out = kBool;
  } else if (object == reinterpret_cast<PyObject*>(&PyComplex_Type)) {
    out = kComplex128;
  } else {
    return false;
  }
  return true;
}

bool convert(PyObject* object, Device& out) {
  if (Py_TYPE(object) == device_type) {
    out = device_of_object(object);
    return true;
  }
  std::string_view name;
  if (!convert(object, name)) return false;
  out = Device(name);
  return true;
}

PyObject* to_python(DType value) { return Py_NewRef(dtypes[static_cast<int>(value)]); }

PyObject* to_python(const Device& value) {
  PyObject* object = device_type->tp_alloc(device_type, 0);
  if (!object) throw_python_error();
  device_of_object(object) = value;
  return object;
}

PyObject* to_python(const Shape& value) {
  const auto count = static_cast<Py_ssize_t>(value.size());
  PyObject* tuple = size_type->tp_alloc(size_type, count);
  if (!tuple) throw_python_error();
  for (Py_ssize_t i = 0; i < count; ++i) PyTuple_SET_ITEM(tuple, i, PyLong_FromLongLong(value[static_cast<size_t>(i)]));
  return tuple;
}

PyObject* to_python(const std::pair<Tensor, Tensor>& value) {
  PyObject* tuple = PyStructSequence_New(values_indices_type);
  if (!tuple) throw_python_error();
  PyStructSequence_SET_ITEM(tuple, 0, wrap(value.first));
  PyStructSequence_SET_ITEM(tuple, 1, wrap(value.second));
  return tuple;
}

}  // namespace ember::python
