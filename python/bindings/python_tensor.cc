#include "python/bindings/python_tensor.h"

#include <structmember.h>

#include <new>
#include <vector>

#include "python/bindings/errors.h"
#include "python/bindings/tensor_slots.h"

namespace ember::python {

PyTypeObject* tensor_type = nullptr;
PyTypeObject* parameter_type = nullptr;

namespace {

PyTensor* cast(PyObject* object) { return reinterpret_cast<PyTensor*>(object); }

/// A tensor that only C++ held goes, and with it the object that waited in its slot.
void release_object(void* pointer) {
  if (!Py_IsInitialized()) return;
  PyGILState_STATE gil = PyGILState_Ensure();
  auto* object = static_cast<PyObject*>(pointer);
  // The handle inside does not count while the slot owns the object: forget it without a release.
  new (&cast(object)->tensor) Tensor();
  if (Py_REFCNT(object) > 1) cast(object)->tensor = empty_tensor({0}, kFloat32);
  Py_DECREF(object);
  PyGILState_Release(gil);
}

bool carries_state(PyObject* object) {
  PyObject* attributes = cast(object)->attributes;
  return Py_TYPE(object) != tensor_type || (attributes && PyDict_GET_SIZE(attributes) > 0);
}

void deallocate(PyObject* object) {
  PyTensor* self = cast(object);
  if (TensorImpl* impl = self->tensor.impl()) {
    if (impl->use_count() > 1 && carries_state(object)) {
      Py_SET_REFCNT(object, 1);
      impl->python.release = release_object;
      impl->release();
      return;
    }
    impl->python.object = nullptr;
  }
  if (self->weak_references) PyObject_ClearWeakRefs(object);
  Py_CLEAR(self->attributes);
  self->tensor.~Tensor();
  PyTypeObject* type = Py_TYPE(object);
  type->tp_free(object);
  Py_DECREF(type);
}

PyObject* parameter_new(PyTypeObject* type, PyObject* args, PyObject* keywords) {
  static const char* names[] = {"data", "requires_grad", nullptr};
  PyObject* data = nullptr;
  int requires_grad = 1;
  if (!PyArg_ParseTupleAndKeywords(args, keywords, "|Op:Parameter", const_cast<char**>(names), &data, &requires_grad))
    return nullptr;
  return guarded([&] {
    check<TypeError>(!data || is_tensor(data), "Parameter: data must be a Tensor");
    Tensor value = data ? tensor_of(data).detach() : empty_tensor({0}, default_dtype());
    if (requires_grad) value.requires_grad_();
    return wrap_new(std::move(value), type);
  });
}

int accept_any_arguments(PyObject*, PyObject*, PyObject*) { return 0; }

PyMemberDef tensor_members[] = {
    {"__dictoffset__", T_PYSSIZET, offsetof(PyTensor, attributes), READONLY, nullptr},
    {"__weaklistoffset__", T_PYSSIZET, offsetof(PyTensor, weak_references), READONLY, nullptr},
    {nullptr, 0, 0, 0, nullptr}};

}  // namespace

void make_tensor_types(PyObject* module) {
  std::vector<PyType_Slot> slots = {
      {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
      {Py_tp_members, tensor_members},
      {Py_tp_doc, const_cast<char*>("A strided array of one dtype that remembers how it was made.")},
  };
  add_operator_slots(slots);
  add_indexing_slots(slots);
  add_property_slots(slots);
  slots.push_back({0, nullptr});
  PyType_Spec spec = {"ember.Tensor", sizeof(PyTensor), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE, slots.data()};
  tensor_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (!tensor_type) throw_python_error();

  PyType_Slot parameter_slots[] = {
      {Py_tp_new, reinterpret_cast<void*>(parameter_new)},
      {Py_tp_init, reinterpret_cast<void*>(accept_any_arguments)},
      {Py_tp_doc, const_cast<char*>("Parameter(data, requires_grad=True)\n--\n\n"
                                    "A leaf tensor that a Module adopts when it becomes an attribute.")},
      {0, nullptr}};
  PyType_Spec parameter_spec = {"ember.nn.Parameter", sizeof(PyTensor), 0, Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE,
                                parameter_slots};
  parameter_type = reinterpret_cast<PyTypeObject*>(
      PyType_FromSpecWithBases(&parameter_spec, reinterpret_cast<PyObject*>(tensor_type)));
  if (!parameter_type || PyModule_AddObjectRef(module, "Tensor", reinterpret_cast<PyObject*>(tensor_type)) < 0)
    throw_python_error();
}

PyObject* wrap_new(Tensor tensor, PyTypeObject* type) {
  PyObject* object = type->tp_alloc(type, 0);
  if (!object) throw_python_error();
  tensor.impl()->python.object = object;
  new (&cast(object)->tensor) Tensor(std::move(tensor));
  return object;
}

PyObject* wrap(const Tensor& tensor) {
  if (!tensor.defined()) Py_RETURN_NONE;
  PythonSlot& slot = tensor.impl()->python;
  auto* object = static_cast<PyObject*>(slot.object);
  if (!object) return wrap_new(tensor, tensor_type);
  if (slot.release) {
    // The slot's reference to the object becomes the caller's, and the object holds the tensor again.
    slot.release = nullptr;
    tensor.impl()->retain();
    return object;
  }
  return Py_NewRef(object);
}

PyObject* wrap_parameter(const Tensor& tensor) {
  if (!tensor.defined()) Py_RETURN_NONE;
  if (!tensor.impl()->python.object) return wrap_new(tensor, parameter_type);
  PyObject* object = wrap(tensor);
  if (Py_TYPE(object) == tensor_type) {
    Py_INCREF(parameter_type);
    Py_SET_TYPE(object, parameter_type);
    Py_DECREF(tensor_type);
  }
  return object;
}

}  // namespace ember::python
