// Random words by Philox4x32-10 (Salmon et al., SC 2011) on vectors, and tensors filled by a function of them.
#pragma once

#include <immintrin.h>

#include <algorithm>
#include <cstring>

#include "core/cpu/cast.h"
#include "core/cpu/philox.h"
#include "core/cpu/staging.h"
#include "ember/core/parallel.h"
#include "ember/core/random.h"

namespace ember::EMBER_ISA::random {

// Philox on vectors: each 64-bit lane carries one word of one counter in its low half, where the multiplier wants it; what
// lies above is never read.

#if defined(__AVX512F__)
using Lanes = uint64_t __attribute__((vector_size(64)));
inline Lanes multiply_low_halves(Lanes a, Lanes b) {
  return (Lanes)_mm512_maskz_mul_epu32(0xff, (__m512i)a, (__m512i)b);
}
inline constexpr Lanes kIota = {0, 1, 2, 3, 4, 5, 6, 7};
inline constexpr Lanes kZipLow = {0, 8, 1, 9, 2, 10, 3, 11}, kZipHigh = {4, 12, 5, 13, 6, 14, 7, 15};
#elif defined(__AVX2__)
using Lanes = uint64_t __attribute__((vector_size(32)));
inline Lanes multiply_low_halves(Lanes a, Lanes b) { return (Lanes)_mm256_mul_epu32((__m256i)a, (__m256i)b); }
inline constexpr Lanes kIota = {0, 1, 2, 3};
inline constexpr Lanes kZipLow = {0, 4, 1, 5}, kZipHigh = {2, 6, 3, 7};
#else
using Lanes = uint64_t __attribute__((vector_size(16)));
inline Lanes multiply_low_halves(Lanes a, Lanes b) { return (Lanes)_mm_mul_epu32((__m128i)a, (__m128i)b); }
inline constexpr Lanes kIota = {0, 1};
inline constexpr Lanes kZipLow = {0, 2}, kZipHigh = {1, 3};
#endif

inline constexpr int64_t kLanes = sizeof(Lanes) / 8;

/// Random words are made in groups: what a group's elements are depends on its 64 words, that is on 16 counters.
inline constexpr int64_t kGroup = 64, kGroupCounters = kGroup / 4;
inline constexpr int64_t kBlock = 1024;

/// The words of the counters from `counter` on: `groups` times kGroup, rounded up to whole vectors, kBlock at most.
inline void random_words(uint32_t* words, uint64_t counter, uint64_t seed, int64_t groups) {
  constexpr int kTogether = 2;  // independent vectors, to fill the multiplier's pipeline
  constexpr int64_t kStep = kLanes * kTogether;
  static_assert(kBlock % (4 * kStep) == 0);
  for (int64_t done = 0; done < groups * kGroupCounters; done += kStep) {
    Lanes c0[kTogether], c1[kTogether], c2[kTogether], c3[kTogether];
    for (int k = 0; k < kTogether; ++k) {
      const Lanes at = kIota + (counter + done + k * kLanes);
      c0[k] = at;
      c1[k] = at >> 32;
      c2[k] = c3[k] = Lanes{};
    }
    uint32_t key0 = static_cast<uint32_t>(seed), key1 = static_cast<uint32_t>(seed >> 32);
#pragma GCC unroll 10
    for (int round = 0; round < kPhiloxRounds; ++round) {
      for (int k = 0; k < kTogether; ++k) {
        const Lanes a = multiply_low_halves(c0[k], Lanes{} + kPhiloxMultiplier0);
        const Lanes b = multiply_low_halves(c2[k], Lanes{} + kPhiloxMultiplier1);
        c0[k] = (b >> 32) ^ c1[k] ^ uint64_t { key0 };
        c1[k] = b;
        c2[k] = (a >> 32) ^ c3[k] ^ uint64_t { key1 };
        c3[k] = a;
      }
      key0 += kPhiloxKeyStep0;
      key1 += kPhiloxKeyStep1;
    }
    for (int k = 0; k < kTogether; ++k) {
      const Lanes low = (c0[k] & 0xffffffff) | (c1[k] << 32);
      const Lanes high = (c2[k] & 0xffffffff) | (c3[k] << 32);
      const Lanes first = __builtin_shuffle(low, high, kZipLow);
      const Lanes second = __builtin_shuffle(low, high, kZipHigh);
      uint32_t* to = words + 4 * (done + k * kLanes);
      std::memcpy(to, &first, sizeof(Lanes));
      std::memcpy(to + 2 * kLanes, &second, sizeof(Lanes));
    }
  }
}

/// Fills `out` by `transform(words, to, groups)`, which makes kGroup / kWords elements of each group's words. Element i of a
/// tensor, in row-major order, is thus a function of the generator's state and i alone.
template <class T, int64_t kWords, class Transform>
void generate(const TensorBase& out, Generator& generator, Transform transform) {
  if (!out.is_contiguous()) {
    const cpu::WriteAs rows(out, out.dtype());
    generate<T, kWords>(rows.tensor(), generator, transform);
    return rows.finish();
  }
  constexpr int64_t kElements = kBlock / kWords, kGroupElements = kGroup / kWords;
  const int64_t numel = out.numel(), item = out.element_size();
  const int64_t all_groups = (numel + kGroupElements - 1) / kGroupElements;
  const auto state = generator.reserve(all_groups * kGroupCounters);
  char* data = out.raw_data();
  const DType dtype = out.dtype();
  const int64_t blocks = (numel + kElements - 1) / kElements;
  parallel_for(0, blocks, kGrain / kBlock, [&](int64_t first, int64_t last) {
    alignas(64) uint32_t words[kBlock];
    alignas(64) T made[kElements];
    for (int64_t block = first; block < last; ++block) {
      const int64_t count = std::min(kElements, numel - block * kElements);
      const int64_t groups = (count + kGroupElements - 1) / kGroupElements;
      random_words(words, state.position + block * (kBlock / 4), state.seed, groups);
      char* to = data + block * kElements * item;
      if (dtype == dtype_of<T> && count == kElements) {
        transform(words, reinterpret_cast<T*>(to), groups);
      } else {
        transform(words, made, groups);
        convert(to, dtype, reinterpret_cast<const char*>(made), dtype_of<T>, count);
      }
    }
  });
}

}  // namespace ember::EMBER_ISA::random
