// C++ exceptions at the border to Python: each of Ember's becomes the Python exception of its name.
#pragma once

#include <Python.h>

namespace ember::python {

/// Inside a catch block: sets the Python error that stands for the current exception.
void set_python_error() noexcept;

/// Throws the Python error that a C API call has set, for set_python_error to restore.
[[noreturn]] void throw_python_error();

/// ember.linalg.LinAlgError, a RuntimeError; borrowed.
PyObject* linalg_error_type();

/// Lets pybind11's functions raise the same exceptions.
void register_errors();

/// `body()`, or null with the Python error set when it throws.
template <class F>
PyObject* guarded(F body) noexcept {
  try {
    return body();
  } catch (...) {
    set_python_error();
    return nullptr;
  }
}
/// The same for slots that return a status.
template <class F>
int guarded_status(F body) noexcept {
  try {
    return body();
  } catch (...) {
    set_python_error();
    return -1;
  }
}

}  // namespace ember::python
