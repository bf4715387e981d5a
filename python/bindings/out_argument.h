// The keyword argument `out` that every op takes without declaring it: its result is written into tensors that exist.
#pragma once

#include <Python.h>

#include <string>

namespace ember::python {

/// The value of keyword `out` in a vectorcall, borrowed; null when it is not there.
PyObject* find_out(PyObject* const* args, size_t count, PyObject* keywords);

/// callee(...) without `out`; a new reference.
PyObject* call_without_out(PyObject* callee, PyObject* const* args, size_t count, PyObject* keywords);

/// Copies `result`, a tensor or a tuple of them, into `out`, which gets its shape, and gives `out` in the result's form; takes over
/// `result`. Throws TypeError when `out` is not of that form, and RuntimeError when it takes part in autograd, its dtype cannot hold
/// the result, or several of its elements share memory.
PyObject* write_out(const std::string& op, PyObject* result, PyObject* out);

}  // namespace ember::python
