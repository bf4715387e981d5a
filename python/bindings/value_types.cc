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
/// "cuda" without an index, the device that is current, is another object than "cuda:0", though C++ takes both for the same.
struct PyDevice {
  PyObject_HEAD Device value;
  bool has_index;
};

PyObject* dtypes[kDTypeCount];
PyTypeObject* values_indices_type = nullptr;

DType dtype_of_object(PyObject* o) { return reinterpret_cast<PyDType*>(o)->value; }
Device& device_of_object(PyObject* o) { return reinterpret_cast<PyDevice*>(o)->value; }
bool& has_index(PyObject* o) { return reinterpret_cast<PyDevice*>(o)->has_index; }

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

PyObject* new_device(const Device& value, bool with_index) {
  PyObject* object = device_type->tp_alloc(device_type, 0);
  if (!object) throw_python_error();
  device_of_object(object) = value;
  has_index(object) = with_index;
  return object;
}

int8_t checked_index(int64_t index) {
  check(index >= 0, "device: the index must not be negative, got ", index);
  check(index <= INT8_MAX, "device: there is no device of index ", index);
  return static_cast<int8_t>(index);
}

PyObject* device_new(PyTypeObject*, PyObject* args, PyObject* keywords) {
  static const char* names[] = {"type", "index", nullptr};
  PyObject *name = nullptr, *index = Py_None;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "O|O:device", const_cast<char**>(names), &name, &index))
    return nullptr;
  return guarded([&]() -> PyObject* {
    if (Py_TYPE(name) == device_type && index == Py_None) return Py_NewRef(name);
    int64_t number = 0;
    const bool is_number = !PyBool_Check(name) && PyLong_Check(name) && convert(name, number);
    if (is_number && index == Py_None) return new_device(Device(kCUDA, checked_index(number)), true);
    std::string_view text;
    check<TypeError>(!is_number && convert(name, text), "device: type must be a str or a device, not ",
                     type_name(name));
    Device device(text);
    const bool named = text.find(':') != std::string_view::npos;
    if (index == Py_None) return new_device(device, named);
    check<TypeError>(!PyBool_Check(index) && PyLong_Check(index) && convert(index, number),
                     "device: index must be an int, not ", type_name(index));
    check(!named, "device: type must not hold an index, as \"", text, "\" does, when index is given too");
    device.index = checked_index(number);
    check(!device.is_cpu() || device.index == 0, "device: there is one CPU, of index 0, not ", number);
    return new_device(device, true);
  });
}
PyObject* device_string(PyObject* self) {
  const std::string type = device_of_object(self).is_cpu() ? "cpu" : "cuda";
  return to_python(has_index(self) ? concat(type, ":", int{device_of_object(self).index}) : type);
}
PyObject* device_repr(PyObject* self) {
  const Device& device = device_of_object(self);
  const char* type = device.is_cpu() ? "cpu" : "cuda";
  if (!has_index(self)) return PyUnicode_FromFormat("device(type='%s')", type);
  return PyUnicode_FromFormat("device(type='%s', index=%d)", type, device.index);
}
PyObject* device_compare(PyObject* a, PyObject* b, int op) {
  if (Py_TYPE(b) != device_type || (op != Py_EQ && op != Py_NE)) Py_RETURN_NOTIMPLEMENTED;
  const bool same = device_of_object(a) == device_of_object(b) && has_index(a) == has_index(b);
  return to_python(same == (op == Py_EQ));
}
Py_hash_t device_hash(PyObject* self) {
  const Device& device = device_of_object(self);
  return static_cast<int>(device.type) * 512 + device.index * 2 + has_index(self) + 1;
}
PyObject* device_type_name(PyObject* self, void*) {
  return PyUnicode_FromString(device_of_object(self).is_cpu() ? "cpu" : "cuda");
}
PyObject* device_index(PyObject* self, void*) {
  if (!has_index(self)) Py_RETURN_NONE;
  return to_python(int64_t{device_of_object(self).index});
}
PyObject* device_reduce(PyObject* self, PyObject*) { return Py_BuildValue("O(N)", device_type, device_string(self)); }
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
/// nb_add, not sq_concat, so that a tuple + a Size is a Size as well.
PyObject* size_concatenate(PyObject* a, PyObject* b) {
  if (!PyTuple_Check(a) || !PyTuple_Check(b)) Py_RETURN_NOTIMPLEMENTED;
  return as_size(PyTuple_Type.tp_as_sequence->sq_concat(a, b));
}
PyObject* size_repeat(PyObject* self, Py_ssize_t count) {
  return as_size(PyTuple_Type.tp_as_sequence->sq_repeat(self, count));
}
/// Size(iterable of ints): what has __index__, a tensor say, becomes an int.
PyObject* size_new(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  PyObject* size = PyTuple_Type.tp_new(type, args, keywords);
  for (Py_ssize_t i = 0; size && i < PyTuple_GET_SIZE(size); ++i) {
    PyObject* item = PyTuple_GET_ITEM(size, i);
    if (PyLong_CheckExact(item)) continue;
    PyObject* whole = PyNumber_Index(item);
    // +True is the int 1.
    PyObject* number = whole ? PyNumber_Positive(whole) : nullptr;
    Py_XDECREF(whole);
    if (!number) {
      PyErr_Format(PyExc_TypeError, "Size: takes an iterable of ints, but item %zd is a %s", i, type_name(item));
      Py_CLEAR(size);
      break;
    }
    PyTuple_SET_ITEM(size, i, number);
    Py_DECREF(item);
  }
  return size;
}
PyObject* size_reduce(PyObject* self, PyObject*) {
  PyObject* list = PySequence_List(self);
  return list ? Py_BuildValue("O(N)", size_type, list) : nullptr;
}
PyMethodDef size_methods[] = {{"numel", size_numel, METH_NOARGS, "The product of all sizes."},
                              {"__reduce__", size_reduce, METH_NOARGS, nullptr},
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

  PyType_Slot size_slots[] = {{Py_tp_new, reinterpret_cast<void*>(size_new)},
                              {Py_tp_repr, reinterpret_cast<void*>(size_repr)},
                              {Py_tp_methods, size_methods},
                              {Py_mp_subscript, reinterpret_cast<void*>(size_subscript)},
                              {Py_nb_add, reinterpret_cast<void*>(size_concatenate)},
                              {Py_sq_repeat, reinterpret_cast<void*>(size_repeat)},
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

PyObject* to_python(const Device& value) { return new_device(value, !value.is_cpu()); }

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
