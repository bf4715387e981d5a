// The signatures of what pybind11 binds, out of the one that it writes with types:
//
//   (self: ember.nn.Linear, in_features: typing.SupportsInt, bias: bool = True) -> None
#pragma once

#include <pybind11/pybind11.h>

#include <string>
#include <vector>

namespace ember::python {

/// {"self: ember.nn.Linear", "in_features: typing.SupportsInt", "bias: bool = True"}.
std::vector<std::string> signature_parts(const pybind11::detail::function_record& record);

/// Puts "(self, in_features, bias=True)" where inspect.signature and help look for it: before the docstring, which does not show it.
/// Not for a function of several signatures, or with a default that has no short form.
void add_signature(PyObject* function, const pybind11::detail::function_record& record);

}  // namespace ember::python
