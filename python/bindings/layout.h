// ember.layout and ember.memory_format: the arguments that name an order of elements in memory.
#pragma once

#include <Python.h>

namespace ember::python {

/// ember.strided, the only layout there is.
struct Layout {};

bool convert(PyObject* object, Layout& out);

/// Makes the two types with their instances (strided, contiguous_format, ...) and adds them to `module`.
void make_layout_types(PyObject* module);

}  // namespace ember::python
