// Normalisation layers: batch, layer, group, RMS and local response norm.
#pragma once

#include <optional>

#include "ember/nn/module.h"

namespace ember::nn {

struct BatchNormOptions : ParameterOptions<BatchNormOptions> {
  BatchNormOptions(int64_t num_features) : num_features_(num_features) {}
  BatchNormOptions& eps(double value) { return eps_ = value, *this; }
  /// The share of a new batch in the running statistics; nullopt for the plain average over all batches.
  BatchNormOptions& momentum(std::optional<double> value) { return momentum_ = value, *this; }
  BatchNormOptions& affine(bool value) { return affine_ = value, *this; }
  BatchNormOptions& bias(bool value) { return bias_ = value, *this; }
  BatchNormOptions& track_running_stats(bool value) { return track_running_stats_ = value, *this; }
  OptionFields fields();

  int64_t num_features_;
  double eps_ = 1e-5;
  std::optional<double> momentum_ = 0.1;
  bool affine_ = true, bias_ = true, track_running_stats_ = true;
};
using BatchNorm1dOptions = BatchNormOptions;
using BatchNorm2dOptions = BatchNormOptions;
using BatchNorm3dOptions = BatchNormOptions;

/// (x - mean) / sqrt(var + eps) * weight + bias for each channel of x [N, num_features, ...]: by the batch's statistics when
/// training, by the running ones otherwise. Ioffe & Szegedy, 2015.
class BatchNormImpl : public Module {
 public:
  Tensor forward(const Tensor& input) override;
  void reset_running_stats();
  void reset_parameters();
  std::string extra_repr() const override;

  BatchNormOptions options;
  Tensor &weight, &bias;  ///< undefined unless affine
  Tensor &running_mean, &running_var,
      &num_batches_tracked;  ///< undefined unless track_running_stats

 protected:
  explicit BatchNormImpl(BatchNormOptions options);
  BatchNormImpl(const BatchNormImpl&) = delete;
  BatchNormImpl(BatchNormImpl&&) = default;
  bool take_members(const Module& source, CloneMemo& memo) override;
  virtual void check_input(const Tensor& input) const = 0;
};

/// Batch norm of [N, C] or [N, C, L].
class BatchNorm1dImpl : public BatchNormImpl {
 public:
  explicit BatchNorm1dImpl(BatchNormOptions options) : BatchNormImpl(options) {}

 protected:
  void check_input(const Tensor& input) const override;
  std::shared_ptr<Module> make_empty() const override;
};
using BatchNorm1d = ModuleHolder<BatchNorm1dImpl>;

/// Batch norm of [N, C, H, W].
class BatchNorm2dImpl : public BatchNormImpl {
 public:
  explicit BatchNorm2dImpl(BatchNormOptions options) : BatchNormImpl(options) {}

 protected:
  void check_input(const Tensor& input) const override;
  std::shared_ptr<Module> make_empty() const override;
};
using BatchNorm2d = ModuleHolder<BatchNorm2dImpl>;

/// Batch norm of [N, C, D, H, W].
class BatchNorm3dImpl : public BatchNormImpl {
 public:
  explicit BatchNorm3dImpl(BatchNormOptions options) : BatchNormImpl(options) {}

 protected:
  void check_input(const Tensor& input) const override;
  std::shared_ptr<Module> make_empty() const override;
};
using BatchNorm3d = ModuleHolder<BatchNorm3dImpl>;

using SyncBatchNormOptions = BatchNormOptions;

/// Batch norm of [N, C, ...] whose statistics are those of all processes that train together. One process on its own computes those of
/// its batch.
class SyncBatchNormImpl : public BatchNormImpl {
 public:
  explicit SyncBatchNormImpl(BatchNormOptions options) : BatchNormImpl(options) {}

 protected:
  void check_input(const Tensor& input) const override;
  std::shared_ptr<Module> make_empty() const override;
};
using SyncBatchNorm = ModuleHolder<SyncBatchNormImpl>;

struct LayerNormOptions : ParameterOptions<LayerNormOptions> {
  LayerNormOptions(Shape normalized_shape) : normalized_shape_(std::move(normalized_shape)) {}
  LayerNormOptions(std::initializer_list<int64_t> normalized_shape) : normalized_shape_(normalized_shape) {}
  LayerNormOptions& eps(double value) { return eps_ = value, *this; }
  LayerNormOptions& elementwise_affine(bool value) { return elementwise_affine_ = value, *this; }
  LayerNormOptions& bias(bool value) { return bias_ = value, *this; }
  OptionFields fields();

  Shape normalized_shape_;
  double eps_ = 1e-5;
  bool elementwise_affine_ = true, bias_ = true;
};

/// (x - mean) / sqrt(var + eps) * weight + bias over the last dims, which are normalized_shape. Ba et al., 2016.
class LayerNormImpl : public Layer<LayerNormImpl, LayerNormOptions> {
 public:
  explicit LayerNormImpl(LayerNormOptions options);
  LayerNormImpl(Shape normalized_shape) : LayerNormImpl(LayerNormOptions(std::move(normalized_shape))) {}
  Tensor forward(const Tensor& input) override;
  void reset_parameters();
  std::string extra_repr() const override;

  Tensor &weight, &bias;  ///< undefined unless elementwise_affine
};
using LayerNorm = ModuleHolder<LayerNormImpl>;

struct GroupNormOptions : ParameterOptions<GroupNormOptions> {
  GroupNormOptions(int64_t num_groups, int64_t num_channels) : num_groups_(num_groups), num_channels_(num_channels) {}
  GroupNormOptions& eps(double value) { return eps_ = value, *this; }
  GroupNormOptions& affine(bool value) { return affine_ = value, *this; }
  GroupNormOptions& bias(bool value) { return bias_ = value, *this; }
  OptionFields fields();

  int64_t num_groups_, num_channels_;
  double eps_ = 1e-5;
  bool affine_ = true, bias_ = true;
};

/// Normalises each group of channels of x [N, num_channels, ...] on its own. Wu & He, 2018.
class GroupNormImpl : public Layer<GroupNormImpl, GroupNormOptions> {
 public:
  explicit GroupNormImpl(GroupNormOptions options);
  GroupNormImpl(int64_t num_groups, int64_t num_channels) : GroupNormImpl(GroupNormOptions(num_groups, num_channels)) {}
  Tensor forward(const Tensor& input) override;
  void reset_parameters();
  std::string extra_repr() const override;

  Tensor &weight, &bias;  ///< undefined unless affine
};
using GroupNorm = ModuleHolder<GroupNormImpl>;

struct RMSNormOptions : ParameterOptions<RMSNormOptions> {
  RMSNormOptions(Shape normalized_shape) : normalized_shape_(std::move(normalized_shape)) {}
  RMSNormOptions(std::initializer_list<int64_t> normalized_shape) : normalized_shape_(normalized_shape) {}
  /// The dtype's epsilon without one.
  RMSNormOptions& eps(std::optional<double> value) { return eps_ = value, *this; }
  RMSNormOptions& elementwise_affine(bool value) { return elementwise_affine_ = value, *this; }
  OptionFields fields();

  Shape normalized_shape_;
  std::optional<double> eps_;
  bool elementwise_affine_ = true;
};

/// x / sqrt(mean(x^2) + eps) * weight over the last dims. Zhang & Sennrich, 2019.
class RMSNormImpl : public Layer<RMSNormImpl, RMSNormOptions> {
 public:
  explicit RMSNormImpl(RMSNormOptions options);
  RMSNormImpl(Shape normalized_shape) : RMSNormImpl(RMSNormOptions(std::move(normalized_shape))) {}
  Tensor forward(const Tensor& input) override;
  void reset_parameters();
  std::string extra_repr() const override;

  Tensor& weight;  ///< undefined unless elementwise_affine
};
using RMSNorm = ModuleHolder<RMSNormImpl>;

struct LocalResponseNormOptions {
  LocalResponseNormOptions(int64_t size) : size_(size) {}
  LocalResponseNormOptions& alpha(double value) { return alpha_ = value, *this; }
  LocalResponseNormOptions& beta(double value) { return beta_ = value, *this; }
  LocalResponseNormOptions& k(double value) { return k_ = value, *this; }
  OptionFields fields() { return {{"size", &size_, kRequired}, {"alpha", &alpha_}, {"beta", &beta_}, {"k", &k_}}; }

  int64_t size_;
  double alpha_ = 1e-4, beta_ = 0.75, k_ = 1;
};

/// x / (k + alpha mean(x^2))^beta, the mean being over `size` neighbouring channels. Krizhevsky et al., 2012.
class LocalResponseNormImpl : public Layer<LocalResponseNormImpl, LocalResponseNormOptions> {
 public:
  explicit LocalResponseNormImpl(LocalResponseNormOptions options) : Layer(options) {}
  LocalResponseNormImpl(int64_t size) : LocalResponseNormImpl(LocalResponseNormOptions(size)) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using LocalResponseNorm = ModuleHolder<LocalResponseNormImpl>;

struct CrossMapLRN2dOptions : LocalResponseNormOptions {
  using LocalResponseNormOptions::LocalResponseNormOptions;
};

/// The same for x [N, C, H, W], over (size - 1) / 2 channels on either side: of an even size one less.
class CrossMapLRN2dImpl : public Layer<CrossMapLRN2dImpl, CrossMapLRN2dOptions> {
 public:
  explicit CrossMapLRN2dImpl(CrossMapLRN2dOptions options) : Layer(options) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using CrossMapLRN2d = ModuleHolder<CrossMapLRN2dImpl>;

}  // namespace ember::nn
