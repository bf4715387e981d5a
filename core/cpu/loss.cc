#include "ember/core/kernels/loss.h"

#include <algorithm>

#include "core/cpu/cpu_kernels.h"

namespace ember::cpu {

namespace {

/// Walks (sample, position) pairs of an input [N, C, d1, d2...] or [C] beside those of its target.
struct Samples {
  int64_t classes, class_stride, count;
  Shape sizes;          ///< of the target
  Shape input_strides;  ///< of the input, without the class dim

  explicit Samples(const TensorBase& x) : sizes(x.sizes()), input_strides(x.strides()) {
    const size_t class_dim = x.dim() == 1 ? 0 : 1;
    classes = x.sizes()[class_dim];
    class_stride = x.strides()[class_dim];
    sizes.erase(class_dim);
    input_strides.erase(class_dim);
    count = sizes.numel();
  }
  /// Calls f(of_input, of_target, of_sample) with the offsets of each sample in the input, in the target and in the tensor that
  /// holds a value or gradient per sample; they are divided out once a row.
  template <class F>
  void for_each(const Shape& target_strides, const Shape& sample_strides, F f) const {
    if (count == 0) return;
    if (sizes.empty()) return f(0, 0, 0);
    const size_t last = sizes.size() - 1;
    for (int64_t i = 0; i < count; i += sizes[last]) {
      int64_t input = 0, target = 0, sample = 0, rest = i / sizes[last];
      for (size_t d = last; d-- > 0; rest /= sizes[d]) {
        const int64_t at = rest % sizes[d];
        input += at * input_strides[d];
        target += at * target_strides[d];
        sample += at * sample_strides[d];
      }
      for (int64_t k = 0; k < sizes[last]; ++k)
        f(input + k * input_strides[last], target + k * target_strides[last], sample + k * sample_strides[last]);
    }
  }
};

int64_t checked_class(int64_t label, int64_t classes) {
  check<IndexError>(0 <= label && label < classes, "nll_loss: target ", label, " is out of range for ", classes,
                    " classes");
  return label;
}

template <class F>
void visit_any_float(DType dtype, const char* op, F&& f) {
  if (dtype == kFloat16) return f.template operator()<Half>();
  if (dtype == kBFloat16) return f.template operator()<BFloat16>();
  visit_float(dtype, op, f);
}

template <class T>
void nll_loss(const TensorBase& losses, const TensorBase& total_weight, const TensorBase& x, const TensorBase& target,
              const TensorBase& weight, int64_t ignore_index) {
  const Samples samples(x);
  const T* input = reinterpret_cast<const T*>(x.raw_data());
  const auto* labels = reinterpret_cast<const int64_t*>(target.raw_data());
  const T* weights = weight.defined() ? reinterpret_cast<const T*>(weight.raw_data()) : nullptr;
  const int64_t weight_stride = weights ? weight.strides()[0] : 0;
  T* out = reinterpret_cast<T*>(losses.raw_data());
  double total = 0;
  int64_t counted = 0;  // the total without weights: integers add with less latency
  samples.for_each(target.strides(), losses.strides(), [&](int64_t from, int64_t at, int64_t to) {
    out[to] = 0;
    if (labels[at] == ignore_index) return;
    const int64_t label = checked_class(labels[at], samples.classes);
    const T w = weights ? weights[label * weight_stride] : T(1);
    out[to] = -w * input[from + label * samples.class_stride];
    if (weights) total += static_cast<double>(w);
    ++counted;
  });
  *reinterpret_cast<T*>(total_weight.raw_data()) = static_cast<T>(weights ? total : static_cast<double>(counted));
}

template <class T>
void nll_loss_backward(const TensorBase& grad_x, const TensorBase& grad, const TensorBase& target,
                       const TensorBase& weight, int64_t ignore_index) {
  const Samples samples(grad_x);
  T* out = reinterpret_cast<T*>(grad_x.raw_data());
  const T* grads = reinterpret_cast<const T*>(grad.raw_data());
  const auto* labels = reinterpret_cast<const int64_t*>(target.raw_data());
  const T* weights = weight.defined() ? reinterpret_cast<const T*>(weight.raw_data()) : nullptr;
  const int64_t weight_stride = weights ? weight.strides()[0] : 0;
  const Shape still = Shape::filled(samples.sizes.size(), 0);
  const Shape& grad_strides = grad.dim() == 0 ? still : grad.strides();
  std::fill_n(out, grad_x.numel(), T(0));
  samples.for_each(target.strides(), grad_strides, [&](int64_t to, int64_t at, int64_t from) {
    if (labels[at] == ignore_index) return;
    const int64_t label = checked_class(labels[at], samples.classes);
    const T w = weights ? weights[label * weight_stride] : T(1);
    out[to + label * samples.class_stride] = -w * grads[from];
  });
}

[[maybe_unused]] const bool registered = [] {
  kernels::nll_loss[kCPU] = [](const TensorBase& losses, const TensorBase& total_weight, const TensorBase& x,
                               const TensorBase& target, const TensorBase& weight, int64_t ignore_index) {
    visit_any_float(x.dtype(), "nll_loss",
                    [&]<class T> { nll_loss<T>(losses, total_weight, x, target, weight, ignore_index); });
  };
  kernels::nll_loss_backward[kCPU] = [](const TensorBase& grad_x, const TensorBase& grad, const TensorBase& target,
                                        const TensorBase& weight, int64_t ignore_index) {
    visit_any_float(grad.dtype(), "nll_loss_backward",
                    [&]<class T> { nll_loss_backward<T>(grad_x, grad, target, weight, ignore_index); });
  };
  return true;
}();

}  // namespace

}  // namespace ember::cpu
