// Paths as Python gives them: str, bytes, and objects with __fspath__.
#pragma once

#include <pybind11/pybind11.h>

#include <string>

namespace ember::python {

/// A path as the system's bytes, which need be no UTF-8.
inline std::string path_of(const pybind11::object& path) {
  return pybind11::module_::import("os").attr("fsencode")(path).cast<std::string>();
}

}  // namespace ember::python
