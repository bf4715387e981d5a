// Copies and pickles hold the class and the attributes of an object too.
#include "python/bindings/copying.h"

#include <cstring>

#include "ember/ops/creation/copy.h"
#include "python/bindings/casters.h"
#include "python/bindings/made_once.h"
#include "python/bindings/numpy.h"

namespace ember::python {

namespace {

py::dict attributes_of(PyObject* self) { return py::handle(self).attr("__dict__"); }

py::object deep_copy(const py::object& object, const py::dict& memo) {
  const py::handle function =
      made_once([] { return py::object(py::module_::import("copy").attr("deepcopy")).release().ptr(); });
  return function(object, memo);
}

/// A copy of the memory of x, made once for all tensors that share it.
Tensor copied_memory(const Tensor& x, const py::dict& memo) {
  const auto address = reinterpret_cast<intptr_t>(x.storage()->data());
  const py::object key = py::make_tuple("ember.storage", static_cast<int64_t>(address), x.storage()->bytes());
  if (memo.contains(key)) return memo[key].cast<Tensor>();
  const auto size = static_cast<int64_t>(x.storage()->bytes());
  Tensor bytes = clone(x.alias_as(kUInt8, {size}, {1}, 0));
  memo[key] = bytes;
  return bytes;
}

PyObject* deepcopy(PyObject* self, PyObject* memo_object) {
  check<TypeError>(PyDict_Check(memo_object), "deepcopy: memo must be a dict, not ", type_name(memo_object));
  const auto memo = py::reinterpret_borrow<py::dict>(memo_object);
  const py::object key = py::reinterpret_steal<py::object>(PyLong_FromVoidPtr(self));
  if (memo.contains(key)) return py::object(memo[key]).release().ptr();
  const Tensor& x = tensor_of(self);
  check(x.is_leaf(), "deepcopy: only leaves can be copied with their gradient; use detach().clone()");
  Tensor copy = copied_memory(x, memo).alias_as(x.dtype(), x.sizes(), x.strides(), x.storage_offset());
  if (x.requires_grad()) copy.requires_grad_();
  if (x.grad().defined()) copy.set_grad(deep_copy(py::cast(x.grad()), memo).cast<Tensor>());
  const auto result = py::reinterpret_steal<py::object>(wrap_new(copy, Py_TYPE(self)));
  memo[key] = result;
  if (const py::dict attributes = attributes_of(self); !attributes.empty())
    attributes_of(result.ptr()).attr("update")(deep_copy(attributes, memo));
  return py::object(result).release().ptr();
}

/// On the same memory.
PyObject* shallow_copy(PyObject* self) {
  const Tensor& x = tensor_of(self);
  Tensor copy = x.detach();
  if (x.requires_grad()) copy.requires_grad_();
  const auto result = py::reinterpret_steal<py::object>(wrap_new(copy, Py_TYPE(self)));
  if (const py::dict attributes = attributes_of(self); !attributes.empty())
    attributes_of(result.ptr()).attr("update")(attributes);
  return py::object(result).release().ptr();
}

/// (rebuild, (bytes, dtype, shape, requires_grad, type, {}, strides), attributes). Memory shared between tensors is not shared
/// afterwards.
PyObject* reduce(PyObject* self) {
  const Tensor& x = tensor_of(self);
  // A clone keeps the order of dims in memory.
  const Tensor plain = x.is_contiguous() ? x.detach().cpu() : clone(x.detach().cpu());
  const auto bytes = py::bytes(plain.raw_data(), static_cast<size_t>(plain.nbytes()));
  const py::object strides = plain.is_contiguous() ? py::object(py::none()) : py::cast(plain.strides());
  const py::object rebuild = py::module_::import("ember").attr("_rebuild_tensor");
  const py::object type = py::reinterpret_borrow<py::object>(reinterpret_cast<PyObject*>(Py_TYPE(self)));
  const auto arguments = py::make_tuple(bytes, x.dtype(), x.sizes(), x.requires_grad(), type, py::dict(), strides);
  const py::dict attributes = attributes_of(self);
  if (attributes.empty()) return py::object(py::make_tuple(rebuild, arguments)).release().ptr();
  return py::object(py::make_tuple(rebuild, arguments, attributes)).release().ptr();
}

PyObject* rebuild(PyObject* bytes, DType dtype, const Shape& shape, bool requires_grad, PyObject* type,
                  PyObject* attributes, std::optional<Shape> strides) {
  for (const int64_t stride : strides ? *strides : Shape())
    check<ValueError>(stride >= 0, "unpickling a tensor: a negative stride");
  check<ValueError>(!strides || strides->size() == shape.size(), "unpickling a tensor: ", shape.size(),
                    " dims but not as many strides");
  Tensor x = strides ? empty_strided_tensor(shape, *strides, dtype, Device()) : empty_tensor(shape, dtype);
  check<ValueError>(PyBytes_Check(bytes) && PyBytes_GET_SIZE(bytes) == x.nbytes() &&
                        x.storage()->bytes() == static_cast<size_t>(x.nbytes()),
                    "unpickling a tensor: the data do not have the size of its shape");
  std::memcpy(x.raw_data(), PyBytes_AS_STRING(bytes), static_cast<size_t>(x.nbytes()));
  if (requires_grad) x.requires_grad_();
  check<TypeError>(PyType_Check(type) && PyType_IsSubtype(reinterpret_cast<PyTypeObject*>(type), tensor_type),
                   "unpickling a tensor: not a class of tensors");
  const auto object = py::reinterpret_steal<py::object>(wrap_new(std::move(x), reinterpret_cast<PyTypeObject*>(type)));
  attributes_of(object.ptr()).attr("update")(py::handle(attributes));
  return py::object(object).release().ptr();
}

/// What NumPy asks for: in its `dtype` unless that is None; a copy always, never (ValueError where one is needed), or as needed.
PyObject* array(PyObject* self, PyObject* dtype, std::optional<bool> copy) {
  const Tensor& tensor = tensor_of(self);
  auto array = py::reinterpret_steal<py::object>(numpy_from_tensor(tensor));
  if (dtype != Py_None) {
    const py::object converted = array.attr("astype")(py::handle(dtype), py::arg("copy") = false);
    check<ValueError>(converted.is(array) || !copy || *copy, "numpy: a copy is needed to convert ", tensor.dtype(),
                      " to ", std::string(py::str(converted.attr("dtype"))), ", but copy=False was asked for");
    if (!converted.is(array)) return py::object(converted).release().ptr();
  }
  return (copy.value_or(false) ? array.attr("copy")() : array).release().ptr();
}

}  // namespace

void bind_copying(Ops& ops) {
  ops.add_method("__array__(input, dtype=None, copy=None)", array);
  ops.add_method("__copy__(input)", shallow_copy);
  ops.add_method("__deepcopy__(input, memo)", deepcopy);
  ops.add_method("__reduce__(input)", reduce);
  ops.add_method("__reduce_ex__(input, protocol)", [](PyObject* self, PyObject*) { return reduce(self); });
  ops.add_function("_rebuild_tensor(data, dtype, shape, requires_grad, type, attributes, strides=None)", rebuild);
}

}  // namespace ember::python
