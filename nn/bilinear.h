// A layer that multiplies two inputs.
#pragma once

#include "ember/nn/module.h"

namespace ember::nn {

struct BilinearOptions : ParameterOptions<BilinearOptions> {
  BilinearOptions(int64_t in1_features, int64_t in2_features, int64_t out_features)
      : in1_features_(in1_features), in2_features_(in2_features), out_features_(out_features) {}
  BilinearOptions& bias(bool value) { return bias_ = value, *this; }
  OptionFields fields();

  int64_t in1_features_, in2_features_, out_features_;
  bool bias_ = true;
};

/// y_k = x1^T W_k x2 + b_k for x1 [..., in1_features] and x2 [..., in2_features]; weight [out_features, in1_features,
/// in2_features], bias [out_features]. Both start uniform in +-1/sqrt(in1_features).
class BilinearImpl : public Layer<BilinearImpl, BilinearOptions> {
 public:
  explicit BilinearImpl(BilinearOptions options);
  BilinearImpl(int64_t in1_features, int64_t in2_features, int64_t out_features)
      : BilinearImpl(BilinearOptions(in1_features, in2_features, out_features)) {}
  Tensor forward(const Tensor& input1, const Tensor& input2) const;
  void reset_parameters();
  std::string extra_repr() const override;

  Tensor& weight;
  Tensor& bias;  ///< undefined without bias
};
using Bilinear = ModuleHolder<BilinearImpl>;

}  // namespace ember::nn
