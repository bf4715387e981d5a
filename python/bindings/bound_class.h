// Classes bound by pybind11, told apart from those of Python that derive from them.
#pragma once

#include <pybind11/pybind11.h>

namespace ember::python {

/// Whether the class stands for one of C++'s, and is none of Python's derived from such.
inline bool is_bound_class(pybind11::handle type) {
  auto* object = reinterpret_cast<PyTypeObject*>(type.ptr());
  const auto* info = pybind11::detail::get_type_info(object);
  return info && info->type == object;
}

/// The first such class among a class and its bases; null if there is none.
inline pybind11::handle nearest_bound_class(pybind11::handle type) {
  for (const pybind11::handle base : type.attr("__mro__"))
    if (is_bound_class(base)) return base;
  return {};
}

}  // namespace ember::python
