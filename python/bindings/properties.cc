// Tensor's attributes, repr and construction.
#include "ember/autograd/meta.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/creation/format.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/shape/shape.h"
#include "python/bindings/cpython.h"
#include "python/bindings/grad_fn.h"
#include "python/bindings/lone_thread.h"
#include "python/bindings/op.h"
#include "python/bindings/python_data.h"
#include "python/bindings/tensor_slots.h"

namespace ember::python {

namespace {

/// A read-only attribute out of a function of the tensor.
template <auto f>
PyObject* get(PyObject* self, void*) {
  return guarded([&] { return to_python(f(tensor_of(self))); });
}

PyObject* get_grad_fn(PyObject* self, void*) {
  return guarded([&] { return grad_fn_object(tensor_of(self)); });
}

int set_requires_grad(PyObject* self, PyObject* value, void*) {
  return guarded_status([&] {
    bool flag = false;
    check<TypeError>(value && convert(value, flag), "requires_grad must be a bool");
    tensor_of(self).requires_grad_(flag);
    return 0;
  });
}

int set_grad(PyObject* self, PyObject* value, void*) {
  return guarded_status([&] {
    Tensor& x = tensor_of(self);
    if (!value || value == Py_None) {
      x.set_grad({});
      return 0;
    }
    check<TypeError>(is_tensor(value), "grad must be a tensor or None, not ", type_name(value));
    const Tensor& grad = tensor_of(value);
    check(grad.sizes() == x.sizes(), "grad: shape ", grad.sizes(), " differs from the tensor's ", x.sizes());
    check(grad.dtype() == x.dtype(), "grad: dtype ", grad.dtype(), " differs from the tensor's ", x.dtype());
    x.set_grad(grad);
    return 0;
  });
}

int set_data(PyObject* self, PyObject* value, void*) {
  return guarded_status([&] {
    check<TypeError>(value && is_tensor(value), "data must be a tensor");
    const Tensor& source = tensor_of(value);
    TensorImpl* impl = tensor_of(self).impl();
    check(!tensor_of(self).requires_grad() || source.is_differentiable(),
          "data: a tensor that requires grad cannot become ", source.dtype());
    wait_for_other_threads();
    impl->storage = make_intrusive<StorageImpl>(source.storage(), impl->storage->version());
    impl->dtype = source.dtype();
    impl->set_geometry(source.sizes(), source.strides(), source.storage_offset());
    impl->batch = source.impl()->batch;
    return 0;
  });
}

constexpr auto shape_of = [](const Tensor& x) { return x.sizes(); };
constexpr auto dtype_of_tensor = [](const Tensor& x) { return x.dtype(); };
constexpr auto device_of = [](const Tensor& x) { return x.device(); };
constexpr auto ndim_of = [](const Tensor& x) { return x.dim(); };
constexpr auto grad_of = [](const Tensor& x) { return x.grad(); };
constexpr auto requires_grad_of = [](const Tensor& x) { return x.requires_grad(); };
constexpr auto is_leaf_of = [](const Tensor& x) { return x.is_leaf(); };
constexpr auto retains_grad_of = [](const Tensor& x) { return x.retains_grad(); };
/// On the same memory, with a version counter of its own: writes through it are not seen by what backward checks.
constexpr auto data_of = [](const Tensor& x) {
  const Tensor data = x.detach();
  data.impl()->storage = make_intrusive<StorageImpl>(x.storage(), 0);
  return data;
};
constexpr auto real_of = [](const Tensor& x) { return real(x); };
constexpr auto imag_of = [](const Tensor& x) { return imag(x); };
constexpr auto mT_of = [](const Tensor& x) { return mT(x); };
constexpr auto nbytes_of = [](const Tensor& x) { return x.nbytes(); };
constexpr auto itemsize_of = [](const Tensor& x) { return x.element_size(); };
constexpr auto version_of = [](const Tensor& x) { return int64_t{x.version()}; };
constexpr auto is_cuda_of = [](const Tensor& x) { return !x.device().is_cpu(); };
constexpr auto false_of = [](const Tensor&) { return false; };
constexpr auto priority_of = [](const Tensor&) { return 1000.0; };
constexpr auto T_of = [](const Tensor& x) { return T(x); };
constexpr auto H_of = [](const Tensor& x) { return H(x); };
constexpr auto mH_of = [](const Tensor& x) { return mH(x); };
constexpr auto base_of = [](const Tensor& x) {
  const autograd::Meta* meta = autograd::find_meta(x);
  return meta && meta->view ? meta->view->base : Tensor();
};

PyGetSetDef attributes[] = {
    {"shape", get<shape_of>, nullptr, "The sizes, as a Size.", nullptr},
    {"dtype", get<dtype_of_tensor>, nullptr, "The elements' type.", nullptr},
    {"device", get<device_of>, nullptr, "Where the memory lies.", nullptr},
    {"ndim", get<ndim_of>, nullptr, "The number of dims.", nullptr},
    {"grad", get<grad_of>, set_grad, "The gradient that backward has accumulated, or None.", nullptr},
    {"grad_fn", get_grad_fn, nullptr, "The node that made this tensor; None for a leaf.", nullptr},
    {"requires_grad", get<requires_grad_of>, set_requires_grad, "Whether ops on this tensor are recorded.", nullptr},
    {"is_leaf", get<is_leaf_of>, nullptr, "Whether no recorded op made this tensor.", nullptr},
    {"retains_grad", get<retains_grad_of>, nullptr, "Whether backward fills grad though this is no leaf.", nullptr},
    {"data", get<data_of>, set_data, "The same memory outside of the tape and of the version counter.", nullptr},
    {"T", get<T_of>, nullptr, "The dims in reverse order.", nullptr},
    {"mT", get<mT_of>, nullptr, "The transpose of the last two dims.", nullptr},
    {"H", get<H_of>, nullptr, "The conjugate transpose of a matrix.", nullptr},
    {"mH", get<mH_of>, nullptr, "The conjugate transpose of the last two dims.", nullptr},
    {"real", get<real_of>, nullptr, "A view of the real parts; a real tensor itself.", nullptr},
    {"imag", get<imag_of>, nullptr, "A view of the imaginary parts.", nullptr},
    {"nbytes", get<nbytes_of>, nullptr, "Bytes of all elements.", nullptr},
    {"itemsize", get<itemsize_of>, nullptr, "Bytes of one element.", nullptr},
    {"is_cuda", get<is_cuda_of>, nullptr, nullptr, nullptr},
    {"is_sparse", get<false_of>, nullptr, nullptr, nullptr},
    {"_version", get<version_of>, nullptr, "How often in-place ops have written to the memory.", nullptr},
    {"_base", get<base_of>, nullptr, "The tensor that this one is a view of, or None.", nullptr},
    {"__dict__", PyObject_GenericGetDict, PyObject_GenericSetDict, nullptr, nullptr},
    {"__array_priority__", get<priority_of>, nullptr, nullptr, nullptr},
    {nullptr, nullptr, nullptr, nullptr, nullptr}};

PyObject* repr(PyObject* self) {
  return guarded([&] {
    std::string text = format(tensor_of(self));
    if (Py_TYPE(self) == parameter_type) text = "Parameter containing:\n" + text;
    return to_python(text);
  });
}

PyObject* make(PyTypeObject* type, PyObject* args, PyObject*) {
  return guarded([&] {
    // Tensor(2, 3) is uninitialised memory of that shape, Tensor([2, 3]) these numbers.
    const bool sizes = PyTuple_GET_SIZE(args) > 0 && PyLong_Check(PyTuple_GET_ITEM(args, 0));
    Shape shape;
    check<TypeError>(!sizes || convert(args, shape), "Tensor: sizes must be ints");
    if (sizes) return wrap_new(empty(shape), type);
    if (PyTuple_GET_SIZE(args) == 0) return wrap_new(empty({0}), type);
    PyObject* data = PyTuple_GET_ITEM(args, 0);
    if (is_tensor(data)) return wrap_new(tensor_of(data).alias(), type);
    return wrap_new(tensor_from_data(data, default_dtype()), type);
  });
}

int accept_any_arguments(PyObject*, PyObject*, PyObject*) { return 0; }

}  // namespace

void add_property_slots(std::vector<PyType_Slot>& slots) {
  slots.push_back({Py_tp_getset, attributes});
  slots.push_back({Py_tp_repr, reinterpret_cast<void*>(repr)});
  slots.push_back({Py_tp_hash, reinterpret_cast<void*>(identity_hash)});
  slots.push_back({Py_tp_new, reinterpret_cast<void*>(make)});
  slots.push_back({Py_tp_init, reinterpret_cast<void*>(accept_any_arguments)});
}

}  // namespace ember::python
