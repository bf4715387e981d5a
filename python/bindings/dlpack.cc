#include "python/bindings/dlpack.h"

#include "ember/ops/creation/creation.h"
#include "python/bindings/errors.h"
#include "python/bindings/numpy.h"

namespace ember::python {

namespace {

// The structures of DLPack 0.8, which every library exchanges.
struct DLDevice {
  int32_t device_type, device_id;
};
struct DLDataType {
  uint8_t code, bits;
  uint16_t lanes;
};
struct DLTensor {
  void* data;
  DLDevice device;
  int32_t ndim;
  DLDataType dtype;
  int64_t* shape;
  int64_t* strides;
  uint64_t byte_offset;
};
struct DLManagedTensor {
  DLTensor dl_tensor;
  void* manager_ctx;
  void (*deleter)(DLManagedTensor*);
};

constexpr int32_t kDLCPU = 1, kDLCUDA = 2;
constexpr uint8_t kDLInt = 0, kDLUInt = 1, kDLFloat = 2, kDLBfloat = 4, kDLComplex = 5, kDLBool = 6;

DLDataType dl_type(DType t) {
  const auto bits = static_cast<uint8_t>(item_size(t) * 8);
  if (t == kBool) return {kDLBool, bits, 1};
  if (t == kBFloat16) return {kDLBfloat, bits, 1};
  if (t == kUInt8) return {kDLUInt, bits, 1};
  if (is_complex(t)) return {kDLComplex, bits, 1};
  return {is_floating_point(t) ? kDLFloat : kDLInt, bits, 1};
}

DType dtype_from_dl(DLDataType type) {
  for (int i = 0; i < kDTypeCount && type.lanes == 1; ++i) {
    const DLDataType own = dl_type(static_cast<DType>(i));
    if (own.code == type.code && own.bits == type.bits) return static_cast<DType>(i);
  }
  fail<TypeError>("from_dlpack: no Ember dtype for code ", type.code, " with ", type.bits, " bits");
}

/// What a capsule made here keeps: the tensor, and the lists that its description points to.
struct Exported {
  DLManagedTensor managed;
  Tensor tensor;
  Shape sizes, strides;
};

void drop_unused(PyObject* capsule) {
  // A consumer renames the capsule when it takes the tensor over.
  if (!PyCapsule_IsValid(capsule, "dltensor")) return;
  auto* managed = static_cast<DLManagedTensor*>(PyCapsule_GetPointer(capsule, "dltensor"));
  managed->deleter(managed);
}

}  // namespace

PyObject* to_dlpack(const Tensor& tensor) {
  check(!tensor.requires_grad(), "__dlpack__: the tensor requires grad; use detach()");
  auto* exported = new Exported{{}, tensor, tensor.sizes(), tensor.strides()};
  DLTensor& dl = exported->managed.dl_tensor;
  dl.data = tensor.raw_data();
  dl.device = {tensor.device().is_cpu() ? kDLCPU : kDLCUDA, tensor.device().index};
  dl.ndim = static_cast<int32_t>(tensor.dim());
  dl.dtype = dl_type(tensor.dtype());
  dl.shape = exported->sizes.data();
  dl.strides = exported->strides.data();
  dl.byte_offset = 0;
  exported->managed.manager_ctx = exported;
  exported->managed.deleter = [](DLManagedTensor* self) { delete static_cast<Exported*>(self->manager_ctx); };
  return PyCapsule_New(&exported->managed, "dltensor", drop_unused);
}

Tensor from_dlpack(PyObject* source) {
  PyObject* capsule =
      PyCapsule_CheckExact(source) ? Py_NewRef(source) : PyObject_CallMethod(source, "__dlpack__", nullptr);
  if (!capsule) throw_python_error();
  if (!PyCapsule_IsValid(capsule, "dltensor")) {
    Py_DECREF(capsule);
    fail<ValueError>("from_dlpack: not a DLPack capsule, or one that was used already");
  }
  auto* managed = static_cast<DLManagedTensor*>(PyCapsule_GetPointer(capsule, "dltensor"));
  const DLTensor& dl = managed->dl_tensor;
  Tensor result;
  try {
    check<NotImplementedError>(dl.device.device_type == kDLCPU, "from_dlpack: only CPU memory");
    const DType dtype = dtype_from_dl(dl.dtype);
    const Shape sizes(std::span(dl.shape, static_cast<size_t>(dl.ndim)));
    const Shape strides =
        dl.strides ? Shape(std::span(dl.strides, static_cast<size_t>(dl.ndim))) : contiguous_strides(sizes);
    for (int64_t s : strides) check<ValueError>(s >= 0, "from_dlpack: negative strides; make a copy first");
    result = from_blob(
        static_cast<char*>(dl.data) + dl.byte_offset, sizes, strides,
        [managed] {
          if (managed->deleter) managed->deleter(managed);
        },
        TensorOptions(dtype));
    // From here on the tensor lets go of the memory.
    PyCapsule_SetName(capsule, "used_dltensor");
    PyCapsule_SetDestructor(capsule, nullptr);
    check_bool_bytes("from_dlpack", result);
  } catch (...) {
    Py_DECREF(capsule);
    throw;
  }
  Py_DECREF(capsule);
  return result;
}

}  // namespace ember::python
