// The fast Fourier transform: Stockham's passes of mixed radices over several rows at once, which lie side by side as the lanes of
// vectors, real and imaginary parts apart. Two real rows make one complex one.
#include <algorithm>

#include "core/cpu/complex.h"
#include "core/cpu/complex_families.h"
#include "core/cpu/fft_plan.h"
#include "core/kernels/fft.h"
#include "core/parallel.h"
#include "core/walk.h"

namespace ember::EMBER_ISA {

namespace {

template <class T>
using Plan = cpu::FftPlan<T>;

/// -i z
template <class T>
inline Complex<T> quarter_turn(Complex<T> z) {
  return {z.im, -z.re};
}

// --- Butterflies: the transforms of `radix` numbers.

template <class T>
inline void butterfly(Complex<T> (&v)[2]) {
  const auto a = v[0], b = v[1];
  v[0] = a + b, v[1] = a - b;
}

template <class T>
inline void butterfly(Complex<T> (&v)[3]) {
  constexpr T kHalfRoot3 = T(0.86602540378443864676);
  const auto sum = v[1] + v[2], turned = quarter_turn(v[1] - v[2]) * kHalfRoot3;
  const auto middle = v[0] - sum * T(0.5);
  v[0] = v[0] + sum, v[1] = middle + turned, v[2] = middle - turned;
}

template <class T>
inline void butterfly(Complex<T> (&v)[4]) {
  const auto a = v[0] + v[2], b = v[0] - v[2], c = v[1] + v[3], d = quarter_turn(v[1] - v[3]);
  v[0] = a + c, v[1] = b + d, v[2] = a - c, v[3] = b - d;
}

template <class T>
inline void butterfly(Complex<T> (&v)[5]) {
  constexpr T kCos1 = T(0.30901699437494742410), kCos2 = T(-0.80901699437494742410);
  constexpr T kSin1 = T(0.95105651629515357212), kSin2 = T(0.58778525229247312917);
  const auto a = v[1] + v[4], b = v[2] + v[3], c = v[1] - v[4], d = v[2] - v[3];
  const auto near = v[0] + a * kCos1 + b * kCos2, far = v[0] + a * kCos2 + b * kCos1;
  const auto near_turned = quarter_turn(c * kSin1 + d * kSin2), far_turned = quarter_turn(c * kSin2 - d * kSin1);
  v[0] = v[0] + a + b;
  v[1] = near + near_turned, v[4] = near - near_turned;
  v[2] = far + far_turned, v[3] = far - far_turned;
}

template <class T>
inline void butterfly(Complex<T> (&v)[8]) {
  constexpr T kHalfRoot2 = T(0.70710678118654752440);
  Complex<T> even[4] = {v[0], v[2], v[4], v[6]}, odd[4] = {v[1], v[3], v[5], v[7]};
  butterfly(even);
  butterfly(odd);
  const Complex<T> o1{(odd[1].re + odd[1].im) * kHalfRoot2, (odd[1].im - odd[1].re) * kHalfRoot2};
  const Complex<T> o2 = quarter_turn(odd[2]);
  const Complex<T> o3{(odd[3].im - odd[3].re) * kHalfRoot2, (-odd[3].re - odd[3].im) * kHalfRoot2};
  v[0] = even[0] + odd[0], v[4] = even[0] - odd[0];
  v[1] = even[1] + o1, v[5] = even[1] - o1;
  v[2] = even[2] + o2, v[6] = even[2] - o2;
  v[3] = even[3] + o3, v[7] = even[3] - o3;
}

/// Real and imaginary parts apart.
template <class T>
struct Parts {
  T *re, *im;
};

/// One butterfly: `radix` numbers `from_step` apart become as many `to_step` apart, each times its twiddle factor.
template <int radix, class T, size_t... k>
[[gnu::always_inline]] inline void combine(const T* from_re, const T* from_im, int64_t from_step, T* to_re, T* to_im,
                                           int64_t to_step, const Complex<T>* w, std::index_sequence<k...>) {
  Complex<T> v[radix] = {Complex<T>{from_re[k * from_step], from_im[k * from_step]}...};
  butterfly(v);
  ((v[k] = k == 0 ? v[k] : v[k] * w[k], to_re[k * to_step] = v[k].re, to_im[k * to_step] = v[k].im), ...);
}

/// A pass over `stride` sequences that lie side by side: from [radix, rest, stride] to [rest, radix, stride].
template <int radix, class T>
void pass(const cpu::FftPass<T>& p, Parts<T> to, Parts<T> from, int64_t stride) {
  constexpr auto kAll = std::make_index_sequence<radix>();
  if (stride == 1) {
#pragma GCC ivdep
    for (int64_t i = 0; i < p.rest; ++i) {
      Complex<T> w[radix];
#pragma GCC unroll 8
      for (int j = 0; j < radix; ++j) w[j] = {p.twiddle_re[j * p.rest + i], p.twiddle_im[j * p.rest + i]};
      combine<radix>(from.re + i, from.im + i, p.rest, to.re + i * radix, to.im + i * radix, 1, w, kAll);
    }
    return;
  }
  for (int64_t i = 0; i < p.rest; ++i) {
    Complex<T> w[radix];
    for (int j = 0; j < radix; ++j) w[j] = {p.twiddle_re[j * p.rest + i], p.twiddle_im[j * p.rest + i]};
    const T *from_re = from.re + i * stride, *from_im = from.im + i * stride;
    T *to_re = to.re + i * radix * stride, *to_im = to.im + i * radix * stride;
    const int64_t from_step = p.rest * stride;
#pragma GCC ivdep
    for (int64_t q = 0; q < stride; ++q)
      combine<radix>(from_re + q, from_im + q, from_step, to_re + q, to_im + q, stride, w, kAll);
  }
}

/// The same for any radix, from the definition.
template <class T>
void general_pass(const cpu::FftPass<T>& p, Parts<T> to, Parts<T> from, int64_t stride) {
  for (int64_t i = 0; i < p.rest; ++i) {
    for (int64_t j = 0; j < p.radix; ++j) {
      T *to_re = to.re + (i * p.radix + j) * stride, *to_im = to.im + (i * p.radix + j) * stride;
      for (int64_t q = 0; q < stride; ++q) to_re[q] = to_im[q] = 0;
      const Complex<T> twiddle{p.twiddle_re[j * p.rest + i], p.twiddle_im[j * p.rest + i]};
      for (int64_t k = 0; k < p.radix; ++k) {
        const int64_t turn = j * k % p.radix;
        const Complex<T> w = Complex<T>{p.root_re[turn], p.root_im[turn]} * twiddle;
        const T *from_re = from.re + (k * p.rest + i) * stride, *from_im = from.im + (k * p.rest + i) * stride;
#pragma GCC ivdep
        for (int64_t q = 0; q < stride; ++q) {
          to_re[q] += from_re[q] * w.re - from_im[q] * w.im;
          to_im[q] += from_re[q] * w.im + from_im[q] * w.re;
        }
      }
    }
  }
}

/// All passes on `lanes` rows side by side; the result lies in `data` or in `other`, which is returned.
template <class T>
Parts<T> run_passes(const Plan<T>& plan, Parts<T> data, Parts<T> other, int64_t lanes) {
  int64_t stride = lanes;
  for (int i = 0; i < plan.pass_count; ++i) {
    const cpu::FftPass<T>& p = plan.passes[i];
    switch (p.radix) {
      case 2:
        pass<2>(p, other, data, stride);
        break;
      case 3:
        pass<3>(p, other, data, stride);
        break;
      case 4:
        pass<4>(p, other, data, stride);
        break;
      case 5:
        pass<5>(p, other, data, stride);
        break;
      case 8:
        pass<8>(p, other, data, stride);
        break;
      default:
        general_pass(p, other, data, stride);
    }
    std::swap(data, other);
    stride *= p.radix;
  }
  return data;
}

/// data[k] times c[k], lanes of it, for k < count.
template <class T>
void scale_rows(Parts<T> data, const T* re, const T* im, int64_t count, int64_t lanes) {
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
  Parts<T> spectrum = run_passes(*plan.convolution, data, other, lanes);
  scale_rows(spectrum, plan.response_re, plan.response_im, m, lanes);
  // With the parts exchanged, a transform is an inverse one.
  Parts<T> free = spectrum.re == data.re ? other : data;
  Parts<T> result = run_passes(*plan.convolution, {spectrum.im, spectrum.re}, {free.im, free.re}, lanes);
  std::swap(result.re, result.im);
  scale_rows(result, plan.chirp_re, plan.chirp_im, n, lanes);
  return result;
}

// --- Rows in and out of the lanes

template <class T>
class Transform {
 public:
  Transform(const Tensor& out, const Tensor& x, int64_t dim, bool forward, double scale)
      : from_real_(!x.is_complex()), to_real_(!out.is_complex()), forward_(forward), scale_(static_cast<T>(scale)) {
    const auto at = static_cast<size_t>(dim);
    n_ = to_real_ ? out.sizes()[at] : x.sizes()[at];
    half_ = n_ / 2 + 1;
    // In units of T, since a complex number is two of them.
    in_ = reinterpret_cast<const T*>(x.raw_data());
    out_ = reinterpret_cast<T*>(out.raw_data());
    in_stride_ = x.strides()[at] * (from_real_ ? 1 : 2);
    out_stride_ = out.strides()[at] * (to_real_ ? 1 : 2);
    for (int64_t d = x.dim() - 1; d >= 0; --d) {
      const auto i = static_cast<size_t>(d);
      if (d != dim)
        rows_.add(x.sizes()[i], {x.strides()[i] * (from_real_ ? 1 : 2), out.strides()[i] * (to_real_ ? 1 : 2)});
    }
    rows_.sort();
    rows_.merge();
    per_lane_ = from_real_ || to_real_ ? 2 : 1;
  }

  void run() {
    if (rows_.numel == 0 || n_ == 0) return;
    cpu::with_fft_plan<T>(
        n_,
        [](const Plan<T>& plan, T* re, T* im) {
          const Tensor other = empty_tensor({2, plan.length}, dtype_of<T>);
          T* memory = reinterpret_cast<T*>(other.raw_data());
          const Parts<T> result = run_passes<T>(plan, {re, im}, {memory, memory + plan.length}, 1);
          if (result.re == re) return;
          for (int64_t i = 0; i < plan.length; ++i) re[i] = result.re[i], im[i] = result.im[i];
        },
        [&](const Plan<T>& plan) { run(plan); });
  }

 private:
  static constexpr int64_t kLanes = 32 / sizeof(T);
  /// Longer rows fill the caches alone.
  static constexpr int64_t kLongest = int64_t{1} << 16;

  void run(const Plan<T>& plan) {
    const int64_t length = plan.convolution ? plan.convolution->length : n_;
    const int64_t needed = (rows_.numel + per_lane_ - 1) / per_lane_;
    const int64_t lanes = needed > 1 && length <= kLongest ? kLanes : 1;
    const int64_t blocks = (needed + lanes - 1) / lanes;
    const int64_t grain = std::max<int64_t>(1, kGrain / 4 / (length * lanes));
    parallel_for(0, blocks, grain, [&](int64_t first, int64_t last) {
      const int64_t size = length * lanes;
      const Tensor buffer = empty_tensor({4, size}, dtype_of<T>);
      T* memory = reinterpret_cast<T*>(buffer.raw_data());
      for (int64_t b = first; b < last; ++b)
        run_block(plan, b * lanes * per_lane_, lanes, {memory, memory + size}, {memory + 2 * size, memory + 3 * size});
    });
  }

  void run_block(const Plan<T>& plan, int64_t first_row, int64_t lanes, Parts<T> data, Parts<T> other) {
    const int64_t count = std::min(lanes * per_lane_, rows_.numel - first_row);
    const T* in[kLanes * 2];
    T* out[kLanes * 2];
    for (int64_t i = 0; i < count; ++i) {
      const Walk::Strides offsets = rows_.offsets(first_row + i);
      in[i] = in_ + offsets[0];
      out[i] = out_ + offsets[1];
    }
    if (count < lanes * per_lane_) {
      for (int64_t i = 0; i < n_ * lanes; ++i) data.re[i] = data.im[i] = 0;
    }
    to_real_     ? load_halves(in, count, lanes, data)
    : from_real_ ? load_reals(in, count, lanes, data)
                 : load_complex(in, count, lanes, data);
    if (!forward_) std::swap(data.re, data.im), std::swap(other.re, other.im);
    Parts<T> result = plan.convolution ? run_chirp(plan, data, other, lanes) : run_passes(plan, data, other, lanes);
    if (!forward_) std::swap(result.re, result.im);
    to_real_     ? store_reals(out, count, lanes, result)
    : from_real_ ? store_halves(out, count, lanes, result)
                 : store_complex(out, count, lanes, result);
  }

  void load_complex(const T* const* in, int64_t count, int64_t lanes, Parts<T> data) const {
    for (int64_t k = 0; k < n_; ++k) {
      for (int64_t i = 0; i < count; ++i) {
        data.re[k * lanes + i] = in[i][k * in_stride_];
        data.im[k * lanes + i] = in[i][k * in_stride_ + 1];
      }
    }
  }

  void store_complex(T* const* out, int64_t count, int64_t lanes, Parts<T> data) const {
    for (int64_t k = 0; k < n_; ++k) {
      for (int64_t i = 0; i < count; ++i) {
        out[i][k * out_stride_] = data.re[k * lanes + i] * scale_;
        out[i][k * out_stride_ + 1] = data.im[k * lanes + i] * scale_;
      }
    }
  }

  // Row 2 i is the real part of lane i, row 2 i + 1 its imaginary part.

  void load_reals(const T* const* in, int64_t count, int64_t lanes, Parts<T> data) const {
    for (int64_t k = 0; k < n_; ++k) {
      for (int64_t i = 0; i < count; ++i) (i % 2 ? data.im : data.re)[k * lanes + i / 2] = in[i][k * in_stride_];
    }
  }

  void store_reals(T* const* out, int64_t count, int64_t lanes, Parts<T> data) const {
    for (int64_t k = 0; k < n_; ++k) {
      for (int64_t i = 0; i < count; ++i)
        out[i][k * out_stride_] = (i % 2 ? data.im : data.re)[k * lanes + i / 2] * scale_;
    }
  }

  /// A real row's transform is conjugate-symmetric, which tells the two rows of a lane apart again.
  void store_halves(T* const* out, int64_t count, int64_t lanes, Parts<T> data) const {
    const T factor = scale_ * T(0.5);
    for (int64_t k = 0; k < half_; ++k) {
      const int64_t mirror = k == 0 ? 0 : n_ - k;
      for (int64_t i = 0; i < count; i += 2) {
        const T re = data.re[k * lanes + i / 2], im = data.im[k * lanes + i / 2];
        const T mirror_re = data.re[mirror * lanes + i / 2], mirror_im = data.im[mirror * lanes + i / 2];
        T* a = out[i] + k * out_stride_;
        a[0] = (re + mirror_re) * factor;
        a[1] = (im - mirror_im) * factor;
        if (i + 1 == count) continue;
        T* b = out[i + 1] + k * out_stride_;
        b[0] = (im + mirror_im) * factor;
        b[1] = (mirror_re - re) * factor;
      }
    }
  }

  /// The inverse: A + i B out of the halves of the symmetric A and B. Of the self-conjugate entries only the real part counts.
  void load_halves(const T* const* in, int64_t count, int64_t lanes, Parts<T> data) const {
    for (int64_t k = 0; k < half_; ++k) {
      const int64_t mirror = k == 0 ? 0 : n_ - k;
      for (int64_t i = 0; i < count; i += 2) {
        Complex<T> a{in[i][k * in_stride_], in[i][k * in_stride_ + 1]}, b{0, 0};
        if (i + 1 < count) b = {in[i + 1][k * in_stride_], in[i + 1][k * in_stride_ + 1]};
        if (mirror == k || k == 0) a.im = b.im = 0;
        data.re[mirror * lanes + i / 2] = a.re + b.im;
        data.im[mirror * lanes + i / 2] = b.re - a.im;
        data.re[k * lanes + i / 2] = a.re - b.im;
        data.im[k * lanes + i / 2] = a.im + b.re;
      }
    }
  }

  bool from_real_, to_real_, forward_;
  T scale_;
  int64_t n_, half_, per_lane_ = 1;
  const T* in_;
  T* out_;
  int64_t in_stride_, out_stride_;
  Walk rows_;
};

void transform(const Tensor& out, const Tensor& x, int64_t dim, bool forward, double scale) {
  real_dtype(x.dtype()) == kFloat64 ? Transform<double>(out, x, dim, forward, scale).run()
                                    : Transform<float>(out, x, dim, forward, scale).run();
}

}  // namespace

void register_fft() {
  kernel_table<FftKernels>(kCPU).transform = transform;
  kernel_table<FftKernels>(kCPU, /*of_complex=*/true).transform = transform;
}

}  // namespace ember::EMBER_ISA
