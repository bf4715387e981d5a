// Instance norm: batch norm of each sample by itself.
#pragma once

#include "ember/nn/module.h"

namespace ember::nn {

struct InstanceNormOptions : ParameterOptions<InstanceNormOptions> {
  InstanceNormOptions(int64_t num_features) : num_features_(num_features) {}
  InstanceNormOptions& eps(double value) { return eps_ = value, *this; }
  InstanceNormOptions& momentum(double value) { return momentum_ = value, *this; }
  InstanceNormOptions& affine(bool value) { return affine_ = value, *this; }
  InstanceNormOptions& track_running_stats(bool value) { return track_running_stats_ = value, *this; }
  InstanceNormOptions& bias(bool value) { return bias_ = value, *this; }
  OptionFields fields();

  int64_t num_features_;
  double eps_ = 1e-5, momentum_ = 0.1;
  bool affine_ = false, track_running_stats_ = false, bias_ = true;
};
using InstanceNorm1dOptions = InstanceNormOptions;
using InstanceNorm2dOptions = InstanceNormOptions;
using InstanceNorm3dOptions = InstanceNormOptions;

/// (x - mean) / sqrt(var + eps) * weight + bias for each channel of each sample of x [N, num_features, spatial...] or
/// [num_features, spatial...]; by the running statistics when they are tracked and the layer is not training. Ulyanov et al., 2016.
template <int D, class Derived>
class InstanceNormLayer : public Layer<Derived, InstanceNormOptions> {
 public:
  explicit InstanceNormLayer(InstanceNormOptions options);
  InstanceNormLayer(int64_t num_features) : InstanceNormLayer(InstanceNormOptions(num_features)) {}
  Tensor forward(const Tensor& input) override;
  void reset_running_stats();
  void reset_parameters();
  std::string extra_repr() const override;

  Tensor &weight, &bias;                                     ///< undefined unless affine
  Tensor &running_mean, &running_var, &num_batches_tracked;  ///< undefined unless track_running_stats
};

class InstanceNorm1dImpl : public InstanceNormLayer<1, InstanceNorm1dImpl> {
 public:
  using InstanceNormLayer::InstanceNormLayer;
};
using InstanceNorm1d = ModuleHolder<InstanceNorm1dImpl>;
class InstanceNorm2dImpl : public InstanceNormLayer<2, InstanceNorm2dImpl> {
 public:
  using InstanceNormLayer::InstanceNormLayer;
};
using InstanceNorm2d = ModuleHolder<InstanceNorm2dImpl>;
class InstanceNorm3dImpl : public InstanceNormLayer<3, InstanceNorm3dImpl> {
 public:
  using InstanceNormLayer::InstanceNormLayer;
};
using InstanceNorm3d = ModuleHolder<InstanceNorm3dImpl>;

extern template class InstanceNormLayer<1, InstanceNorm1dImpl>;
extern template class InstanceNormLayer<2, InstanceNorm2dImpl>;
extern template class InstanceNormLayer<3, InstanceNorm3dImpl>;

}  // namespace ember::nn
