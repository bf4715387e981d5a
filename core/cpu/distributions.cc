// Poisson and binomial numbers: an element takes as many random words as it needs, so each has a stream of its own.
#include <cmath>

#include "core/cpu/cpu_kernels.h"
#include "core/cpu/special/special.h"
#include "ember/core/half.h"
#include "ember/core/kernels/random.h"
#include "ember/core/parallel.h"
#include "ember/core/random.h"

namespace ember::cpu {

namespace {

/// The random numbers of one element: streams from 1 on, since stream 0 serves the kernels that take words in order.
class ElementStream {
 public:
  ElementStream(Generator::State start, int64_t element)
      : seed_(start.seed), stream_(1 + start.position + static_cast<uint64_t>(element)) {}

  /// Uniform on (0, 1).
  double next() {
    if (used_ == 4) {
      words_ = philox(counter_++, stream_, seed_);
      used_ = 0;
    }
    const uint64_t high = words_[used_], low = words_[used_ + 1];
    used_ += 2;
    return (static_cast<double>((high << 21) ^ (low >> 11)) + 0.5) * 0x1p-53;
  }

 private:
  uint64_t seed_, stream_, counter_ = 0;
  std::array<uint32_t, 4> words_{};
  int used_ = 4;
};

/// Multiplying uniforms until they fall below exp(-rate): for small rates.
double small_poisson(double rate, ElementStream& random) {
  const double limit = std::exp(-rate);
  double product = random.next(), count = 0;
  for (; product > limit; product *= random.next()) ++count;
  return count;
}

/// Transformed rejection with squeeze. Hoermann, "The transformed rejection method for generating Poisson random variables", 1993.
double large_poisson(double rate, ElementStream& random) {
  const double slope = std::sqrt(rate), log_rate = std::log(rate);
  const double b = 0.931 + 2.53 * slope, a = -0.059 + 0.02483 * b;
  const double inverse_alpha = 1.1239 + 1.1328 / (b - 3.4), v_r = 0.9277 - 3.6224 / (b - 2);
  while (true) {
    const double u = random.next() - 0.5, v = random.next(), u_s = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / u_s + b) * u + rate + 0.43);
    if (u_s >= 0.07 && v <= v_r) return k;
    if (k < 0 || (u_s < 0.013 && v > u_s)) continue;
    if (std::log(v) + std::log(inverse_alpha) - std::log(a / (u_s * u_s) + b) <=
        -rate + k * log_rate - special::lgamma(k + 1))
      return k;
  }
}

double poisson_number(double rate, ElementStream& random) {
  if (!(rate > 0)) return rate == 0 ? 0 : NAN;
  return rate < 10 ? small_poisson(rate, random) : large_poisson(rate, random);
}

/// Summing geometric waiting times: for few expected successes.
double small_binomial(double count, double p, ElementStream& random) {
  const double log_miss = std::log1p(-p);
  double trials = 0, successes = 0;
  while (true) {
    trials += std::ceil(std::log(random.next()) / log_miss);
    if (trials > count) return successes;
    ++successes;
  }
}

/// Transformed rejection with squeeze. Hoermann, "The generation of binomial random variates", 1993.
double large_binomial(double count, double p, ElementStream& random) {
  const double spread = std::sqrt(count * p * (1 - p));
  const double b = 1.15 + 2.53 * spread, a = -0.0873 + 0.0248 * b + 0.01 * p, c = count * p + 0.5;
  const double alpha = (2.83 + 5.1 / b) * spread, v_r = 0.92 - 4.2 / b;
  const double odds = p / (1 - p), mode = std::floor((count + 1) * p);
  while (true) {
    const double u = random.next() - 0.5, v = random.next(), u_s = 0.5 - std::abs(u);
    const double k = std::floor((2 * a / u_s + b) * u + c);
    if (u_s >= 0.07 && v <= v_r) return k;
    if (k < 0 || k > count) continue;
    const double bound = special::lgamma(mode + 1) + special::lgamma(count - mode + 1) - special::lgamma(k + 1) -
                         special::lgamma(count - k + 1) + (k - mode) * std::log(odds);
    if (std::log(v * alpha / (a / (u_s * u_s) + b)) <= bound) return k;
  }
}

double binomial_number(double count, double p, ElementStream& random) {
  if (!(count >= 0) || !(p >= 0) || p > 1) return NAN;
  if (count == 0 || p == 0) return 0;
  if (p == 1) return count;
  if (p > 0.5) return count - binomial_number(count, 1 - p, random);
  return count * p < 10 ? small_binomial(count, p, random) : large_binomial(count, p, random);
}

template <class F>
void visit_any_float(DType dtype, const char* op, F f) {
  switch (dtype) {
    case DType::Float64:
      return f.template operator()<double>();
    case DType::Float32:
      return f.template operator()<float>();
    case DType::Float16:
      return f.template operator()<Half>();
    case DType::BFloat16:
      return f.template operator()<BFloat16>();
    default:
      fail_dtype(op, dtype);
  }
}

template <class T>
double element(const TensorBase& x, int64_t i) {
  return static_cast<double>(reinterpret_cast<const T*>(x.raw_data())[i]);
}

/// out[i] = draw(i, stream of i).
template <class T, class Draw>
void fill(const TensorBase& out, Generator& generator, Draw draw) {
  const auto start = generator.reserve(static_cast<uint64_t>(out.numel()));
  T* to = reinterpret_cast<T*>(out.raw_data());
  parallel_for(0, out.numel(), kGrain / 32, [&](int64_t first, int64_t last) {
    for (int64_t i = first; i < last; ++i) {
      ElementStream stream(start, i);
      const double value = draw(i, stream);
      if constexpr (sizeof(T) == 2)
        to[i] = T(static_cast<float>(value));
      else
        to[i] = static_cast<T>(value);
    }
  });
}

void poisson(const TensorBase& out, const TensorBase& rate, Generator& generator) {
  visit_any_float(out.dtype(), "poisson", [&]<class T>() {
    fill<T>(out, generator,
            [&](int64_t i, ElementStream& stream) { return poisson_number(element<T>(rate, i), stream); });
  });
}

void binomial(const TensorBase& out, const TensorBase& count, const TensorBase& p, Generator& generator) {
  visit_any_float(out.dtype(), "binomial", [&]<class T>() {
    fill<T>(out, generator, [&](int64_t i, ElementStream& stream) {
      return binomial_number(element<T>(count, i), element<T>(p, i), stream);
    });
  });
}

const bool registered = [] {
  kernels::poisson[kCPU] = poisson;
  kernels::binomial[kCPU] = binomial;
  return true;
}();

}  // namespace

}  // namespace ember::cpu
