#include "python/bindings/python_data.h"

#include "ember/nn/module.h"
#include "ember/ops/creation/copy.h"
#include "ops/internal/kernel.h"
#include "python/bindings/convert.h"
#include "python/bindings/numpy.h"

namespace ember::python {

namespace {

bool is_sequence(PyObject* object) {
  if (PyList_Check(object) || PyTuple_Check(object)) return true;
  if (is_tensor(object)) return tensor_of(object).dim() > 0;
  return PySequence_Check(object) && !PyUnicode_Check(object) && !PyBytes_Check(object) && !PyDict_Check(object) &&
         PyObject_Size(object) >= 0;
}

/// `convert`, with PyTorch's error for an integer of more than 64 bits.
bool convert_number(PyObject* object, Scalar& out) {
  if (PyLong_CheckExact(object)) {
    int overflow = 0;
    const int64_t value = PyLong_AsLongLongAndOverflow(object, &overflow);
    check<ValueError>(overflow == 0, "tensor: an integer has more than 64 bits");
    out = Scalar(value);
    return true;
  }
  return convert(object, out);
}

DType dtype_of_number(PyObject* object) {
  Scalar value;
  check<TypeError>(convert(object, value), "tensor: cannot make an element of ", type_name(object));
  return value.is_floating_point() ? default_dtype() : value.is_complex() ? default_complex_dtype() : value.dtype();
}

/// What the nested data look like: their shape and the highest kind of number in them.
class Survey {
 public:
  explicit Survey(PyObject* data) { visit(data, 0); }

  const Shape& shape() const { return shape_; }
  /// The default dtype when there is no number at all.
  DType dtype() const { return kind_.value_or(default_dtype()); }

 private:
  void visit(PyObject* object, size_t depth) {
    if (!is_sequence(object)) {
      PyErr_Clear();  // an array without dimensions has no length
      check<ValueError>(depth == shape_.size(), "tensor: nested sequences must have the same depth everywhere");
      complete_ = true;
      see(object);
      return;
    }
    check<ValueError>(depth < kMaxDepth, "tensor: sequences are nested deeper than ", kMaxDepth);
    const int64_t length = PyObject_Size(object);
    if (depth == shape_.size()) {
      check<ValueError>(!complete_, "tensor: nested sequences must have the same depth everywhere");
      shape_.push_back(length);
    }
    check<ValueError>(shape_[depth] == length, "tensor: expected a sequence of length ", shape_[depth], " at dim ",
                      depth, " but got one of length ", length);
    if (length == 0) complete_ = true;
    PyObject* items = PySequence_Fast(object, "tensor: not a sequence");
    if (!items) throw_python_error();
    try {
      for (int64_t i = 0; i < length; ++i) visit(PySequence_Fast_GET_ITEM(items, i), depth + 1);
    } catch (...) {
      Py_DECREF(items);
      throw;
    }
    Py_DECREF(items);
  }

  void see(PyObject* object) {
    DType dtype;
    if (is_tensor(object)) {
      dtype = tensor_of(object).dtype();
    } else {
      dtype = PyLong_CheckExact(object) ? kInt64 : dtype_of_number(object);
    }
    kind_ = kind_ ? promote_types(*kind_, dtype) : dtype;
  }

  static constexpr size_t kMaxDepth = 64;

  Shape shape_;
  bool complete_ = false;
  std::optional<DType> kind_;
};

/// A number as an element: an integer must fit T, a real number may round to infinity.
template <class T>
T element(PyObject* object) {
  constexpr DType kType = dtype_of<T>;
  if (PyLong_Check(object) && is_differentiable(kType)) {
    const double value = PyLong_AsDouble(object);
    if (value == -1 && PyErr_Occurred()) throw_python_error();
    return Scalar(value).to<T>();
  }
  if (PyLong_Check(object) && kType == kBool) return Scalar(PyObject_IsTrue(object) > 0).to<T>();
  Scalar value;
  check<TypeError>(convert_number(object, value), "tensor: cannot make an element of ", type_name(object));
  check<TypeError>(!value.is_complex() || is_complex(kType) || kType == kBool, "tensor: an element of dtype ", kType,
                   " must be a real number, not complex");
  if constexpr (is_integral(kType)) kernel::check_fits("tensor", value, kType);
  return value.to<T>();
}

template <class T>
void fill(PyObject* object, T*& out) {
  if (!is_sequence(object)) {
    PyErr_Clear();
    *out++ = element<T>(object);
    return;
  }
  PyObject* items = PySequence_Fast(object, "tensor: not a sequence");
  if (!items) throw_python_error();
  try {
    for (Py_ssize_t i = 0; i < PySequence_Fast_GET_SIZE(items); ++i) fill(PySequence_Fast_GET_ITEM(items, i), out);
  } catch (...) {
    Py_DECREF(items);
    throw;
  }
  Py_DECREF(items);
}

template <class T>
PyObject* nested(const T* data, const Shape& sizes, const Shape& strides, size_t depth) {
  if (depth == sizes.size()) return to_python(Scalar(*data));
  PyObject* list = PyList_New(sizes[depth]);
  if (!list) throw_python_error();
  for (int64_t i = 0; i < sizes[depth]; ++i)
    PyList_SET_ITEM(list, i, nested(data + i * strides[depth], sizes, strides, depth + 1));
  return list;
}

}  // namespace

Tensor tensor_from_data(PyObject* data, std::optional<DType> dtype) {
  if (is_tensor(data)) return to(tensor_of(data).detach(), dtype.value_or(tensor_of(data).dtype()), true);
  if (is_numpy_array(data)) {
    Tensor array = tensor_from_numpy(data);
    return to(array, dtype.value_or(array.dtype()), true);
  }
  Survey survey(data);
  Tensor result = empty_tensor(survey.shape(), dtype.value_or(survey.dtype()));
  visit_dtype(result.dtype(), [&]<class T>() {
    T* out = result.data_ptr<T>();
    fill(data, out);
  });
  return result;
}

PyObject* to_nested_list(const Tensor& tensor) {
  check<nn::RecursionError>(tensor.dim() < Py_GetRecursionLimit(), "tolist: ", tensor.dim(),
                            " dims are too many for nested lists");
  // Half-precision numbers become the floats of the same value.
  const Tensor x = is_floating_point(tensor.dtype()) ? to(tensor.detach(), kFloat64) : tensor.cpu();
  return visit_dtype(x.dtype(), [&]<class T>() -> PyObject* {
    if constexpr (std::is_arithmetic_v<T> || is_complex(dtype_of<T>))
      return nested(x.data_ptr<T>(), x.sizes(), x.strides(), 0);
    fail<TypeError>("tolist: no Python number for dtype ", x.dtype());
  });
}

}  // namespace ember::python
