#include "zoo/progress_bar.h"

#include <unistd.h>

#include <algorithm>
#include <cstdio>

namespace ember::zoo {

namespace {

constexpr int64_t kWidth = 24;
constexpr std::chrono::milliseconds kTerminalPause(100), kLogPause(10000);

}  // namespace

std::string with_commas(int64_t number) {
  std::string text = std::to_string(number);
  for (int64_t at = static_cast<int64_t>(text.size()) - 3; at > 0; at -= 3)
    text.insert(static_cast<size_t>(at), 1, ',');
  return text;
}

ProgressBar::ProgressBar(std::string label, int64_t total)
    : label_(std::move(label)),
      total_(total),
      is_terminal_(isatty(STDERR_FILENO) == 1),
      start_(Clock::now()),
      next_(is_terminal_ ? start_ : start_ + kLogPause) {}

ProgressBar::~ProgressBar() {
  if (is_terminal_) std::fputs("\r\033[K", stderr);
}

double ProgressBar::seconds() const { return std::chrono::duration<double>(Clock::now() - start_).count(); }

void ProgressBar::update(int64_t done, const std::string& note) {
  const auto now = Clock::now();
  if (now < next_) return;
  next_ = now + (is_terminal_ ? kTerminalPause : kLogPause);
  const double rate = static_cast<double>(done) / std::max(seconds(), 1e-9);
  const auto left = static_cast<int64_t>(static_cast<double>(total_ - done) / std::max(rate, 1e-9));
  const int64_t filled = kWidth * done / std::max<int64_t>(total_, 1);
  std::string bar;
  for (int64_t i = 0; i < kWidth; ++i) bar += i < filled ? "█" : "░";
  std::fprintf(stderr, "%s%s %s %s/%s  %s  %s images/s  ETA %d:%02d%s", is_terminal_ ? "\r\033[K" : "", label_.c_str(),
               bar.c_str(), with_commas(done).c_str(), with_commas(total_).c_str(), note.c_str(),
               with_commas(static_cast<int64_t>(rate)).c_str(), static_cast<int>(left / 60),
               static_cast<int>(left % 60), is_terminal_ ? "" : "\n");
  std::fflush(stderr);
}

}  // namespace ember::zoo
