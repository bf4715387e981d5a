// pick and its adjoint: rows read through a map of positions for each dim.
#include <algorithm>
#include <cstring>
#include <vector>

#include "core/cpu/elements.h"
#include "core/cpu/indexing_families.h"
#include "core/kernels/indexing.h"
#include "core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

using Maps = std::span<const std::vector<int64_t>>;

/// Where the rows of a row-major tensor begin in the tensor that `maps` lead to, one after another.
class RowOffsets {
 public:
  RowOffsets(const Tensor& rows, const Tensor& mapped, Maps maps, int64_t row)
      : sizes_(rows.sizes()), strides_(mapped.strides()), maps_(maps) {
    sizes_.pop_back();
    position_ = sizes_;
    for (size_t d = sizes_.size(); d-- > 0; row /= sizes_[d]) position_[d] = row % sizes_[d];
    for (size_t d = 0; d < sizes_.size(); ++d) offset_ += at(d);
  }

  /// In elements.
  int64_t offset() const { return offset_; }
  void next() {
    for (size_t d = sizes_.size(); d-- > 0;) {
      offset_ -= at(d);
      if (++position_[d] == sizes_[d]) position_[d] = 0;
      offset_ += at(d);
      if (position_[d] != 0) return;
    }
  }

 private:
  int64_t at(size_t d) const { return (maps_[d].empty() ? position_[d] : maps_[d][position_[d]]) * strides_[d]; }

  Shape sizes_, strides_, position_;
  Maps maps_;
  int64_t offset_ = 0;
};

/// The places of a row's elements in the mapped row, in elements, and how many from each on lie side by side.
struct Columns {
  std::vector<int64_t> places, lengths;

  Columns(const Tensor& rows, const Tensor& mapped, Maps maps) {
    const auto last = static_cast<size_t>(rows.dim() - 1);
    for (int64_t j = 0; j < rows.sizes()[last]; ++j)
      places.push_back((maps[last].empty() ? j : maps[last][j]) * mapped.strides()[last]);
    lengths.assign(places.size(), 1);
    for (size_t j = places.size(); j-- > 1;)
      if (places[j] == places[j - 1] + 1) lengths[j - 1] = lengths[j] + 1;
  }
  int64_t count() const { return static_cast<int64_t>(places.size()); }
};

void pick(const Tensor& out, const Tensor& x, Maps maps) {
  const Columns columns(out, x, maps);
  const int64_t width = columns.count();
  visit_word(out.element_size(), [&]<class Word>() {
    Word* to = reinterpret_cast<Word*>(out.raw_data());
    const Word* from = reinterpret_cast<const Word*>(x.raw_data());
    parallel_for(0, out.numel() / width, std::max<int64_t>(1, kGrain / width), [&](int64_t first, int64_t last) {
      RowOffsets offsets(out, x, maps, first);
      for (int64_t r = first; r < last; ++r, offsets.next()) {
        const Word* row = from + offsets.offset();
        for (int64_t j = 0; j < width; j += columns.lengths[j]) {
          if (columns.lengths[j] == 1)
            to[r * width + j] = row[columns.places[j]];
          else
            std::memcpy(to + r * width + j, row + columns.places[j], columns.lengths[j] * sizeof(Word));
        }
      }
    });
  });
}

void unpick(const Tensor& out, const Tensor& g, Maps maps) {
  const Columns columns(g, out, maps);
  const int64_t width = columns.count(), rows = g.numel() / width;
  // Rows of one thread may meet, those of two must not.
  const int64_t blocks = g.dim() > 1 && maps[0].empty() ? g.sizes()[0] : 1, block = rows / blocks;
  visit_addable(out.dtype(), [&]<class T>() {
    T* to = reinterpret_cast<T*>(out.raw_data());
    const T* from = reinterpret_cast<const T*>(g.raw_data());
    parallel_for(0, blocks, std::max<int64_t>(1, kGrain / (block * width)), [&](int64_t first, int64_t last) {
      RowOffsets offsets(g, out, maps, first * block);
      for (int64_t r = first * block; r < last * block; ++r, offsets.next()) {
        T* row = to + offsets.offset();
        for (int64_t j = 0; j < width; ++j) {
          T& sum = row[columns.places[j]];
          sum = plus(sum, from[r * width + j]);
        }
      }
    });
  });
}

}  // namespace

void register_pick_table() {
  for (const bool is_complex : {false, true}) {
    auto& table = kernel_table<IndexingKernels>(kCPU, is_complex);
    table.pick = pick;
    table.unpick = unpick;
  }
}

}  // namespace ember::EMBER_ISA
