// ember.Generator: a random stream of its own.
#pragma once

#include <Python.h>

#include "ember/core/random.h"

namespace ember::python {

/// None is the default generator, a null pointer.
bool convert(PyObject* object, Generator*& out);

/// Adds ember.Generator, manual_seed and the default generator's state to `module`.
void bind_generator(PyObject* module);

}  // namespace ember::python
