#include "python/bindings/python_tensor.h"

#include <structmember.h>

#include <new>
#include <vector>

#include "ember/autograd/meta.h"
#include "python/bindings/collector.h"
#include "python/bindings/cpython.h"
#include "python/bindings/errors.h"
#include "python/bindings/tensor_slots.h"

namespace ember::python {

PyTypeObject* tensor_type = nullptr;
PyTypeObject* parameter_type = nullptr;

namespace {

PyTensor* cast(PyObject* object) { return reinterpret_cast<PyTensor*>(object); }

// Memory of plain tensors' objects that went, for those to come: tensors come and go with every op.
constexpr int kMostSpare = 256;
PyObject* spare[kMostSpare];
int spare_count = 0;

/// A tensor that only C++ held goes, and with it the object that waited in its slot.
void release_object(void* pointer) {
  auto* object = static_cast<PyObject*>(pointer);
  // The handle inside does not count while the slot owns the object: forget it without a release.
  const auto forget = [object] { new (&cast(object)->tensor) Tensor(); };
  // The ending interpreter collects its garbage once more, and must not find the tensor there.
  if (!Py_IsInitialized()) {
    forget();
    return;
  }
  const GilAcquire gil;
  forget();
  if (Py_REFCNT(object) > 1) {
    cast(object)->tensor = empty_tensor({0}, kFloat32);
    cast(object)->tensor.impl()->python.object = object;
  }
  Py_DECREF(object);
}

/// Whether C++ keeps the tensor of an object that Python drops, and the object with it.
bool give_to_tensor(PyObject* object) {
  TensorImpl* impl = cast(object)->tensor.impl();
  if (!impl || impl->use_count() == 1 || !carries_state(object)) return false;
  Py_SET_REFCNT(object, 1);
  impl->python.release = release_object;
  impl->release();
  return true;
}

void deallocate(PyObject* object) {
  if (give_to_tensor(object)) return;
  PyTensor* self = cast(object);
  PyObject_GC_UnTrack(object);
  if (TensorImpl* impl = self->tensor.impl()) impl->python.object = nullptr;
  if (self->weak_references) PyObject_ClearWeakRefs(object);
  Py_CLEAR(self->attributes);
  self->tensor.~Tensor();
  PyTypeObject* type = Py_TYPE(object);
  if (type == tensor_type && spare_count < kMostSpare)
    spare[spare_count++] = object;
  else
    type->tp_free(object);
  Py_DECREF(type);
}

/// For classes of Python: their finalizers run and their __slots__ go only when the tensor does.
void deallocate_subclass(PyObject* object) {
  if (give_to_tensor(object)) return;
  if (Py_TYPE(object)->tp_finalize && PyObject_CallFinalizerFromDealloc(object) < 0) return;
  if (give_to_tensor(object)) return;
  PyObject_GC_UnTrack(object);
  for (PyTypeObject* type = Py_TYPE(object); type->tp_dealloc != deallocate; type = type->tp_base)
    clear_slots(object, type);
  PyObject_GC_Track(object);
  deallocate(object);
}

int traverse(PyObject* object, visitproc visit, void* arg) {
  Py_VISIT(Py_TYPE(object));
  const PyTensor* self = cast(object);
  const TensorImpl* impl = self->tensor.impl();
  if (!impl || impl->python.release) {
    Py_VISIT(self->attributes);
    return 0;
  }
  // The attributes are the tensor's own: alive as long as anyone holds it.
  Visitor visitor(object, visit, arg);
  visitor.tensor(self->tensor);
  return visitor.result();
}

int clear(PyObject* object) {
  PyTensor* self = cast(object);
  if (TensorImpl* impl = self->tensor.impl()) {
    if (!impl->python.release && !goes_with_object(self->tensor)) return 0;
    const IntrusivePtr<TensorImpl> kept(impl);
    // What these held goes only after the tensor has let go of it.
    if (auto* meta = static_cast<autograd::Meta*>(impl->autograd.get())) {
      const auto hooks = meta->hooks.take([](const auto&) { return true; });
      const auto grad_fn = meta->grad_fn.exchange({});
      const auto displaced = std::move(meta->displaced);
      const auto view = std::move(meta->view);
      const Tensor grad = std::move(meta->grad);
      const auto retained_grad = std::move(meta->retained_grad);
    }
  }
  Py_CLEAR(self->attributes);
  return 0;
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

bool carries_state(PyObject* object) {
  const PyTensor* self = cast(object);
  if (Py_TYPE(object) != tensor_type || (self->attributes && PyDict_GET_SIZE(self->attributes) > 0)) return true;
  const auto* meta = static_cast<const autograd::Meta*>(self->tensor.impl()->autograd.get());
  return meta && !meta->hooks.is_empty();
}

void make_tensor_types(PyObject* module) {
  std::vector<PyType_Slot> slots = {
      {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
      {Py_tp_traverse, reinterpret_cast<void*>(traverse)},
      {Py_tp_clear, reinterpret_cast<void*>(clear)},
      {Py_tp_members, tensor_members},
      {Py_tp_doc, const_cast<char*>("A strided array of one dtype that remembers how it was made.")},
  };
  add_operator_slots(slots);
  add_indexing_slots(slots);
  add_property_slots(slots);
  slots.push_back({0, nullptr});
  PyType_Spec spec = {"ember.Tensor", sizeof(PyTensor), 0,
                      Py_TPFLAGS_DEFAULT | Py_TPFLAGS_BASETYPE | Py_TPFLAGS_HAVE_GC, slots.data()};
  tensor_type = reinterpret_cast<PyTypeObject*>(PyType_FromSpec(&spec));
  if (!tensor_type) throw_python_error();

  PyType_Slot parameter_slots[] = {
      {Py_tp_new, reinterpret_cast<void*>(parameter_new)},
      {Py_tp_init, reinterpret_cast<void*>(accept_any_arguments)},
      {Py_tp_dealloc, reinterpret_cast<void*>(deallocate)},
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
  if (type == tensor_type && spare_count > 0) {
    PyObject* object = PyObject_Init(spare[--spare_count], type);
    tensor.impl()->python.object = object;
    new (&cast(object)->tensor) Tensor(std::move(tensor));
    PyObject_GC_Track(object);
    return object;
  }
  if (type->tp_dealloc != deallocate) type->tp_dealloc = deallocate_subclass;
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
