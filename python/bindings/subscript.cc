// x[...] and x[...] = y with ints, slices, None, Ellipsis, bools, lists, tensors and NumPy arrays; len(x) and iteration.
#include "ember/ops/creation/copy.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/shape/split.h"
#include "ember/ops/shape/views.h"
#include "python/bindings/numpy.h"
#include "python/bindings/op.h"
#include "python/bindings/python_data.h"
#include "python/bindings/tensor_slots.h"

namespace ember::python {

namespace {

std::optional<int64_t> slice_end(PyObject* object) {
  if (object == Py_None) return {};
  if (PyLong_Check(object)) return PyNumber_AsSsize_t(object, nullptr);  // clipped, as Python's own slices are
  int64_t value;
  check<TypeError>(convert(object, value), "a slice must be made of ints, not ", type_name(object));
  return value;
}

TensorIndex to_index(PyObject* item) {
  if (item == Py_None) return None;
  if (item == Py_Ellipsis) return Ellipsis;
  if (PyBool_Check(item)) return item == Py_True;
  if (PyLong_Check(item)) {
    int64_t value = 0;
    convert(item, value);
    return value;
  }
  if (PySlice_Check(item)) {
    auto* s = reinterpret_cast<PySliceObject*>(item);
    return Slice(slice_end(s->start), slice_end(s->stop), slice_end(s->step));
  }
  if (is_tensor(item)) return tensor_of(item);
  if (PyList_Check(item) || PyTuple_Check(item) || PyRange_Check(item)) {
    // An empty list selects nothing, so it must count as integers.
    return PyObject_Size(item) ? tensor_from_data(item, {}) : Tensor(empty_tensor({0}, kInt64));
  }
  int64_t value;
  if (!is_numpy_array(item) && convert(item, value)) return value;
  Tensor array;
  check<IndexError>(is_numpy_array(item) && convert(item, array),
                    "an index must be an int, slice, None, Ellipsis, bool, list, tensor or array, not ",
                    type_name(item));
  return array;
}

/// A list that holds more than numbers stands for the tuple of its items, as in PyTorch.
bool is_tuple_of_indices(PyObject* key) {
  constexpr Py_ssize_t kMost = 32;
  if (PyTuple_Check(key)) return true;
  if (!PyList_Check(key) || PyList_GET_SIZE(key) >= kMost) return false;
  for (Py_ssize_t i = 0; i < PyList_GET_SIZE(key); ++i) {
    PyObject* item = PyList_GET_ITEM(key, i);
    if (is_tensor(item) || PySequence_Check(item) || PySlice_Check(item) || item == Py_None || item == Py_Ellipsis)
      return true;
  }
  return false;
}

std::vector<TensorIndex> to_indices(PyObject* key) {
  std::vector<TensorIndex> indices;
  if (!is_tuple_of_indices(key)) {
    indices.push_back(to_index(key));
    return indices;
  }
  const Py_ssize_t count = PySequence_Fast_GET_SIZE(key);
  indices.reserve(static_cast<size_t>(count));
  for (Py_ssize_t i = 0; i < count; ++i) indices.push_back(to_index(PySequence_Fast_GET_ITEM(key, i)));
  return indices;
}

PyObject* get(PyObject* self, PyObject* key) {
  return guarded([&]() -> PyObject* {
    const Tensor& x = tensor_of(self);
    if (PyLong_CheckExact(key)) {
      int64_t value = 0;
      convert(key, value);
      check<IndexError>(x.dim() > 0, "a zero-dim tensor cannot be indexed; use item()");
      return wrap(select(x, 0, value));
    }
    return wrap(index(x, to_indices(key)));
  });
}

int set(PyObject* self, PyObject* key, PyObject* value) {
  return guarded_status([&] {
    check<TypeError>(value != nullptr, "a tensor's elements cannot be deleted");
    Tensor source;
    check<TypeError>(convert(value, source), "a tensor's elements cannot be set to ", type_name(value));
    Tensor& x = tensor_of(self);
    auto indices = to_indices(key);
    GilRelease gil(x.numel() > kReleaseAbove);
    index_put_(x, indices, source);
    return 0;
  });
}

Py_ssize_t length(PyObject* self) {
  const Tensor& x = tensor_of(self);
  if (x.dim() > 0) return x.sizes()[0];
  PyErr_SetString(PyExc_TypeError, "len: a zero-dim tensor has no length");
  return -1;
}

PyObject* iterate(PyObject* self) {
  return guarded([&] {
    const Tensor& x = tensor_of(self);
    check<TypeError>(x.dim() > 0, "a zero-dim tensor cannot be iterated over");
    PyObject* rows = to_python(unbind(x, 0));
    PyObject* iterator = PyObject_GetIter(rows);
    Py_DECREF(rows);
    return iterator;
  });
}

int contains(PyObject* self, PyObject* value) {
  return guarded_status([&] {
    Tensor element;
    check<TypeError>(convert(value, element), "in: a tensor cannot hold ", type_name(value));
    return static_cast<int>(tensor_of(self).eq(element).any().item<bool>());
  });
}

}  // namespace

void add_indexing_slots(std::vector<PyType_Slot>& slots) {
  slots.push_back({Py_mp_subscript, reinterpret_cast<void*>(get)});
  slots.push_back({Py_mp_ass_subscript, reinterpret_cast<void*>(set)});
  slots.push_back({Py_mp_length, reinterpret_cast<void*>(length)});
  slots.push_back({Py_tp_iter, reinterpret_cast<void*>(iterate)});
  slots.push_back({Py_sq_contains, reinterpret_cast<void*>(contains)});
}

}  // namespace ember::python
