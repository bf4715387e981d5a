#include "ember/core/contention.h"

#include <dirent.h>
#include <fcntl.h>
#include <omp.h>
#include <signal.h>
#include <time.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <charconv>
#include <condition_variable>
#include <latch>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace ember {

namespace {

int64_t now() {
  timespec time;
  clock_gettime(CLOCK_MONOTONIC_COARSE, &time);
  return time.tv_sec * int64_t{1'000'000'000} + time.tv_nsec;
}

/// OpenMP's threads spin while they wait unless there are more of them than cores. This is a team of one thread too many, which does
/// nothing and costs nothing but makes all the others sleep.
class SurplusTeam {
 public:
  void gather() {
    std::lock_guard lock(mutex_);
    is_wanted_ = true;
    if (is_alive_) return;
    // The team is to handle no signals.
    sigset_t all, before;
    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    try {
      std::thread(&SurplusTeam::stay, this).detach();
      is_alive_ = true;
    } catch (...) {  // no thread, no memory: they spin
    }
    pthread_sigmask(SIG_SETMASK, &before, nullptr);
  }

  void dismiss() {
    std::lock_guard lock(mutex_);
    is_wanted_ = false;
    changed_.notify_all();
  }

 private:
  /// Whether the system grants that many threads: OpenMP ends the process when one is refused.
  static bool can_start(int count) {
    std::latch end(1);
    std::vector<std::jthread> threads;
    try {
      threads.reserve(static_cast<size_t>(count));
      for (int i = 0; i < count; ++i) threads.emplace_back([&end] { end.wait(); });
    } catch (...) {
    }
    end.count_down();
    return std::ssize(threads) == count;
  }

  void stay() {
    // The threads that compute are as many as the cores at most.
    const int count = omp_get_num_procs() + 1;
    std::atomic<int> gathered{0};
    if (can_start(count)) {
#pragma omp parallel num_threads(count)
      ++gathered;  // a region without work would be left out
    }
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !is_wanted_; });
    is_alive_ = false;  // OpenMP ends the team with its first thread
  }

  std::mutex mutex_;
  std::condition_variable changed_;
  bool is_wanted_ = false, is_alive_ = false;
};

class Contention {
 public:
  void mind() {
    if (now() < next_look_.load(std::memory_order_relaxed) || is_looking_.test_and_set(std::memory_order_acquire))
      return;
    look();
    is_looking_.clear(std::memory_order_release);
  }
  bool is_contended() const { return is_contended_.load(std::memory_order_relaxed); }

 private:
  void look() {
    const int64_t time = now(), delay = run_delay();
    next_look_.store(time + ContentionJudge::kWindow * (delay < 0 ? 100 : 1), std::memory_order_relaxed);
    const bool contended = delay >= 0 && judge_.judge(time, delay);
    if (contended == is_contended()) return;
    is_contended_.store(contended, std::memory_order_relaxed);
    contended ? surplus_.gather() : surplus_.dismiss();
  }

  std::atomic<int64_t> next_look_{0};
  std::atomic_flag is_looking_;
  std::atomic<bool> is_contended_{false};
  ContentionJudge judge_;
  SurplusTeam surplus_;
};

Contention& contention() {
  // Never destroyed: threads outlive static objects.
  static auto* const the_one = new Contention;
  return *the_one;
}

}  // namespace

void mind_contention() { contention().mind(); }
bool is_contended() { return contention().is_contended(); }

bool ContentionJudge::judge(int64_t time, int64_t delay) {
  const int64_t window = time - last_time_;
  const double share = static_cast<double>(delay - last_delay_) / static_cast<double>(std::max(window, kWindow));
  const bool is_known = last_time_ > 0 && window <= 10 * kWindow;  // else the program did something else meanwhile
  last_time_ = time;
  last_delay_ = delay;
  if (!is_known) return is_contended_;
  quiet_windows_ = share < kQuiet ? quiet_windows_ + 1 : 0;
  if (share > kContended) is_contended_ = true;
  if (quiet_windows_ >= kQuietWindows) is_contended_ = false;
  return is_contended_;
}

int64_t run_delay() {
  DIR* const tasks = opendir("/proc/self/task");
  if (!tasks) return -1;
  int64_t total = -1;
  while (const dirent* task = readdir(tasks)) {
    if (task->d_name[0] == '.') continue;
    const int file = openat(dirfd(tasks), (std::string(task->d_name) + "/schedstat").c_str(), O_RDONLY | O_CLOEXEC);
    if (file < 0) continue;
    char text[96];
    const ssize_t length = read(file, text, sizeof text);
    close(file);
    // "time on a core, time without one, turns"
    const std::string_view line(text, static_cast<size_t>(std::max<ssize_t>(length, 0)));
    const size_t second = std::min(line.find(' '), line.size());
    int64_t delay = 0;
    if (std::from_chars(line.data() + std::min(second + 1, line.size()), line.data() + line.size(), delay).ec ==
        std::errc())
      total = std::max<int64_t>(total, 0) + delay;
  }
  closedir(tasks);
  return total;
}

}  // namespace ember
