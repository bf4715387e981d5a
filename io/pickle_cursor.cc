#include <algorithm>

#include "ember/io/pickle_reader.h"

namespace ember::io {

namespace {

constexpr size_t kBlockBytes = 1 << 16;
/// Of a class, or else a message could be as long as the file.
constexpr size_t kLongestName = 1000;

}  // namespace

void Cursor::skip(size_t bytes) {
  check<IoError>(bytes <= end_ - position_, file_.path(), ": is cut short: ", bytes, " bytes should follow byte ",
                 position_, " but only ", end_ - position_, " do");
  position_ += bytes;
}

const char* Cursor::take(size_t bytes) {
  const size_t at = position_;
  skip(bytes);
  if (at < block_at_ || position_ > block_at_ + block_.size()) {
    block_.resize(std::min(std::max(bytes, kBlockBytes), end_ - at));
    file_.read_at(at, block_.data(), block_.size());
    block_at_ = at;
  }
  return block_.data() + (at - block_at_);
}

std::string Cursor::line() {
  std::string text;
  for (char c = *take(1); c != '\n'; c = *take(1)) {
    check<IoError>(text.size() < kLongestName, file_.path(), ": has a class whose name is longer than ", kLongestName,
                   " bytes");
    text += c;
  }
  return text;
}

}  // namespace ember::io
