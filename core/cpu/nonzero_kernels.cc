// nonzero: counts block by block, then writes each block's positions where the counts before it say.
#include <algorithm>

#include "core/cpu/cast.h"
#include "core/cpu/indexing_families.h"
#include "ember/core/parallel.h"
#include "ember/core/walk.h"

namespace ember::EMBER_ISA {

namespace {

constexpr int64_t kBlock = 4096;

/// Whether elements [first, last) are not zero, in row-major order.
void load_truth(bool* truth, const TensorBase& x, const Walk& walk, int64_t first, int64_t last) {
  for_each_run(walk, first, last, [&](const Walk::Strides& at, int64_t count) {
    cast_run({reinterpret_cast<char*>(truth),
              x.raw_data() + at[0],
              kBool,
              x.dtype(),
              {count, 1},
              {1, 0},
              {walk.stride_or_0(0, 0), 0}});
    truth += count;
  });
}

/// The coordinates of element `index`.
void unravel(int64_t* to, int64_t index, const Shape& sizes) {
  for (size_t d = sizes.size(); d-- > 0;) {
    const int64_t rest = index / sizes[d];
    to[d] = index - rest * sizes[d];
    index = rest;
  }
}

/// Where the true ones are, in order. Without a branch, which data would make the processor mispredict.
int64_t compact(uint16_t* places, const bool* truth, int64_t count) {
  int64_t found = 0;
  for (int64_t i = 0; i < count; ++i) {
    places[found] = static_cast<uint16_t>(i);
    found += truth[i];
  }
  return found;
}

/// The coordinates of elements begin + places[k]. Only the first one of a row is divided into its coordinates.
void write_positions(int64_t* to, const uint16_t* places, int64_t found, int64_t begin, const Shape& sizes) {
  const size_t last = sizes.size() - 1;
  if (last == 0) {
    for (int64_t k = 0; k < found; ++k) to[k] = begin + places[k];
    return;
  }
  int64_t row_begin = 0, row_end = 0;
  const int64_t* row = nullptr;
  for (int64_t k = 0; k < found; ++k, to += sizes.size()) {
    const int64_t index = begin + places[k];
    if (index >= row_end) {
      unravel(to, index, sizes);
      row = to;
      row_begin = index - to[last];
      row_end = row_begin + sizes[last];
      continue;
    }
    for (size_t d = 0; d < last; ++d) to[d] = row[d];
    to[last] = index - row_begin;
  }
}

}  // namespace

TensorBase nonzero_positions(const TensorBase& x) {
  Walk walk;
  for (int64_t d = x.dim() - 1; d >= 0; --d)
    walk.add(x.sizes()[static_cast<size_t>(d)], {x.strides()[static_cast<size_t>(d)] * x.element_size()});
  walk.merge();
  const int64_t numel = x.numel(), blocks = (numel + kBlock - 1) / kBlock;
  const TensorBase counts = empty_tensor({blocks + 1}, kInt64);
  auto* begins = reinterpret_cast<int64_t*>(counts.raw_data());
  begins[0] = 0;
  parallel_for(0, blocks, kGrain / kBlock, [&](int64_t first, int64_t last) {
    bool truth[kBlock];
    for (int64_t b = first; b < last; ++b) {
      const int64_t begin = b * kBlock, count = std::min(kBlock, numel - begin);
      load_truth(truth, x, walk, begin, begin + count);
      int64_t found = 0;
      for (int64_t i = 0; i < count; ++i) found += truth[i];
      begins[b + 1] = found;
    }
  });
  for (int64_t b = 0; b < blocks; ++b) begins[b + 1] += begins[b];

  const int64_t rank = x.dim();
  const TensorBase out = empty_tensor({begins[blocks], rank}, kInt64);
  auto* positions = reinterpret_cast<int64_t*>(out.raw_data());
  if (rank == 0) return out;
  parallel_for(0, blocks, kGrain / kBlock, [&](int64_t first, int64_t last) {
    bool truth[kBlock];
    uint16_t places[kBlock];
    for (int64_t b = first; b < last; ++b) {
      const int64_t begin = b * kBlock, count = std::min(kBlock, numel - begin);
      load_truth(truth, x, walk, begin, begin + count);
      const int64_t found = compact(places, truth, count);
      write_positions(positions + begins[b] * rank, places, found, begin, x.sizes());
    }
  });
  return out;
}

}  // namespace ember::EMBER_ISA
