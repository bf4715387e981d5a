// Dropout: while training, zeroes each element with probability p and scales the others by 1 / (1 - p). Hinton et al., 2012.
#pragma once

#include "ember/nn/module.h"

namespace ember::nn {

struct DropoutOptions {
  DropoutOptions(double p = 0.5) : p_(p) {}
  DropoutOptions& p(double value) { return p_ = value, *this; }
  DropoutOptions& inplace(bool value) { return inplace_ = value, *this; }
  OptionFields fields() { return {{"p", &p_}, {"inplace", &inplace_}}; }

  double p_;
  bool inplace_ = false;
};

class DropoutImpl : public Layer<DropoutImpl, DropoutOptions> {
 public:
  /// ValueError unless 0 <= p <= 1.
  explicit DropoutImpl(DropoutOptions options = {});
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Dropout = ModuleHolder<DropoutImpl>;

}  // namespace ember::nn
