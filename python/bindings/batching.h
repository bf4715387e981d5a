// How ember.func.vmap takes part in calls. Its tensors, of the Python class Batched, are none that C++ could read: calls of ops and
// modules and indexing that find one among their arguments hand the call over to Python's rules (python/ember/batching).
#pragma once

#include <Python.h>

#include <cstddef>

namespace ember::python {

/// The functions that take calls over. Each gets the callee, a tuple of arguments and a dict of keyword arguments.
struct BatchingHandlers {
  PyTypeObject* batched_type = nullptr;
  PyObject *op = nullptr, *module = nullptr;
  PyObject *get_item = nullptr, *set_item = nullptr;  ///< of (tensor, (key,), {}) and (tensor, (key, value), {})
};
extern BatchingHandlers batching_handlers;

/// Takes over the calls of random ops in this thread while it is set: inside of vmap.
extern thread_local PyObject* random_handler;
/// Whether modules whose forward is C++ go to the handler even when no argument is a Batched, since parameters may be.
extern thread_local bool modules_diverted;

inline bool is_batched(PyObject* object) { return Py_TYPE(object) == batching_handlers.batched_type; }
/// Whether it is a Batched, or a list or tuple with one in it.
bool holds_batched(PyObject* object);
/// Whether one of them holds a Batched.
bool hold_batched(PyObject* const* objects, size_t count);

/// handler(callee, args, kwargs), of the arguments of a vectorcall.
PyObject* hand_over(PyObject* handler, PyObject* callee, PyObject* const* args, size_t count, PyObject* keywords);

/// What a parameter or buffer stands for: while modules are diverted, the Batched in its attribute _batched if it has one. Takes
/// over and gives a reference.
PyObject* resolve_batched(PyObject* object);

/// Lets random_handler take calls of this op over; op.cc.
void mark_random(PyObject* op);

void bind_batching(PyObject* module);

}  // namespace ember::python
