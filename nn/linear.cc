#include "ember/nn/linear.h"

#include <cmath>

#include "ember/nn/format.h"
#include "ember/nn/init.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/linear.h"
#include "ember/ops/shape/shape.h"

namespace ember::nn {

LinearImpl::LinearImpl(LinearOptions options)
    : Layer(options),
      weight(register_parameter("weight", empty({options.out_features_, options.in_features_}))),
      bias(register_parameter("bias", options.bias_ ? empty(options.out_features_) : Tensor())) {
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

std::string FlattenImpl::extra_repr() const {
  return concat("start_dim=", options.start_dim_, ", end_dim=", options.end_dim_);
}

Tensor UnflattenImpl::forward(const Tensor& input) { return unflatten(input, options.dim_, options.unflattened_size_); }

std::string UnflattenImpl::extra_repr() const {
  return concat("dim=", options.dim_, ", unflattened_size=", tuple_text(options.unflattened_size_));
}

}  // namespace ember::nn
