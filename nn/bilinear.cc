#include "ember/nn/bilinear.h"

#include <cmath>

#include "ember/nn/format.h"
#include "ember/nn/init.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/linear.h"

namespace ember::nn {

OptionFields BilinearOptions::fields() {
  return {{"in1_features", &in1_features_, kRequired},
          {"in2_features", &in2_features_, kRequired},
          {"out_features", &out_features_, kRequired},
          {"bias", &bias_, kNoAttribute},
          device_field(),
          dtype_field()};
}

BilinearImpl::BilinearImpl(BilinearOptions o)
    : Layer(o),
      weight(
          register_parameter("weight", empty({o.out_features_, o.in1_features_, o.in2_features_}, o.tensor_options()))),
      bias(register_parameter("bias", empty_if(o.bias_, o.out_features_, o.tensor_options()))) {
  check<ValueError>(o.in1_features_ > 0, "in1_features must be > 0, but got (in1_features=", o.in1_features_, ")");
  reset_parameters();
}

void BilinearImpl::reset_parameters() {
  const double bound = 1 / std::sqrt(options.in1_features_);
  init::uniform_(weight, -bound, bound);
  if (bias.defined()) init::uniform_(bias, -bound, bound);
}

Tensor BilinearImpl::forward(const Tensor& input1, const Tensor& input2) const {
  return bilinear(input1, input2, weight, bias);
}

std::string BilinearImpl::extra_repr() const {
  return concat("in1_features=", options.in1_features_, ", in2_features=", options.in2_features_,
                ", out_features=", options.out_features_, ", bias=", text(bias.defined()));
}

}  // namespace ember::nn
