// Convolution layers. One class holds what those of every number of spatial dimensions share.
#pragma once

#include "ember/nn/module.h"

namespace ember::nn {

/// A number for a window stands for the same number in each spatial dimension: `Conv2dOptions(1, 32, 3)` is 3 x 3.
struct ConvOptions : ParameterOptions<ConvOptions> {
  ConvOptions(int64_t in_channels, int64_t out_channels, Shape kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(std::move(kernel_size)) {}
  ConvOptions& stride(Shape value) { return stride_ = std::move(value), *this; }
  ConvOptions& padding(Shape value) { return padding_ = std::move(value), padding_name_.clear(), *this; }
  /// "valid" for none, "same" for an output of the input's size (stride 1 only).
  ConvOptions& padding(OptionName name) { return padding_name_ = name.text, *this; }
  ConvOptions& dilation(Shape value) { return dilation_ = std::move(value), *this; }
  ConvOptions& groups(int64_t value) { return groups_ = value, *this; }
  ConvOptions& bias(bool value) { return bias_ = value, *this; }
  /// What stands around x where padding asks for more: "zeros", or as in ops/shape/padding.h "reflect", "replicate" or "circular".
  ConvOptions& padding_mode(OptionName value) { return padding_mode_ = value.text, *this; }
  OptionFields fields();

  int64_t in_channels_, out_channels_;
  Shape kernel_size_, stride_ = 1, padding_ = 0, dilation_ = 1;
  std::string padding_name_;
  int64_t groups_ = 1;
  bool bias_ = true;
  std::string padding_mode_ = "zeros";
};
using Conv1dOptions = ConvOptions;
using Conv2dOptions = ConvOptions;
using Conv3dOptions = ConvOptions;

/// Cross-correlation of x [N, in_channels, spatial...] or [in_channels, spatial...] with weight [out_channels,
/// in_channels / groups, kernel...] plus bias [out_channels]. Both start uniform in +-1/sqrt(in_channels / groups * window).
template <int D, class Derived>
class ConvLayer : public Layer<Derived, ConvOptions> {
 public:
  explicit ConvLayer(ConvOptions options);
  Tensor forward(const Tensor& input) override;
  void reset_parameters();
  std::string extra_repr() const override;

  Tensor& weight;
  Tensor& bias;  ///< undefined without bias

 private:
  Tensor convolve(const Tensor& input, const Shape& padding) const;
};

class Conv1dImpl : public ConvLayer<1, Conv1dImpl> {
 public:
  using ConvLayer::ConvLayer;
  Conv1dImpl(int64_t in_channels, int64_t out_channels, Shape kernel_size)
      : Conv1dImpl(ConvOptions(in_channels, out_channels, std::move(kernel_size))) {}
};
using Conv1d = ModuleHolder<Conv1dImpl>;

class Conv2dImpl : public ConvLayer<2, Conv2dImpl> {
 public:
  using ConvLayer::ConvLayer;
  Conv2dImpl(int64_t in_channels, int64_t out_channels, Shape kernel_size)
      : Conv2dImpl(ConvOptions(in_channels, out_channels, std::move(kernel_size))) {}
};
using Conv2d = ModuleHolder<Conv2dImpl>;

class Conv3dImpl : public ConvLayer<3, Conv3dImpl> {
 public:
  using ConvLayer::ConvLayer;
  Conv3dImpl(int64_t in_channels, int64_t out_channels, Shape kernel_size)
      : Conv3dImpl(ConvOptions(in_channels, out_channels, std::move(kernel_size))) {}
};
using Conv3d = ModuleHolder<Conv3dImpl>;

extern template class ConvLayer<1, Conv1dImpl>;
extern template class ConvLayer<2, Conv2dImpl>;
extern template class ConvLayer<3, Conv3dImpl>;

}  // namespace ember::nn
