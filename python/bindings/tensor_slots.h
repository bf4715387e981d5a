// The parts out of which the Python type of tensors is put together, one file each.
#pragma once

#include <Python.h>

#include <vector>

namespace ember::python {

/// Arithmetic, comparison, conversion to numbers (operators.cc).
void add_operator_slots(std::vector<PyType_Slot>& slots);
/// x[...], x[...] = y, len, iteration (indexing.cc).
void add_indexing_slots(std::vector<PyType_Slot>& slots);
/// Attributes, repr, hash, construction (properties.cc).
void add_property_slots(std::vector<PyType_Slot>& slots);

}  // namespace ember::python
