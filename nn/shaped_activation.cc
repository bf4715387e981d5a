#include "ember/nn/shaped_activation.h"

#include "ember/nn/format.h"
#include "ember/ops/activation/activation.h"
#include "ember/ops/activation/softmax.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
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

Tensor ELUImpl::forward(const Tensor& input) {
  return activate("elu_", input, options.inplace_, [&](const Tensor& x) { return elu(x, options.alpha_); });
}
std::string ELUImpl::extra_repr() const { return detail::activation_text(options); }

Tensor CELUImpl::forward(const Tensor& input) {
  return activate("celu_", input, options.inplace_, [&](const Tensor& x) { return celu(x, options.alpha_); });
}
std::string CELUImpl::extra_repr() const { return detail::activation_text(options); }

Tensor SELUImpl::forward(const Tensor& input) { return activate("selu_", input, options.inplace_, selu); }
std::string SELUImpl::extra_repr() const { return detail::activation_text(options); }

Tensor HardsigmoidImpl::forward(const Tensor& input) {
  return activate("hardsigmoid_", input, options.inplace_, hardsigmoid);
}

Tensor HardswishImpl::forward(const Tensor& input) {
  return activate("hardswish_", input, options.inplace_, hardswish);
}

Tensor MishImpl::forward(const Tensor& input) { return activate("mish_", input, options.inplace_, mish); }
std::string MishImpl::extra_repr() const { return detail::activation_text(options); }

Tensor HardtanhImpl::forward(const Tensor& input) {
  return activate("hardtanh_", input, options.inplace_,
                  [&](const Tensor& x) { return hardtanh(x, options.min_val_, options.max_val_); });
}
std::string HardtanhImpl::extra_repr() const { return detail::activation_text(options); }

Tensor HardshrinkImpl::forward(const Tensor& input) { return hardshrink(input, options.lambda_); }
std::string HardshrinkImpl::extra_repr() const { return text(options.lambda_); }

Tensor SoftshrinkImpl::forward(const Tensor& input) { return softshrink(input, options.lambda_); }
std::string SoftshrinkImpl::extra_repr() const { return text(options.lambda_); }

Tensor ThresholdImpl::forward(const Tensor& input) {
  return activate("threshold_", input, options.inplace_,
                  [&](const Tensor& x) { return threshold(x, options.threshold_, options.value_); });
}
std::string ThresholdImpl::extra_repr() const { return detail::activation_text(options); }

PReLUImpl::PReLUImpl(PReLUOptions options)
    : Layer(options), weight(register_parameter("weight", empty(options.num_parameters_, options.tensor_options()))) {
  reset_parameters();
}
void PReLUImpl::reset_parameters() {
  NoGradGuard no_grad;
  fill_(weight, options.init_);
}
Tensor PReLUImpl::forward(const Tensor& input) { return prelu(input, weight); }
std::string PReLUImpl::extra_repr() const { return concat("num_parameters=", options.num_parameters_); }

Tensor RReLUImpl::forward(const Tensor& input) {
  return activate("rrelu_", input, options.inplace_,
                  [&](const Tensor& x) { return rrelu(x, options.lower_, options.upper_, is_training()); });
}
std::string RReLUImpl::extra_repr() const { return detail::activation_text(options); }

Tensor GLUImpl::forward(const Tensor& input) { return glu(input, options.dim_); }
std::string GLUImpl::extra_repr() const { return described(options); }

Tensor LogSigmoidImpl::forward(const Tensor& input) { return logsigmoid(input); }
Tensor SoftsignImpl::forward(const Tensor& input) { return softsign(input); }
Tensor TanhshrinkImpl::forward(const Tensor& input) { return tanhshrink(input); }

Tensor Softmax2dImpl::forward(const Tensor& input) {
  check<ValueError>(input.dim() == 3 || input.dim() == 4, "Softmax2d: input has shape ", input.sizes(),
                    " but must have 3 or 4 dims");
  return softmax(input, -3);
}

Tensor SoftminImpl::forward(const Tensor& input) { return softmin(input, options.dim_); }
std::string SoftminImpl::extra_repr() const { return described(options); }

}  // namespace ember::nn
