// Distributions as functions of random words.
#include <algorithm>
#include <bit>
#include <cmath>
#include <cstring>
#include <limits>

#include "core/cpu/cpu_kernels.h"
#include "core/cpu/families.h"
#include "core/cpu/random_words.h"
#include "core/cpu/vector_math.h"
#include "ember/core/kernels/random.h"

namespace ember::EMBER_ISA {

using namespace random;

namespace {

/// Uniform on [0, 1) with all the bits of T's mantissa.
inline float unit(uint32_t word) { return static_cast<float>(static_cast<int32_t>(word >> 8)) * 0x1p-24f; }
inline double unit(uint64_t word) {
  // In two parts below 2^52, which become doubles by setting the exponent: AVX2 cannot convert 64-bit integers.
  const auto to_double = [](uint64_t small) { return std::bit_cast<double>(small | 0x4330000000000000u) - 0x1p52; };
  return to_double(word >> 37) * 0x1p-27 + to_double((word >> 11) & 0x3ffffff) * 0x1p-53;
}

inline uint64_t word_pair(const uint32_t* words, int64_t i) {
  uint64_t pair;
  std::memcpy(&pair, words + 2 * i, 8);
  return pair;
}

template <class T>
inline T unit_at(const uint32_t* words, int64_t i) {
  if constexpr (sizeof(T) == 4)
    return unit(words[i]);
  else
    return unit(word_pair(words, i));
}

/// y without the bits that a shorter mantissa lacks, rounded down.
template <int32_t lost>
inline float cut(float y) {
  const auto bits = std::bit_cast<int32_t>(y);
  return std::bit_cast<float>((bits + (bits < 0 ? lost : 0)) & ~lost);
}

// The largest number of the output's dtype that is not above y.
struct DownToBFloat16 {
  float operator()(float y) const { return cut<0xffff>(y); }
};
struct DownToFloat16 {
  float operator()(float y) const {
    const float subnormal = math::floor(y * 0x1p24f) * 0x1p-24f, normal = cut<0x1fff>(y);
    return math::abs(y) < 0x1p-14f ? subnormal : normal;
  }
};
struct DownToItself {
  template <class T>
  T operator()(T y) const {
    return y;
  }
};

/// The smallest and the largest number of the output's dtype in [from, to), in T. They are the number nearest to `from` where there
/// is none.
template <class T, class Down>
std::pair<T, T> half_open(double from, double to, Down down) {
  constexpr T kInfinity = std::numeric_limits<T>::infinity();
  T low = static_cast<T>(from), high = static_cast<T>(to);
  if (static_cast<double>(low) < from) low = std::nextafter(low, kInfinity);
  if (static_cast<double>(high) >= to) high = std::nextafter(high, -kInfinity);
  const T first = -down(-low), last = down(high);
  return first <= last ? std::pair(first, last) : std::pair(static_cast<T>(from), static_cast<T>(from));
}

/// The largest number of a dtype, as far as a double can be.
double largest(DType dtype) {
  if (is_floating_point(dtype)) return largest_number(dtype);
  return visit_dtype(dtype, []<class T>() -> double {
    if constexpr (std::is_same_v<T, int64_t>)
      return 0x1.fffffffffffffp62;
    else if constexpr (std::is_integral_v<T>)
      return static_cast<double>(std::numeric_limits<T>::max());
    else
      return 0;  // no random complex numbers
  });
}

void uniform(const TensorBase& out, double from, double to, Generator& generator) {
  const double most = largest(out.dtype());
  if (!(from >= -most && to <= most && to - from <= most))
    cpu::fail_kernel("uniform_", "the range is too large for the dtype");
  // Rounded down to the output's dtype, and below the end where the sum itself was rounded.
  const auto run = [&]<class T>(auto down) {
    constexpr int64_t kWords = sizeof(T) / 4;
    const auto [first, last] = half_open<T>(from, to, down);
    const T range = static_cast<T>(std::max(0.0, to - static_cast<double>(first)));
    generate<T, kWords>(out, generator, [=, start = first, end = last](const uint32_t* words, T* y, int64_t groups) {
      for (int64_t i = 0; i < groups * (kGroup / kWords); ++i) {
        const T value = down(unit_at<T>(words, i) * range + start);
        y[i] = value > end ? end : value;
      }
    });
  };
  switch (out.dtype()) {
    case DType::Float64:
      return run.template operator()<double>(DownToItself());
    case DType::Float16:
      return run.template operator()<float>(DownToFloat16());
    case DType::BFloat16:
      return run.template operator()<float>(DownToBFloat16());
    default:
      return run.template operator()<float>(DownToItself());
  }
}

/// sin(x) / x and cos(x) for |x| <= pi / 4 as functions of x^2: Taylor's series.
inline void sine_cosine(float z, float& s, float& c) {
  s = math::polynomial(z, 1.0f, -1.66666667e-1f, 8.33333333e-3f, -1.98412698e-4f, 2.75573192e-6f);
  c = math::polynomial(z, 1.0f, -0.5f, 4.16666667e-2f, -1.38888889e-3f, 2.48015873e-5f, -2.75573192e-7f);
}
inline void sine_cosine(double z, double& s, double& c) {
  s = math::polynomial(z, 1.0, -1.0 / 6, 1.0 / 120, -1.0 / 5040, 1.0 / 362880, -1.0 / 39916800, 1.0 / 6227020800,
                       -1.0 / 1307674368000);
  c = math::polynomial(z, 1.0, -1.0 / 2, 1.0 / 24, -1.0 / 720, 1.0 / 40320, -1.0 / 3628800, 1.0 / 479001600,
                       -1.0 / 87178291200, 1.0 / 20922789888000);
}

/// cos and sin of 2 pi u for u in [0, 1): the quarter turns are taken off exactly.
template <class T>
inline void turn(T u, T& cosine, T& sine) {
  const T quarters = math::round(T(4) * u);
  const T x = (u - T(0.25) * quarters) * T(6.283185307179586477);
  T s, c;
  sine_cosine(x * x, s, c);
  s *= x;
  // Comparisons of T, since a vector of doubles and one of ints differ in width.
  const bool swapped = (quarters == T(1)) | (quarters == T(3));
  const T cos_part = swapped ? s : c, sin_part = swapped ? c : s;
  cosine = (quarters == T(1)) | (quarters == T(2)) ? -cos_part : cos_part;
  sine = (quarters == T(2)) | (quarters == T(3)) ? -sin_part : sin_part;
}

/// finish(mean + std z) for normal z, by Box and Muller's method: the first half of a group's words gives the radii, the second
/// half the angles.
template <class Finish>
void normal_with(const TensorBase& out, double mean, double std, Generator& generator, Finish finish) {
  const auto run = [&]<class T>() {
    constexpr int64_t kWords = sizeof(T) / 4, kHalf = kGroup / kWords / 2;
    const T center = static_cast<T>(mean), scale = static_cast<T>(std);
    generate<T, kWords>(out, generator, [=](const uint32_t* words, T* y, int64_t groups) {
      for (int64_t group = 0; group < groups; ++group, words += kGroup, y += 2 * kHalf) {
#pragma GCC ivdep
        for (int64_t i = 0; i < kHalf; ++i) {
          const T radius = scale * math::sqrt(T(-2) * math::log(T(1) - unit_at<T>(words, i)));
          T cosine, sine;
          turn(unit_at<T>(words, kHalf + i), cosine, sine);
          y[i] = finish(radius * cosine + center);
          y[kHalf + i] = finish(radius * sine + center);
        }
      }
    });
  };
  if (out.dtype() == kFloat64)
    run.template operator()<double>();
  else
    run.template operator()<float>();
}

void normal(const TensorBase& out, double mean, double std, Generator& generator) {
  normal_with(out, mean, std, generator, [](auto z) { return z; });
}

void log_normal(const TensorBase& out, double mean, double std, Generator& generator) {
  normal_with(out, mean, std, generator, [](auto z) { return math::exp(z); });
}

/// f(u) for u uniform on [0, 1).
template <class F>
void transformed(const TensorBase& out, Generator& generator, F f) {
  const auto run = [&]<class T>() {
    constexpr int64_t kWords = sizeof(T) / 4;
    generate<T, kWords>(out, generator, [=](const uint32_t* words, T* y, int64_t groups) {
      for (int64_t i = 0; i < groups * (kGroup / kWords); ++i) y[i] = f(unit_at<T>(words, i));
    });
  };
  // Float has too few bits for the tails of integer results.
  if (out.dtype() == kFloat64 || !is_floating_point(out.dtype()))
    run.template operator()<double>();
  else
    run.template operator()<float>();
}

/// Half the step of unit's numbers: stands for u = 0 where that would give 0 or an infinity.
template <class T>
constexpr T kHalfStep = sizeof(T) == 4 ? T(0x1p-25) : T(0x1p-54);

/// The smallest positive number of a floating-point dtype.
double smallest(DType dtype) {
  switch (dtype) {
    case DType::Float16:
      return 0x1p-24;
    case DType::BFloat16:
      return 0x1p-133;
    case DType::Float32:
      return 0x1p-149;
    default:
      return 0x1p-1074;
  }
}

/// Above 0 in every dtype.
void exponential(const TensorBase& out, double rate, Generator& generator) {
  const double factor = 1 / rate, smallest_positive = smallest(out.dtype());
  transformed(out, generator, [=](auto u) {
    using T = decltype(u);
    const T least = static_cast<T>(std::max(smallest_positive, factor * static_cast<double>(kHalfStep<T>)));
    const T y = static_cast<T>(-factor) * math::log(T(1) - u);
    return y > least ? y : least;
  });
}

/// tan(pi (u - 1/2)) = -cos(pi u) / sin(pi u).
void cauchy(const TensorBase& out, double median, double sigma, Generator& generator) {
  transformed(out, generator, [median, sigma](auto u) {
    using T = decltype(u);
    T cosine, sine;
    turn((u == T(0) ? kHalfStep<T> : u) * T(0.5), cosine, sine);
    return static_cast<T>(median) - static_cast<T>(sigma) * cosine / sine;
  });
}

void geometric(const TensorBase& out, double p, Generator& generator) {
  transformed(out, generator, [log_miss = std::log1p(-p), most = largest(out.dtype())](auto u) {
    using T = decltype(u);
    const T trials = math::ceil(math::log(T(1) - u) / static_cast<T>(log_miss));
    const T raised = trials < T(1) ? T(1) : trials;
    return raised > static_cast<T>(most) ? static_cast<T>(most) : raised;
  });
}

/// The largest integer up to `limit` that has at most this many significant bits.
int64_t short_integer(int64_t limit, int bits) {
  const auto word = static_cast<uint64_t>(limit);
  const int lost = std::max(0, static_cast<int>(std::bit_width(limit < 0 ? -word : word)) - bits);
  return limit >> lost << lost;
}

/// [low, high) without ends that the floating-point dtype does not have, to which others would round.
std::pair<int64_t, int64_t> representable(int64_t low, int64_t high, DType dtype) {
  const double most = dtype == kInt64 ? 0x1p63 : largest(dtype);
  const double least = is_floating_point(dtype) ? -most : dtype == kUInt8 || dtype == kBool ? 0 : -most - 1;
  if (static_cast<double>(low) < least || static_cast<double>(high - 1) > most)
    cpu::fail_kernel("random_integers", "the range holds numbers that the dtype does not");
  if (!is_floating_point(dtype)) return {low, high};
  const int bits = significant_bits(dtype);
  const int64_t last = short_integer(high - 1, bits);
  const int64_t first = low == std::numeric_limits<int64_t>::min() ? low : -short_integer(-low, bits);
  if (first > last) cpu::fail_kernel("random_integers", "the dtype has no number in the range");
  return {first, last + 1};
}

/// Multiplying a 64-bit word by the range and keeping the high part is biased by at most range / 2^64.
void random_integers(const TensorBase& out, int64_t from, int64_t to, Generator& generator) {
  const auto [low, high] = representable(from, to, out.dtype());
  const uint64_t range = static_cast<uint64_t>(high) - static_cast<uint64_t>(low);
  generate<int64_t, 2>(out, generator, [range, low = low](const uint32_t* words, int64_t* y, int64_t groups) {
    for (int64_t i = 0; i < groups * (kGroup / 2); ++i) {
      const auto product = static_cast<unsigned __int128>(word_pair(words, i)) * range;
      y[i] = static_cast<int64_t>(static_cast<uint64_t>(low) + static_cast<uint64_t>(product >> 64));
    }
  });
}

void bernoulli(const TensorBase& out, double p, Generator& generator) {
  // 31 bits, since vectors compare signed words.
  const auto threshold = static_cast<int64_t>(std::clamp(p, 0.0, 1.0) * static_cast<double>(int64_t{1} << 31));
  const auto run = [&]<class T>() {
    generate<T, 1>(out, generator, [=](const uint32_t* words, T* y, int64_t groups) {
      const int32_t last = static_cast<int32_t>(threshold - 1);
      for (int64_t i = 0; i < groups * kGroup; ++i) y[i] = static_cast<int32_t>(words[i] >> 1) <= last ? T(1) : T(0);
    });
  };
  if (item_size(out.dtype()) == 1)
    run.template operator()<uint8_t>();
  else
    run.template operator()<float>();
}

}  // namespace

void register_random() {
  kernels::exponential[kCPU] = exponential;
  kernels::cauchy[kCPU] = cauchy;
  kernels::log_normal[kCPU] = log_normal;
  kernels::geometric[kCPU] = geometric;
  kernels::uniform[kCPU] = uniform;
  kernels::normal[kCPU] = normal;
  kernels::random_integers[kCPU] = random_integers;
  kernels::bernoulli[kCPU] = bernoulli;
}

}  // namespace ember::EMBER_ISA
