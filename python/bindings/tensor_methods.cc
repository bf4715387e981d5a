// Methods that belong to Tensor alone: conversion, copies, geometry, the tape.
#include "ember/ops/creation/copy.h"
#include "ember/ops/shape/shape.h"
#include "python/bindings/copying.h"
#include "python/bindings/dlpack.h"
#include "python/bindings/lone_thread.h"
#include "python/bindings/numpy.h"
#include "python/bindings/ops.h"
#include "python/bindings/python_data.h"

namespace ember::python {

namespace {

using OptionalDType = std::optional<DType>;
using OptionalDevice = std::optional<Device>;
using OptionalFormat = std::optional<MemoryFormat>;

/// A zero-dim tensor is formatted as its number, anything else as any object is.
PyObject* format(PyObject* self, PyObject* spec) {
  const Tensor& x = tensor_of(self);
  if (x.dim() == 0 && Py_TYPE(self) == tensor_type) {
    PyObject* number = to_python(x.item());
    PyObject* text = number ? PyObject_Format(number, spec) : nullptr;
    Py_XDECREF(number);
    return text;
  }
  return PyObject_CallMethod(reinterpret_cast<PyObject*>(&PyBaseObject_Type), "__format__", "OO", self, spec);
}

template <DType dtype>
Tensor convert_to(const Tensor& x, OptionalFormat format) {
  return format && *format != MemoryFormat::Preserve ? contiguous(to(x, dtype), *format) : to(x, dtype);
}

void bind_conversion(Ops& ops) {
  const auto converted = [](const Tensor& x, DType t, Device d, bool copy, OptionalFormat format) {
    const auto options = TensorOptions(t).device(d);
    if (!format || *format == MemoryFormat::Preserve || (!copy && is_contiguous(x, *format)))
      return to(x, options, copy);
    return clone(to(x, options), *format);
  };
  ops.add_method(
      "to(input, dtype, non_blocking=False, copy=False, *, memory_format=None)",
      [converted](const Tensor& x, DType t, bool, bool copy, OptionalFormat f) {
        return converted(x, t, x.device(), copy, f);
      },
      "This tensor in another dtype or on another device; itself when nothing changes.");
  ops.add_method("to(input, device=None, dtype=None, non_blocking=False, copy=False, *, memory_format=None)",
                 [converted](const Tensor& x, OptionalDevice d, OptionalDType t, bool, bool copy, OptionalFormat f) {
                   return converted(x, t.value_or(x.dtype()), d.value_or(x.device()), copy, f);
                 });
  ops.add_method("to(input, other, non_blocking=False, copy=False, *, memory_format=None)",
                 [converted](const Tensor& x, const Tensor& other, bool, bool copy, OptionalFormat f) {
                   return converted(x, other.dtype(), other.device(), copy, f);
                 });
  ops.add_method("type(input)", [](const Tensor& x) { return "ember." + to_string(x.dtype()); });
  ops.add_method("type(input, dtype)", [](const Tensor& x, DType t) { return to(x, t); });
  ops.add_method("type_as(input, other)", [](const Tensor& x, const Tensor& y) { return to(x, y.dtype()); });
  ops.add_method("float(input, memory_format=None)", convert_to<kFloat32>);
  ops.add_method("double(input, memory_format=None)", convert_to<kFloat64>);
  ops.add_method("half(input, memory_format=None)", convert_to<kFloat16>);
  ops.add_method("bfloat16(input, memory_format=None)", convert_to<kBFloat16>);
  ops.add_method("long(input, memory_format=None)", convert_to<kInt64>);
  ops.add_method("int(input, memory_format=None)", convert_to<kInt32>);
  ops.add_method("short(input, memory_format=None)", convert_to<kInt16>);
  ops.add_method("char(input, memory_format=None)", convert_to<kInt8>);
  ops.add_method("byte(input, memory_format=None)", convert_to<kUInt8>);
  ops.add_method("bool(input, memory_format=None)", convert_to<kBool>);
  ops.add_method("cpu(input)", [](const Tensor& x) { return x.cpu(); });
  ops.add_method(
      "item(input)", [](const Tensor& x) { return x.item(); }, "The only element as a Python number.");
  ops.add_method(
      "tolist(input)", [](PyObject* x) { return to_nested_list(tensor_of(x)); }, "Nested lists.");
  ops.add_method(
      "numpy(input, *, force=False)",
      [](PyObject* x, bool force) { return numpy_from_tensor(force ? tensor_of(x).detach().cpu() : tensor_of(x)); },
      "An array on the same memory.");
  ops.add_method("__format__(input, format_spec)", format);
  ops.add_method("__dlpack__(input, *, stream=None, max_version=None, dl_device=None, copy=None)",
                 [](PyObject* x, PyObject*, PyObject*, PyObject*, PyObject*) { return to_dlpack(tensor_of(x)); });
  ops.add_method("__dlpack_device__(input)", [](PyObject* x) {
    const Device device = tensor_of(x).device();
    return Py_BuildValue("(ii)", device.is_cpu() ? 1 : 2, static_cast<int>(device.index));
  });
}

void bind_geometry(Ops& ops) {
  ops.add_method(
      "size(input)", [](const Tensor& x) { return x.sizes(); }, "The shape, or one of its sizes.");
  ops.add_method("size(input, dim)", [](const Tensor& x, int64_t dim) { return x.size(dim); });
  ops.add_method(
      "stride(input)",
      [](PyObject* x) {
        PyObject* size = to_python(tensor_of(x).strides());
        PyObject* tuple = PySequence_List(size);
        Py_DECREF(size);
        PyObject* result = tuple ? PyList_AsTuple(tuple) : nullptr;
        Py_XDECREF(tuple);
        return result;
      },
      "The strides in elements, or one of them.");
  ops.add_method("stride(input, dim)", [](const Tensor& x, int64_t dim) { return x.stride(dim); });
  ops.add(
      "numel(input)", [](const Tensor& x) { return x.numel(); }, "The number of elements.");
  ops.add_method(
      "dim(input)", [](const Tensor& x) { return x.dim(); }, "The number of dims.");
  ops.add_method(
      "element_size(input)", [](const Tensor& x) { return x.element_size(); }, "Bytes of an element.");
  ops.add_method("storage_offset(input)", [](const Tensor& x) { return x.storage_offset(); });
  ops.add_method("data_ptr(input)",
                 [](const Tensor& x) { return static_cast<int64_t>(reinterpret_cast<intptr_t>(x.raw_data())); });
  ops.add_method("is_contiguous(input)", [](const Tensor& x) { return x.is_contiguous(); });
  ops.add_method("is_contiguous(input, memory_format)",
                 [](const Tensor& x, MemoryFormat format) { return is_contiguous(x, format); });
  ops.add("is_floating_point(input)", [](const Tensor& x) { return x.is_floating_point(); });
  ops.add_function("is_tensor(obj)", [](PyObject* x) { return to_python(is_tensor(x)); });
  ops.add_method(
      "contiguous(input)", [](const Tensor& x) { return contiguous(x); },
      "Row-major memory, or that of a memory_format; itself when it is so already.");
  ops.add_method("contiguous(input, *, memory_format)",
                 [](const Tensor& x, MemoryFormat format) { return contiguous(x, format); });
  ops.add(
      "clone(input)", [](const Tensor& x) { return clone(x); }, "A copy.");
  ops.add("clone(input, *, memory_format)",
          [](const Tensor& x, OptionalFormat format) { return format ? clone(x, *format) : clone(x); });
  ops.add("equal(input, other)", equal, "Whether shapes and all elements are the same.");
  ops.add("isclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False)", isclose,
          "|input - other| <= atol + rtol |other|.");
  ops.add("allclose(input, other, rtol=1e-05, atol=1e-08, equal_nan=False)", allclose, "isclose for all elements.");
  ops.alias("nelement", "numel");
  ops.alias("ndimension", "dim");
}

void bind_tape(Ops& ops) {
  ops.add(
      "detach(input)", [](const Tensor& x) { return x.detach(); }, "The same memory outside of the tape.");
  ops.add_method("detach_(input)", [](Tensor& x) -> PyObject* {
    wait_for_other_threads();  // which may be reading its history
    return wrap(x.detach_());
  });
  ops.add_method("requires_grad_(input, requires_grad=True)",
                 [](Tensor& x, bool value) -> Tensor& { return x.requires_grad_(value); });
  ops.add_method(
      "retain_grad(input)", [](Tensor& x) { x.retain_grad(); }, "Lets backward fill grad of a non-leaf.");
  ops.add_method("is_inference(input)", [](const Tensor& x) { return x.is_inference(); });
}

}  // namespace

void bind_tensor_methods(Ops& ops) {
  bind_conversion(ops);
  bind_geometry(ops);
  bind_tape(ops);
  bind_copying(ops);
}

}  // namespace ember::python
