// What .pt files hold as Python's objects, and back.
#pragma once

#include <pybind11/pybind11.h>

#include "ember/io/value.h"

namespace ember::python {

/// The objects; those that were one are one again. `globals` has the classes that add_safe_globals let in, by their names. IoError, which
/// begins with `where`, for a Value that Python cannot hold.
pybind11::object to_objects(const io::Value& value, const pybind11::dict& globals, Device device,
                            const std::string& where);

/// `describe(object)` gives the parts of an object of a class that was let in, or None. TypeError and ValueError, which say where the
/// object stands, for one that no file can hold.
io::Value from_objects(const pybind11::object& object, const pybind11::object& describe);

}  // namespace ember::python
