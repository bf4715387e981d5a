#include "ember/nn/fusion.h"

#include "ember/autograd/grad_mode.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"

namespace ember::nn::utils {
namespace {

/// Weight and bias of the layer whose output channels are the weight's dim `channels`.
std::pair<Tensor, Tensor> fuse(const Tensor& weight, const Tensor& bias, const Tensor& mean, const Tensor& variance,
                               double eps, const Tensor& norm_weight, const Tensor& norm_bias, int64_t channels) {
  const NoGradGuard no_grad;
  Tensor scale = rsqrt(variance + eps);
  if (norm_weight.defined()) scale = norm_weight * scale;
  Tensor shift = (bias.defined() ? bias - mean : neg(mean)) * scale;
  if (norm_bias.defined()) shift = shift + norm_bias;
  std::vector<int64_t> broadcast(static_cast<size_t>(weight.dim()), 1);
  broadcast[static_cast<size_t>(channels)] = -1;
  const DType bias_dtype = bias.defined() ? bias.dtype() : mean.dtype();
  return {to(weight * reshape(scale, Shape(broadcast)), weight.dtype()).requires_grad_(weight.requires_grad()),
          to(shift, bias_dtype).requires_grad_(bias.defined() && bias.requires_grad())};
}

Tensor& slot(Module& layer, const char* function, const char* name) {
  Tensor* found = layer.own_parameters().find(name);
  check<TypeError>(found != nullptr, function, ": a ", layer.name(), " has no ", name);
  return *found;
}

using Fuse = std::pair<Tensor, Tensor> (*)(const Tensor&, const Tensor&, const Tensor&, const Tensor&, double,
                                           const Tensor&, const Tensor&, bool);

std::shared_ptr<Module> fuse_layers(const char* function, const Module& layer, const BatchNormImpl& bn, Fuse fuse,
                                    bool transpose) {
  check(!layer.is_training() && !bn.is_training(), function, ": Fusion only for eval!");
  check(bn.running_mean.defined() && bn.running_var.defined(), function, ": the batch norm has no running statistics");
  std::shared_ptr<Module> fused = layer.clone();
  Tensor &weight = slot(*fused, function, "weight"), &bias = slot(*fused, function, "bias");
  check(weight.defined(), function, ": the layer's weight is undefined");
  std::tie(weight, bias) =
      fuse(weight, bias, bn.running_mean, bn.running_var, bn.options.eps_, bn.weight, bn.bias, transpose);
  return fused;
}

std::pair<Tensor, Tensor> fuse_linear(const Tensor& w, const Tensor& b, const Tensor& mean, const Tensor& variance,
                                      double eps, const Tensor& bn_w, const Tensor& bn_b, bool) {
  return fuse_linear_bn_weights(w, b, mean, variance, eps, bn_w, bn_b);
}

}  // namespace

std::pair<Tensor, Tensor> fuse_conv_bn_weights(const Tensor& conv_w, const Tensor& conv_b, const Tensor& bn_rm,
                                               const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                               const Tensor& bn_b, bool transpose) {
  check(conv_w.defined() && conv_w.dim() >= 2, "fuse_conv_bn_weights: conv_w must have at least 2 dimensions");
  return fuse(conv_w, conv_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, transpose ? 1 : 0);
}

std::pair<Tensor, Tensor> fuse_linear_bn_weights(const Tensor& linear_w, const Tensor& linear_b, const Tensor& bn_rm,
                                                 const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                                 const Tensor& bn_b) {
  check(linear_w.defined() && linear_w.dim() == 2, "fuse_linear_bn_weights: linear_w must have 2 dimensions");
  return fuse(linear_w, linear_b, bn_rm, bn_rv, bn_eps, bn_w, bn_b, 0);
}

std::shared_ptr<Module> fuse_conv_bn_eval(const Module& conv, const BatchNormImpl& bn, bool transpose) {
  return fuse_layers("fuse_conv_bn_eval", conv, bn, fuse_conv_bn_weights, transpose);
}

std::shared_ptr<Module> fuse_linear_bn_eval(const Module& linear, const BatchNormImpl& bn) {
  if (const Tensor* weight = linear.own_parameters().find("weight"); weight && weight->defined())
    check(weight->size(0) == bn.options.num_features_ || bn.options.num_features_ == 1,
          "fuse_linear_bn_eval: To fuse, linear.out_features == bn.num_features or bn.num_features == 1, but they are ",
          weight->size(0), " and ", bn.options.num_features_);
  return fuse_layers("fuse_linear_bn_eval", linear, bn, fuse_linear, false);
}

}  // namespace ember::nn::utils
