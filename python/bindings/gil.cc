#include "python/bindings/gil.h"

namespace ember::python {

int threads_without_gil = 0;

namespace {

/// Whether this thread is one of those counted.
thread_local bool is_without_gil = false;

}  // namespace

PyThreadState* release_gil() {
  ++threads_without_gil;
  is_without_gil = true;
  return PyEval_SaveThread();
}

void restore_gil(PyThreadState* state) {
  PyEval_RestoreThread(state);
  is_without_gil = false;
  --threads_without_gil;
}

GilAcquire::GilAcquire() : state_(PyGILState_Ensure()), was_without_(is_without_gil) {
  if (!was_without_) return;
  is_without_gil = false;
  --threads_without_gil;
}

GilAcquire::~GilAcquire() {
  if (was_without_) {
    ++threads_without_gil;
    is_without_gil = true;
  }
  PyGILState_Release(state_);
}

}  // namespace ember::python
