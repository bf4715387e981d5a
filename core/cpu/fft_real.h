// Real numbers as complex ones of half their count: 2 m of them, taken in pairs, are transformed by a transform of length m, whose
// result and the half spectrum are each made of the other.
#pragma once

#include <cstdint>

#include "core/cpu/fft_passes.h"

namespace ember::EMBER_ISA {

/// Calls `body(a, b, w)` for the numbers a = data[k] and b = data[m - k], 0 < k <= m / 2, with w = exp(-pi i k / m), to replace
/// them; a and b are the same at m / 2.
template <class T, class Body>
void for_each_mirrored(const cpu::FftPlan<T>& plan, Parts<T> data, int64_t lanes, Body body) {
  constexpr int64_t kLanes = kFull<T>;
  constexpr auto kAll = std::make_index_sequence<kLanes>();
  const int64_t m = plan.length, last = m / 2;
  const auto replace = [&]<int64_t count>(int64_t at, int64_t mirror, auto w, auto order) {
    auto a = load<count>(data + at), b = load<count>(data + mirror);
    b = {order(b.re), order(b.im)};
    body(a, b, w);
    store<count>(data + mirror, Complex<WideType<T, count>>{order(b.re), order(b.im)});
    store<count>(data + at, a);
  };
  const auto same = [](auto v) { return v; };
  const auto reversed = [&](auto v) {
    return shuffle<T, kLanes>(
        v, v, [](size_t i) { return size_t{kFull<T>} - 1 - i; }, kAll);
  };
  int64_t k = 1;
  for (; lanes == 1 && 2 * (k + kLanes) <= m + 1; k += kLanes) {
    const Complex<WideType<T, kLanes>> w{load<kLanes>(plan.half_re + k), load<kLanes>(plan.half_im + k)};
    replace.template operator()<kLanes>(k, m - k - kLanes + 1, w, reversed);
  }
  for (; k <= last; ++k) {
    const Complex<T> w{plan.half_re[k], plan.half_im[k]};
    if (lanes == 1) {
      replace.template operator()<1>(k, m - k, w, same);
    } else {
      replace.template operator()<kLanes>(k * lanes, (m - k) * lanes, w, same);
    }
  }
}

/// The first half of the spectrum of 2 m real numbers, out of the transform of the m complex ones that they make in pairs.
template <class T>
void untangle(const cpu::FftPlan<T>& plan, Parts<T> data, int64_t lanes) {
  const Parts<T> end = data + plan.length * lanes;
  for (int64_t q = 0; q < lanes; ++q) {
    const T re = data.re[q], im = data.im[q];
    data.re[q] = re + im, end.re[q] = re - im;
    data.im[q] = end.im[q] = 0;
  }
  for_each_mirrored(plan, data, lanes, []<class Z>(Z& a, Z& b, auto w) {
    const Z even = times(Z{a.re + b.re, a.im - b.im}, T(0.5));
    const Z odd = turn(quarter_turn(times(Z{a.re - b.re, a.im + b.im}, T(0.5))), w);
    a = even + odd;
    b = {even.re - odd.re, odd.im - even.im};
  });
}

/// The inverse, times two. Of the self-conjugate entries only the real part counts.
template <class T>
void tangle(const cpu::FftPlan<T>& plan, Parts<T> data, int64_t lanes) {
  const Parts<T> end = data + plan.length * lanes;
  for (int64_t q = 0; q < lanes; ++q) {
    const T first = data.re[q], last = end.re[q];
    data.re[q] = first + last, data.im[q] = first - last;
  }
  for_each_mirrored(plan, data, lanes, []<class Z>(Z& a, Z& b, auto w) {
    const Z even{a.re + b.re, a.im - b.im};
    // i z is minus its quarter turn.
    const Z odd = quarter_turn(turn(Z{a.re - b.re, a.im + b.im}, decltype(w){w.re, -w.im}));
    a = even - odd;
    b = {even.re + odd.re, -even.im - odd.im};
  });
}

/// The other half of a spectrum of n numbers, for odd n.
template <class T>
void mirror(Parts<T> data, int64_t n, int64_t lanes) {
  for (int64_t q = 0; q < lanes; ++q) data.im[q] = 0;
  for (int64_t k = 1; k <= n / 2; ++k) {
    for (int64_t q = 0; q < lanes; ++q) {
      data.re[(n - k) * lanes + q] = data.re[k * lanes + q];
      data.im[(n - k) * lanes + q] = -data.im[k * lanes + q];
    }
  }
}

}  // namespace ember::EMBER_ISA
