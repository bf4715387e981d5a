// Layers that resize images, or turn their windows into columns and back.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "ember/nn/module.h"

namespace ember::nn {

struct UpsampleOptions {
  UpsampleOptions& size(Shape value) { return size_ = std::move(value), *this; }
  UpsampleOptions& scale_factor(std::vector<double> value) { return scale_factor_ = std::move(value), *this; }
  UpsampleOptions& mode(OptionName value) { return mode_ = value.text, *this; }
  UpsampleOptions& align_corners(std::optional<bool> value) { return align_corners_ = value, *this; }
  UpsampleOptions& recompute_scale_factor(std::optional<bool> value) { return recompute_scale_factor_ = value, *this; }
  OptionFields fields();

  Shape size_;
  std::vector<double> scale_factor_;
  std::string mode_ = "nearest";
  std::optional<bool> align_corners_, recompute_scale_factor_;
};

/// Upsample's former selves, whose mode is in the name.
struct FormerUpsampleOptions : UpsampleOptions {
  OptionFields fields();
};
struct UpsamplingNearest2dOptions : FormerUpsampleOptions {};
struct UpsamplingBilinear2dOptions : FormerUpsampleOptions {
  UpsamplingBilinear2dOptions() { mode("bilinear").align_corners(true); }
};

/// x [N, C, spatial...] resized to a size or by a factor; see ops/resampling/interpolate.h for the modes.
template <class Derived, class Options>
class UpsampleLayer : public Layer<Derived, Options> {
 public:
  explicit UpsampleLayer(Options options) : Layer<Derived, Options>(std::move(options)) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};

class UpsampleImpl : public UpsampleLayer<UpsampleImpl, UpsampleOptions> {
 public:
  using UpsampleLayer::UpsampleLayer;
};
using Upsample = ModuleHolder<UpsampleImpl>;
class UpsamplingNearest2dImpl : public UpsampleLayer<UpsamplingNearest2dImpl, UpsamplingNearest2dOptions> {
 public:
  using UpsampleLayer::UpsampleLayer;
};
using UpsamplingNearest2d = ModuleHolder<UpsamplingNearest2dImpl>;
class UpsamplingBilinear2dImpl : public UpsampleLayer<UpsamplingBilinear2dImpl, UpsamplingBilinear2dOptions> {
 public:
  using UpsampleLayer::UpsampleLayer;
};
using UpsamplingBilinear2d = ModuleHolder<UpsamplingBilinear2dImpl>;

extern template class UpsampleLayer<UpsampleImpl, UpsampleOptions>;
extern template class UpsampleLayer<UpsamplingNearest2dImpl, UpsamplingNearest2dOptions>;
extern template class UpsampleLayer<UpsamplingBilinear2dImpl, UpsamplingBilinear2dOptions>;

struct UnfoldOptions {
  UnfoldOptions(Shape kernel_size) : kernel_size_(std::move(kernel_size)) {}
  UnfoldOptions(std::initializer_list<int64_t> kernel_size) : kernel_size_(kernel_size) {}
  UnfoldOptions& dilation(Shape value) { return dilation_ = std::move(value), *this; }
  UnfoldOptions& padding(Shape value) { return padding_ = std::move(value), *this; }
  UnfoldOptions& stride(Shape value) { return stride_ = std::move(value), *this; }
  OptionFields fields();

  Shape kernel_size_, dilation_ = 1, padding_ = 0, stride_ = 1;
};

/// The windows of images as columns.
class UnfoldImpl : public Layer<UnfoldImpl, UnfoldOptions> {
 public:
  explicit UnfoldImpl(UnfoldOptions options) : Layer(std::move(options)) {}
  UnfoldImpl(Shape kernel_size) : UnfoldImpl(UnfoldOptions(std::move(kernel_size))) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Unfold = ModuleHolder<UnfoldImpl>;

struct FoldOptions {
  FoldOptions(Shape output_size, Shape kernel_size)
      : output_size_(std::move(output_size)), kernel_size_(std::move(kernel_size)) {}
  FoldOptions& dilation(Shape value) { return dilation_ = std::move(value), *this; }
  FoldOptions& padding(Shape value) { return padding_ = std::move(value), *this; }
  FoldOptions& stride(Shape value) { return stride_ = std::move(value), *this; }
  OptionFields fields();

  Shape output_size_, kernel_size_, dilation_ = 1, padding_ = 0, stride_ = 1;
};

/// Columns added up into images.
class FoldImpl : public Layer<FoldImpl, FoldOptions> {
 public:
  explicit FoldImpl(FoldOptions options) : Layer(std::move(options)) {}
  FoldImpl(Shape output_size, Shape kernel_size)
      : FoldImpl(FoldOptions(std::move(output_size), std::move(kernel_size))) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Fold = ModuleHolder<FoldImpl>;

}  // namespace ember::nn
