#include "ember/nn/instance_norm.h"

#include "ember/nn/format.h"
#include "ember/nn/init.h"
#include "ember/ops/normalization/normalization.h"
#include "ember/ops/shape/shape.h"

namespace ember::nn {

OptionFields InstanceNormOptions::fields() {
  return {{"num_features", &num_features_, kRequired},
          {"eps", &eps_},
          {"momentum", &momentum_},
          {"affine", &affine_},
          {"track_running_stats", &track_running_stats_},
          device_field(),
          dtype_field(),
          {"bias", &bias_, kNoAttribute | kKeywordOnly}};
}

template <int D, class Derived>
InstanceNormLayer<D, Derived>::InstanceNormLayer(InstanceNormOptions o)
    : Layer<Derived, InstanceNormOptions>(o),
      weight(this->register_parameter("weight", empty_if(o.affine_, o.num_features_, o.tensor_options()))),
      bias(this->register_parameter("bias", empty_if(o.affine_ && o.bias_, o.num_features_, o.tensor_options()))),
      running_mean(
          this->register_buffer("running_mean", empty_if(o.track_running_stats_, o.num_features_, o.tensor_options()))),
      running_var(
          this->register_buffer("running_var", empty_if(o.track_running_stats_, o.num_features_, o.tensor_options()))),
      num_batches_tracked(this->register_buffer(
          "num_batches_tracked", empty_if(o.track_running_stats_, {}, o.tensor_options().dtype(kInt64)))) {
  reset_parameters();
}

template <int D, class Derived>
void InstanceNormLayer<D, Derived>::reset_running_stats() {
  if (!running_mean.defined()) return;
  running_mean.zero_();
  running_var.fill_(1);
  num_batches_tracked.zero_();
}

template <int D, class Derived>
void InstanceNormLayer<D, Derived>::reset_parameters() {
  reset_running_stats();
  if (weight.defined()) init::ones_(weight);
  if (bias.defined()) init::zeros_(bias);
}

template <int D, class Derived>
Tensor InstanceNormLayer<D, Derived>::forward(const Tensor& input) {
  const InstanceNormOptions& o = this->options;
  check<ValueError>(input.dim() == D + 1 || input.dim() == D + 2, "InstanceNorm", D, "d: expected ", D + 1, "D or ",
                    D + 2, "D input (got ", input.dim(), "D input)");
  check<ValueError>(!o.affine_ || input.size(-D - 1) == o.num_features_, "InstanceNorm", D, "d: input has shape ",
                    input.sizes(), " but must have num_features=", o.num_features_, " channels");
  const Tensor batch = input.dim() == D + 1 ? unsqueeze(input, 0) : input;
  const Tensor y = instance_norm(batch, running_mean, running_var, weight, bias,
                                 this->is_training() || !running_mean.defined(), o.momentum_, o.eps_);
  return input.dim() == D + 1 ? squeeze(y, 0) : y;
}

template <int D, class Derived>
std::string InstanceNormLayer<D, Derived>::extra_repr() const {
  const InstanceNormOptions& o = this->options;
  return concat(o.num_features_, ", eps=", text(o.eps_), ", momentum=", text(o.momentum_), ", affine=", text(o.affine_),
                ", bias=", text(bias.defined()), ", track_running_stats=", text(o.track_running_stats_));
}

template class InstanceNormLayer<1, InstanceNorm1dImpl>;
template class InstanceNormLayer<2, InstanceNorm2dImpl>;
template class InstanceNormLayer<3, InstanceNorm3dImpl>;

}  // namespace ember::nn
