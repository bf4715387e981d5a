#include "python/bindings/gil.h"

#include <cxxabi.h>
#include <unistd.h>

#include <chrono>
#include <exception>
#include <thread>

namespace ember::python {

int threads_without_gil = 0;

namespace {

/// Whether this thread is one of those counted.
thread_local bool is_without_gil = false;

[[noreturn]] void wait_for_the_end() {
  while (true) std::this_thread::sleep_for(std::chrono::hours(1));
}

/// Python ends a thread that asks for the lock of an interpreter which has ended, by unwinding it through destructors, which may not
/// throw. Such a thread waits for the process to end instead.
template <class F>
auto take_gil(F take) {
  try {
    return take();
  } catch (abi::__forced_unwind&) {
    wait_for_the_end();
  }
}

/// Where pybind11 asks for the lock itself, that unwinding arrives here.
const std::terminate_handler terminate_before = std::set_terminate([] {
  if (_Py_IsFinalizing() && gettid() != getpid()) wait_for_the_end();
  terminate_before();
});

}  // namespace

PyThreadState* release_gil() {
  ++threads_without_gil;
  is_without_gil = true;
  return PyEval_SaveThread();
}

void restore_gil(PyThreadState* state) {
  take_gil([&] { PyEval_RestoreThread(state); });
  is_without_gil = false;
  --threads_without_gil;
}

GilAcquire::GilAcquire() : state_(take_gil(PyGILState_Ensure)), was_without_(is_without_gil) {
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
