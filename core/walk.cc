#include "ember/core/walk.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "ember/core/error.h"

namespace ember {

namespace {

int64_t movement(int64_t stride) {
  return stride == 0 ? std::numeric_limits<int64_t>::max() : stride < 0 ? -stride : stride;
}

}  // namespace

void Walk::add(int64_t size, const Strides& stride) {
  numel *= size;
  if (size == 1) return;
  check(rank < kMaxRank, "a kernel handles at most ", kMaxRank, " dimensions");
  sizes[rank] = size;
  strides[rank] = stride;
  ++rank;
}

void Walk::sort() {
  for (int i = 1; i < rank; ++i) {
    for (int k = i; k > 0 && movement(strides[k][0]) < movement(strides[k - 1][0]); --k) {
      std::swap(sizes[k], sizes[k - 1]);
      std::swap(strides[k], strides[k - 1]);
    }
  }
}

void Walk::merge() {
  int last = 0;
  for (int i = 1; i < rank; ++i) {
    bool fits = true;
    for (int operand = 0; operand < kMaxOperands; ++operand)
      fits = fits && strides[i][operand] == strides[last][operand] * sizes[last];
    if (fits) {
      sizes[last] *= sizes[i];
    } else {
      ++last;
      sizes[last] = sizes[i];
      strides[last] = strides[i];
    }
  }
  if (rank > 0) rank = last + 1;
}

Walk::Strides Walk::offsets(int64_t index, int first_dim) const {
  Strides result{};
  for (int d = first_dim; d < rank && index > 0; ++d) {
    const int64_t rest = index / sizes[d], at = index - rest * sizes[d];
    for (int operand = 0; operand < kMaxOperands; ++operand) result[operand] += at * strides[d][operand];
    index = rest;
  }
  return result;
}

WalkCursor::WalkCursor(const Walk& walk, int64_t index, int first_dim)
    : walk_(walk), first_dim_(first_dim), offsets_(walk.offsets(index, first_dim)) {
  for (int d = first_dim; d < walk.rank; ++d) {
    position_[d] = index % walk.sizes[d];
    index /= walk.sizes[d];
  }
}

void WalkCursor::next() {
  for (int d = first_dim_; d < walk_.rank; ++d) {
    const Walk::Strides& stride = walk_.strides[d];
    if (++position_[d] < walk_.sizes[d]) {
      for (int operand = 0; operand < Walk::kMaxOperands; ++operand) offsets_[operand] += stride[operand];
      return;
    }
    position_[d] = 0;
    for (int operand = 0; operand < Walk::kMaxOperands; ++operand)
      offsets_[operand] -= stride[operand] * (walk_.sizes[d] - 1);
  }
}

void for_each_run(const Walk& walk, int64_t first, int64_t last,
                  FunctionRef<void(const Walk::Strides& offsets, int64_t count)> body) {
  if (first >= last) return;
  const int64_t length = walk.size_or_1(0);
  int64_t row = first / length, column = first - row * length;
  WalkCursor cursor(walk, row, 1);
  while (first < last) {
    const int64_t count = std::min(length - column, last - first);
    Walk::Strides at;
    for (int operand = 0; operand < Walk::kMaxOperands; ++operand)
      at[operand] = cursor.offset(operand) + column * walk.stride_or_0(0, operand);
    body(at, count);
    first += count;
    column = 0;
    cursor.next();
  }
}

}  // namespace ember
