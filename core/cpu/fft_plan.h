// What the Fourier transform of one length needs to know: made once, kept for the next call. Lives outside of the kernel files,
// since its containers must not be compiled for one instruction set.
#pragma once

#include <cstdint>

#include "ember/core/function_ref.h"

namespace ember::cpu {

/// Primes up to this one have passes; a larger one would cost more than a convolution.
inline constexpr int64_t kLargestFftRadix = 31;

/// A pass turns the `radix` subsequences of length `rest` that make each sequence into their butterflies.
template <class T>
struct FftPass {
  int64_t radix, rest;
  /// exp(-2 pi i j p / (radix rest)), j < radix, p < rest, as [radix, rest].
  const T *twiddle_re, *twiddle_im;
  /// exp(-2 pi i j / radix), j < radix; for radices without a butterfly of their own.
  const T *root_re, *root_im;
};

/// Passes for lengths of small prime factors. Any other length n becomes a convolution of length convolution->length
/// (Bluestein, 1970): `chirp` is exp(-pi i k^2 / n), k < n, and `response` the transform of its mirrored conjugate, over
/// the convolution's length.
///
/// Where a single row fills a vector, it is `split` into as many sequences as there are lanes, of every split-th number. Then the
/// passes are those of the sequences, and `join` has exp(-2 pi i j k / n), j < split, k < n / split.
template <class T>
struct FftPlan {
  static constexpr int kMaxPasses = 64;
  int64_t length, split;
  int pass_count;
  FftPass<T> passes[kMaxPasses];
  const FftPlan* convolution;
  const T *chirp_re, *chirp_im, *response_re, *response_im;
  const T *join_re, *join_im;
  /// exp(-pi i k / n), k <= n / 2, for 2 n real numbers.
  const T *half_re, *half_im;
};

/// The sequences that a row of this length is split into: `lanes`, half as many, or 1.
int64_t fft_split(int64_t length, int64_t lanes);

/// Transforms re + i im, `convolution.length` numbers, in place by passes alone.
template <class T>
using FftRun = void(const FftPlan<T>& convolution, T* re, T* im);

/// Calls `body` with the plan of this length for rows that fill vectors of `lanes` by themselves, or, with 1 lane, for rows side
/// by side; `run` is used to make one that needs a transform itself.
template <class T>
void with_fft_plan(int64_t length, int64_t lanes, FunctionRef<FftRun<T>> run,
                   FunctionRef<void(const FftPlan<T>&)> body);

}  // namespace ember::cpu
