#include <algorithm>

#include "core/cpu/families.h"
#include "core/cpu/vector.h"
#include "core/cpu/vector_math.h"
#include "core/kernels/cross_entropy.h"
#include "core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

constexpr int64_t kRun = 1024;

int64_t rows_at_once(int64_t classes) { return std::max<int64_t>(1, kGrain / 4 / std::max<int64_t>(classes, 1)); }

template <class T>
void cross_entropy_as(const Tensor& losses, const Tensor& logsumexp, const Tensor& x, const Tensor& target) {
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
void cross_entropy_backward_as(const Tensor& grad_x, const Tensor& grad, const Tensor& x, const Tensor& logsumexp,
                               const Tensor& target) {
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

void cross_entropy(const Tensor& losses, const Tensor& logsumexp, const Tensor& x, const Tensor& target) {
  if (x.dtype() == kFloat64) return cross_entropy_as<double>(losses, logsumexp, x, target);
  cross_entropy_as<float>(losses, logsumexp, x, target);
}

void cross_entropy_backward(const Tensor& grad_x, const Tensor& grad, const Tensor& x, const Tensor& logsumexp,
                            const Tensor& target) {
  if (x.dtype() == kFloat64) return cross_entropy_backward_as<double>(grad_x, grad, x, logsumexp, target);
  cross_entropy_backward_as<float>(grad_x, grad, x, logsumexp, target);
}

}  // namespace

void register_cross_entropy() { kernel_table<CrossEntropyKernels>(kCPU) = {cross_entropy, cross_entropy_backward}; }

}  // namespace ember::EMBER_ISA
