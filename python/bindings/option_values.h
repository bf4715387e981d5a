// Options of layers as Python's values.
#pragma once

#include <string>

#include "ember/nn/options.h"
#include "python/bindings/casters.h"

namespace ember::python {

/// The value that lies there.
py::object read_option(const nn::OptionField& field);
/// Puts a value there; false when it is of another kind.
bool write_option(const nn::OptionField& field, py::handle value);
/// The kinds that it takes, as signatures have them: "typing.SupportsFloat | None".
std::string option_type(const nn::OptionField& field);

}  // namespace ember::python
