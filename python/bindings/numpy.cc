#include "python/bindings/numpy.h"

#include <pybind11/numpy.h>

#include <cstring>

#include "ember/autograd/grad_mode.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "python/bindings/errors.h"
#include "python/bindings/owner.h"

namespace ember::python {

namespace py = pybind11;

namespace {

DType dtype_from_numpy(const py::dtype& dtype) {
  const char kind = dtype.kind();
  const auto size = dtype.itemsize();
  switch (kind) {
    case 'b':
      return kBool;
    case 'u':
      if (size == 1) return kUInt8;
      break;
    case 'i':
      return size == 1 ? kInt8 : size == 2 ? kInt16 : size == 4 ? kInt32 : kInt64;
    case 'f':
      if (size <= 8) return size == 2 ? kFloat16 : size == 4 ? kFloat32 : kFloat64;
      break;
    case 'c':
      if (size <= 16) return size == 8 ? kComplex64 : kComplex128;
      break;
  }
  fail<TypeError>("from_numpy: no Ember dtype for NumPy's ",
                  std::string(py::str(static_cast<const py::object&>(dtype))));
}

/// A copy of memory that may not be written to, as of an array that NumPy has broadcast or mapped from a file: one element for
/// each that there is in memory, however often the array repeats it.
py::array writable(const py::array& array) {
  py::tuple once(array.ndim());
  for (py::ssize_t i = 0; i < array.ndim(); ++i) {
    const bool repeats = array.strides(i) == 0 && array.shape(i) > 1;
    once[static_cast<size_t>(i)] = repeats ? py::slice(0, 1, 1) : py::slice(py::none(), py::none(), py::none());
  }
  return py::array::ensure(array[once].attr("copy")("C"));
}

}  // namespace

void check_bool_bytes(const char* op, const Tensor& x) {
  if (x.dtype() != kBool || x.numel() == 0) return;
  const NoGradGuard no_grad;
  const auto largest = amax(view(x, kUInt8)).item<int64_t>();
  check<ValueError>(largest <= 1, op, ": a bool is the byte ", largest,
                    ", neither 0 nor 1; compare the bytes with 0 instead of viewing them as bools");
}

bool is_numpy_array(PyObject* object) {
  // Asking pybind11 would import NumPy; the name is enough to know whether that is worth it.
  for (PyTypeObject* type = Py_TYPE(object); type; type = type->tp_base)
    if (!std::strcmp(type->tp_name, "numpy.ndarray") || !std::strcmp(type->tp_name, "numpy.generic")) return true;
  return false;
}

Tensor tensor_from_numpy(PyObject* object) {
  const auto given = py::array::ensure(py::reinterpret_borrow<py::object>(object));
  if (!given) throw py::error_already_set();
  auto array = given.writeable() ? given : writable(given);
  const DType dtype = dtype_from_numpy(array.dtype());
  check<ValueError>(array.dtype().byteorder() != '>', "from_numpy: the array has the other byte order");
  Shape sizes, strides;
  for (py::ssize_t i = 0; i < array.ndim(); ++i) {
    check<ValueError>(array.strides(i) >= 0, "from_numpy: negative strides; make a copy() first");
    check<ValueError>(array.strides(i) % item_size(dtype) == 0,
                      "from_numpy: a stride is no multiple of the element's size; make a copy() first");
    sizes.push_back(array.shape(i));
    strides.push_back(array.strides(i) / item_size(dtype));
  }
  void* data = const_cast<void*>(array.data());
  const Tensor x = from_blob(data, sizes, strides, release_later(std::move(array)), TensorOptions(dtype));
  check_bool_bytes("from_numpy", x);
  const Shape whole(std::span(given.shape(), static_cast<size_t>(given.ndim())));
  return sizes == whole ? x : expand(x, whole);
}

PyObject* numpy_from_tensor(const Tensor& tensor) {
  check(!tensor.requires_grad() || !GradMode::is_enabled(),
        "Can't call numpy() on Tensor that requires grad. Use tensor.detach().numpy() instead.");
  check<TypeError>(tensor.device().is_cpu(), "numpy: the tensor lies on ", tensor.device(), "; use cpu().numpy()");
  check<TypeError>(tensor.dtype() != kBFloat16, "numpy: no NumPy dtype for bfloat16; use float().numpy()");
  std::vector<py::ssize_t> strides;
  for (int64_t s : tensor.strides()) strides.push_back(s * tensor.element_size());
  // The capsule, not the Python tensor, is the array's base: the array keeps the memory, whatever becomes of the tensor.
  py::capsule base(new Tensor(tensor.detach()), [](void* p) { delete static_cast<Tensor*>(p); });
  return py::array(py::dtype(to_string(tensor.dtype())), tensor.sizes().vec(), strides, tensor.raw_data(), base)
      .release()
      .ptr();
}

}  // namespace ember::python
