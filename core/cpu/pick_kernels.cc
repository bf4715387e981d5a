// pick and its adjoint: rows read through a map of positions for each dim.
#include <algorithm>
#include <cstring>
#include <vector>

#include "core/cpu/elements.h"
#include "core/cpu/indexing_families.h"
#include "core/cpu/vector.h"
#include "ember/core/kernels/indexing.h"
#include "ember/core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

using Maps = std::span<const std::vector<int64_t>>;

/// Where the elements along dim d of the mapped tensor lie, in elements.
std::vector<int64_t> places_along(size_t d, const TensorBase& rows, const TensorBase& mapped, Maps maps) {
  std::vector<int64_t> places(static_cast<size_t>(rows.sizes()[d]));
  for (size_t i = 0; i < places.size(); ++i)
    places[i] = (maps[d].empty() ? static_cast<int64_t>(i) : maps[d][i]) * mapped.strides()[d];
  return places;
}

/// Where the rows of a row-major tensor begin in the tensor that `maps` lead to, one after another.
class RowOffsets {
 public:
  RowOffsets(const TensorBase& rows, const TensorBase& mapped, Maps maps) {
    for (size_t d = 0; d + 1 < rows.sizes().size(); ++d) places_.push_back(places_along(d, rows, mapped, maps));
    if (places_.empty()) places_.push_back({0});
    position_.resize(places_.size());
  }

  void start(int64_t row) {
    for (size_t d = places_.size(); d-- > 0;) {
      const auto size = static_cast<int64_t>(places_[d].size());
      position_[d] = static_cast<size_t>(row % size);
      row /= size;
    }
    rebase();
  }
  /// In elements.
  int64_t offset() const { return base_ + places_.back()[position_.back()]; }
  void next() {
    if (++position_.back() < places_.back().size()) return;
    for (size_t d = places_.size(); d-- > 0;) {
      if (position_[d] < places_[d].size()) break;
      position_[d] = 0;
      if (d > 0) ++position_[d - 1];
    }
    rebase();
  }

 private:
  void rebase() {
    base_ = 0;
    for (size_t d = 0; d + 1 < places_.size(); ++d) base_ += places_[d][position_[d]];
  }

  std::vector<std::vector<int64_t>> places_;
  std::vector<size_t> position_;
  int64_t base_ = 0;
};

/// Elements of a row that lie side by side in the mapped row, too.
struct Segment {
  int64_t column, place, count;
};

std::vector<Segment> segments_of(const TensorBase& rows, const TensorBase& mapped, Maps maps) {
  std::vector<Segment> segments;
  int64_t column = 0;
  for (const int64_t place : places_along(rows.sizes().size() - 1, rows, mapped, maps)) {
    if (!segments.empty() && segments.back().place + segments.back().count == place)
      ++segments.back().count;
    else
      segments.push_back({column, place, 1});
    ++column;
  }
  return segments;
}

/// memcpy, which from some 2 KiB on becomes `rep movsb`: on AMD's processors that takes ten times as long where the two addresses
/// are not aligned alike (Zen 4: 9 times for rows of 40 KB, else 1.0 to 1.2).
inline void copy_row(void* to, const void* from, int64_t bytes) {
  using V = Vector<char>;
  constexpr int64_t kWidth = kVectorBytes;
  auto* target = static_cast<char*>(to);
  auto* source = static_cast<const char*>(from);
  if (bytes < kWidth) {
    std::memcpy(target, source, static_cast<size_t>(bytes));
    return;
  }
  const auto last = V::load(source + bytes - kWidth);
  char* const last_target = target + bytes - kWidth;
  if (bytes >= 16 * kWidth) {
    // Stores that cross cache lines cost more than such loads.
    const auto first = V::load(source);
    V::store(target, first);
    const auto step = kWidth - static_cast<int64_t>(reinterpret_cast<uintptr_t>(target) % kWidth);
    target += step, source += step, bytes -= step;
  }
  // By pairs, or the compiler sees a memcpy in it.
  for (; bytes >= 2 * kWidth; bytes -= 2 * kWidth, target += 2 * kWidth, source += 2 * kWidth) {
    const auto a = V::load(source), b = V::load(source + kWidth);
    V::store(target, a);
    V::store(target + kWidth, b);
  }
  if (bytes > kWidth) V::store(target, V::load(source));
  V::store(last_target, last);
}

void pick(const TensorBase& out, const TensorBase& x, Maps maps) {
  const int64_t width = out.sizes().back();
  const std::vector<Segment> segments = segments_of(out, x, maps);
  const RowOffsets all_offsets(out, x, maps);
  visit_word(out.element_size(), [&]<class Word>() {
    Word* to = reinterpret_cast<Word*>(out.raw_data());
    const Word* from = reinterpret_cast<const Word*>(x.raw_data());
    parallel_for(0, out.numel() / width, std::max<int64_t>(1, kGrain / width), [&](int64_t first, int64_t last) {
      RowOffsets offsets = all_offsets;
      offsets.start(first);
      for (int64_t r = first; r < last; ++r, offsets.next()) {
        const Word* mapped = from + offsets.offset();
        for (const auto& [column, place, count] : segments) {
          if (count == 1)
            to[r * width + column] = mapped[place];
          else
            copy_row(to + r * width + column, mapped + place, count * static_cast<int64_t>(sizeof(Word)));
        }
      }
    });
  });
}

void unpick(const TensorBase& out, const TensorBase& g, Maps maps) {
  const int64_t width = g.sizes().back(), rows = g.numel() / width;
  const std::vector<Segment> segments = segments_of(g, out, maps);
  const RowOffsets all_offsets(g, out, maps);
  // Rows of one thread may meet, those of two must not.
  const int64_t blocks = g.dim() > 1 && maps[0].empty() ? g.sizes()[0] : 1, block = rows / blocks;
  visit_addable(out.dtype(), [&]<class T>() {
    T* to = reinterpret_cast<T*>(out.raw_data());
    const T* from = reinterpret_cast<const T*>(g.raw_data());
    parallel_for(0, blocks, std::max<int64_t>(1, kGrain / (block * width)), [&](int64_t first, int64_t last) {
      RowOffsets offsets = all_offsets;
      offsets.start(first * block);
      for (int64_t r = first * block; r < last * block; ++r, offsets.next()) {
        for (const auto& [column, place, count] : segments) {
          T* sums = to + offsets.offset() + place;
          const T* added = from + r * width + column;
#pragma GCC ivdep
          for (int64_t j = 0; j < count; ++j) sums[j] = plus(sums[j], added[j]);
        }
      }
    });
  });
}

}  // namespace

void register_pick() {
  kernels::pick[kCPU] = kernels::pick.complex(kCPU) = pick;
  kernels::unpick[kCPU] = kernels::unpick.complex(kCPU) = unpick;
}

}  // namespace ember::EMBER_ISA
