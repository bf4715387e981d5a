// Transposed convolutions, which enlarge images by learned windows.
#pragma once

#include "ember/nn/module.h"

namespace ember::nn {

struct ConvTransposeOptions : ParameterOptions<ConvTransposeOptions> {
  ConvTransposeOptions(int64_t in_channels, int64_t out_channels, Shape kernel_size)
      : in_channels_(in_channels), out_channels_(out_channels), kernel_size_(std::move(kernel_size)) {}
  ConvTransposeOptions& stride(Shape value) { return stride_ = std::move(value), *this; }
  ConvTransposeOptions& padding(Shape value) { return padding_ = std::move(value), *this; }
  /// How much longer the output is than the least that a convolution would turn into the input's size.
  ConvTransposeOptions& output_padding(Shape value) { return output_padding_ = std::move(value), *this; }
  ConvTransposeOptions& groups(int64_t value) { return groups_ = value, *this; }
  ConvTransposeOptions& bias(bool value) { return bias_ = value, *this; }
  ConvTransposeOptions& dilation(Shape value) { return dilation_ = std::move(value), *this; }
  /// Only "zeros".
  ConvTransposeOptions& padding_mode(OptionName value) { return padding_mode_ = value.text, *this; }
  OptionFields fields();

  int64_t in_channels_, out_channels_;
  Shape kernel_size_, stride_ = 1, padding_ = 0, output_padding_ = 0;
  int64_t groups_ = 1;
  bool bias_ = true;
  Shape dilation_ = 1;
  std::string padding_mode_ = "zeros";
};
using ConvTranspose1dOptions = ConvTransposeOptions;
using ConvTranspose2dOptions = ConvTransposeOptions;
using ConvTranspose3dOptions = ConvTransposeOptions;

/// The transpose of a convolution of x [N, in_channels, spatial...] or without N, with weight [in_channels, out_channels / groups,
/// kernel...], plus bias [out_channels]. Both start uniform in +-1/sqrt(out_channels / groups * window).
template <int D, class Derived>
class ConvTransposeLayer : public Layer<Derived, ConvTransposeOptions> {
 public:
  explicit ConvTransposeLayer(ConvTransposeOptions options);
  ConvTransposeLayer(int64_t in_channels, int64_t out_channels, Shape kernel_size)
      : ConvTransposeLayer(ConvTransposeOptions(in_channels, out_channels, std::move(kernel_size))) {}
  Tensor forward(const Tensor& input) override { return forward(input, {}); }
  /// With the spatial sizes (or all) of the output, as several differ only in output_padding.
  Tensor forward(const Tensor& input, const Shape& output_size);
  void reset_parameters();
  std::string extra_repr() const override;

  Tensor& weight;
  Tensor& bias;  ///< undefined without bias

 private:
  /// The output_padding that gives this size.
  Shape padding_for(const Tensor& input, const Shape& output_size) const;
};

class ConvTranspose1dImpl : public ConvTransposeLayer<1, ConvTranspose1dImpl> {
 public:
  using ConvTransposeLayer::ConvTransposeLayer;
};
using ConvTranspose1d = ModuleHolder<ConvTranspose1dImpl>;
class ConvTranspose2dImpl : public ConvTransposeLayer<2, ConvTranspose2dImpl> {
 public:
  using ConvTransposeLayer::ConvTransposeLayer;
};
using ConvTranspose2d = ModuleHolder<ConvTranspose2dImpl>;
class ConvTranspose3dImpl : public ConvTransposeLayer<3, ConvTranspose3dImpl> {
 public:
  using ConvTransposeLayer::ConvTransposeLayer;
};
using ConvTranspose3d = ModuleHolder<ConvTranspose3dImpl>;

extern template class ConvTransposeLayer<1, ConvTranspose1dImpl>;
extern template class ConvTransposeLayer<2, ConvTranspose2dImpl>;
extern template class ConvTransposeLayer<3, ConvTranspose3dImpl>;

}  // namespace ember::nn
