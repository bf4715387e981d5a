#include "python/bindings/gil.h"

#include <cxxabi.h>
#include <pthread.h>
#include <unistd.h>

#include <atomic>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>

#include "python/bindings/cpython.h"
#include "python/bindings/errors.h"
#include "python/bindings/lone_thread.h"

namespace ember::python {

int threads_without_gil = 0;

void wait_for_the_end() {
  while (true) std::this_thread::sleep_for(std::chrono::hours(1));
}

namespace {

/// Whether this thread is one of those counted.
thread_local bool is_without_gil = false;

/// Threads in wait_for_other_threads, and how many were there before.
std::atomic<int> changes_waiting = 0;
std::atomic<uint64_t> changes_done = 0;

/// Between the two kinds of threads. Leaked: threads may wait for it when the process ends.
struct Meeting {
  std::mutex mutex;
  std::condition_variable moved;

  void notify() {
    const std::lock_guard lock(mutex);
    moved.notify_all();
  }
};
Meeting& meeting() {
  static auto* const meeting = new Meeting;
  return *meeting;
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
  if (is_finalizing() && gettid() != getpid()) wait_for_the_end();
  terminate_before();
});

/// Of the threads that were counted a forked process has none but its own.
[[maybe_unused]] const int at_fork = pthread_atfork(nullptr, nullptr, [] {
  threads_without_gil = is_without_gil ? 1 : 0;
  changes_waiting = 0;
  new (&meeting()) Meeting;
});

/// Gives the lock up until `is_over`, which is asked without it.
template <class Condition>
void wait_without_gil(const Condition& is_over) {
  PyThreadState* state = PyEval_SaveThread();
  {
    std::unique_lock lock(meeting().mutex);
    meeting().moved.wait(lock, is_over);
  }
  take_gil([&] { PyEval_RestoreThread(state); });
}

void leave_count() {
  is_without_gil = false;
  if (--threads_without_gil == 0 && changes_waiting.load() > 0) meeting().notify();
}

}  // namespace

PyThreadState* release_gil() {
  if (changes_waiting.load(std::memory_order_relaxed) > 0) {
    // One of them, so that a thread which changes things without end keeps no other out.
    const uint64_t done = changes_done.load();
    wait_without_gil([&] { return changes_waiting.load() == 0 || changes_done.load() != done; });
  }
  ++threads_without_gil;
  is_without_gil = true;
  return PyEval_SaveThread();
}

void restore_gil(PyThreadState* state) {
  take_gil([&] { PyEval_RestoreThread(state); });
  leave_count();
}

GilAcquire::GilAcquire() : state_(take_gil(PyGILState_Ensure)), was_without_(is_without_gil) {
  if (was_without_) leave_count();
}

GilAcquire::~GilAcquire() {
  if (was_without_) {
    ++threads_without_gil;
    is_without_gil = true;
  }
  PyGILState_Release(state_);
}

void wait_for_other_threads() {
  // The threads of an interpreter that ends do not come back.
  const auto is_alone = [] { return threads_without_gil == (is_without_gil ? 1 : 0) || is_finalizing(); };
  if (is_alone()) return;
  struct Waiting {
    Waiting() { ++changes_waiting; }
    ~Waiting() {
      --changes_waiting;
      ++changes_done;
      meeting().notify();
    }
  };
  const Waiting waiting;
  while (!is_alone()) {
    PyThreadState* state = PyEval_SaveThread();
    {
      // The count may be read with the lock alone, so a notice can be missed.
      std::unique_lock lock(meeting().mutex);
      meeting().moved.wait_for(lock, std::chrono::milliseconds(1));
    }
    take_gil([&] { PyEval_RestoreThread(state); });
    if (PyErr_CheckSignals() != 0) throw_python_error();
  }
}

optim::Optimizer::Lock lock_of(const optim::Optimizer& optimizer) {
  auto lock = optimizer.try_lock();
  if (lock) return lock;
  check(!is_finalizing(), optimizer.name(), ": a thread that uses it did not end before the interpreter");
  PyThreadState* state = PyEval_SaveThread();
  lock = optimizer.lock();
  take_gil([&] { PyEval_RestoreThread(state); });
  return lock;
}

}  // namespace ember::python
