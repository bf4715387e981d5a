// nonzero: counts block by block, then writes each block's positions where the counts before it say.
#include <algorithm>

#include "core/cpu/cast.h"
#include "core/cpu/indexing_families.h"
#include "core/parallel.h"
#include "core/walk.h"

namespace ember::EMBER_ISA {

namespace {

constexpr int64_t kBlock = 4096;

/// Whether elements [first, last) are not zero, in row-major order.
void load_truth(bool* truth, const Tensor& x, const Walk& walk, int64_t first, int64_t last) {
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

}  // namespace

Tensor nonzero_positions(const Tensor& x) {
  Walk walk;
  for (int64_t d = x.dim() - 1; d >= 0; --d)
    walk.add(x.sizes()[static_cast<size_t>(d)], {x.strides()[static_cast<size_t>(d)] * x.element_size()});
  walk.merge();
  const int64_t numel = x.numel(), blocks = (numel + kBlock - 1) / kBlock;
  const Tensor counts = empty_tensor({blocks + 1}, kInt64);
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
  const Tensor out = empty_tensor({begins[blocks], rank}, kInt64);
  auto* positions = reinterpret_cast<int64_t*>(out.raw_data());
  parallel_for(0, blocks, kGrain / kBlock, [&](int64_t first, int64_t last) {
    bool truth[kBlock];
    for (int64_t b = first; b < last; ++b) {
      const int64_t begin = b * kBlock, count = std::min(kBlock, numel - begin);
      load_truth(truth, x, walk, begin, begin + count);
      int64_t* to = positions + begins[b] * rank;
      for (int64_t i = 0; i < count; ++i) {
        if (!truth[i]) continue;
        unravel(to, begin + i, x.sizes());
        to += rank;
      }
    }
  });
  return out;
}

}  // namespace ember::EMBER_ISA
