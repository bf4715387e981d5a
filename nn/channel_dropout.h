// The other kinds of dropout: of whole channels, and for self-normalising networks. See ops/random/dropout.h.
#pragma once

#include "ember/nn/dropout.h"
#include "ember/ops/random/dropout.h"

namespace ember::nn {

using Dropout2dOptions = DropoutOptions;
using Dropout3dOptions = DropoutOptions;
using AlphaDropoutOptions = DropoutOptions;
using FeatureAlphaDropoutOptions = DropoutOptions;

/// An op of ops/random/dropout.h.
using DropoutOp = Tensor(const Tensor& x, double p, bool training);

namespace detail {
Tensor apply_dropout(DropoutOp* op, Tensor x, const DropoutOptions& options);
void check_dropout(const DropoutOptions& options);
}  // namespace detail

/// `op` while training, the identity otherwise.
template <class Derived, DropoutOp* op>
class DropoutLayer : public Layer<Derived, DropoutOptions> {
 public:
  /// ValueError unless 0 <= p <= 1.
  explicit DropoutLayer(DropoutOptions options = {}) : Layer<Derived, DropoutOptions>(options) {
    detail::check_dropout(options);
  }
  Tensor forward(const Tensor& input) override {
    return this->is_training() ? detail::apply_dropout(op, input, this->options) : input;
  }
  std::string extra_repr() const override { return described(this->options); }
};

/// Zeroes channels of [N, C, L] or [C, L]. Tompson et al., 2014.
class Dropout1dImpl : public DropoutLayer<Dropout1dImpl, ember::dropout1d> {
 public:
  using DropoutLayer::DropoutLayer;
};
using Dropout1d = ModuleHolder<Dropout1dImpl>;

/// Zeroes channels of [N, C, H, W].
class Dropout2dImpl : public DropoutLayer<Dropout2dImpl, ember::dropout2d> {
 public:
  using DropoutLayer::DropoutLayer;
};
using Dropout2d = ModuleHolder<Dropout2dImpl>;

/// Zeroes channels of [N, C, D, H, W] or [C, D, H, W].
class Dropout3dImpl : public DropoutLayer<Dropout3dImpl, ember::dropout3d> {
 public:
  using DropoutLayer::DropoutLayer;
};
using Dropout3d = ModuleHolder<Dropout3dImpl>;

/// Dropout that keeps mean 0 and variance 1. Klambauer et al., 2017.
class AlphaDropoutImpl : public DropoutLayer<AlphaDropoutImpl, ember::alpha_dropout> {
 public:
  using DropoutLayer::DropoutLayer;
};
using AlphaDropout = ModuleHolder<AlphaDropoutImpl>;

/// The same for whole channels.
class FeatureAlphaDropoutImpl : public DropoutLayer<FeatureAlphaDropoutImpl, ember::feature_alpha_dropout> {
 public:
  using DropoutLayer::DropoutLayer;
};
using FeatureAlphaDropout = ModuleHolder<FeatureAlphaDropoutImpl>;

}  // namespace ember::nn
