// Ember's values in pybind11 functions: tensors, shapes, scalars, dtypes, devices and reductions, by convert.h's rules.
#pragma once

#include <pybind11/functional.h>
#include <pybind11/pybind11.h>
#include <pybind11/stl.h>

#include "ember/ops/loss/loss.h"
#include "python/bindings/convert.h"

namespace py = pybind11;

namespace ember::python {

/// The name of a type in signatures.
template <class T>
constexpr auto type_text() {
  if constexpr (std::is_same_v<T, Scalar>)
    return py::detail::const_name("Number");
  else if constexpr (std::is_same_v<T, Shape>)
    return py::detail::const_name("Size");
  else
    return py::detail::const_name("dtype");
}

/// A caster out of `convert` and `to_python`.
template <class T>
struct ValueCaster {
  PYBIND11_TYPE_CASTER(T, type_text<T>());

  bool load(py::handle source, bool) { return source && convert(source.ptr(), value); }
  static py::handle cast(const T& source, py::return_value_policy, py::handle) { return to_python(source); }
};

}  // namespace ember::python

namespace pybind11::detail {

template <>
struct type_caster<ember::Tensor> {
  PYBIND11_TYPE_CASTER(ember::Tensor, const_name("Tensor"));

  /// None is the undefined tensor. Numbers are no tensors here.
  bool load(handle source, bool) {
    if (!source) return false;
    if (source.is_none()) return true;
    if (!ember::python::is_tensor(source.ptr())) return false;
    value = ember::python::tensor_of(source.ptr());
    return true;
  }
  static handle cast(const ember::Tensor& source, return_value_policy, handle) { return ember::python::wrap(source); }
};

template <>
struct type_caster<ember::Scalar> : ember::python::ValueCaster<ember::Scalar> {};
template <>
struct type_caster<ember::Shape> : ember::python::ValueCaster<ember::Shape> {};
template <>
struct type_caster<ember::DType> : ember::python::ValueCaster<ember::DType> {};

template <>
struct type_caster<ember::Device> {
  PYBIND11_TYPE_CASTER(ember::Device, const_name("device"));

  bool load(handle source, bool) { return source && ember::python::convert(source.ptr(), value); }
  static handle cast(const ember::Device& source, return_value_policy, handle) {
    return ember::python::to_python(source);
  }
};

template <>
struct type_caster<ember::Reduction> {
  PYBIND11_TYPE_CASTER(ember::Reduction, const_name("str"));

  bool load(handle source, bool) { return source && ember::python::convert(source.ptr(), value); }
  static handle cast(const ember::Reduction& source, return_value_policy, handle) {
    const char* names[] = {"none", "mean", "sum"};
    return PyUnicode_FromString(names[static_cast<int>(source)]);
  }
};

}  // namespace pybind11::detail
