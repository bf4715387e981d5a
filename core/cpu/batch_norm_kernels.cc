// batch_norm over every dim but the second, Ioffe and Szegedy 2015. x is a number of planes, one for each sample and channel; where these
// are single elements, it is a number of rows of channels.
#include <algorithm>
#include <cmath>

#include "core/cpu/batch_norm_layout.h"
#include "core/cpu/cpu_kernels.h"
#include "core/cpu/normalization_families.h"
#include "core/cpu/staging.h"
#include "core/cpu/vector.h"
#include "ember/core/kernels/normalization.h"

namespace ember::EMBER_ISA {

using namespace normalization;

namespace {

/// What is known of some elements of one channel: their number, mean and summed squared distances from it.
struct Moments {
  double count = 0, mean = 0, squares = 0;

  /// Chan, Golub and LeVeque 1979.
  void add(const Moments& other) {
    if (other.count == 0) return;
    const double total = count + other.count, delta = other.mean - mean;
    mean += delta * other.count / total;
    squares += other.squares + delta * delta * count * other.count / total;
    count = total;
  }
};

template <class T>
Moments plane_moments(const T* x, int64_t count) {
  constexpr int64_t kRun = 4096;
  Moments moments;
  for (int64_t i = 0; i < count; i += kRun) {
    const int64_t here = std::min(kRun, count - i);
    const T mean = fold<Sum>(x + i, here) / static_cast<T>(here);
    const T squares = fold<Sum>(x + i, here, [mean](auto v) { return (v - mean) * (v - mean); });
    moments.add({static_cast<double>(here), mean, squares});
  }
  return moments;
}

/// The sums of g and of g * (x - mean).
struct GradientSums {
  double grad = 0, product = 0;
};

template <class T>
GradientSums plane_sums(const T* g, const T* x, T mean, int64_t count) {
  using V = Vector<T>;
  constexpr int64_t kRun = 4096, kStep = V::kLanes * V::kAccumulators;
  GradientSums sums;
  for (int64_t begin = 0; begin < count; begin += kRun) {
    const int64_t end = std::min(count, begin + kRun);
    typename V::Type grads[V::kAccumulators] = {}, products[V::kAccumulators] = {};
    int64_t i = begin;
    for (; i + kStep <= end; i += kStep) {
      for (int64_t k = 0; k < V::kAccumulators; ++k) {
        const auto value = V::load(g + i + k * V::kLanes);
        grads[k] += value;
        products[k] += value * (V::load(x + i + k * V::kLanes) - mean);
      }
    }
    T lanes[2 * kStep];
    for (int64_t k = 0; k < V::kAccumulators; ++k) {
      V::store(lanes + k * V::kLanes, grads[k]);
      V::store(lanes + kStep + k * V::kLanes, products[k]);
    }
    T grad = fold<Sum>(lanes, kStep), product = fold<Sum>(lanes + kStep, kStep);
    for (; i < end; ++i) {
      grad += g[i];
      product += g[i] * (x[i] - mean);
    }
    sums.grad += grad;
    sums.product += product;
  }
  return sums;
}

TensorBase doubles(int64_t count) { return empty_tensor({count}, kFloat64); }

template <class T>
class Forward {
 public:
  Forward(const TensorBase& out, const TensorBase& mean, const TensorBase& rstd, const TensorBase& x,
          const TensorBase& weight, const TensorBase& bias, double eps, bool training)
      : layout_(x),
        training_(training),
        eps_(eps),
        x_(cpu::read_as(x, dtype_of<T>)),
        weight_(cpu::read_as(weight, dtype_of<T>)),
        bias_(cpu::read_as(bias, dtype_of<T>)),
        mean_(training ? mean : cpu::read_as(mean, dtype_of<T>)),
        rstd_(training ? rstd : cpu::read_as(rstd, dtype_of<T>)),
        out_(out, dtype_of<T>),
        means_(mean_, dtype_of<T>),
        rstds_(rstd_, dtype_of<T>),
        affine_(empty_tensor({2 * layout_.channels}, dtype_of<T>)) {}

  void run() {
    layout_.is_rows() ? run_rows() : run_planes();
    out_.finish();
    if (training_) means_.finish(), rstds_.finish();
  }

 private:
  /// Turns a channel's moments into mean and rstd, and those into the scale and shift of its elements.
  void finish_channel(int64_t c, const Moments& moments) {
    if (training_) {
      means_.template data<T>()[c] = static_cast<T>(moments.mean);
      rstds_.template data<T>()[c] = static_cast<T>(1 / std::sqrt(moments.squares / moments.count + eps_));
    }
    const T mean = means_.template data<T>()[c], rstd = rstds_.template data<T>()[c];
    const T* weight = data_or_null<T>(weight_);
    const T* bias = data_or_null<T>(bias_);
    scale()[c] = weight ? rstd * weight[c] : rstd;
    shift()[c] = (bias ? bias[c] : T(0)) - mean * scale()[c];
  }
  T* scale() const { return reinterpret_cast<T*>(affine_.raw_data()); }
  T* shift() const { return scale() + layout_.channels; }

  void run_planes() {
    const T* x = data_or_null<T>(x_);
    T* out = out_.template data<T>();
    const int64_t samples = layout_.samples, plane = layout_.plane;
    const TensorBase partial =
        empty_tensor({samples * layout_.channels * static_cast<int64_t>(sizeof(Moments))}, kUInt8);
    auto* moments = reinterpret_cast<Moments*>(partial.raw_data());
    for_each_plane(
        layout_,
        [&](int64_t n, int64_t c) {
          if (training_) moments[c * samples + n] = plane_moments(x + layout_.at(n, c), plane);
        },
        [&](int64_t c) {
          Moments all;
          for (int64_t n = 0; training_ && n < samples; ++n) all.add(moments[c * samples + n]);
          finish_channel(c, all);
        },
        [&](int64_t n, int64_t c) {
          const T a = scale()[c], b = shift()[c];
          const T* from = x + layout_.at(n, c);
          T* to = out + layout_.at(n, c);
          for (int64_t i = 0; i < plane; ++i) to[i] = from[i] * a + b;
        });
  }

  void run_rows() {
    const T* x = data_or_null<T>(x_);
    T* out = out_.template data<T>();
    const int64_t channels = layout_.channels;
    // For each chunk, each channel's mean and squares.
    const TensorBase partial = empty_tensor({layout_.chunks() * 2 * channels}, dtype_of<T>);
    T* partials = reinterpret_cast<T*>(partial.raw_data());
    for_each_chunk(
        layout_,
        [&](int64_t chunk, int64_t first, int64_t last) {
          if (!training_) return;
          T* mean = partials + chunk * 2 * channels;
          T* squares = mean + channels;
          fold_rows<Sum>(mean, x + first * channels, last - first, channels, channels);
          for (int64_t c = 0; c < channels; ++c) {
            mean[c] /= static_cast<T>(last - first);
            squares[c] = 0;
          }
          for (int64_t row = first; row < last; ++row) {
            const T* from = x + row * channels;
            for (int64_t c = 0; c < channels; ++c) squares[c] += (from[c] - mean[c]) * (from[c] - mean[c]);
          }
        },
        [&] {
          for (int64_t c = 0; c < channels; ++c) {
            Moments all;
            for (int64_t chunk = 0; training_ && chunk < layout_.chunks(); ++chunk) {
              const T* mean = partials + chunk * 2 * channels;
              const int64_t left = layout_.count() - chunk * layout_.rows_in_chunk();
              const auto count = static_cast<double>(std::min(layout_.rows_in_chunk(), left));
              all.add({count, mean[c], mean[channels + c]});
            }
            finish_channel(c, all);
          }
        },
        [&](int64_t first, int64_t last) {
          const T *scales = scale(), *shifts = shift();
          for (int64_t row = first; row < last; ++row) {
            const T* from = x + row * channels;
            T* to = out + row * channels;
            for (int64_t c = 0; c < channels; ++c) to[c] = from[c] * scales[c] + shifts[c];
          }
        });
  }

  Layout layout_;
  bool training_;
  double eps_;
  TensorBase x_, weight_, bias_, mean_, rstd_;
  cpu::WriteAs out_, means_, rstds_;
  TensorBase affine_;
};

template <class T>
class Backward {
 public:
  Backward(const TensorBase& grad_x, const TensorBase& grad_weight, const TensorBase& grad_bias, const TensorBase& grad,
           const TensorBase& x, const TensorBase& mean, const TensorBase& rstd, const TensorBase& weight, bool training)
      : layout_(x),
        training_(training),
        x_(cpu::read_as(x, dtype_of<T>)),
        grad_(cpu::read_as(grad, dtype_of<T>)),
        mean_(cpu::read_as(mean, dtype_of<T>)),
        rstd_(cpu::read_as(rstd, dtype_of<T>)),
        weight_(cpu::read_as(weight, dtype_of<T>)),
        grad_x_(grad_x, dtype_of<T>),
        grad_weight_(grad_weight, dtype_of<T>),
        grad_bias_(grad_bias, dtype_of<T>),
        factors_(empty_tensor({3 * layout_.channels}, dtype_of<T>)) {}

  void run() {
    layout_.is_rows() ? run_rows() : run_planes();
    grad_x_.finish(), grad_weight_.finish(), grad_bias_.finish();
  }

 private:
  /// Turns a channel's sums into its parameters' gradients and the factors of
  /// grad_x = scale * grad + slope * (x - mean) + shift.
  void finish_channel(int64_t c, const GradientSums& sums) {
    const T rstd = data_or_null<T>(rstd_)[c];
    const T* weight = data_or_null<T>(weight_);
    if (T* to = grad_weight_.template data<T>()) to[c] = static_cast<T>(sums.product * rstd);
    if (T* to = grad_bias_.template data<T>()) to[c] = static_cast<T>(sums.grad);
    const T a = weight ? rstd * weight[c] : rstd;
    const double count = static_cast<double>(layout_.count());
    scale()[c] = a;
    slope()[c] = training_ ? static_cast<T>(-a * sums.product * rstd * rstd / count) : T(0);
    shift()[c] = training_ ? static_cast<T>(-a * sums.grad / count) : T(0);
  }
  T* scale() const { return reinterpret_cast<T*>(factors_.raw_data()); }
  T* slope() const { return scale() + layout_.channels; }
  T* shift() const { return slope() + layout_.channels; }

  void run_planes() {
    const T* x = data_or_null<T>(x_);
    const T* grad = data_or_null<T>(grad_);
    const T* means = data_or_null<T>(mean_);
    T* grad_x = grad_x_.template data<T>();
    const int64_t samples = layout_.samples, plane = layout_.plane;
    const TensorBase partial = doubles(samples * layout_.channels * 2);
    auto* sums = reinterpret_cast<GradientSums*>(partial.raw_data());
    for_each_plane(
        layout_,
        [&](int64_t n, int64_t c) {
          const int64_t at = layout_.at(n, c);
          sums[c * samples + n] = plane_sums(grad + at, x + at, means[c], plane);
        },
        [&](int64_t c) {
          GradientSums all;
          for (int64_t n = 0; n < samples; ++n) {
            all.grad += sums[c * samples + n].grad;
            all.product += sums[c * samples + n].product;
          }
          finish_channel(c, all);
        },
        [&](int64_t n, int64_t c) {
          if (!grad_x) return;
          const int64_t at = layout_.at(n, c);
          const T a = scale()[c], b = slope()[c], shifted = shift()[c], mean = means[c];
          for (int64_t i = at; i < at + plane; ++i) grad_x[i] = a * grad[i] + (b * (x[i] - mean) + shifted);
        });
  }

  void run_rows() {
    const T* x = data_or_null<T>(x_);
    const T* grad = data_or_null<T>(grad_);
    const T* means = data_or_null<T>(mean_);
    T* grad_x = grad_x_.template data<T>();
    const int64_t channels = layout_.channels;
    const TensorBase partial = empty_tensor({layout_.chunks() * 2 * channels}, dtype_of<T>);
    T* partials = reinterpret_cast<T*>(partial.raw_data());
    for_each_chunk(
        layout_,
        [&](int64_t chunk, int64_t first, int64_t last) {
          T* grads = partials + chunk * 2 * channels;
          T* products = grads + channels;
          fold_rows<Sum>(grads, grad + first * channels, last - first, channels, channels);
          for (int64_t c = 0; c < channels; ++c) products[c] = 0;
          for (int64_t row = first; row < last; ++row) {
            const int64_t at = row * channels;
            for (int64_t c = 0; c < channels; ++c) products[c] += grad[at + c] * (x[at + c] - means[c]);
          }
        },
        [&] {
          for (int64_t c = 0; c < channels; ++c) {
            GradientSums all;
            for (int64_t chunk = 0; chunk < layout_.chunks(); ++chunk) {
              all.grad += partials[chunk * 2 * channels + c];
              all.product += partials[(chunk * 2 + 1) * channels + c];
            }
            finish_channel(c, all);
          }
        },
        [&](int64_t first, int64_t last) {
          const T *a = scale(), *b = slope(), *shifted = shift();
          for (int64_t row = first; grad_x && row < last; ++row) {
            const T *gs = grad + row * channels, *xs = x + row * channels;
            T* to = grad_x + row * channels;
            for (int64_t c = 0; c < channels; ++c) to[c] = a[c] * gs[c] + (b[c] * (xs[c] - means[c]) + shifted[c]);
          }
        });
  }

  Layout layout_;
  bool training_;
  TensorBase x_, grad_, mean_, rstd_, weight_;
  cpu::WriteAs grad_x_, grad_weight_, grad_bias_;
  TensorBase factors_;
};

void batch_norm(const TensorBase& out, const TensorBase& mean, const TensorBase& rstd, const TensorBase& x,
                const TensorBase& weight, const TensorBase& bias, double eps, bool training) {
  if (!is_floating_point(x.dtype())) cpu::fail_dtype("batch_norm", x.dtype());
  x.dtype() == kFloat64 ? Forward<double>(out, mean, rstd, x, weight, bias, eps, training).run()
                        : Forward<float>(out, mean, rstd, x, weight, bias, eps, training).run();
}

void batch_norm_backward(const TensorBase& grad_x, const TensorBase& grad_weight, const TensorBase& grad_bias,
                         const TensorBase& grad, const TensorBase& x, const TensorBase& mean, const TensorBase& rstd,
                         const TensorBase& weight, bool training) {
  if (!is_floating_point(x.dtype())) cpu::fail_dtype("batch_norm_backward", x.dtype());
  x.dtype() == kFloat64 ? Backward<double>(grad_x, grad_weight, grad_bias, grad, x, mean, rstd, weight, training).run()
                        : Backward<float>(grad_x, grad_weight, grad_bias, grad, x, mean, rstd, weight, training).run();
}

}  // namespace

void register_batch_norm() {
  kernels::batch_norm[kCPU] = batch_norm;
  kernels::batch_norm_backward[kCPU] = batch_norm_backward;
}

}  // namespace ember::EMBER_ISA
