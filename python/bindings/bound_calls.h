// Errors of bad calls to what pybind11 binds.
#pragma once

#include <pybind11/pybind11.h>

namespace ember::python {

/// Bad calls of what is bound in the package so far raise errors in Python's words, and do not reach C++.
void route_calls(pybind11::module_& ember);

}  // namespace ember::python
