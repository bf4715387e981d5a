// The small value types of Python: ember.dtype, ember.device, ember.Size and the named tuple that max(dim) returns.
#pragma once

#include <Python.h>

#include "ember/core/dtype.h"

namespace ember::python {

extern PyTypeObject* dtype_type;
extern PyTypeObject* device_type;
extern PyTypeObject* size_type;

}  // namespace ember::python
