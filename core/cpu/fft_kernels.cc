// The fast Fourier transform. A row of many numbers is split into sequences, which lie side by side as the lanes of vectors; of other
// rows several lie side by side. An even count of real numbers makes half as many complex ones.
#include <algorithm>

#include "core/cpu/complex.h"
#include "core/cpu/complex_families.h"
#include "core/cpu/fft_passes.h"
#include "core/cpu/fft_plan.h"
#include "core/cpu/fft_real.h"
#include "ember/core/kernels/fft.h"
#include "ember/core/parallel.h"
#include "ember/core/walk.h"

namespace ember::EMBER_ISA {

namespace {

template <class T>
using Plan = cpu::FftPlan<T>;

/// The transform of a row that the plan splits: calls `put(k, numbers from k on)` for all of it.
template <class T, class Put>
[[gnu::always_inline]] inline void run_split(const Plan<T>& plan, Parts<T> data, Parts<T> other, Put put) {
  if (plan.split == kFull<T>) {
    join<kFull<T>>(plan, run_passes<kFull<T>>(plan, data, other, kFull<T>), put);
  } else {
    join<kHalf<T>>(plan, run_passes<kHalf<T>>(plan, data, other, kHalf<T>), put);
  }
}

/// The transforms of `lanes` rows side by side, or of one row; the result lies in `data` or in `other`, which is returned.
template <class T>
Parts<T> run_plan(const Plan<T>& plan, Parts<T> data, Parts<T> other, int64_t lanes) {
  if (plan.split == 1) return run_passes<kFull<T>>(plan, data, other, lanes);
  const Parts<T> to = plan.pass_count % 2 == 0 ? other : data;
  run_split(plan, data, other, [&](int64_t k, auto z) { store<sizeof(z.re) / sizeof(T)>(to + k, z); });
  return to;
}

/// data[k] times c[k], lanes of it, for k < count.
template <class T>
void scale_rows(Parts<T> data, const T* re, const T* im, int64_t count, int64_t lanes) {
  if (lanes == 1) {
#pragma GCC ivdep
    for (int64_t k = 0; k < count; ++k) {
      const Complex<T> z = Complex<T>{data.re[k], data.im[k]} * Complex<T>{re[k], im[k]};
      data.re[k] = z.re;
      data.im[k] = z.im;
    }
    return;
  }
  for (int64_t k = 0; k < count; ++k) {
#pragma GCC ivdep
    for (int64_t q = 0; q < lanes; ++q) {
      const Complex<T> z = Complex<T>{data.re[k * lanes + q], data.im[k * lanes + q]} * Complex<T>{re[k], im[k]};
      data.re[k * lanes + q] = z.re;
      data.im[k * lanes + q] = z.im;
    }
  }
}

/// A length with a large prime factor: jk = (j^2 + k^2 - (k - j)^2) / 2 makes the sum a convolution with a chirp.
template <class T>
Parts<T> run_chirp(const Plan<T>& plan, Parts<T> data, Parts<T> other, int64_t lanes) {
  const int64_t n = plan.length, m = plan.convolution->length;
  scale_rows(data, plan.chirp_re, plan.chirp_im, n, lanes);
  for (int64_t i = n * lanes; i < m * lanes; ++i) data.re[i] = data.im[i] = 0;
  Parts<T> spectrum = run_plan(*plan.convolution, data, other, lanes);
  scale_rows(spectrum, plan.response_re, plan.response_im, m, lanes);
  // With the parts exchanged, a transform is an inverse one.
  Parts<T> free = spectrum.re == data.re ? other : data;
  Parts<T> result = run_plan(*plan.convolution, {spectrum.im, spectrum.re}, {free.im, free.re}, lanes);
  std::swap(result.re, result.im);
  scale_rows(result, plan.chirp_re, plan.chirp_im, n, lanes);
  return result;
}

// --- Rows in and out of the lanes

/// How the numbers of a row lie: number k has its real part at k step, and its imaginary one, if it `has_imaginary`, `gap` further on;
/// both strides may be 0. Rows that lie beside one another are `width` apart, 1 or 2.
struct Numbers {
  int64_t count, step, gap, width;
  bool has_imaginary;

  bool pairs() const { return has_imaginary && step == 2 && gap == 1; }
  bool contiguous() const { return pairs() || (!has_imaginary && step == 1); }
};

/// `lanes` rows, [count, lanes] in vectors: kFull of them or one.
template <class T>
class Rows {
 public:
  Rows(const Numbers& numbers, int64_t lanes, T* const* rows)
      : numbers_(numbers), lanes_(lanes), rows_(rows), beside_(lanes == kLanes) {
    for (int64_t i = 1; i < lanes; ++i) beside_ = beside_ && rows[i] == rows[0] + i * numbers.width;
  }

  void load(Parts<T> data) const {
    const int64_t n = numbers_.count;
    if (beside_) {
      for (int64_t k = 0; k < n; ++k) store<kLanes>(data + k * kLanes, load_beside(rows_[0] + k * numbers_.step));
    } else if (numbers_.contiguous() && n >= kLanes) {
      numbers_.pairs() ? load_tiles<kLanes, true>(data) : load_tiles<kLanes, false>(data);
    } else if (numbers_.contiguous() && n >= kHalfTile) {
      numbers_.pairs() ? load_tiles<kHalfTile, true>(data) : load_tiles<kHalfTile, false>(data);
    } else {
      for (int64_t k = 0; k < n; ++k) {
        for (int64_t i = 0; i < lanes_; ++i) {
          const T* at = rows_[i] + k * numbers_.step;
          store<1>(data + k * lanes_ + i, Complex<T>{at[0], numbers_.has_imaginary ? at[numbers_.gap] : 0});
        }
      }
    }
  }

  /// The first `count` rows, times factors.
  void save(Parts<T> data, int64_t count, T re_factor, T im_factor) const {
    const int64_t n = numbers_.count;
    if (beside_ && count == kLanes) {
      for (int64_t k = 0; k < n; ++k) {
        const auto z = EMBER_ISA::load<kLanes>(data + k * kLanes);
        store_beside(rows_[0] + k * numbers_.step, {z.re * re_factor, z.im * im_factor});
      }
    } else if (numbers_.contiguous() && n >= kLanes) {
      numbers_.pairs() ? save_tiles<kLanes, true>(data, count, re_factor, im_factor)
                       : save_tiles<kLanes, false>(data, count, re_factor, im_factor);
    } else if (numbers_.contiguous() && n >= kHalfTile) {
      numbers_.pairs() ? save_tiles<kHalfTile, true>(data, count, re_factor, im_factor)
                       : save_tiles<kHalfTile, false>(data, count, re_factor, im_factor);
    } else {
      for (int64_t k = 0; k < n; ++k) {
        for (int64_t i = 0; i < count; ++i) {
          T* at = rows_[i] + k * numbers_.step;
          at[0] = data.re[k * lanes_ + i] * re_factor;
          if (numbers_.has_imaginary) at[numbers_.gap] = data.im[k * lanes_ + i] * im_factor;
        }
      }
    }
  }

 private:
  static constexpr int64_t kLanes = kFull<T>;
  static constexpr int64_t kHalfTile = kLanes >= 4 ? kLanes / 2 : kLanes;
  using V = WideType<T, kLanes>;

  /// Squares of `tile` rows and numbers; the last ones overlap those before them.
  template <int64_t tile, bool pairs>
  void load_tiles(Parts<T> data) const {
    const int64_t n = numbers_.count;
    if (lanes_ == 1) {
      const T* row = rows_[0];
      for (int64_t k = 0; k + tile <= n; k += tile) store<tile>(data + k, load_run<tile, pairs>(row, k));
      return store<tile>(data + (n - tile), load_run<tile, pairs>(row, n - tile));
    }
    for (int64_t k = 0; k < n; k += tile) {
      const int64_t at = std::min(k, n - tile);
      for (int64_t row = 0; row < kLanes; row += tile) {
        WideType<T, tile> re[tile], im[tile];
#pragma GCC unroll 16
        for (int64_t i = 0; i < tile; ++i) {
          const auto z = load_run<tile, pairs>(rows_[row + i], at);
          re[i] = z.re, im[i] = z.im;
        }
        transpose<T, tile>(re);
        transpose<T, tile>(im);
#pragma GCC unroll 16
        for (int64_t i = 0; i < tile; ++i)
          store<tile>(data + ((at + i) * kLanes + row), Complex<WideType<T, tile>>{re[i], im[i]});
      }
    }
  }

  template <int64_t tile, bool pairs>
  void save_tiles(Parts<T> data, int64_t count, T re_factor, T im_factor) const {
    const int64_t n = numbers_.count;
    if (lanes_ == 1) {
      T* row = rows_[0];
      const auto save_at = [&](int64_t k) {
        const auto z = EMBER_ISA::load<tile>(data + k);
        save_run<tile, pairs>(row, k, {z.re * re_factor, z.im * im_factor});
      };
      for (int64_t k = 0; k + tile <= n; k += tile) save_at(k);
      return save_at(n - tile);
    }
    for (int64_t k = 0; k < n; k += tile) {
      const int64_t at = std::min(k, n - tile);
      for (int64_t row = 0; row < count; row += tile) {
        WideType<T, tile> re[tile], im[tile];
#pragma GCC unroll 16
        for (int64_t i = 0; i < tile; ++i) {
          const auto z = EMBER_ISA::load<tile>(data + ((at + i) * kLanes + row));
          re[i] = z.re * re_factor, im[i] = z.im * im_factor;
        }
        transpose<T, tile>(re);
        transpose<T, tile>(im);
#pragma GCC unroll 16
        for (int64_t i = 0; i < tile; ++i)
          if (row + i < count) save_run<tile, pairs>(rows_[row + i], at, {re[i], im[i]});
      }
    }
  }

  [[gnu::always_inline]] Complex<V> load_beside(const T* at) const {
    if (numbers_.width == 2) return load_pairs<kLanes>(at);
    return {EMBER_ISA::load<kLanes>(at), numbers_.has_imaginary ? EMBER_ISA::load<kLanes>(at + numbers_.gap) : V{}};
  }
  [[gnu::always_inline]] void store_beside(T* at, Complex<V> z) const {
    if (numbers_.width == 2) return store_pairs<kLanes>(at, z);
    store<kLanes>(at, z.re);
    if (numbers_.has_imaginary) store<kLanes>(at + numbers_.gap, z.im);
  }
  template <int64_t tile, bool pairs>
  [[gnu::always_inline]] static Complex<WideType<T, tile>> load_run(const T* row, int64_t k) {
    if constexpr (pairs) return load_pairs<tile>(row + 2 * k);
    return {EMBER_ISA::load<tile>(row + k), WideType<T, tile>{}};
  }
  template <int64_t tile, bool pairs>
  [[gnu::always_inline]] static void save_run(T* row, int64_t k, Complex<WideType<T, tile>> z) {
    if constexpr (pairs) return store_pairs<tile>(row + 2 * k, z);
    store<tile>(row + k, z.re);
  }

  Numbers numbers_;
  int64_t lanes_;
  T* const* rows_;
  bool beside_;
};

template <class T>
class Transform {
 public:
  Transform(const TensorBase& out, const TensorBase& x, int64_t dim, bool forward, double scale)
      : from_real_(!x.is_complex()), to_real_(!out.is_complex()), forward_(forward), scale_(static_cast<T>(scale)) {
    const auto at = static_cast<size_t>(dim);
    const int64_t n = to_real_ ? out.sizes()[at] : x.sizes()[at];
    paired_ = (from_real_ || to_real_) && n % 2 == 0;
    length_ = paired_ ? n / 2 : n;
    // In units of T, since a complex number is two of them.
    in_data_ = reinterpret_cast<T*>(x.raw_data());
    out_data_ = reinterpret_cast<T*>(out.raw_data());
    in_ = numbers(x, at);
    out_ = numbers(out, at);
    for (int64_t d = x.dim() - 1; d >= 0; --d) {
      const auto i = static_cast<size_t>(d);
      if (d != dim)
        rows_.add(x.sizes()[i], {x.strides()[i] * (from_real_ ? 1 : 2), out.strides()[i] * (to_real_ ? 1 : 2)});
    }
    rows_.sort();
    rows_.merge();
  }

  void run() {
    if (rows_.numel == 0 || length_ == 0) return;
    // Rows that lie beside one another are read that way. Zen 4: 3 times as fast for 1024 and 4096.
    const bool beside = length_ <= kLongest && !(in_.contiguous() && out_.contiguous());
    cpu::with_fft_plan<T>(
        length_, rows_.numel >= kFew && (beside || length_ < kShortest) ? 1 : kLanes,
        [](const Plan<T>& plan, T* re, T* im) {
          const TensorBase other = empty_tensor({2, plan.length}, dtype_of<T>);
          T* memory = reinterpret_cast<T*>(other.raw_data());
          const Parts<T> result = run_plan<T>(plan, {re, im}, {memory, memory + plan.length}, 1);
          if (result.re == re) return;
          for (int64_t i = 0; i < plan.length; ++i) re[i] = result.re[i], im[i] = result.im[i];
        },
        [&](const Plan<T>& plan) { run(plan); });
  }

 private:
  static constexpr int64_t kLanes = kFull<T>;
  /// Fewer rows would leave too many lanes empty.
  static constexpr int64_t kFew = std::max<int64_t>(2, kLanes / 4);
  /// Shorter rows are not worth splitting. Zen 4: 1.35 (4096) to 1.2 (65536) times as fast as numbers one after another.
  static constexpr int64_t kShortest = kLanes * kLanes;
  /// Longer rows fill the caches alone.
  static constexpr int64_t kLongest = int64_t{1} << 16;

  Numbers numbers(const TensorBase& x, size_t dim) const {
    const int64_t count = x.sizes()[dim], stride = x.strides()[dim];
    if (x.is_complex()) return {count, 2 * stride, 1, 2, true};
    return paired_ ? Numbers{count / 2, 2 * stride, stride, 1, true} : Numbers{count, stride, 0, 1, false};
  }

  void run(const Plan<T>& plan) {
    const Plan<T>& passes = plan.convolution ? *plan.convolution : plan;
    const int64_t lanes = passes.split == 1 && rows_.numel >= kFew && passes.length <= kLongest ? kLanes : 1;
    const int64_t blocks = (rows_.numel + lanes - 1) / lanes;
    const int64_t grain = std::max<int64_t>(1, kGrain / 4 / (passes.length * lanes));
    parallel_for(0, blocks, grain, [&](int64_t first, int64_t last) {
      // A paired row's half spectrum has one number more. An odd number of cache lines keeps the parts out of each other's sets.
      const int64_t line = 64 / static_cast<int64_t>(sizeof(T));
      const int64_t size = ((passes.length + 1) * lanes / line + 1) / 2 * 2 * line + line;
      const TensorBase buffer = empty_tensor({4, size}, dtype_of<T>);
      T* memory = reinterpret_cast<T*>(buffer.raw_data());
      for (int64_t b = first; b < last; ++b)
        run_block(plan, b * lanes, lanes, {memory, memory + size}, {memory + 2 * size, memory + 3 * size});
    });
  }

  void run_block(const Plan<T>& plan, int64_t first_row, int64_t lanes, Parts<T> data, Parts<T> other) {
    const int64_t count = std::min(lanes, rows_.numel - first_row);
    T *in[kLanes], *out[kLanes];
    WalkCursor row(rows_, first_row);
    for (int64_t i = 0; i < lanes; ++i) {
      in[i] = in_data_ + row.offset(0);
      out[i] = out_data_ + row.offset(1);
      // Lanes that are left over repeat the last row.
      if (i + 1 < count) row.next();
    }
    Rows<T>(in_, lanes, in).load(data);
    // The transform of a conjugate is the conjugate of the inverse, so that real numbers need one direction of each kind.
    const T sign = (from_real_ && !forward_) || (to_real_ && forward_) ? -1 : 1;
    if (to_real_) {
      if (sign < 0)
        for (int64_t i = 0; i < in_.count * lanes; ++i) data.im[i] = -data.im[i];
      paired_ ? tangle(plan, data, lanes) : mirror(data, length_, lanes);
    }
    // With the parts exchanged, a transform is an inverse one.
    const bool inverse = to_real_ || (!from_real_ && !forward_);
    if (inverse) std::swap(data.re, data.im), std::swap(other.re, other.im);
    if (plan.split > 1 && !from_real_ && out_.pairs()) {
      T* to = out[0];
      const T factor = scale_;
      return run_split(plan, data, other, [=](int64_t k, auto z) {
        store_pairs<sizeof(z.re) / sizeof(T)>(to + 2 * k,
                                              inverse ? times(decltype(z){z.im, z.re}, factor) : times(z, factor));
      });
    }
    Parts<T> result = plan.convolution ? run_chirp(plan, data, other, lanes) : run_plan(plan, data, other, lanes);
    if (inverse) std::swap(result.re, result.im);
    if (paired_ && from_real_) untangle(plan, result, lanes);
    if (from_real_ && !paired_)
      for (int64_t q = 0; q < lanes; ++q) result.im[q] = 0;
    Rows<T>(out_, lanes, out).save(result, count, scale_, scale_ * (from_real_ ? sign : 1));
  }

  bool from_real_, to_real_, forward_, paired_;
  T scale_;
  int64_t length_;
  T *in_data_, *out_data_;
  Numbers in_, out_;
  Walk rows_;
};

void transform(const TensorBase& out, const TensorBase& x, int64_t dim, bool forward, double scale) {
  if (out.numel() == 0) return;  // its strides may be beyond all bounds
  real_dtype(x.dtype()) == kFloat64 ? Transform<double>(out, x, dim, forward, scale).run()
                                    : Transform<float>(out, x, dim, forward, scale).run();
}

}  // namespace

void register_fft() { kernels::fourier_transform[kCPU] = kernels::fourier_transform.complex(kCPU) = transform; }

}  // namespace ember::EMBER_ISA
