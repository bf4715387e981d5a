// softmax and log_softmax along a dim, and their derivatives. A block of short rows shares one run of exponentials.
#include <math.h>

#include "core/backend.h"
#include "core/cpu/cpu_kernels.h"
#include "core/cpu/families.h"
#include "core/cpu/vector.h"
#include "core/cpu/vector_math.h"
#include "core/rows.h"

namespace ember::EMBER_ISA {

namespace {

/// exp(x - max) of each row; a row that is all -inf becomes NaN.
template <class T>
void softmax_rows(T* out, const T* x, int64_t rows, int64_t length) {
  for (int64_t row = 0; row < rows; ++row) {
    const T* from = x + row * length;
    T* to = out + row * length;
    const T max = fold<Max>(from, length);
    for (int64_t i = 0; i < length; ++i) to[i] = from[i] - max;
  }
  exp_run(out, out, rows * length);
  for (int64_t row = 0; row < rows; ++row) {
    T* to = out + row * length;
    const T sum = fold<Sum>(to, length);
    for (int64_t i = 0; i < length; ++i) to[i] /= sum;
  }
}

/// Calls f(from, count) on pieces of a row that fit a buffer, and adds what it puts there.
template <class T, class F>
T sum_of(T* buffer, int64_t length, F fill) {
  T sum = 0;
  for (int64_t i = 0; i < length; i += kRowBlock) {
    const int64_t count = length - i < kRowBlock ? length - i : kRowBlock;
    fill(buffer, i, count);
    sum += fold<Sum>(buffer, count);
  }
  return sum;
}

template <class T>
void log_softmax_rows(T* out, const T* x, int64_t rows, int64_t length) {
  T buffer[kRowBlock], maxima[kRowBlock];
  for (int64_t row = 0; row < rows; ++row) maxima[row] = fold<Max>(x + row * length, length);
  const bool is_one_run = rows * length <= kRowBlock;
  if (is_one_run) {
    for (int64_t row = 0; row < rows; ++row)
      for (int64_t i = 0; i < length; ++i) buffer[row * length + i] = x[row * length + i] - maxima[row];
    exp_run(buffer, buffer, rows * length);
  }
  for (int64_t row = 0; row < rows; ++row) {
    const T* from = x + row * length;
    T* to = out + row * length;
    const T max = maxima[row];
    const T sum = is_one_run ? fold<Sum>(buffer + row * length, length)
                             : sum_of(buffer, length, [&](T* run, int64_t first, int64_t count) {
                                 for (int64_t i = 0; i < count; ++i) run[i] = from[first + i] - max;
                                 exp_run(run, run, count);
                               });
    const T log_sum = static_cast<T>(::log(static_cast<double>(sum)));
    for (int64_t i = 0; i < length; ++i) to[i] = (from[i] - max) - log_sum;
  }
}

template <class T>
void softmax_backward_rows(T* out, const T* grad, const T* y, int64_t rows, int64_t length) {
  T buffer[kRowBlock];
  for (int64_t row = 0; row < rows; ++row, out += length, grad += length, y += length) {
    const T dot = sum_of(buffer, length, [&](T* run, int64_t first, int64_t count) {
      for (int64_t i = 0; i < count; ++i) run[i] = grad[first + i] * y[first + i];
    });
    for (int64_t i = 0; i < length; ++i) out[i] = y[i] * (grad[i] - dot);
  }
}

template <class T>
void log_softmax_backward_rows(T* out, const T* grad, const T* y, int64_t rows, int64_t length) {
  T buffer[kRowBlock];
  const bool is_one_run = rows * length <= kRowBlock;
  if (is_one_run) exp_run(buffer, y, rows * length);
  for (int64_t row = 0; row < rows; ++row, out += length, grad += length, y += length) {
    const T sum = fold<Sum>(grad, length);
    for (int64_t first = 0; first < length; first += kRowBlock) {
      const int64_t count = length - first < kRowBlock ? length - first : kRowBlock;
      T* run = is_one_run ? buffer + row * length : buffer;
      if (!is_one_run) exp_run(run, y + first, count);
      for (int64_t i = 0; i < count; ++i) out[first + i] = grad[first + i] - run[i] * sum;
    }
  }
}

int64_t row_length(const Tensor& x, int64_t dim) { return x.dim() == 0 ? 1 : x.sizes()[static_cast<size_t>(dim)]; }

template <class T>
using Forward = void(T* out, const T* x, int64_t rows, int64_t length);
template <class T>
using Backward = void(T* out, const T* grad, const T* y, int64_t rows, int64_t length);

template <class T, Forward<T> kRows>
void forward_as(const Tensor& out, const Tensor& x, int64_t dim) {
  const Tensor* in[] = {&x};
  const int64_t length = row_length(x, dim);
  for_each_row(out, in, dim, dtype_of<T>, [&](char* to, const char* const* from, int64_t rows) {
    kRows(reinterpret_cast<T*>(to), reinterpret_cast<const T*>(from[0]), rows, length);
  });
}

template <class T, Backward<T> kRows>
void backward_as(const Tensor& out, const Tensor& grad, const Tensor& y, int64_t dim) {
  const Tensor* in[] = {&grad, &y};
  const int64_t length = row_length(y, dim);
  for_each_row(out, in, dim, dtype_of<T>, [&](char* to, const char* const* from, int64_t rows) {
    kRows(reinterpret_cast<T*>(to), reinterpret_cast<const T*>(from[0]), reinterpret_cast<const T*>(from[1]), rows,
          length);
  });
}

/// float64 for float64 results, float32 for other floats.
bool is_double(const char* op, const Tensor& out) {
  if (!is_floating_point(out.dtype())) cpu::fail_dtype(op, out.dtype());
  return out.dtype() == kFloat64;
}

void softmax(const Tensor& out, const Tensor& x, int64_t dim) {
  is_double("softmax", out) ? forward_as<double, softmax_rows<double>>(out, x, dim)
                            : forward_as<float, softmax_rows<float>>(out, x, dim);
}

void log_softmax(const Tensor& out, const Tensor& x, int64_t dim) {
  is_double("log_softmax", out) ? forward_as<double, log_softmax_rows<double>>(out, x, dim)
                                : forward_as<float, log_softmax_rows<float>>(out, x, dim);
}

void softmax_backward(const Tensor& out, const Tensor& grad, const Tensor& y, int64_t dim) {
  is_double("softmax_backward", out) ? backward_as<double, softmax_backward_rows<double>>(out, grad, y, dim)
                                     : backward_as<float, softmax_backward_rows<float>>(out, grad, y, dim);
}

void log_softmax_backward(const Tensor& out, const Tensor& grad, const Tensor& y, int64_t dim) {
  is_double("log_softmax_backward", out) ? backward_as<double, log_softmax_backward_rows<double>>(out, grad, y, dim)
                                         : backward_as<float, log_softmax_backward_rows<float>>(out, grad, y, dim);
}

}  // namespace

void register_softmax(Backend& table) {
  table.softmax = softmax;
  table.log_softmax = log_softmax;
  table.softmax_backward = softmax_backward;
  table.log_softmax_backward = log_softmax_backward;
}

}  // namespace ember::EMBER_ISA
