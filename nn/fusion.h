// Batch norm in evaluation folded into the convolution or linear layer before it: the same function, one layer less.
#pragma once

#include <memory>
#include <utility>

#include "ember/nn/module.h"
#include "ember/nn/normalization.h"

namespace ember::nn::utils {

/// Weight and bias of the convolution that does both. An undefined conv_b counts as zeros, bn_w as ones, bn_b as zeros; `transpose` says
/// that output channels are the weight's dim 1.
std::pair<Tensor, Tensor> fuse_conv_bn_weights(const Tensor& conv_w, const Tensor& conv_b, const Tensor& bn_rm,
                                               const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                               const Tensor& bn_b, bool transpose = false);
/// The same for y = x W^T + b.
std::pair<Tensor, Tensor> fuse_linear_bn_weights(const Tensor& linear_w, const Tensor& linear_b, const Tensor& bn_rm,
                                                 const Tensor& bn_rv, double bn_eps, const Tensor& bn_w,
                                                 const Tensor& bn_b);

/// A copy of the convolution that does both. Error unless both are in evaluation mode and the norm has running statistics.
std::shared_ptr<Module> fuse_conv_bn_eval(const Module& conv, const BatchNormImpl& bn, bool transpose = false);
/// The same for a linear layer; the norm has its out_features, or 1.
std::shared_ptr<Module> fuse_linear_bn_eval(const Module& linear, const BatchNormImpl& bn);

template <class M, class Norm>
ModuleHolder<M> fuse_conv_bn_eval(const ModuleHolder<M>& conv, const ModuleHolder<Norm>& bn, bool transpose = false) {
  return ModuleHolder<M>(std::dynamic_pointer_cast<M>(fuse_conv_bn_eval(*conv, *bn, transpose)));
}
template <class M, class Norm>
ModuleHolder<M> fuse_linear_bn_eval(const ModuleHolder<M>& linear, const ModuleHolder<Norm>& bn) {
  return ModuleHolder<M>(std::dynamic_pointer_cast<M>(fuse_linear_bn_eval(*linear, *bn)));
}

}  // namespace ember::nn::utils
