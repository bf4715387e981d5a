// A progress bar on the terminal: bar, note, samples a second, time to go. Where there is no terminal it prints a line now and then.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>

namespace ember::zoo {

/// 60000 as "60,000".
std::string with_commas(int64_t number);

class ProgressBar {
 public:
  /// `label` stands in front; `total` samples are to come.
  ProgressBar(std::string label, int64_t total);
  /// Clears the line.
  ~ProgressBar();
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  /// Shows that `done` samples are through, at most ten times a second.
  void update(int64_t done, const std::string& note);
  /// Since the bar was made.
  double seconds() const;

 private:
  using Clock = std::chrono::steady_clock;

  std::string label_;
  int64_t total_;
  bool is_terminal_;
  Clock::time_point start_, next_;
};

}  // namespace ember::zoo
