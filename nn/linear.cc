#include "ember/nn/linear.h"

#include <cmath>

#include "ember/nn/format.h"
#include "ember/nn/init.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/linear.h"
#include "ember/ops/shape/shape.h"

namespace ember::nn {

OptionFields LinearOptions::fields() {
  return {{"in_features", &in_features_, kRequired},
          {"out_features", &out_features_, kRequired},
          {"bias", &bias_, kNoAttribute},
          device_field(),
          dtype_field()};
}

LinearImpl::LinearImpl(LinearOptions o)
    : Layer(o),
      weight(register_parameter("weight", empty({o.out_features_, o.in_features_}, o.tensor_options()))),
      bias(register_parameter("bias", empty_if(o.bias_, o.out_features_, o.tensor_options()))) {
  reset_parameters();
}

void LinearImpl::reset_parameters() {
  init::kaiming_uniform_(weight, std::sqrt(5.0));
  if (!bias.defined()) return;
  const double bound = options.in_features_ > 0 ? 1 / std::sqrt(options.in_features_) : 0;
  init::uniform_(bias, -bound, bound);
}

Tensor LinearImpl::forward(const Tensor& input) { return linear(input, weight, bias); }

std::string LinearImpl::extra_repr() const {
  return concat("in_features=", options.in_features_, ", out_features=", options.out_features_,
                ", bias=", text(bias.defined()));
}

Tensor FlattenImpl::forward(const Tensor& input) { return flatten(input, options.start_dim_, options.end_dim_); }

std::string FlattenImpl::extra_repr() const { return described(options); }

Tensor UnflattenImpl::forward(const Tensor& input) { return unflatten(input, options.dim_, options.unflattened_size_); }

std::string UnflattenImpl::extra_repr() const {
  return concat("dim=", options.dim_, ", unflattened_size=", tuple_text(options.unflattened_size_));
}

}  // namespace ember::nn
