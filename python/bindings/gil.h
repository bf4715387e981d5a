// Python's lock, given up for long work in C++ and taken back for calls into Python. Both count the threads that run C++ without it,
// since the garbage collector may look behind an object only while no such thread changes what it holds.
#pragma once

#include <Python.h>

namespace ember::python {

/// Threads that gave the lock up by GilRelease and now run C++. Guarded by the lock itself.
inline int threads_without_gil = 0;
inline thread_local bool runs_without_gil = false;

/// Gives the lock up for a scope, if `release`.
class GilRelease {
 public:
  explicit GilRelease(bool release = true) {
    if (!release) return;
    ++threads_without_gil;
    runs_without_gil = true;
    state_ = PyEval_SaveThread();
  }
  ~GilRelease() {
    if (!state_) return;
    PyEval_RestoreThread(state_);
    runs_without_gil = false;
    --threads_without_gil;
  }
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;

 private:
  PyThreadState* state_ = nullptr;
};

/// Holds the lock for a scope, in any thread.
class GilAcquire {
 public:
  GilAcquire() : state_(PyGILState_Ensure()), was_without_(runs_without_gil) {
    if (!was_without_) return;
    runs_without_gil = false;
    --threads_without_gil;
  }
  ~GilAcquire() {
    if (was_without_) {
      ++threads_without_gil;
      runs_without_gil = true;
    }
    PyGILState_Release(state_);
  }
  GilAcquire(const GilAcquire&) = delete;
  GilAcquire& operator=(const GilAcquire&) = delete;

 private:
  PyGILState_STATE state_;
  bool was_without_;
};

}  // namespace ember::python
