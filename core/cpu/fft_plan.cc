#include "core/cpu/fft_plan.h"

#include <algorithm>
#include <cmath>
#include <list>
#include <memory>
#include <mutex>
#include <numbers>
#include <vector>

namespace ember::cpu {

namespace {

/// Bytes of plans that are kept.
constexpr size_t kCacheBytes = size_t{64} << 20;

struct Angle {
  double re, im;
};

/// exp(-2 pi i k / n), exact in the eighths of the circle.
Angle root(int64_t k, int64_t n) {
  const int64_t eighth = 8 * k / n;
  const auto turn = [&](int64_t numerator, int64_t denominator) {
    return 2 * std::numbers::pi * static_cast<double>(numerator) / static_cast<double>(denominator);
  };
  // The distance to the nearest multiple of a quarter, where sine and cosine are most exact.
  const int64_t quarter = (eighth + 1) / 2;
  const double rest = turn(4 * k - quarter * n, 4 * n);
  const double c = std::cos(rest), s = std::sin(rest);
  switch (quarter % 4) {
    case 0:
      return {c, -s};
    case 1:
      return {-s, -c};
    case 2:
      return {-c, s};
    default:
      return {s, c};
  }
}

std::vector<int64_t> radices_of(int64_t n) {
  std::vector<int64_t> radices;
  for (const int64_t radix : {8, 4, 2, 3, 5})
    for (; n % radix == 0; n /= radix) radices.push_back(radix);
  // 8 2 is slower than 4 4.
  if (radices.size() >= 2 && radices.back() == 2) {
    for (int64_t& radix : radices) {
      if (radix != 8) continue;
      radix = radices.back() = 4;
      break;
    }
  }
  for (int64_t prime = 7; n > 1 && prime <= kLargestFftRadix; prime += 2)
    for (; n % prime == 0; n /= prime) radices.push_back(prime);
  if (n > 1) radices.clear();
  return radices;
}

/// The smallest 2^a 3^b 5^c from `least` on that can be split.
int64_t smooth_length(int64_t least, int64_t lanes) {
  const auto fits = [&](int64_t length) { return length < lanes * lanes || length % lanes == 0; };
  int64_t best = 1;
  while (best < least) best *= 2;
  for (int64_t five = 1; five < best; five *= 5) {
    for (int64_t three = five; three < best; three *= 3) {
      int64_t length = three;
      while (length < least) length *= 2;
      if (length < best && fits(length)) best = length;
    }
  }
  return best;
}

template <class T>
struct OwnedPlan {
  int64_t lanes;
  FftPlan<T> plan{};
  std::vector<std::vector<T>> numbers;
  std::shared_ptr<const OwnedPlan> convolution;

  T* allocate(size_t count) { return numbers.emplace_back(count).data(); }
  size_t bytes() const {
    size_t total = sizeof(*this);
    for (const auto& list : numbers) total += list.size() * sizeof(T);
    return total;
  }
};

template <class T>
class PlanCache {
 public:
  std::shared_ptr<const OwnedPlan<T>> get(int64_t length, int64_t lanes, FunctionRef<FftRun<T>> run) {
    std::lock_guard lock(mutex_);
    return find(length, lanes, run);
  }

 private:
  using Entry = std::shared_ptr<const OwnedPlan<T>>;

  Entry find(int64_t length, int64_t lanes, FunctionRef<FftRun<T>> run) {
    for (auto at = plans_.begin(); at != plans_.end(); ++at) {
      if ((*at)->plan.length != length || (*at)->lanes != lanes) continue;
      plans_.splice(plans_.begin(), plans_, at);
      return plans_.front();
    }
    Entry made = make(length, lanes, run);
    bytes_ += made->bytes();
    plans_.push_front(made);
    while (bytes_ > kCacheBytes && plans_.size() > 1) {
      bytes_ -= plans_.back()->bytes();
      plans_.pop_back();
    }
    return made;
  }

  Entry make(int64_t length, int64_t lanes, FunctionRef<FftRun<T>> run) {
    auto owned = std::make_shared<OwnedPlan<T>>();
    owned->lanes = lanes;
    owned->plan.length = length;
    owned->plan.split = 1;
    T* half_re = owned->allocate(static_cast<size_t>(length / 2 + 1));
    T* half_im = owned->allocate(static_cast<size_t>(length / 2 + 1));
    for (int64_t k = 0; k <= length / 2; ++k) {
      const Angle w = root(k, 2 * length);
      half_re[k] = static_cast<T>(w.re);
      half_im[k] = static_cast<T>(w.im);
    }
    owned->plan.half_re = half_re, owned->plan.half_im = half_im;
    const std::vector<int64_t> radices = radices_of(length);
    if (radices.empty() && length > 1) {
      convolve(*owned, lanes, run);
      return owned;
    }
    const int64_t split = fft_split(length, lanes);
    if (split > 1) {
      owned->plan.split = split;
      add_twiddles(*owned, split, length, owned->plan.join_re, owned->plan.join_im);
    }
    add_passes(*owned, length / split);
    return owned;
  }

  /// exp(-2 pi i j p / length), j < radix, p < length / radix.
  static void add_twiddles(OwnedPlan<T>& owned, int64_t radix, int64_t length, const T*& to_re, const T*& to_im) {
    const int64_t rest = length / radix;
    T* re = owned.allocate(static_cast<size_t>(length));
    T* im = owned.allocate(static_cast<size_t>(length));
    for (int64_t j = 0; j < radix; ++j) {
      for (int64_t p = 0; p < rest; ++p) {
        const Angle w = root(j * p, length);
        re[j * rest + p] = static_cast<T>(w.re);
        im[j * rest + p] = static_cast<T>(w.im);
      }
    }
    to_re = re, to_im = im;
  }

  static void add_passes(OwnedPlan<T>& owned, int64_t length) {
    for (const int64_t radix : radices_of(length)) {
      FftPass<T>& pass = owned.plan.passes[owned.plan.pass_count++];
      pass.radix = radix;
      pass.rest = length / radix;
      add_twiddles(owned, radix, length, pass.twiddle_re, pass.twiddle_im);
      T* root_re = owned.allocate(static_cast<size_t>(radix));
      T* root_im = owned.allocate(static_cast<size_t>(radix));
      for (int64_t j = 0; j < radix; ++j) {
        const Angle w = root(j, radix);
        root_re[j] = static_cast<T>(w.re);
        root_im[j] = static_cast<T>(w.im);
      }
      pass.root_re = root_re, pass.root_im = root_im;
      length = pass.rest;
    }
  }

  void convolve(OwnedPlan<T>& owned, int64_t lanes, FunctionRef<FftRun<T>> run) {
    FftPlan<T>& plan = owned.plan;
    const int64_t n = plan.length, m = smooth_length(2 * n - 1, lanes);
    owned.convolution = find(m, lanes, run);
    plan.convolution = &owned.convolution->plan;
    T* re = owned.allocate(static_cast<size_t>(n));
    T* im = owned.allocate(static_cast<size_t>(n));
    T* response_re = owned.allocate(static_cast<size_t>(m));
    T* response_im = owned.allocate(static_cast<size_t>(m));
    int64_t square = 0;  // k^2 modulo 2 n
    for (int64_t k = 0; k < n; ++k) {
      const Angle w = root(square, 2 * n);
      re[k] = static_cast<T>(w.re);
      im[k] = static_cast<T>(w.im);
      for (const int64_t at : {k, (m - k) % m}) {
        response_re[at] = static_cast<T>(w.re / static_cast<double>(m));
        response_im[at] = static_cast<T>(-w.im / static_cast<double>(m));
      }
      square = (square + 2 * k + 1) % (2 * n);
    }
    run(*plan.convolution, response_re, response_im);
    plan.chirp_re = re, plan.chirp_im = im;
    plan.response_re = response_re, plan.response_im = response_im;
  }

  std::mutex mutex_;
  std::list<Entry> plans_;  // the latest used first
  size_t bytes_ = 0;
};

template <class T>
void with_plan(int64_t length, int64_t lanes, FunctionRef<FftRun<T>> run, FunctionRef<void(const FftPlan<T>&)> body) {
  static PlanCache<T> cache;
  const auto owned = cache.get(length, lanes, run);
  body(owned->plan);
}

}  // namespace

int64_t fft_split(int64_t length, int64_t lanes) {
  // Fewer numbers than a tile of the last pass holds are not worth one, nor is a vector of less than four lanes.
  for (const int64_t split : {lanes, lanes / 2})
    if (split >= std::min<int64_t>(lanes, 4) && split > 1 && length % split == 0 && length >= split * split)
      return split;
  return 1;
}

template <>
void with_fft_plan<float>(int64_t length, int64_t lanes, FunctionRef<FftRun<float>> run,
                          FunctionRef<void(const FftPlan<float>&)> body) {
  with_plan<float>(length, lanes, run, body);
}
template <>
void with_fft_plan<double>(int64_t length, int64_t lanes, FunctionRef<FftRun<double>> run,
                           FunctionRef<void(const FftPlan<double>&)> body) {
  with_plan<double>(length, lanes, run, body);
}

}  // namespace ember::cpu
