// Pooling layers over one, two or three spatial dims, for x [N, C, spatial...] or [C, spatial...]. A number for a window stands for
// the same in each dim; an empty stride is the kernel size.
#pragma once

#include <optional>
#include <utility>
#include <vector>

#include "ember/nn/module.h"

namespace ember::nn {

struct MaxPoolOptions {
  MaxPoolOptions(Shape kernel_size) : kernel_size_(std::move(kernel_size)) {}
  MaxPoolOptions(std::initializer_list<int64_t> kernel_size) : kernel_size_(kernel_size) {}
  MaxPoolOptions& stride(Shape value) { return stride_ = std::move(value), *this; }
  MaxPoolOptions& padding(Shape value) { return padding_ = std::move(value), *this; }
  MaxPoolOptions& dilation(Shape value) { return dilation_ = std::move(value), *this; }
  /// For Python, where the layer's call then gives a tuple; C++ calls forward_with_indices.
  MaxPoolOptions& return_indices(bool value) { return return_indices_ = value, *this; }
  MaxPoolOptions& ceil_mode(bool value) { return ceil_mode_ = value, *this; }
  OptionFields fields();

  Shape kernel_size_, stride_, padding_ = 0, dilation_ = 1;
  bool return_indices_ = false, ceil_mode_ = false;
};
using MaxPool1dOptions = MaxPoolOptions;
using MaxPool2dOptions = MaxPoolOptions;
using MaxPool3dOptions = MaxPoolOptions;

/// The largest value of each window.
template <int D, class Derived>
class MaxPoolLayer : public Layer<Derived, MaxPoolOptions> {
 public:
  explicit MaxPoolLayer(MaxPoolOptions options);
  MaxPoolLayer(Shape kernel_size) : MaxPoolLayer(MaxPoolOptions(std::move(kernel_size))) {}
  Tensor forward(const Tensor& input) override { return forward_with_indices(input).first; }
  /// The values and where they stood.
  std::pair<Tensor, Tensor> forward_with_indices(const Tensor& input) const;
  std::string extra_repr() const override;
};

struct AvgPoolOptions {
  AvgPoolOptions(Shape kernel_size) : kernel_size_(std::move(kernel_size)) {}
  AvgPoolOptions(std::initializer_list<int64_t> kernel_size) : kernel_size_(kernel_size) {}
  AvgPoolOptions& stride(Shape value) { return stride_ = std::move(value), *this; }
  AvgPoolOptions& padding(Shape value) { return padding_ = std::move(value), *this; }
  AvgPoolOptions& ceil_mode(bool value) { return ceil_mode_ = value, *this; }
  AvgPoolOptions& count_include_pad(bool value) { return count_include_pad_ = value, *this; }
  AvgPoolOptions& divisor_override(int64_t value) { return divisor_override_ = value, *this; }
  OptionFields fields();

  Shape kernel_size_, stride_, padding_ = 0;
  bool ceil_mode_ = false, count_include_pad_ = true;
  std::optional<int64_t> divisor_override_;
};
/// Without divisor_override.
struct AvgPool1dOptions : AvgPoolOptions {
  using AvgPoolOptions::AvgPoolOptions;
  AvgPool1dOptions(AvgPoolOptions options) : AvgPoolOptions(std::move(options)) {}
  OptionFields fields();
};
using AvgPool2dOptions = AvgPoolOptions;
using AvgPool3dOptions = AvgPoolOptions;

/// The mean of each window.
template <int D, class Derived, class Options = AvgPoolOptions>
class AvgPoolLayer : public Layer<Derived, Options> {
 public:
  explicit AvgPoolLayer(Options options);
  AvgPoolLayer(Shape kernel_size) : AvgPoolLayer(Options(std::move(kernel_size))) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};

struct LPPoolOptions {
  LPPoolOptions(double norm_type, Shape kernel_size) : norm_type_(norm_type), kernel_size_(std::move(kernel_size)) {}
  LPPoolOptions& stride(Shape value) { return stride_ = std::move(value), *this; }
  LPPoolOptions& ceil_mode(bool value) { return ceil_mode_ = value, *this; }
  OptionFields fields();

  double norm_type_;
  Shape kernel_size_, stride_;
  bool ceil_mode_ = false;
};
using LPPool1dOptions = LPPoolOptions;
using LPPool2dOptions = LPPoolOptions;
using LPPool3dOptions = LPPoolOptions;

/// (sum of x^norm_type over each window)^(1 / norm_type).
template <int D, class Derived>
class LPPoolLayer : public Layer<Derived, LPPoolOptions> {
 public:
  explicit LPPoolLayer(LPPoolOptions options) : Layer<Derived, LPPoolOptions>(std::move(options)) {}
  LPPoolLayer(double norm_type, Shape kernel_size) : LPPoolLayer(LPPoolOptions(norm_type, std::move(kernel_size))) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};

struct AdaptiveAvgPoolOptions {
  /// -1 keeps the input's size.
  AdaptiveAvgPoolOptions(Shape output_size) : output_size_(std::move(output_size)) {}
  AdaptiveAvgPoolOptions(std::initializer_list<int64_t> output_size) : output_size_(output_size) {}
  OptionFields fields();

  Shape output_size_;
};
using AdaptiveAvgPool1dOptions = AdaptiveAvgPoolOptions;
using AdaptiveAvgPool2dOptions = AdaptiveAvgPoolOptions;
using AdaptiveAvgPool3dOptions = AdaptiveAvgPoolOptions;

struct AdaptiveMaxPoolOptions : AdaptiveAvgPoolOptions {
  using AdaptiveAvgPoolOptions::AdaptiveAvgPoolOptions;
  AdaptiveMaxPoolOptions& return_indices(bool value) { return return_indices_ = value, *this; }
  OptionFields fields();

  bool return_indices_ = false;  ///< for Python, as in MaxPoolOptions
};
using AdaptiveMaxPool1dOptions = AdaptiveMaxPoolOptions;
using AdaptiveMaxPool2dOptions = AdaptiveMaxPoolOptions;
using AdaptiveMaxPool3dOptions = AdaptiveMaxPoolOptions;

/// The means of windows chosen so that the output is output_size, whatever the input's size.
template <int D, class Derived>
class AdaptiveAvgPoolLayer : public Layer<Derived, AdaptiveAvgPoolOptions> {
 public:
  explicit AdaptiveAvgPoolLayer(AdaptiveAvgPoolOptions options)
      : Layer<Derived, AdaptiveAvgPoolOptions>(std::move(options)) {}
  AdaptiveAvgPoolLayer(Shape output_size) : AdaptiveAvgPoolLayer(AdaptiveAvgPoolOptions(std::move(output_size))) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};

/// The largest values of the same windows.
template <int D, class Derived>
class AdaptiveMaxPoolLayer : public Layer<Derived, AdaptiveMaxPoolOptions> {
 public:
  explicit AdaptiveMaxPoolLayer(AdaptiveMaxPoolOptions options)
      : Layer<Derived, AdaptiveMaxPoolOptions>(std::move(options)) {}
  AdaptiveMaxPoolLayer(Shape output_size) : AdaptiveMaxPoolLayer(AdaptiveMaxPoolOptions(std::move(output_size))) {}
  Tensor forward(const Tensor& input) override { return forward_with_indices(input).first; }
  std::pair<Tensor, Tensor> forward_with_indices(const Tensor& input) const;
  std::string extra_repr() const override;
};

struct FractionalMaxPoolOptions {
  FractionalMaxPoolOptions(Shape kernel_size) : kernel_size_(std::move(kernel_size)) {}
  FractionalMaxPoolOptions(std::initializer_list<int64_t> kernel_size) : kernel_size_(kernel_size) {}
  FractionalMaxPoolOptions& output_size(Shape value) { return output_size_ = std::move(value), *this; }
  FractionalMaxPoolOptions& output_ratio(std::vector<double> value) { return output_ratio_ = std::move(value), *this; }
  FractionalMaxPoolOptions& return_indices(bool value) { return return_indices_ = value, *this; }
  OptionFields fields();

  Shape kernel_size_, output_size_;
  std::vector<double> output_ratio_;
  bool return_indices_ = false;
  Tensor random_samples_;
};
using FractionalMaxPool2dOptions = FractionalMaxPoolOptions;
using FractionalMaxPool3dOptions = FractionalMaxPoolOptions;

/// The largest values of windows with random steps. Graham, 2014.
template <int D, class Derived>
class FractionalMaxPoolLayer : public Layer<Derived, FractionalMaxPoolOptions> {
 public:
  /// ValueError unless just one of output_size and output_ratio is given.
  explicit FractionalMaxPoolLayer(FractionalMaxPoolOptions options);
  Tensor forward(const Tensor& input) override { return forward_with_indices(input).first; }
  std::pair<Tensor, Tensor> forward_with_indices(const Tensor& input) const;

  Tensor& random_samples;  ///< what decides the steps; drawn anew for each call when undefined
};

struct MaxUnpoolOptions {
  MaxUnpoolOptions(Shape kernel_size) : kernel_size_(std::move(kernel_size)) {}
  MaxUnpoolOptions(std::initializer_list<int64_t> kernel_size) : kernel_size_(kernel_size) {}
  MaxUnpoolOptions& stride(Shape value) { return stride_ = std::move(value), *this; }
  MaxUnpoolOptions& padding(Shape value) { return padding_ = std::move(value), *this; }
  OptionFields fields();

  Shape kernel_size_, stride_, padding_ = 0;
};
using MaxUnpool1dOptions = MaxUnpoolOptions;
using MaxUnpool2dOptions = MaxUnpoolOptions;
using MaxUnpool3dOptions = MaxUnpoolOptions;

/// Each value back at the index that max pooling gave, zeros elsewhere.
template <int D, class Derived>
class MaxUnpoolLayer : public Layer<Derived, MaxUnpoolOptions> {
 public:
  explicit MaxUnpoolLayer(MaxUnpoolOptions options);
  MaxUnpoolLayer(Shape kernel_size) : MaxUnpoolLayer(MaxUnpoolOptions(std::move(kernel_size))) {}
  Tensor forward(const Tensor& input, const Tensor& indices, const Shape& output_size = {}) const;
  std::string extra_repr() const override;
};

class MaxPool1dImpl : public MaxPoolLayer<1, MaxPool1dImpl> {
 public:
  using MaxPoolLayer::MaxPoolLayer;
};
using MaxPool1d = ModuleHolder<MaxPool1dImpl>;
class MaxPool2dImpl : public MaxPoolLayer<2, MaxPool2dImpl> {
 public:
  using MaxPoolLayer::MaxPoolLayer;
};
using MaxPool2d = ModuleHolder<MaxPool2dImpl>;
class MaxPool3dImpl : public MaxPoolLayer<3, MaxPool3dImpl> {
 public:
  using MaxPoolLayer::MaxPoolLayer;
};
using MaxPool3d = ModuleHolder<MaxPool3dImpl>;

class AvgPool1dImpl : public AvgPoolLayer<1, AvgPool1dImpl, AvgPool1dOptions> {
 public:
  using AvgPoolLayer::AvgPoolLayer;
};
using AvgPool1d = ModuleHolder<AvgPool1dImpl>;
class AvgPool2dImpl : public AvgPoolLayer<2, AvgPool2dImpl> {
 public:
  using AvgPoolLayer::AvgPoolLayer;
};
using AvgPool2d = ModuleHolder<AvgPool2dImpl>;
class AvgPool3dImpl : public AvgPoolLayer<3, AvgPool3dImpl> {
 public:
  using AvgPoolLayer::AvgPoolLayer;
};
using AvgPool3d = ModuleHolder<AvgPool3dImpl>;

class LPPool1dImpl : public LPPoolLayer<1, LPPool1dImpl> {
 public:
  using LPPoolLayer::LPPoolLayer;
};
using LPPool1d = ModuleHolder<LPPool1dImpl>;
class LPPool2dImpl : public LPPoolLayer<2, LPPool2dImpl> {
 public:
  using LPPoolLayer::LPPoolLayer;
};
using LPPool2d = ModuleHolder<LPPool2dImpl>;
class LPPool3dImpl : public LPPoolLayer<3, LPPool3dImpl> {
 public:
  using LPPoolLayer::LPPoolLayer;
};
using LPPool3d = ModuleHolder<LPPool3dImpl>;

class AdaptiveAvgPool1dImpl : public AdaptiveAvgPoolLayer<1, AdaptiveAvgPool1dImpl> {
 public:
  using AdaptiveAvgPoolLayer::AdaptiveAvgPoolLayer;
};
using AdaptiveAvgPool1d = ModuleHolder<AdaptiveAvgPool1dImpl>;
class AdaptiveAvgPool2dImpl : public AdaptiveAvgPoolLayer<2, AdaptiveAvgPool2dImpl> {
 public:
  using AdaptiveAvgPoolLayer::AdaptiveAvgPoolLayer;
};
using AdaptiveAvgPool2d = ModuleHolder<AdaptiveAvgPool2dImpl>;
class AdaptiveAvgPool3dImpl : public AdaptiveAvgPoolLayer<3, AdaptiveAvgPool3dImpl> {
 public:
  using AdaptiveAvgPoolLayer::AdaptiveAvgPoolLayer;
};
using AdaptiveAvgPool3d = ModuleHolder<AdaptiveAvgPool3dImpl>;

class AdaptiveMaxPool1dImpl : public AdaptiveMaxPoolLayer<1, AdaptiveMaxPool1dImpl> {
 public:
  using AdaptiveMaxPoolLayer::AdaptiveMaxPoolLayer;
};
using AdaptiveMaxPool1d = ModuleHolder<AdaptiveMaxPool1dImpl>;
class AdaptiveMaxPool2dImpl : public AdaptiveMaxPoolLayer<2, AdaptiveMaxPool2dImpl> {
 public:
  using AdaptiveMaxPoolLayer::AdaptiveMaxPoolLayer;
};
using AdaptiveMaxPool2d = ModuleHolder<AdaptiveMaxPool2dImpl>;
class AdaptiveMaxPool3dImpl : public AdaptiveMaxPoolLayer<3, AdaptiveMaxPool3dImpl> {
 public:
  using AdaptiveMaxPoolLayer::AdaptiveMaxPoolLayer;
};
using AdaptiveMaxPool3d = ModuleHolder<AdaptiveMaxPool3dImpl>;

class FractionalMaxPool2dImpl : public FractionalMaxPoolLayer<2, FractionalMaxPool2dImpl> {
 public:
  using FractionalMaxPoolLayer::FractionalMaxPoolLayer;
};
using FractionalMaxPool2d = ModuleHolder<FractionalMaxPool2dImpl>;
class FractionalMaxPool3dImpl : public FractionalMaxPoolLayer<3, FractionalMaxPool3dImpl> {
 public:
  using FractionalMaxPoolLayer::FractionalMaxPoolLayer;
};
using FractionalMaxPool3d = ModuleHolder<FractionalMaxPool3dImpl>;

class MaxUnpool1dImpl : public MaxUnpoolLayer<1, MaxUnpool1dImpl> {
 public:
  using MaxUnpoolLayer::MaxUnpoolLayer;
};
using MaxUnpool1d = ModuleHolder<MaxUnpool1dImpl>;
class MaxUnpool2dImpl : public MaxUnpoolLayer<2, MaxUnpool2dImpl> {
 public:
  using MaxUnpoolLayer::MaxUnpoolLayer;
};
using MaxUnpool2d = ModuleHolder<MaxUnpool2dImpl>;
class MaxUnpool3dImpl : public MaxUnpoolLayer<3, MaxUnpool3dImpl> {
 public:
  using MaxUnpoolLayer::MaxUnpoolLayer;
};
using MaxUnpool3d = ModuleHolder<MaxUnpool3dImpl>;

extern template class MaxPoolLayer<1, MaxPool1dImpl>;
extern template class MaxPoolLayer<2, MaxPool2dImpl>;
extern template class MaxPoolLayer<3, MaxPool3dImpl>;
extern template class AvgPoolLayer<1, AvgPool1dImpl, AvgPool1dOptions>;
extern template class AvgPoolLayer<2, AvgPool2dImpl>;
extern template class AvgPoolLayer<3, AvgPool3dImpl>;
extern template class LPPoolLayer<1, LPPool1dImpl>;
extern template class LPPoolLayer<2, LPPool2dImpl>;
extern template class LPPoolLayer<3, LPPool3dImpl>;
extern template class AdaptiveAvgPoolLayer<1, AdaptiveAvgPool1dImpl>;
extern template class AdaptiveAvgPoolLayer<2, AdaptiveAvgPool2dImpl>;
extern template class AdaptiveAvgPoolLayer<3, AdaptiveAvgPool3dImpl>;
extern template class AdaptiveMaxPoolLayer<1, AdaptiveMaxPool1dImpl>;
extern template class AdaptiveMaxPoolLayer<2, AdaptiveMaxPool2dImpl>;
extern template class AdaptiveMaxPoolLayer<3, AdaptiveMaxPool3dImpl>;
extern template class FractionalMaxPoolLayer<2, FractionalMaxPool2dImpl>;
extern template class FractionalMaxPoolLayer<3, FractionalMaxPool3dImpl>;
extern template class MaxUnpoolLayer<1, MaxUnpool1dImpl>;
extern template class MaxUnpoolLayer<2, MaxUnpool2dImpl>;
extern template class MaxUnpoolLayer<3, MaxUnpool3dImpl>;

}  // namespace ember::nn
