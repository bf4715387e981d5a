#include <algorithm>

#include "core/cpu/families.h"
#include "core/cpu/vector.h"
#include "core/cpu/vector_math.h"
#include "ember/core/kernels/loss.h"
#include "ember/core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

constexpr int64_t kRun = 1024;
constexpr int64_t kGroup = 8, kColumns = 256;  // classes and samples of a block whose samples lie side by side

int64_t rows_at_once(int64_t classes) { return std::max<int64_t>(1, kGrain / 4 / std::max<int64_t>(classes, 1)); }

template <class T>
void cross_entropy_as(const TensorBase& losses, const TensorBase& logsumexp, const TensorBase& x,
                      const TensorBase& target) {
  const int64_t classes = x.sizes()[1];
  const auto* data = reinterpret_cast<const T*>(x.raw_data());
  const auto* labels = reinterpret_cast<const int64_t*>(target.raw_data());
  parallel_for(0, x.sizes()[0], rows_at_once(classes), [&](int64_t first, int64_t last) {
    T buffer[kRun];
    for (int64_t n = first; n < last; ++n) {
      const T* row = data + n * classes;
      const T top = fold<Max>(row, classes);
      T sum = 0;
      for (int64_t i = 0; i < classes; i += kRun) {
        const int64_t count = std::min(kRun, classes - i);
        for (int64_t c = 0; c < count; ++c) buffer[c] = row[i + c] - top;
        exp_run(buffer, buffer, count);
        sum += fold<Sum>(buffer, count);
      }
      const T log_sum = math::log(sum);
      reinterpret_cast<T*>(logsumexp.raw_data())[n] = top + log_sum;
      // The difference from the largest first: it is small where the sum of both would round.
      reinterpret_cast<T*>(losses.raw_data())[n] = log_sum - (row[labels[n]] - top);
    }
  });
}

template <class T>
void cross_entropy_backward_as(const TensorBase& grad_x, const TensorBase& grad, const TensorBase& x,
                               const TensorBase& logsumexp, const TensorBase& target) {
  const int64_t classes = x.sizes()[1];
  const auto* data = reinterpret_cast<const T*>(x.raw_data());
  const auto* grads = reinterpret_cast<const T*>(grad.raw_data());
  const auto* log_sums = reinterpret_cast<const T*>(logsumexp.raw_data());
  const auto* labels = reinterpret_cast<const int64_t*>(target.raw_data());
  parallel_for(0, x.sizes()[0], rows_at_once(classes), [&](int64_t first, int64_t last) {
    for (int64_t n = first; n < last; ++n) {
      const T* row = data + n * classes;
      T* to = reinterpret_cast<T*>(grad_x.raw_data()) + n * classes;
      const T shift = log_sums[n], factor = grads[n];
      if (factor == T(0)) {
        std::fill_n(to, classes, T(0));
        continue;
      }
#pragma GCC ivdep
      for (int64_t c = 0; c < classes; ++c) to[c] = math::exp(row[c] - shift) * factor;
      to[labels[n]] -= factor;
    }
  });
}

int64_t inner_size(const TensorBase& x) { return x.numel() / (x.sizes()[0] * x.sizes()[1]); }

/// Calls f(x_offset, sample, columns) for blocks of samples of x [N, C, inner], at most kColumns side by side.
template <class F>
void for_each_block(const TensorBase& x, F f) {
  const int64_t classes = x.sizes()[1], inner = inner_size(x), blocks = (inner + kColumns - 1) / kColumns;
  parallel_for(0, x.sizes()[0] * blocks, rows_at_once(classes * std::min(inner, kColumns)),
               [&](int64_t first, int64_t last) {
                 for (int64_t b = first; b < last; ++b) {
                   const int64_t n = b / blocks, column = (b - n * blocks) * kColumns;
                   f(n * classes * inner + column, n * inner + column, std::min(kColumns, inner - column));
                 }
               });
}

template <class T>
void cross_entropy_of_columns(const TensorBase& losses, const TensorBase& logsumexp, const TensorBase& x,
                              const TensorBase& target) {
  const int64_t classes = x.sizes()[1], inner = inner_size(x);
  for_each_block(x, [&](int64_t at, int64_t sample, int64_t columns) {
    const T* from = reinterpret_cast<const T*>(x.raw_data()) + at;
    const auto* labels = reinterpret_cast<const int64_t*>(target.raw_data()) + sample;
    T* loss = reinterpret_cast<T*>(losses.raw_data()) + sample;
    T* log_sums = reinterpret_cast<T*>(logsumexp.raw_data()) + sample;
    T buffer[kGroup * kColumns], tops[kColumns], part[kColumns], sums[kColumns] = {};
    fold_rows<Max>(tops, from, classes, columns, inner);
    for (int64_t first = 0; first < classes; first += kGroup) {
      const int64_t count = std::min(kGroup, classes - first);
      for (int64_t c = 0; c < count; ++c)
        for (int64_t j = 0; j < columns; ++j) buffer[c * columns + j] = from[(first + c) * inner + j] - tops[j];
      exp_run(buffer, buffer, count * columns);
      fold_rows<Sum>(part, buffer, count, columns, columns);
      for (int64_t j = 0; j < columns; ++j) sums[j] += part[j];
    }
    for (int64_t j = 0; j < columns; ++j) {
      sums[j] = math::log(sums[j]);
      log_sums[j] = tops[j] + sums[j];
    }
    for (int64_t j = 0; j < columns; ++j) loss[j] = sums[j] - (from[labels[j] * inner + j] - tops[j]);
  });
}

template <class T>
void cross_entropy_backward_of_columns(const TensorBase& grad_x, const TensorBase& grad, const TensorBase& x,
                                       const TensorBase& logsumexp, const TensorBase& target) {
  const int64_t classes = x.sizes()[1], inner = inner_size(x);
  for_each_block(x, [&](int64_t at, int64_t sample, int64_t columns) {
    const T* from = reinterpret_cast<const T*>(x.raw_data()) + at;
    T* to = reinterpret_cast<T*>(grad_x.raw_data()) + at;
    const T* factors = reinterpret_cast<const T*>(grad.raw_data()) + sample;
    const T* shifts = reinterpret_cast<const T*>(logsumexp.raw_data()) + sample;
    const auto* labels = reinterpret_cast<const int64_t*>(target.raw_data()) + sample;
    for (int64_t c = 0; c < classes; ++c) {
      const T* row = from + c * inner;
      T* result = to + c * inner;
#pragma GCC ivdep
      for (int64_t j = 0; j < columns; ++j) {
        const T slope = math::exp(row[j] - shifts[j]) * factors[j];
        result[j] = factors[j] == T(0) ? T(0) : slope;
      }
    }
    for (int64_t j = 0; j < columns; ++j) to[labels[j] * inner + j] -= factors[j];
  });
}

void cross_entropy(const TensorBase& losses, const TensorBase& logsumexp, const TensorBase& x,
                   const TensorBase& target) {
  const bool is_double = x.dtype() == kFloat64;
  if (inner_size(x) == 1)
    return (is_double ? cross_entropy_as<double> : cross_entropy_as<float>)(losses, logsumexp, x, target);
  (is_double ? cross_entropy_of_columns<double> : cross_entropy_of_columns<float>)(losses, logsumexp, x, target);
}

void cross_entropy_backward(const TensorBase& grad_x, const TensorBase& grad, const TensorBase& x,
                            const TensorBase& logsumexp, const TensorBase& target) {
  const bool is_double = x.dtype() == kFloat64;
  if (inner_size(x) == 1)
    return (is_double ? cross_entropy_backward_as<double> : cross_entropy_backward_as<float>)(grad_x, grad, x,
                                                                                              logsumexp, target);
  (is_double ? cross_entropy_backward_of_columns<double> : cross_entropy_backward_of_columns<float>)(grad_x, grad, x,
                                                                                                     logsumexp, target);
}

}  // namespace

void register_cross_entropy() {
  kernels::cross_entropy[kCPU] = cross_entropy;
  kernels::cross_entropy_backward[kCPU] = cross_entropy_backward;
}

}  // namespace ember::EMBER_ISA
