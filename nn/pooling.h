// Pooling layers for images [N, C, H, W] or [C, H, W]. A number for a window stands for both dimensions; an empty stride is
// the kernel size.
#pragma once

#include <optional>

#include "nn/module.h"

namespace ember::nn {

struct MaxPool2dOptions {
  MaxPool2dOptions(Shape kernel_size) : kernel_size_(std::move(kernel_size)) {}
  MaxPool2dOptions& stride(Shape value) { return stride_ = std::move(value), *this; }
  MaxPool2dOptions& padding(Shape value) { return padding_ = std::move(value), *this; }
  MaxPool2dOptions& dilation(Shape value) { return dilation_ = std::move(value), *this; }
  MaxPool2dOptions& ceil_mode(bool value) { return ceil_mode_ = value, *this; }

  Shape kernel_size_, stride_, padding_ = 0, dilation_ = 1;
  bool ceil_mode_ = false;
};

/// The largest value of each window.
class MaxPool2dImpl : public Layer<MaxPool2dImpl, MaxPool2dOptions> {
 public:
  explicit MaxPool2dImpl(MaxPool2dOptions options);
  MaxPool2dImpl(Shape kernel_size) : MaxPool2dImpl(MaxPool2dOptions(std::move(kernel_size))) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using MaxPool2d = ModuleHolder<MaxPool2dImpl>;

struct AvgPool2dOptions {
  AvgPool2dOptions(Shape kernel_size) : kernel_size_(std::move(kernel_size)) {}
  AvgPool2dOptions& stride(Shape value) { return stride_ = std::move(value), *this; }
  AvgPool2dOptions& padding(Shape value) { return padding_ = std::move(value), *this; }
  AvgPool2dOptions& ceil_mode(bool value) { return ceil_mode_ = value, *this; }
  AvgPool2dOptions& count_include_pad(bool value) { return count_include_pad_ = value, *this; }
  AvgPool2dOptions& divisor_override(int64_t value) { return divisor_override_ = value, *this; }

  Shape kernel_size_, stride_, padding_ = 0;
  bool ceil_mode_ = false, count_include_pad_ = true;
  std::optional<int64_t> divisor_override_;
};

/// The mean of each window.
class AvgPool2dImpl : public Layer<AvgPool2dImpl, AvgPool2dOptions> {
 public:
  explicit AvgPool2dImpl(AvgPool2dOptions options);
  AvgPool2dImpl(Shape kernel_size) : AvgPool2dImpl(AvgPool2dOptions(std::move(kernel_size))) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using AvgPool2d = ModuleHolder<AvgPool2dImpl>;

struct AdaptiveAvgPool2dOptions {
  AdaptiveAvgPool2dOptions(Shape output_size) : output_size_(std::move(output_size)) {}

  Shape output_size_;
};

/// The means of windows chosen so that the output is output_size, whatever the input's size.
class AdaptiveAvgPool2dImpl : public Layer<AdaptiveAvgPool2dImpl, AdaptiveAvgPool2dOptions> {
 public:
  explicit AdaptiveAvgPool2dImpl(AdaptiveAvgPool2dOptions options) : Layer(std::move(options)) {}
  AdaptiveAvgPool2dImpl(Shape output_size) : AdaptiveAvgPool2dImpl(AdaptiveAvgPool2dOptions(std::move(output_size))) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using AdaptiveAvgPool2d = ModuleHolder<AdaptiveAvgPool2dImpl>;

}  // namespace ember::nn
