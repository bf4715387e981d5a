// Normalisation over groups of channels, and by the root of the mean square.
#include <algorithm>
#include <cmath>

#include "core/cpu/cpu_kernels.h"
#include "core/cpu/families.h"
#include "core/cpu/staging.h"
#include "ember/core/kernels/normalization.h"
#include "ember/core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

template <class T>
T* data(const TensorBase& x) {
  return x.defined() ? reinterpret_cast<T*>(x.raw_data()) : nullptr;
}

/// Sums in T within a chunk, in double across them: exact enough and as fast as sums in T.
constexpr int64_t kChunk = 1024;

/// The sum of f(i) for i < count.
template <class T, class F>
double sum_of(int64_t count, F f) {
  double total = 0;
  for (int64_t begin = 0; begin < count; begin += kChunk) {
    const int64_t end = std::min(begin + kChunk, count);
    T sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int64_t i = begin; i < end; ++i) sum += f(i);
    total += static_cast<double>(sum);
  }
  return total;
}

int64_t grain(int64_t elements) { return std::max<int64_t>(1, kGrain / std::max<int64_t>(1, elements)); }

template <class T>
void group_norm_as(const TensorBase& out, const TensorBase& mean, const TensorBase& rstd, const TensorBase& x,
                   const TensorBase& weight, const TensorBase& bias, double eps) {
  const int64_t channels = x.sizes()[1], elements = x.sizes()[2], groups = mean.sizes()[1];
  const int64_t each = channels / groups, size = each * elements;
  const T *from = data<T>(x), *scale = data<T>(weight), *shift = data<T>(bias);
  parallel_for(0, mean.numel(), grain(size), [&](int64_t first, int64_t last) {
    for (int64_t group = first; group < last; ++group) {
      const T* in = from + group * size;
      const double n = static_cast<double>(size), m = sum_of<T>(size, [=](int64_t i) { return in[i]; }) / n;
      const T middle = static_cast<T>(m);
      const double squares = sum_of<T>(size, [=](int64_t i) { return (in[i] - middle) * (in[i] - middle); });
      const double variance = squares / n, r = 1 / std::sqrt(variance + eps);
      data<T>(mean)[group] = middle;
      data<T>(rstd)[group] = static_cast<T>(r);
      for (int64_t c = 0; c < each; ++c) {
        const int64_t channel = group % groups * each + c;
        const T a = static_cast<T>(r) * (scale ? scale[channel] : T(1)), b = shift ? shift[channel] : T(0);
        const T* row = in + c * elements;
        T* to = data<T>(out) + group * size + c * elements;
#pragma GCC ivdep
        for (int64_t i = 0; i < elements; ++i) to[i] = (row[i] - middle) * a + b;
      }
    }
  });
}

template <class T>
void group_norm_backward_as(const TensorBase& grad_x, const TensorBase& grad_weight, const TensorBase& grad_bias,
                            const TensorBase& grad, const TensorBase& x, const TensorBase& mean, const TensorBase& rstd,
                            const TensorBase& weight) {
  const int64_t images = x.sizes()[0], channels = x.sizes()[1], elements = x.sizes()[2], groups = mean.sizes()[1];
  const int64_t each = channels / groups, size = each * elements;
  const T *from = data<T>(x), *g = data<T>(grad), *scale = data<T>(weight);
  // Of each image's channel: the sums of the gradient, and of the gradient times the normalised input.
  std::vector<double> sums(images * channels), products(images * channels);
  parallel_for(0, mean.numel(), grain(2 * size), [&](int64_t first, int64_t last) {
    for (int64_t group = first; group < last; ++group) {
      const T middle = data<T>(mean)[group], r = data<T>(rstd)[group];
      double sum = 0, product = 0;
      for (int64_t c = 0; c < each; ++c) {
        const int64_t at = group * each + c;
        const T *in = from + at * elements, *dy = g + at * elements;
        sums[at] = sum_of<T>(elements, [=](int64_t i) { return dy[i]; });
        products[at] = sum_of<T>(elements, [=](int64_t i) { return dy[i] * (in[i] - middle); }) * r;
        const double w = scale ? scale[at % channels] : 1;
        sum += w * sums[at];
        product += w * products[at];
      }
      if (!grad_x.defined()) continue;
      const T a = static_cast<T>(sum / static_cast<double>(size)) * r;
      const T b = static_cast<T>(product / static_cast<double>(size)) * r * r;
      for (int64_t c = 0; c < each; ++c) {
        const int64_t at = group * each + c;
        const T *in = from + at * elements, *dy = g + at * elements, w = (scale ? scale[at % channels] : T(1)) * r;
        T* to = data<T>(grad_x) + at * elements;
#pragma GCC ivdep
        for (int64_t i = 0; i < elements; ++i) to[i] = w * dy[i] - a - b * (in[i] - middle);
      }
    }
  });
  const auto over_images = [&](const TensorBase& result, const std::vector<double>& values) {
    if (!result.defined()) return;
    for (int64_t c = 0; c < channels; ++c) {
      double sum = 0;
      for (int64_t n = 0; n < images; ++n) sum += values[n * channels + c];
      data<T>(result)[c] = static_cast<T>(sum);
    }
  };
  over_images(grad_weight, products);
  over_images(grad_bias, sums);
}

template <class T>
void rms_norm_as(const TensorBase& out, const TensorBase& rstd, const TensorBase& x, const TensorBase& weight,
                 double eps) {
  const int64_t columns = x.sizes()[1];
  const T* scale = data<T>(weight);
  parallel_for(0, x.sizes()[0], grain(columns), [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      const T* in = data<T>(x) + row * columns;
      T* to = data<T>(out) + row * columns;
      const double squares = sum_of<T>(columns, [=](int64_t i) { return in[i] * in[i]; });
      const T r = static_cast<T>(1 / std::sqrt(squares / static_cast<double>(columns) + eps));
      data<T>(rstd)[row] = r;
      if (scale) {
#pragma GCC ivdep
        for (int64_t i = 0; i < columns; ++i) to[i] = in[i] * r * scale[i];
      } else {
#pragma GCC ivdep
        for (int64_t i = 0; i < columns; ++i) to[i] = in[i] * r;
      }
    }
  });
}

template <class T>
void rms_norm_backward_as(const TensorBase& grad_x, const TensorBase& grad_weight, const TensorBase& grad,
                          const TensorBase& x, const TensorBase& rstd, const TensorBase& weight) {
  const int64_t rows = x.sizes()[0], columns = x.sizes()[1];
  const T* scale = data<T>(weight);
  parallel_for(0, grad_x.defined() ? rows : 0, grain(2 * columns), [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      const T *in = data<T>(x) + row * columns, *dy = data<T>(grad) + row * columns, r = data<T>(rstd)[row];
      T* to = data<T>(grad_x) + row * columns;
      const double product = scale ? sum_of<T>(columns, [=](int64_t i) { return dy[i] * scale[i] * in[i]; })
                                   : sum_of<T>(columns, [=](int64_t i) { return dy[i] * in[i]; });
      const T b = static_cast<T>(product * r * r / static_cast<double>(columns)) * r;
      if (scale) {
#pragma GCC ivdep
        for (int64_t i = 0; i < columns; ++i) to[i] = dy[i] * scale[i] * r - in[i] * b;
      } else {
#pragma GCC ivdep
        for (int64_t i = 0; i < columns; ++i) to[i] = dy[i] * r - in[i] * b;
      }
    }
  });
  if (!grad_weight.defined()) return;
  constexpr int64_t kColumns = 64;  // each thread sums columns of its own, so threads do not change the bits
  parallel_for(0, columns, std::max(kColumns, grain(rows) / kColumns * kColumns), [&](int64_t first, int64_t last) {
    for (int64_t begin = first; begin < last; begin += kColumns) {
      const int64_t count = std::min(kColumns, last - begin);
      T sum[kColumns] = {};
      for (int64_t row = 0; row < rows; ++row) {
        const T *in = data<T>(x) + row * columns + begin, *dy = data<T>(grad) + row * columns + begin;
        const T r = data<T>(rstd)[row];
#pragma GCC ivdep
        for (int64_t i = 0; i < count; ++i) sum[i] += dy[i] * in[i] * r;
      }
      std::copy(sum, sum + count, data<T>(grad_weight) + begin);
    }
  });
}

template <class F>
void visit(const char* op, const TensorBase& x, F f) {
  if (!is_floating_point(x.dtype())) cpu::fail_dtype(op, x.dtype());
  compute_dtype(x.dtype()) == kFloat64 ? f.template operator()<double>() : f.template operator()<float>();
}

void group_norm(const TensorBase& out, const TensorBase& mean, const TensorBase& rstd, const TensorBase& x,
                const TensorBase& weight, const TensorBase& bias, double eps) {
  visit("group_norm", x, [&]<class T> {
    const cpu::WriteAs y(out, dtype_of<T>);
    group_norm_as<T>(y.tensor(), mean, rstd, cpu::read_as(x, dtype_of<T>), weight, bias, eps);
    y.finish();
  });
}

void group_norm_backward(const TensorBase& grad_x, const TensorBase& grad_weight, const TensorBase& grad_bias,
                         const TensorBase& grad, const TensorBase& x, const TensorBase& mean, const TensorBase& rstd,
                         const TensorBase& weight) {
  visit("group_norm", x, [&]<class T> {
    const cpu::WriteAs to(grad_x, dtype_of<T>), scale(grad_weight, dtype_of<T>), shift(grad_bias, dtype_of<T>);
    const TensorBase g = cpu::read_as(grad, dtype_of<T>), in = cpu::read_as(x, dtype_of<T>);
    group_norm_backward_as<T>(to.tensor(), scale.tensor(), shift.tensor(), g, in, mean, rstd, weight);
    to.finish(), scale.finish(), shift.finish();
  });
}

void rms_norm(const TensorBase& out, const TensorBase& rstd, const TensorBase& x, const TensorBase& weight,
              double eps) {
  visit("rms_norm", x, [&]<class T> {
    const cpu::WriteAs y(out, dtype_of<T>);
    rms_norm_as<T>(y.tensor(), rstd, cpu::read_as(x, dtype_of<T>), weight, eps);
    y.finish();
  });
}

void rms_norm_backward(const TensorBase& grad_x, const TensorBase& grad_weight, const TensorBase& grad,
                       const TensorBase& x, const TensorBase& rstd, const TensorBase& weight) {
  visit("rms_norm", x, [&]<class T> {
    const cpu::WriteAs to(grad_x, dtype_of<T>), scale(grad_weight, dtype_of<T>);
    const TensorBase g = cpu::read_as(grad, dtype_of<T>), in = cpu::read_as(x, dtype_of<T>);
    rms_norm_backward_as<T>(to.tensor(), scale.tensor(), g, in, rstd, weight);
    to.finish(), scale.finish();
  });
}

}  // namespace

void register_group_norm() {
  kernels::group_norm[kCPU] = group_norm;
  kernels::group_norm_backward[kCPU] = group_norm_backward;
  kernels::rms_norm[kCPU] = rms_norm;
  kernels::rms_norm_backward[kCPU] = rms_norm_backward;
}

}  // namespace ember::EMBER_ISA
