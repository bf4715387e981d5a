// The passes of a fast Fourier transform on vectors: Stockham's of mixed radices over sequences that lie side by side, and the one
// that joins the sequences a single row was split into. Real and imaginary parts lie apart.
#pragma once

#include <cstdint>
#include <type_traits>
#include <utility>

#include "core/cpu/complex.h"
#include "core/cpu/fft_plan.h"
#include "core/cpu/vector.h"

namespace ember::EMBER_ISA {

/// -i z
template <class T>
inline Complex<T> quarter_turn(Complex<T> z) {
  return {z.im, -z.re};
}

/// z times a factor of its own kind, or one for all lanes.
template <class V, class W>
inline Complex<V> turn(Complex<V> z, Complex<W> w) {
  return {z.re * w.re - z.im * w.im, z.re * w.im + z.im * w.re};
}

/// z times a real factor for all lanes.
template <class V, class T>
inline Complex<V> times(Complex<V> z, T factor) {
  return {z.re * factor, z.im * factor};
}

// --- Butterflies: the transforms of `radix` numbers, or of vectors of them whose elements are T.

template <class T, class V>
inline void butterfly(Complex<V> (&v)[2]) {
  const auto a = v[0], b = v[1];
  v[0] = a + b, v[1] = a - b;
}

template <class T, class V>
inline void butterfly(Complex<V> (&v)[3]) {
  constexpr T kHalfRoot3 = T(0.86602540378443864676);
  const auto sum = v[1] + v[2], turned = times(quarter_turn(v[1] - v[2]), kHalfRoot3);
  const auto middle = v[0] - times(sum, T(0.5));
  v[0] = v[0] + sum, v[1] = middle + turned, v[2] = middle - turned;
}

template <class T, class V>
inline void butterfly(Complex<V> (&v)[4]) {
  const auto a = v[0] + v[2], b = v[0] - v[2], c = v[1] + v[3], d = quarter_turn(v[1] - v[3]);
  v[0] = a + c, v[1] = b + d, v[2] = a - c, v[3] = b - d;
}

template <class T, class V>
inline void butterfly(Complex<V> (&v)[5]) {
  constexpr T kCos1 = T(0.30901699437494742410), kCos2 = T(-0.80901699437494742410);
  constexpr T kSin1 = T(0.95105651629515357212), kSin2 = T(0.58778525229247312917);
  const auto a = v[1] + v[4], b = v[2] + v[3], c = v[1] - v[4], d = v[2] - v[3];
  const auto near = v[0] + times(a, kCos1) + times(b, kCos2), far = v[0] + times(a, kCos2) + times(b, kCos1);
  const auto near_turned = quarter_turn(times(c, kSin1) + times(d, kSin2));
  const auto far_turned = quarter_turn(times(c, kSin2) - times(d, kSin1));
  v[0] = v[0] + a + b;
  v[1] = near + near_turned, v[4] = near - near_turned;
  v[2] = far + far_turned, v[3] = far - far_turned;
}

/// exp(-+ i pi / 4) z.
template <class T, class V>
inline Complex<V> eighth_turn(Complex<V> z) {
  constexpr T kHalfRoot2 = T(0.70710678118654752440);
  return {(z.re + z.im) * kHalfRoot2, (z.im - z.re) * kHalfRoot2};
}

template <class T, class V>
inline void butterfly(Complex<V> (&v)[8]) {
  Complex<V> even[4] = {v[0], v[2], v[4], v[6]}, odd[4] = {v[1], v[3], v[5], v[7]};
  butterfly<T>(even);
  butterfly<T>(odd);
  const auto o1 = eighth_turn<T>(odd[1]), o2 = quarter_turn(odd[2]), o3 = quarter_turn(eighth_turn<T>(odd[3]));
  v[0] = even[0] + odd[0], v[4] = even[0] - odd[0];
  v[1] = even[1] + o1, v[5] = even[1] - o1;
  v[2] = even[2] + o2, v[6] = even[2] - o2;
  v[3] = even[3] + o3, v[7] = even[3] - o3;
}

template <class T, class V>
inline void butterfly(Complex<V> (&v)[16]) {
  constexpr T kCos = T(0.92387953251128675613), kSin = T(0.38268343236508977173);
  Complex<V> a[4] = {v[0], v[4], v[8], v[12]}, b[4] = {v[1], v[5], v[9], v[13]};
  Complex<V> c[4] = {v[2], v[6], v[10], v[14]}, d[4] = {v[3], v[7], v[11], v[15]};
  butterfly<T>(a);
  butterfly<T>(b);
  butterfly<T>(c);
  butterfly<T>(d);
  const Complex<T> w1{kCos, -kSin}, w3{kSin, -kCos};
  b[1] = turn(b[1], w1), b[2] = eighth_turn<T>(b[2]), b[3] = turn(b[3], w3);
  c[1] = eighth_turn<T>(c[1]), c[2] = quarter_turn(c[2]), c[3] = quarter_turn(eighth_turn<T>(c[3]));
  d[1] = turn(d[1], w3), d[2] = quarter_turn(eighth_turn<T>(d[2])), d[3] = turn(d[3], Complex<T>{-kCos, kSin});
  for (int k = 0; k < 4; ++k) {
    Complex<V> across[4] = {a[k], b[k], c[k], d[k]};
    butterfly<T>(across);
    for (int j = 0; j < 4; ++j) v[k + 4 * j] = across[j];
  }
}

/// The lanes of a vector, and of the shorter one for rows that do not fill the long one.
template <class T>
inline constexpr int64_t kFull = Vector<T>::kLanes;
template <class T>
inline constexpr int64_t kHalf = kFull<T> >= 8 ? kFull<T> / 2 : kFull<T>;

/// Real and imaginary parts apart.
template <class T>
struct Parts {
  T *re, *im;

  Parts operator+(int64_t offset) const { return {re + offset, im + offset}; }
};

/// A vector of `count` elements, or T itself for one.
template <class T, int64_t count>
struct Wide {
  typedef T Type __attribute__((vector_size(count * sizeof(T))));
  typedef T Unaligned __attribute__((vector_size(count * sizeof(T)), aligned(1), may_alias));
};
template <class T>
struct Wide<T, 1> {
  using Type = T;
  using Unaligned = T;
};

template <class T, int64_t count>
using WideType = typename Wide<T, count>::Type;

template <int64_t count, class T>
[[gnu::always_inline]] inline WideType<T, count> load(const T* from) {
  return *reinterpret_cast<const typename Wide<T, count>::Unaligned*>(from);
}
template <int64_t count, class T>
[[gnu::always_inline]] inline Complex<WideType<T, count>> load(Parts<T> from) {
  return {load<count, T>(from.re), load<count, T>(from.im)};
}
template <int64_t count, class T>
[[gnu::always_inline]] inline void store(T* to, WideType<T, count> value) {
  *reinterpret_cast<typename Wide<T, count>::Unaligned*>(to) = value;
}
template <int64_t count, class T>
[[gnu::always_inline]] inline void store(Parts<T> to, Complex<WideType<T, count>> value) {
  store<count, T>(to.re, value.re);
  store<count, T>(to.im, value.im);
}

/// The lanes of a and b named by `lane_of(i)`; those of b follow on those of a.
template <class T, int64_t count, class LaneOf, size_t... i>
[[gnu::always_inline]] inline WideType<T, count> shuffle(WideType<T, count> a, WideType<T, count> b, LaneOf lane_of,
                                                         std::index_sequence<i...>) {
  using Index = std::conditional_t<sizeof(T) == 4, int32_t, int64_t>;
  using Lanes = WideType<Index, count>;
  return __builtin_shuffle(a, b, Lanes{static_cast<Index>(lane_of(i))...});
}

/// `count` complex numbers as they lie in memory.
template <int64_t count, class T>
[[gnu::always_inline]] inline Complex<WideType<T, count>> load_pairs(const T* from) {
  constexpr auto kAll = std::make_index_sequence<count>();
  const auto a = load<count>(from), b = load<count>(from + count);
  return {shuffle<T, count>(
              a, b, [](size_t i) { return 2 * i; }, kAll),
          shuffle<T, count>(
              a, b, [](size_t i) { return 2 * i + 1; }, kAll)};
}
template <int64_t count, class T>
[[gnu::always_inline]] inline void store_pairs(T* to, Complex<WideType<T, count>> z) {
  constexpr auto kAll = std::make_index_sequence<count>();
  constexpr size_t kCount = count;
  store<count>(to, shuffle<T, count>(
                       z.re, z.im, [](size_t i) { return i / 2 + i % 2 * kCount; }, kAll));
  store<count>(to + count, shuffle<T, count>(
                               z.re, z.im, [](size_t i) { return (i + kCount) / 2 + i % 2 * kCount; }, kAll));
}

/// Exchanges lane j of row i and lane i of row j: each round exchanges one bit of the two indices.
template <class T, int64_t count, size_t bit = 1>
[[gnu::always_inline]] inline void transpose(WideType<T, count> (&rows)[count]) {
  constexpr auto kAll = std::make_index_sequence<count>();
  constexpr size_t kCount = count;
#pragma GCC unroll 16
  for (size_t i = 0; i < kCount; ++i) {
    if (i & bit) continue;
    const auto a = rows[i], b = rows[i | bit];
    rows[i] = shuffle<T, count>(
        a, b, [](size_t k) { return k & bit ? (k ^ bit) + kCount : k; }, kAll);
    rows[i | bit] = shuffle<T, count>(
        a, b, [](size_t k) { return k & bit ? k + kCount : k ^ bit; }, kAll);
  }
  if constexpr (2 * bit < kCount) transpose<T, count, 2 * bit>(rows);
}

/// One butterfly on `count` lanes: `radix` numbers `from_step` apart become as many `to_step` apart, each times its twiddle
/// factor.
template <int radix, int64_t count, class T, size_t... k>
[[gnu::always_inline]] inline void combine(Parts<T> from, int64_t from_step, Parts<T> to, int64_t to_step,
                                           const Complex<T>* w, std::index_sequence<k...>) {
  Complex<WideType<T, count>> v[radix] = {load<count>(from + k * from_step)...};
  butterfly<T>(v);
  (store<count>(to + k * to_step, k == 0 ? v[k] : turn(v[k], w[k])), ...);
}

/// A pass over `stride` sequences that lie side by side: from [radix, rest, stride] to [rest, radix, stride].
template <int radix, int64_t lanes, class T>
void pass(const cpu::FftPass<T>& p, Parts<T> to, Parts<T> from, int64_t stride) {
  constexpr auto kAll = std::make_index_sequence<radix>();
  if (stride == 1) {
#pragma GCC ivdep
    for (int64_t i = 0; i < p.rest; ++i) {
      Complex<T> w[radix];
#pragma GCC unroll 8
      for (int j = 0; j < radix; ++j) w[j] = {p.twiddle_re[j * p.rest + i], p.twiddle_im[j * p.rest + i]};
      combine<radix, 1>(from + i, p.rest, to + i * radix, 1, w, kAll);
    }
    return;
  }
  for (int64_t i = 0; i < p.rest; ++i) {
    Complex<T> w[radix];
#pragma GCC unroll 8
    for (int j = 1; j < radix; ++j) w[j] = {p.twiddle_re[j * p.rest + i], p.twiddle_im[j * p.rest + i]};
    const Parts<T> in = from + i * stride, out = to + i * radix * stride;
    int64_t q = 0;
    for (; q + lanes <= stride; q += lanes) combine<radix, lanes>(in + q, p.rest * stride, out + q, stride, w, kAll);
    for (; q < stride; ++q) combine<radix, 1>(in + q, p.rest * stride, out + q, stride, w, kAll);
  }
}

/// One butterfly of any odd radix. Of the numbers j and radix - j only the sum meets the cosines and only the difference the
/// sines, which the results j and radix - j share.
template <int64_t count, class T>
[[gnu::always_inline]] inline void combine_odd(const cpu::FftPass<T>& p, int64_t i, Parts<T> from, int64_t from_step,
                                               Parts<T> to, int64_t to_step) {
  using V = WideType<T, count>;
  const int64_t radix = p.radix, half = radix / 2;
  Complex<V> sums[cpu::kLargestFftRadix / 2 + 1], differences[cpu::kLargestFftRadix / 2 + 1];
  const Complex<V> first = load<count>(from);
  Complex<V> total = first;
  for (int64_t k = 1; k <= half; ++k) {
    const auto a = load<count>(from + k * from_step), b = load<count>(from + (radix - k) * from_step);
    sums[k] = a + b;
    differences[k] = a - b;
    total = total + sums[k];
  }
  store<count>(to, total);
  for (int64_t j = 1; j <= half; ++j) {
    Complex<V> even = first, odd{V{}, V{}};
    for (int64_t k = 1, at = j; k <= half; ++k, at = at + j < radix ? at + j : at + j - radix) {
      even = even + times(sums[k], p.root_re[at]);
      odd = odd + times(differences[k], p.root_im[at]);
    }
    odd = quarter_turn(odd);
    for (const int64_t at : {j, radix - j}) {
      const Complex<T> twiddle{p.twiddle_re[at * p.rest + i], p.twiddle_im[at * p.rest + i]};
      store<count>(to + at * to_step, turn(at == j ? even - odd : even + odd, twiddle));
    }
  }
}

template <int64_t lanes, class T>
void odd_pass(const cpu::FftPass<T>& p, Parts<T> to, Parts<T> from, int64_t stride) {
  for (int64_t i = 0; i < p.rest; ++i) {
    const Parts<T> in = from + i * stride, out = to + i * p.radix * stride;
    int64_t q = 0;
    for (; q + lanes <= stride; q += lanes) combine_odd<lanes>(p, i, in + q, p.rest * stride, out + q, stride);
    for (; q < stride; ++q) combine_odd<1>(p, i, in + q, p.rest * stride, out + q, stride);
  }
}

/// All passes on `stride` sequences side by side, by vectors of `lanes`; the result lies in `data` or in `other`, which is
/// returned.
template <int64_t lanes, class T>
Parts<T> run_passes(const cpu::FftPlan<T>& plan, Parts<T> data, Parts<T> other, int64_t stride) {
  for (int i = 0; i < plan.pass_count; ++i) {
    const cpu::FftPass<T>& p = plan.passes[i];
    switch (p.radix) {
      case 2:
        pass<2, lanes>(p, other, data, stride);
        break;
      case 3:
        pass<3, lanes>(p, other, data, stride);
        break;
      case 4:
        pass<4, lanes>(p, other, data, stride);
        break;
      case 5:
        pass<5, lanes>(p, other, data, stride);
        break;
      case 8:
        pass<8, lanes>(p, other, data, stride);
        break;
      default:
        odd_pass<lanes>(p, other, data, stride);
    }
    std::swap(data, other);
    stride *= p.radix;
  }
  return data;
}

/// Joins the transforms of a row's `lanes` sequences, [length / lanes, lanes], and calls `put(k, numbers k to k + lanes)`.
template <int64_t lanes, class T, class Put>
[[gnu::always_inline]] inline void join(const cpu::FftPlan<T>& plan, Parts<T> from, Put put) {
  const int64_t rest = plan.length / lanes;
  for (int64_t k = 0; k < rest; k += lanes) {
    // The last tile overlaps the one before it.
    const int64_t at = k + lanes <= rest ? k : rest - lanes;
    WideType<T, lanes> re[lanes], im[lanes];
    for (int64_t i = 0; i < lanes; ++i) re[i] = load<lanes>(from.re + (at + i) * lanes);
    transpose<T, lanes>(re);
    for (int64_t i = 0; i < lanes; ++i) im[i] = load<lanes>(from.im + (at + i) * lanes);
    transpose<T, lanes>(im);
    Complex<WideType<T, lanes>> v[lanes];
    for (int64_t i = 0; i < lanes; ++i) {
      v[i] = {re[i], im[i]};
      if (i == 0) continue;
      v[i] = turn(v[i], Complex<WideType<T, lanes>>{load<lanes>(plan.join_re + i * rest + at),
                                                    load<lanes>(plan.join_im + i * rest + at)});
    }
    butterfly<T>(v);
    for (int64_t i = 0; i < lanes; ++i) put(i * rest + at, v[i]);
  }
}

}  // namespace ember::EMBER_ISA
