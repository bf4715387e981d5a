#include "ember/nn/activation.h"

#include "ember/nn/format.h"
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

std::string inplace_text(bool inplace) { return inplace ? "inplace=True" : ""; }

}  // namespace

Tensor ReLUImpl::forward(const Tensor& input) {
  if (!options.inplace_) return relu(input);
  Tensor x = input;
  return relu_(x);
}
std::string ReLUImpl::extra_repr() const { return inplace_text(options.inplace_); }

Tensor ReLU6Impl::forward(const Tensor& input) {
  return activate("relu6_", input, options.inplace_, [](const Tensor& x) { return relu6(x); });
}
std::string ReLU6Impl::extra_repr() const { return inplace_text(options.inplace_); }

Tensor SiLUImpl::forward(const Tensor& input) {
  return activate("silu_", input, options.inplace_, [](const Tensor& x) { return silu(x); });
}
std::string SiLUImpl::extra_repr() const { return inplace_text(options.inplace_); }

Tensor GELUImpl::forward(const Tensor& input) { return gelu(input, options.approximate_); }
std::string GELUImpl::extra_repr() const { return "approximate='" + options.approximate_ + "'"; }

Tensor SigmoidImpl::forward(const Tensor& input) { return sigmoid(input); }

Tensor TanhImpl::forward(const Tensor& input) { return tanh(input); }

Tensor LeakyReLUImpl::forward(const Tensor& input) {
  return activate("leaky_relu_", input, options.inplace_,
                  [&](const Tensor& x) { return leaky_relu(x, options.negative_slope_); });
}
std::string LeakyReLUImpl::extra_repr() const {
  return concat("negative_slope=", text(options.negative_slope_), options.inplace_ ? ", inplace=True" : "");
}

Tensor SoftplusImpl::forward(const Tensor& input) { return softplus(input, options.beta_, options.threshold_); }
std::string SoftplusImpl::extra_repr() const {
  return concat("beta=", text(options.beta_), ", threshold=", text(options.threshold_));
}

Tensor SoftmaxImpl::forward(const Tensor& input) { return softmax(input, options.dim_); }
std::string SoftmaxImpl::extra_repr() const { return concat("dim=", options.dim_); }

Tensor LogSoftmaxImpl::forward(const Tensor& input) { return log_softmax(input, options.dim_); }
std::string LogSoftmaxImpl::extra_repr() const { return concat("dim=", options.dim_); }

}  // namespace ember::nn
