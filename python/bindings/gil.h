// Python's lock, given up for long work in C++ and taken back for calls into Python. Both count the threads that run C++ without it,
// since the garbage collector may look behind an object only while no such thread changes what it holds.
#pragma once

#include <Python.h>

namespace ember::python {

/// Threads that gave the lock up by GilRelease and now run C++. Guarded by the lock itself.
extern int threads_without_gil;

/// What a thread does that Python ends by unwinding it, and that has caught that: nothing more.
[[noreturn]] void wait_for_the_end();

// Not inline, so that calls which keep the lock do not look for the thread's own state.
PyThreadState* release_gil();
void restore_gil(PyThreadState* state);

/// Gives the lock up for a scope, if `release`.
class GilRelease {
 public:
  explicit GilRelease(bool release = true) : state_(release ? release_gil() : nullptr) {}
  ~GilRelease() {
    if (state_) restore_gil(state_);
  }
  GilRelease(const GilRelease&) = delete;
  GilRelease& operator=(const GilRelease&) = delete;

 private:
  PyThreadState* state_;
};

/// Holds the lock for a scope, in any thread.
class GilAcquire {
 public:
  GilAcquire();
  ~GilAcquire();
  GilAcquire(const GilAcquire&) = delete;
  GilAcquire& operator=(const GilAcquire&) = delete;

 private:
  PyGILState_STATE state_;
  bool was_without_;
};

}  // namespace ember::python
