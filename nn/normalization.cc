#include "ember/nn/normalization.h"

#include "ember/nn/format.h"
#include "ember/nn/init.h"
#include "ember/ops/normalization/group_norm.h"
#include "ember/ops/normalization/normalization.h"

namespace ember::nn {
namespace {

/// ones for a weight and zeros for a bias, as every normalisation starts.
void reset_affine(const Tensor& weight, const Tensor& bias) {
  if (weight.defined()) init::ones_(weight);
  if (bias.defined()) init::zeros_(bias);
}

}  // namespace

OptionFields BatchNormOptions::fields() {
  return {{"num_features", &num_features_, kRequired},
          {"eps", &eps_},
          {"momentum", &momentum_},
          {"affine", &affine_},
          {"track_running_stats", &track_running_stats_},
          device_field(),
          dtype_field(),
          {"bias", &bias_, kNoAttribute | kKeywordOnly}};
}

BatchNormImpl::BatchNormImpl(BatchNormOptions o)
    : options(o),
      weight(register_parameter("weight", empty_if(o.affine_, o.num_features_, o.tensor_options()))),
      bias(register_parameter("bias", empty_if(o.affine_ && o.bias_, o.num_features_, o.tensor_options()))),
      running_mean(
          register_buffer("running_mean", empty_if(o.track_running_stats_, o.num_features_, o.tensor_options()))),
      running_var(
          register_buffer("running_var", empty_if(o.track_running_stats_, o.num_features_, o.tensor_options()))),
      num_batches_tracked(register_buffer("num_batches_tracked",
                                          empty_if(o.track_running_stats_, {}, o.tensor_options().dtype(kInt64)))) {
  reset_parameters();
}

void BatchNormImpl::reset_running_stats() {
  if (!running_mean.defined()) return;
  running_mean.zero_();
  running_var.fill_(1);
  num_batches_tracked.zero_();
}

void BatchNormImpl::reset_parameters() {
  reset_running_stats();
  reset_affine(weight, bias);
}

Tensor BatchNormImpl::forward(const Tensor& input) {
  check_input(input);
  double momentum = options.momentum_.value_or(0);
  if (is_training() && num_batches_tracked.defined()) {
    num_batches_tracked.add_(1);
    if (!options.momentum_) momentum = 1 / num_batches_tracked.item<double>();
  }
  const bool uses_batch = is_training() || !running_mean.defined();
  return batch_norm(input, running_mean, running_var, weight, bias, uses_batch, momentum, options.eps_);
}

std::string BatchNormImpl::extra_repr() const {
  return concat(options.num_features_, ", eps=", text(options.eps_), ", momentum=", text(options.momentum_),
                ", affine=", text(options.affine_), ", bias=", text(bias.defined()),
                ", track_running_stats=", text(options.track_running_stats_));
}

bool BatchNormImpl::take_members(const Module& source, CloneMemo&) {
  options = dynamic_cast<const BatchNormImpl&>(source).options;
  return false;
}

void BatchNorm1dImpl::check_input(const Tensor& input) const {
  check<ValueError>(input.dim() == 2 || input.dim() == 3, "BatchNorm1d: expected 2D or 3D input (got ", input.dim(),
                    "D input)");
}

std::shared_ptr<Module> BatchNorm1dImpl::make_empty() const { return std::make_shared<BatchNorm1dImpl>(options); }

void BatchNorm2dImpl::check_input(const Tensor& input) const {
  check<ValueError>(input.dim() == 4, "BatchNorm2d: expected 4D input (got ", input.dim(), "D input)");
}

std::shared_ptr<Module> BatchNorm2dImpl::make_empty() const { return std::make_shared<BatchNorm2dImpl>(options); }

void BatchNorm3dImpl::check_input(const Tensor& input) const {
  check<ValueError>(input.dim() == 5, "BatchNorm3d: expected 5D input (got ", input.dim(), "D input)");
}

std::shared_ptr<Module> BatchNorm3dImpl::make_empty() const { return std::make_shared<BatchNorm3dImpl>(options); }

void SyncBatchNormImpl::check_input(const Tensor& input) const {
  check<ValueError>(input.dim() >= 2, "SyncBatchNorm: expected at least 2D input (got ", input.dim(), "D input)");
  check<ValueError>(input.size(1) > 0, "SyncBatchNorm: number of input channels should be non-zero");
}

std::shared_ptr<Module> SyncBatchNormImpl::make_empty() const { return std::make_shared<SyncBatchNormImpl>(options); }

OptionFields LayerNormOptions::fields() {
  return {{"normalized_shape", &normalized_shape_, kRequired},
          {"eps", &eps_},
          {"elementwise_affine", &elementwise_affine_},
          {"bias", &bias_, kNoAttribute},
          device_field(),
          dtype_field()};
}

LayerNormImpl::LayerNormImpl(LayerNormOptions o)
    : Layer(o),
      weight(register_parameter("weight", empty_if(o.elementwise_affine_, o.normalized_shape_, o.tensor_options()))),
      bias(register_parameter("bias",
                              empty_if(o.elementwise_affine_ && o.bias_, o.normalized_shape_, o.tensor_options()))) {
  reset_parameters();
}

void LayerNormImpl::reset_parameters() { reset_affine(weight, bias); }

Tensor LayerNormImpl::forward(const Tensor& input) {
  return layer_norm(input, options.normalized_shape_, weight, bias, options.eps_);
}

std::string LayerNormImpl::extra_repr() const {
  return concat(tuple_text(options.normalized_shape_), ", eps=", text(options.eps_),
                ", elementwise_affine=", text(options.elementwise_affine_), ", bias=", text(bias.defined()));
}

OptionFields GroupNormOptions::fields() {
  return {{"num_groups", &num_groups_, kRequired},
          {"num_channels", &num_channels_, kRequired},
          {"eps", &eps_},
          {"affine", &affine_},
          device_field(),
          dtype_field(),
          {"bias", &bias_, kNoAttribute | kKeywordOnly}};
}

GroupNormImpl::GroupNormImpl(GroupNormOptions o)
    : Layer(o),
      weight(register_parameter("weight", empty_if(o.affine_, o.num_channels_, o.tensor_options()))),
      bias(register_parameter("bias", empty_if(o.affine_ && o.bias_, o.num_channels_, o.tensor_options()))) {
  check<ValueError>(options.num_groups_ > 0 && options.num_channels_ % options.num_groups_ == 0,
                    "GroupNorm: num_channels (", options.num_channels_, ") must be divisible by num_groups (",
                    options.num_groups_, ")");
  reset_parameters();
}

void GroupNormImpl::reset_parameters() { reset_affine(weight, bias); }

Tensor GroupNormImpl::forward(const Tensor& input) {
  return group_norm(input, options.num_groups_, weight, bias, options.eps_);
}

std::string GroupNormImpl::extra_repr() const {
  return concat(options.num_groups_, ", ", options.num_channels_, ", eps=", text(options.eps_),
                ", affine=", text(options.affine_), ", bias=", text(bias.defined()));
}

OptionFields RMSNormOptions::fields() {
  return {{"normalized_shape", &normalized_shape_, kRequired},
          {"eps", &eps_},
          {"elementwise_affine", &elementwise_affine_},
          device_field(),
          dtype_field()};
}

RMSNormImpl::RMSNormImpl(RMSNormOptions o)
    : Layer(o),
      weight(register_parameter("weight", empty_if(o.elementwise_affine_, o.normalized_shape_, o.tensor_options()))) {
  reset_parameters();
}

void RMSNormImpl::reset_parameters() { reset_affine(weight, {}); }

Tensor RMSNormImpl::forward(const Tensor& input) {
  return rms_norm(input, options.normalized_shape_, weight, options.eps_);
}

std::string RMSNormImpl::extra_repr() const {
  return concat(tuple_text(options.normalized_shape_), ", eps=", text(options.eps_),
                ", elementwise_affine=", text(options.elementwise_affine_));
}

Tensor LocalResponseNormImpl::forward(const Tensor& input) {
  return local_response_norm(input, options.size_, options.alpha_, options.beta_, options.k_);
}

std::string LocalResponseNormImpl::extra_repr() const {
  return concat(options.size_, ", alpha=", text(options.alpha_), ", beta=", text(options.beta_),
                ", k=", text(options.k_));
}

Tensor CrossMapLRN2dImpl::forward(const Tensor& input) {
  check<ValueError>(input.dim() == 4, "CrossMapLRN2d: expected input to be 4D, got ", input.dim(), "D instead");
  check<ValueError>(options.size_ > 0, "CrossMapLRN2d: size must be positive, got ", options.size_);
  const int64_t window = (options.size_ - 1) / 2 * 2 + 1;
  const double alpha = options.alpha_ * static_cast<double>(window) / static_cast<double>(options.size_);
  return local_response_norm(input, window, alpha, options.beta_, options.k_);
}

std::string CrossMapLRN2dImpl::extra_repr() const {
  return concat(options.size_, ", alpha=", text(options.alpha_), ", beta=", text(options.beta_),
                ", k=", text(options.k_));
}

}  // namespace ember::nn
