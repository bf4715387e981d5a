// Notices that other work takes cores away from this program's threads, and makes them wait for one another asleep as long as it does: a
// thread that waits by spinning holds a core which the one it waits for could run on. Results do not depend on it.
#pragma once

#include <cstdint>

namespace ember {

/// Before work is given to several threads: looks, a few times a second, at how long this program's threads have been kept from
/// running, and changes how OpenMP's wait. Costs some nanoseconds when it need not look.
void mind_contention();

/// Whether threads wait asleep at present.
bool is_contended();

/// Nanoseconds that the program's living threads were ready to run without a core; -1 where the system does not tell.
int64_t run_delay();

/// What two looks after another mean. Quiet machines show threads that wait for a core 3 % of the time, those with one busy process on
/// two cores 50 to 70 %, whether threads sleep or spin.
class ContentionJudge {
 public:
  static constexpr int64_t kWindow = 50'000'000;  ///< nanoseconds between two looks
  static constexpr double kContended = 0.3, kQuiet = 0.1;
  static constexpr int kQuietWindows = 4;  ///< before threads spin again

  /// Whether cores are contended, by the clock and by run_delay() in nanoseconds.
  bool judge(int64_t time, int64_t delay);

 private:
  int64_t last_time_ = 0, last_delay_ = 0;
  int quiet_windows_ = 0;
  bool is_contended_ = false;
};

}  // namespace ember
