// The types in the signatures that pybind11 writes: "typing.SupportsInt | None", "collections.abc.Sequence[Tensor]".
#pragma once

#include <Python.h>

#include <string>
#include <string_view>
#include <vector>

namespace ember::python {

/// `text` cut at each `separator` that stands in no brackets or quotes.
std::vector<std::string> split_at_top(std::string_view text, std::string_view separator);
/// Whether an argument of this type takes `object`; true where the type says too little.
bool fits_type(PyObject* object, const std::string& type);
/// As messages say it: "int or None".
std::string readable(std::string type);
/// "Tensor", "Linear", "str".
std::string short_type_name(PyObject* object);

}  // namespace ember::python
