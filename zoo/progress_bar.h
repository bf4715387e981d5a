// A progress bar on the terminal: bar, note, samples a second, time to go. Where there is no terminal it prints a line now and then.
#pragma once

#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <string>
#include <utility>

namespace ember::zoo {

/// 60000 as "60,000".
inline std::string with_commas(int64_t number) {
  std::string text = std::to_string(number);
  for (int64_t at = static_cast<int64_t>(text.size()) - 3; at > 0; at -= 3) text.insert(static_cast<size_t>(at), 1, ',');
  return text;
}

class ProgressBar {
 public:
  ProgressBar(std::string label, int64_t total) : label_(std::move(label)), total_(total) {}
  ~ProgressBar() {
    if (is_terminal_) std::fputs("\r\033[K", stderr);
  }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  double seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

  void update(int64_t done, const std::string& note) {
    const auto now = Clock::now();
    if (now < next_ && !(is_terminal_ && done == total_)) return;
    next_ = now + (is_terminal_ ? std::chrono::milliseconds(100) : std::chrono::seconds(10));
    const double rate = static_cast<double>(done) / std::max(seconds(), 1e-9);
    const auto left = static_cast<int64_t>(static_cast<double>(total_ - done) / std::max(rate, 1e-9));
    const int64_t filled = kWidth * done / std::max<int64_t>(total_, 1);
    std::string bar;
    for (int64_t i = 0; i < kWidth; ++i) bar += i < filled ? "█" : "░";
    std::fprintf(stderr, "%s%s %s %s/%s  %s  %s images/s  ETA %d:%02d%s", is_terminal_ ? "\r\033[K" : "", label_.c_str(), bar.c_str(),
                 with_commas(done).c_str(), with_commas(total_).c_str(), note.c_str(), with_commas(static_cast<int64_t>(rate)).c_str(),
                 static_cast<int>(left / 60), static_cast<int>(left % 60), is_terminal_ ? "" : "\n");
    std::fflush(stderr);
  }

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr int64_t kWidth = 24;

  std::string label_;
  int64_t total_;
  bool is_terminal_ = isatty(STDERR_FILENO) == 1;
  Clock::time_point start_ = Clock::now();
  Clock::time_point next_ = start_ + (is_terminal_ ? std::chrono::seconds(0) : std::chrono::seconds(10));
};

}  // namespace ember::zoo
