#include "ember/core/parallel.h"

#include <omp.h>
#include <pthread.h>

#include <algorithm>
#include <atomic>
#include <cstdlib>
#include <exception>
#include <mutex>

#include "ember/core/contention.h"
#include "ember/core/cpu_quota.h"
#include "ember/core/error.h"
#include "ember/core/spare_memory.h"

#if defined(__SANITIZE_THREAD__)
#include <sanitizer/tsan_interface.h>
#else
#define __tsan_acquire(address)
#define __tsan_release(address)
#endif

namespace ember {

namespace {

// A forked child inherits libgomp's books of worker threads, but not the threads: its first parallel region would wait for
// them for ever. So a child computes serially, oneDNN's regions included.
std::atomic<bool> is_forked_child{false};

thread_local bool is_serial = false;

void on_fork_in_child() {
  is_forked_child.store(true, std::memory_order_relaxed);
  omp_set_num_threads(1);
}

/// A count that a machine can be asked for, as OpenMP ends the process when the system refuses it a thread, and that OpenMP grants:
/// oneDNN waits for the threads that it asked for.
int sensible(int count) {
  return std::clamp(count, 1, std::min(omp_get_thread_limit(), std::max(64, 2 * omp_get_num_procs())));
}

int initial_num_threads() {
  pthread_atfork(nullptr, nullptr, on_fork_in_child);
  // OpenMP counts the CPUs that the process may run on, unless OMP_NUM_THREADS tells it, but not the time that it may have on them.
  const int asked = omp_get_max_threads(), quota = std::getenv("OMP_NUM_THREADS") ? 0 : quota_cpus();
  const int count = sensible(quota > 0 ? std::min(asked, quota) : asked);
  if (count != asked) omp_set_num_threads(count);
  return count;
}

/// All signals but those that an instruction raises, which cannot wait.
const sigset_t& outside_signals() {
  static const sigset_t set = [] {
    sigset_t signals;
    sigfillset(&signals);
    for (const int own : {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGTRAP, SIGSYS, SIGABRT}) sigdelset(&signals, own);
    return signals;
  }();
  return set;
}

/// The threads of this thread's pool that are known to exist and to handle no signals; OpenMP ends those that a smaller team lacks.
thread_local int quiet_team = 1;

/// What each thread of a team calls first. Signals are for the threads of the program, and one that waits in the first thread must
/// not go to another.
void join_quiet_team() {
  if (omp_get_thread_num() > 0) pthread_sigmask(SIG_BLOCK, &outside_signals(), nullptr);
}

/// OpenMP ends the process when it is refused what a team of another size takes.
void require_team(int team) {
  if (team != quiet_team) require_threads(std::max(team - quiet_team, 0), "a team of threads");
}

std::atomic<int>& thread_limit() {
  static std::atomic<int> limit{initial_num_threads()};
  return limit;
}

// Before anything else asks OpenMP, LAPACK say.
[[maybe_unused]] const int limit_at_load = thread_limit().load();

/// Keeps the exception of the lowest range, so that a failing call fails the same way each time.
class FirstException {
 public:
  void keep(int64_t position) {
    std::lock_guard lock(mutex_);
    if (!exception_ || position < position_) {
      exception_ = std::current_exception();
      position_ = position;
    }
  }
  void rethrow() const {
    if (exception_) std::rethrow_exception(exception_);
  }

 private:
  std::mutex mutex_;
  std::exception_ptr exception_;
  int64_t position_ = 0;
};

}  // namespace

int num_threads() {
  const int limit = thread_limit().load(std::memory_order_relaxed);
  return is_serial || is_forked_child.load(std::memory_order_relaxed) ? 1 : limit;
}

void set_num_threads(int count) {
  check<ValueError>(count >= 1, "set_num_threads: expected at least 1 but got ", count);
  thread_limit().store(sensible(count), std::memory_order_relaxed);
  omp_set_num_threads(num_threads());
}

void parallel_for(int64_t begin, int64_t end, int64_t grain, FunctionRef<void(int64_t first, int64_t last)> body) {
  if (begin >= end) return;
  grain = std::max<int64_t>(grain, 1);
  const int64_t chunks = (end - begin - 1) / grain + 1;
  if (chunks == 1 || omp_in_parallel() || num_threads() == 1) {
    body(begin, end);
    return;
  }
  mind_contention();
  const int team = static_cast<int>(std::min<int64_t>(num_threads(), chunks));
  require_team(team);
  FirstException exception;
  const bool is_quiet = team <= quiet_team;
  quiet_team = team;
  // The thread sanitizer does not see how GNU's OpenMP starts and joins its threads.
  [[maybe_unused]] static char start, end_of_work;
  __tsan_release(&start);
#pragma omp parallel num_threads(team)
  {
    __tsan_acquire(&start);
    if (!is_quiet) join_quiet_team();
    const int64_t thread = omp_get_thread_num(), threads = omp_get_num_threads();
    const int64_t first = begin + chunks * thread / threads * grain;
    const int64_t last = std::min(end, begin + chunks * (thread + 1) / threads * grain);
    try {
      if (first < last) body(first, last);
    } catch (...) {
      exception.keep(first);
    }
    __tsan_release(&end_of_work);
  }
  __tsan_acquire(&end_of_work);
  exception.rethrow();
}

void prepare_library_call() {
  const int threads = num_threads();
  if (threads > 1) mind_contention();
  require_memory(0, "OpenMP");
  // OpenMP keeps both for each thread that calls. A team smaller than asked for would make oneDNN wait for ever.
  if (omp_get_max_threads() != threads) omp_set_num_threads(threads);
  if (omp_get_dynamic()) omp_set_dynamic(0);
}

SignalGuard::SignalGuard() {
  const int threads = num_threads();
  const bool makes_team = threads > quiet_team && !omp_in_parallel();
  if (makes_team) require_team(threads);
  pthread_sigmask(SIG_BLOCK, &outside_signals(), &before_);
  if (!makes_team) return;
#pragma omp parallel num_threads(threads)
  join_quiet_team();
  quiet_team = threads;
}

SignalGuard::~SignalGuard() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

SerialGuard::SerialGuard() : before_(is_serial), threads_before_(omp_get_max_threads()) {
  require_memory(0, "OpenMP");
  is_serial = true;
  omp_set_num_threads(1);  // oneDNN asks OpenMP
}

SerialGuard::~SerialGuard() {
  is_serial = before_;
  omp_set_num_threads(threads_before_);
}

}  // namespace ember
