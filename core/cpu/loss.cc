#include "core/backend.h"
#include "core/cpu/cpu_kernels.h"

namespace ember::cpu {

namespace {

/// Walks (sample, position) pairs of an input [N, C, d1, d2...] or [C] beside those of its target.
struct Samples {
  int64_t classes, class_stride, count;
  Shape sizes;          ///< of the target
  Shape input_strides;  ///< of the input, without the class dim

  explicit Samples(const Tensor& x) : sizes(x.sizes()), input_strides(x.strides()) {
    const size_t class_dim = x.dim() == 1 ? 0 : 1;
    classes = x.sizes()[class_dim];
    class_stride = x.strides()[class_dim];
    sizes.erase(class_dim);
    input_strides.erase(class_dim);
    count = sizes.numel();
  }
  /// The offset of the i-th sample under these strides.
  int64_t offset(int64_t i, const Shape& strides) const {
    int64_t offset = 0;
    for (size_t d = sizes.size(); d-- > 0; i /= sizes[d]) offset += i % sizes[d] * strides[d];
    return offset;
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
void nll_loss(const Tensor& losses, const Tensor& total_weight, const Tensor& x, const Tensor& target,
              const Tensor& weight, int64_t ignore_index) {
  const Samples samples(x);
  const T* input = reinterpret_cast<const T*>(x.raw_data());
  const auto* labels = reinterpret_cast<const int64_t*>(target.raw_data());
  const T* weights = weight.defined() ? reinterpret_cast<const T*>(weight.raw_data()) : nullptr;
  const int64_t weight_stride = weights ? weight.strides()[0] : 0;
  T* out = reinterpret_cast<T*>(losses.raw_data());
  double total = 0;
  for (int64_t i = 0; i < samples.count; ++i) {
    const int64_t at = samples.offset(i, target.strides());
    out[i] = 0;
    if (labels[at] == ignore_index) continue;
    const int64_t label = checked_class(labels[at], samples.classes);
    const T w = weights ? weights[label * weight_stride] : T(1);
    out[i] = -w * input[samples.offset(i, samples.input_strides) + label * samples.class_stride];
    total += static_cast<double>(w);
  }
  *reinterpret_cast<T*>(total_weight.raw_data()) = static_cast<T>(total);
}

template <class T>
void nll_loss_backward(const Tensor& grad_x, const Tensor& grad, const Tensor& target, const Tensor& weight,
                       int64_t ignore_index) {
  const Samples samples(grad_x);
  T* out = reinterpret_cast<T*>(grad_x.raw_data());
  const T* grads = reinterpret_cast<const T*>(grad.raw_data());
  const auto* labels = reinterpret_cast<const int64_t*>(target.raw_data());
  const T* weights = weight.defined() ? reinterpret_cast<const T*>(weight.raw_data()) : nullptr;
  const int64_t weight_stride = weights ? weight.strides()[0] : 0;
  const Shape still = Shape::filled(samples.sizes.size(), 0);
  const Shape& grad_strides = grad.dim() == 0 ? still : grad.strides();
  for (int64_t i = 0; i < grad_x.numel(); ++i) out[i] = 0;
  for (int64_t i = 0; i < samples.count; ++i) {
    const int64_t at = samples.offset(i, target.strides());
    if (labels[at] == ignore_index) continue;
    const int64_t label = checked_class(labels[at], samples.classes);
    const T w = weights ? weights[label * weight_stride] : T(1);
    out[samples.offset(i, samples.input_strides) + label * samples.class_stride] =
        -w * grads[samples.offset(i, grad_strides)];
  }
}

}  // namespace

void register_loss(Backend& table) {
  table.nll_loss = [](const Tensor& losses, const Tensor& total_weight, const Tensor& x, const Tensor& target,
                      const Tensor& weight, int64_t ignore_index) {
    visit_any_float(x.dtype(), "nll_loss",
                    [&]<class T> { nll_loss<T>(losses, total_weight, x, target, weight, ignore_index); });
  };
  table.nll_loss_backward = [](const Tensor& grad_x, const Tensor& grad, const Tensor& target, const Tensor& weight,
                               int64_t ignore_index) {
    visit_any_float(grad.dtype(), "nll_loss_backward",
                    [&]<class T> { nll_loss_backward<T>(grad_x, grad, target, weight, ignore_index); });
  };
}

}  // namespace ember::cpu
