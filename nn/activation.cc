#include "ember/nn/activation.h"

#include "ember/ops/activation/activation.h"
#include "ember/ops/activation/softmax.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/reduction/reduction.h"
#include "ops/internal/in_place.h"

namespace ember::nn {
namespace {

/// function(input), written into the input itself if asked for.
template <class F>
Tensor activate(const char* name, const Tensor& input, bool inplace, const F& function) {
  if (!inplace) return function(input);
  Tensor x = input;
  return in_place(name, x, function);
}

}  // namespace

Tensor ReLUImpl::forward(const Tensor& input) {
  if (!options.inplace_) return relu(input);
  Tensor x = input;
  return relu_(x);
}
std::string ReLUImpl::extra_repr() const { return detail::activation_text(options); }

Tensor ReLU6Impl::forward(const Tensor& input) {
  return activate("relu6_", input, options.inplace_, [](const Tensor& x) { return relu6(x); });
}
std::string ReLU6Impl::extra_repr() const { return detail::activation_text(options); }

Tensor SiLUImpl::forward(const Tensor& input) {
  return activate("silu_", input, options.inplace_, [](const Tensor& x) { return silu(x); });
}
std::string SiLUImpl::extra_repr() const { return detail::activation_text(options); }

Tensor GELUImpl::forward(const Tensor& input) { return gelu(input, options.approximate_); }
std::string GELUImpl::extra_repr() const { return described(options); }

Tensor SigmoidImpl::forward(const Tensor& input) { return sigmoid(input); }

Tensor TanhImpl::forward(const Tensor& input) { return tanh(input); }

Tensor LeakyReLUImpl::forward(const Tensor& input) {
  return activate("leaky_relu_", input, options.inplace_,
                  [&](const Tensor& x) { return leaky_relu(x, options.negative_slope_); });
}
std::string LeakyReLUImpl::extra_repr() const { return detail::activation_text(options); }

Tensor SoftplusImpl::forward(const Tensor& input) { return softplus(input, options.beta_, options.threshold_); }
std::string SoftplusImpl::extra_repr() const { return described(options); }

Tensor SoftmaxImpl::forward(const Tensor& input) { return softmax(input, options.dim_); }
std::string SoftmaxImpl::extra_repr() const { return described(options); }

Tensor LogSoftmaxImpl::forward(const Tensor& input) { return log_softmax(input, options.dim_); }
std::string LogSoftmaxImpl::extra_repr() const { return described(options); }

}  // namespace ember::nn
