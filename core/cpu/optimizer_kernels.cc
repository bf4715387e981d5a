#include <algorithm>
#include <cmath>

#include "core/cpu/cast.h"
#include "core/cpu/cpu_kernels.h"
#include "core/cpu/families.h"
#include "ember/core/kernels/optimizer.h"
#include "ember/core/optimizer_step.h"
#include "ember/core/parallel.h"

namespace ember::EMBER_ISA {

namespace {

/// Elements of one parameter that are updated together.
constexpr int64_t kChunk = 2048;
/// A parameter, its gradient and up to three states.
constexpr int kMaxLists = 5;

using Lists = std::array<const std::vector<TensorBase>*, kMaxLists>;

/// A chunk of one tensor as T*: in place, or in `buffer` when the tensor is of a 16-bit dtype.
template <class T>
struct Chunk {
  T* data;
  char* place;
  DType dtype;

  Chunk(const TensorBase& x, int64_t first, int64_t count, T* buffer)
      : place(x.raw_data() + first * x.element_size()), dtype(x.dtype()) {
    const bool direct = dtype == dtype_of<T>;
    data = direct ? reinterpret_cast<T*>(place) : buffer;
    if (!direct) convert(reinterpret_cast<char*>(data), dtype_of<T>, place, dtype, count);
  }
  void store(int64_t count) const {
    if (dtype != dtype_of<T>) convert(place, dtype, reinterpret_cast<const char*>(data), dtype_of<T>, count);
  }
};

/// Calls `update(pointers, count)` on the elements [first, last) of parameter `index`, chunk by chunk.
template <class T, class Update>
void update_range(const Lists& lists, int used, size_t index, int64_t first, int64_t last, Update update) {
  alignas(64) T buffers[kMaxLists][kChunk];
  for (int64_t begin = first; begin < last; begin += kChunk) {
    const int64_t count = std::min(kChunk, last - begin);
    const auto chunk = [&](int list) {
      const int which = std::min(list, used - 1);
      return Chunk<T>((*lists[which])[index], begin, count, buffers[which]);
    };
    // Lists that are not in use stand for the last one and are left alone.
    const Chunk<T> chunks[kMaxLists] = {chunk(0), chunk(1), chunk(2), chunk(3), chunk(4)};
    update(chunks[0].data, chunks[1].data, chunks[2].data, chunks[3].data, chunks[4].data, count);
    for (int list = 0; list < used; ++list)
      if (list != 1) chunks[list].store(count);
  }
}

/// One sweep of all threads over all elements of all parameters.
template <class F>
void sweep(const char* op, const Lists& lists, int used, F&& make_update) {
  const std::vector<TensorBase>& params = *lists[0];
  int64_t total = 0;
  for (size_t i = 0; i < params.size(); ++i) {
    total += (params[i].numel() + kChunk - 1) / kChunk;
    for (int list = 0; list < used; ++list) {
      const bool fits = lists[list]->size() == params.size() && (*lists[list])[i].is_contiguous() &&
                        (*lists[list])[i].numel() == params[i].numel();
      if (!fits) cpu::fail_kernel(op, "gradients and states must be contiguous and of the parameters' shapes");
    }
  }
  parallel_for(0, total, kGrain / kChunk, [&](int64_t first, int64_t last) {
    int64_t start = 0;
    for (size_t i = 0; i < params.size() && start < last; ++i) {
      const int64_t numel = params[i].numel(), chunks = (numel + kChunk - 1) / kChunk;
      const int64_t from = std::max(first - start, int64_t{0}) * kChunk;
      const int64_t to = std::min(std::min(last - start, chunks) * kChunk, numel);
      if (from < to) {
        if (params[i].dtype() == kFloat64) {
          update_range<double>(lists, used, i, from, to, make_update.template operator()<double>());
        } else if (is_floating_point(params[i].dtype())) {
          update_range<float>(lists, used, i, from, to, make_update.template operator()<float>());
        } else {
          cpu::fail_dtype(op, params[i].dtype());
        }
      }
      start += chunks;
    }
  });
}

/// PyTorch's SGD. Step 1 starts the momentum buffers, whatever is in them.
template <bool kMomentum>
void run_sgd(const OptimizerStep& step) {
  const Lists lists = {&step.params, &step.grads, &step.first, nullptr, nullptr};
  sweep("sgd", lists, kMomentum ? 3 : 2, [&]<class T>() {
    const T lr = static_cast<T>(step.lr), decay = static_cast<T>(step.weight_decay);
    const T momentum = static_cast<T>(step.momentum), gain = static_cast<T>(1 - step.dampening);
    const T sign = step.maximize ? T(-1) : T(1);
    const bool decays = step.weight_decay != 0, starts = step.step <= 1, nesterov = step.nesterov;
    return [=](T* param, const T* grad, T* buffer, T*, T*, int64_t count) {
#pragma GCC ivdep
      for (int64_t i = 0; i < count; ++i) {
        const T p = param[i];
        T g = sign * grad[i];
        g = decays ? g + decay * p : g;
        if constexpr (kMomentum) {
          const T old = buffer[i];
          const T speed = starts ? g : momentum * old + gain * g;
          buffer[i] = speed;
          g = nesterov ? g + momentum * speed : speed;
        }
        param[i] = p - lr * g;
      }
    };
  });
}

void sgd(const OptimizerStep& step) { step.momentum != 0 ? run_sgd<true>(step) : run_sgd<false>(step); }

/// PyTorch's Adam, and AdamW when the decay is decoupled.
template <bool kAmsgrad>
void run_adam(const OptimizerStep& step) {
  const Lists lists = {&step.params, &step.grads, &step.first, &step.second, &step.max_second};
  const double correction1 = 1 - std::pow(step.beta1, static_cast<double>(step.step));
  const double correction2 = std::sqrt(1 - std::pow(step.beta2, static_cast<double>(step.step)));
  sweep("adam", lists, kAmsgrad ? 5 : 4, [&]<class T>() {
    const bool couples = step.weight_decay != 0 && !step.decoupled;
    const T decay = static_cast<T>(step.weight_decay);
    const T shrink = step.decoupled ? static_cast<T>(1 - step.lr * step.weight_decay) : T(1);
    const T beta2 = static_cast<T>(step.beta2);
    const T weight1 = static_cast<T>(1 - step.beta1), weight2 = static_cast<T>(1 - step.beta2);
    const T step_size = static_cast<T>(step.lr / correction1), eps = static_cast<T>(step.eps);
    const T root_correction = static_cast<T>(correction2), sign = step.maximize ? T(-1) : T(1);
    return [=](T* param, const T* grad, T* first, T* second, T* max_second, int64_t count) {
#pragma GCC ivdep
      for (int64_t i = 0; i < count; ++i) {
        const T p = param[i] * shrink;
        T g = sign * grad[i];
        g = couples ? g + decay * p : g;
        const T m = first[i] + weight1 * (g - first[i]);
        const T v = second[i] * beta2 + weight2 * g * g;
        T bound = v;
        if constexpr (kAmsgrad) {
          const T old = max_second[i];
          bound = old < v || v != v ? v : old;
          max_second[i] = bound;
        }
        first[i] = m;
        second[i] = v;
        param[i] = p - step_size * m / (std::sqrt(bound) / root_correction + eps);
      }
    };
  });
}

void adam(const OptimizerStep& step) { step.amsgrad ? run_adam<true>(step) : run_adam<false>(step); }

}  // namespace

void register_optimizer() {
  kernels::sgd[kCPU] = sgd;
  kernels::adam[kCPU] = adam;
}

}  // namespace ember::EMBER_ISA
