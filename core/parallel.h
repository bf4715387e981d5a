// Splitting index ranges over the one OpenMP thread pool, which oneDNN shares.
#pragma once

#include <signal.h>

#include <cstdint>

#include "ember/core/function_ref.h"

namespace ember {

/// Elements below which a second thread costs more than it saves.
inline constexpr int64_t kGrain = 32768;

/// Threads that parallel_for may use: OMP_NUM_THREADS, or else the cores that affinity and the control group's quota leave.
int num_threads();
/// Throws ValueError unless `count` >= 1.
void set_num_threads(int count);

/// Calls `body(first, last)` on disjoint ranges that cover [begin, end). Each range starts at `begin` plus a multiple of
/// `grain`, so a body that works in units of `grain` gives the same bits for any number of threads. The first exception is
/// rethrown here. Runs in the calling thread when the range is short, inside another parallel_for, and in a forked child, whose
/// copy of the pool has no threads. Several threads may call it at once, each with a pool of its own.
void parallel_for(int64_t begin, int64_t end, int64_t grain, FunctionRef<void(int64_t first, int64_t last)> body);

/// Before a call of a library that computes on the pool: OpenMP, which it asks, will grant it num_threads() threads.
void prepare_library_call();

/// While one lives, no signal is handled in its thread or in the pool's, but waits. oneDNN's products of floats with long rows put
/// the stack pointer on the heap, below which a handler's frame would overwrite what lies there.
class SignalGuard {
 public:
  SignalGuard();
  ~SignalGuard();
  SignalGuard(const SignalGuard&) = delete;
  SignalGuard& operator=(const SignalGuard&) = delete;

 private:
  sigset_t before_;
};

/// While one lives, its thread computes alone: for background threads, which must not compete with the pool of the main one.
class SerialGuard {
 public:
  SerialGuard();
  ~SerialGuard();
  SerialGuard(const SerialGuard&) = delete;
  SerialGuard& operator=(const SerialGuard&) = delete;

 private:
  bool before_;
  int threads_before_;
};

}  // namespace ember
