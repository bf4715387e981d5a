// layer_norm over the last `columns` elements of contiguous rows, Ba et al. 2016.
#include <algorithm>
#include <cmath>

#include "core/cpu/cpu_kernels.h"
#include "core/cpu/normalization_families.h"
#include "core/cpu/staging.h"
#include "core/cpu/vector.h"
#include "ember/core/kernels/normalization.h"
#include "ember/core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

/// Rows whose weight gradients are summed one after another, before such sums are.
constexpr int64_t kRows = 32;

int64_t row_grain(int64_t columns) { return std::max<int64_t>(1, kGrain / 2 / std::max<int64_t>(columns, 1)); }

template <class T>
void normalize_row(T* out, const T* x, const T* weight, const T* bias, T mean, T rstd, int64_t columns) {
  if (weight && bias) {
    for (int64_t j = 0; j < columns; ++j) out[j] = (x[j] - mean) * rstd * weight[j] + bias[j];
  } else {
    for (int64_t j = 0; j < columns; ++j) {
      const T scaled = (x[j] - mean) * rstd * (weight ? weight[j] : T(1));
      out[j] = scaled + (bias ? bias[j] : T(0));
    }
  }
}

template <class T>
void forward_as(const TensorBase& out, const TensorBase& mean, const TensorBase& rstd, const TensorBase& x,
                const TensorBase& weight, const TensorBase& bias, double eps) {
  const int64_t rows = mean.numel(), columns = rows == 0 ? 0 : x.numel() / rows;
  const TensorBase from = cpu::read_as(x, dtype_of<T>), w = cpu::read_as(weight, dtype_of<T>),
                   b = cpu::read_as(bias, dtype_of<T>);
  const cpu::WriteAs to(out, dtype_of<T>), means(mean, dtype_of<T>), rstds(rstd, dtype_of<T>);
  parallel_for(0, rows, row_grain(columns), [&](int64_t first, int64_t last) {
    for (int64_t row = first; row < last; ++row) {
      const T* xs = data_or_null<T>(from) + row * columns;
      const T center = fold<Sum>(xs, columns) / static_cast<T>(columns);
      const T squares = fold<Sum>(xs, columns, [center](auto v) { return (v - center) * (v - center); });
      const T scale = T(1) / std::sqrt(squares / static_cast<T>(columns) + static_cast<T>(eps));
      means.data<T>()[row] = center;
      rstds.data<T>()[row] = scale;
      normalize_row(to.data<T>() + row * columns, xs, data_or_null<T>(w), data_or_null<T>(b), center, scale, columns);
    }
  });
  to.finish(), means.finish(), rstds.finish();
}

/// One row's gradient; `scaled` holds grad * weight.
template <class T>
void backward_row(T* grad_x, const T* scaled, const T* x, T mean, T rstd, int64_t columns, T* products) {
  for (int64_t j = 0; j < columns; ++j) products[j] = scaled[j] * (x[j] - mean);
  const T sum = fold<Sum>(scaled, columns), dot = fold<Sum>(products, columns);
  const T n = static_cast<T>(columns), shift = sum / n, slope = dot * rstd * rstd / n;
  for (int64_t j = 0; j < columns; ++j) grad_x[j] = rstd * (scaled[j] - shift - (x[j] - mean) * slope);
}

template <class T>
void backward_as(const TensorBase& grad_x, const TensorBase& grad_weight, const TensorBase& grad_bias,
                 const TensorBase& grad, const TensorBase& x, const TensorBase& mean, const TensorBase& rstd,
                 const TensorBase& weight) {
  const int64_t rows = mean.numel();
  const TensorBase& parameter = grad_weight.defined() ? grad_weight : grad_bias;
  const int64_t columns = rows > 0 ? x.numel() / rows : parameter.defined() ? parameter.numel() : 0;
  const TensorBase from = cpu::read_as(x, dtype_of<T>), g = cpu::read_as(grad, dtype_of<T>),
                   w = cpu::read_as(weight, dtype_of<T>);
  const TensorBase centers = cpu::read_as(mean, dtype_of<T>), scales = cpu::read_as(rstd, dtype_of<T>);
  const cpu::WriteAs to(grad_x, dtype_of<T>), to_weight(grad_weight, dtype_of<T>), to_bias(grad_bias, dtype_of<T>);
  const bool wants_parameters = grad_weight.defined() || grad_bias.defined();
  const int64_t chunks = (rows + kRows - 1) / kRows;
  // Each chunk's sums for weight and bias, side by side; a chunk of no rows gives an empty input its zeros.
  const TensorBase partial =
      empty_tensor({wants_parameters ? std::max<int64_t>(chunks, 1) * 2 * columns : 0}, dtype_of<T>);
  T* partials = reinterpret_cast<T*>(partial.raw_data());
  parallel_for(0, chunks, std::max<int64_t>(1, row_grain(columns) / kRows), [&](int64_t first, int64_t last) {
    const TensorBase scratch = empty_tensor({2 * columns}, dtype_of<T>);
    T* scaled = reinterpret_cast<T*>(scratch.raw_data());
    T* products = scaled + columns;
    const T* weights = data_or_null<T>(w);
    for (int64_t chunk = first; chunk < last; ++chunk) {
      T* weight_sums = wants_parameters ? partials + chunk * 2 * columns : nullptr;
      T* bias_sums = weight_sums + columns;
      for (int64_t j = 0; wants_parameters && j < 2 * columns; ++j) weight_sums[j] = 0;
      for (int64_t row = chunk * kRows; row < std::min(rows, (chunk + 1) * kRows); ++row) {
        const T* xs = data_or_null<T>(from) + row * columns;
        const T* gs = data_or_null<T>(g) + row * columns;
        const T center = data_or_null<T>(centers)[row], scale = data_or_null<T>(scales)[row];
        if (wants_parameters) {
          for (int64_t j = 0; j < columns; ++j) {
            weight_sums[j] += gs[j] * ((xs[j] - center) * scale);
            bias_sums[j] += gs[j];
          }
        }
        if (!grad_x.defined()) continue;
        if (weights)
          for (int64_t j = 0; j < columns; ++j) scaled[j] = gs[j] * weights[j];
        backward_row(to.data<T>() + row * columns, weights ? scaled : gs, xs, center, scale, columns, products);
      }
    }
  });
  if (wants_parameters) {
    for (int64_t j = 0; chunks == 0 && j < 2 * columns; ++j) partials[j] = 0;
    parallel_for(
        0, 2 * columns, std::max<int64_t>(64, kGrain / std::max<int64_t>(chunks, 1)), [&](int64_t first, int64_t last) {
          fold_rows<Sum>(partials + first, partials + first, std::max<int64_t>(chunks, 1), last - first, 2 * columns);
        });
    T *weight_sums = to_weight.data<T>(), *bias_sums = to_bias.data<T>();
    for (int64_t j = 0; weight_sums && j < columns; ++j) weight_sums[j] = partials[j];
    for (int64_t j = 0; bias_sums && j < columns; ++j) bias_sums[j] = partials[columns + j];
  }
  to.finish(), to_weight.finish(), to_bias.finish();
}

void layer_norm(const TensorBase& out, const TensorBase& mean, const TensorBase& rstd, const TensorBase& x,
                const TensorBase& weight, const TensorBase& bias, double eps) {
  if (!is_floating_point(x.dtype())) cpu::fail_dtype("layer_norm", x.dtype());
  x.dtype() == kFloat64 ? forward_as<double>(out, mean, rstd, x, weight, bias, eps)
                        : forward_as<float>(out, mean, rstd, x, weight, bias, eps);
}

void layer_norm_backward(const TensorBase& grad_x, const TensorBase& grad_weight, const TensorBase& grad_bias,
                         const TensorBase& grad, const TensorBase& x, const TensorBase& mean, const TensorBase& rstd,
                         const TensorBase& weight) {
  if (!is_floating_point(x.dtype())) cpu::fail_dtype("layer_norm_backward", x.dtype());
  x.dtype() == kFloat64 ? backward_as<double>(grad_x, grad_weight, grad_bias, grad, x, mean, rstd, weight)
                        : backward_as<float>(grad_x, grad_weight, grad_bias, grad, x, mean, rstd, weight);
}

}  // namespace

void register_layer_norm() {
  kernels::layer_norm[kCPU] = layer_norm;
  kernels::layer_norm_backward[kCPU] = layer_norm_backward;
}

}  // namespace ember::EMBER_ISA
