// Linear, and the layers without parameters that pass on or reshape their input.
#pragma once

#include "ember/nn/module.h"

namespace ember::nn {

struct LinearOptions : ParameterOptions<LinearOptions> {
  LinearOptions(int64_t in_features, int64_t out_features) : in_features_(in_features), out_features_(out_features) {}
  LinearOptions& bias(bool value) { return bias_ = value, *this; }
  OptionFields fields();

  int64_t in_features_, out_features_;
  bool bias_ = true;
};

/// y = x W^T + b for x [..., in_features]; weight [out_features, in_features], bias [out_features]. Both start uniform in
/// +-1/sqrt(in_features).
class LinearImpl : public Layer<LinearImpl, LinearOptions> {
 public:
  explicit LinearImpl(LinearOptions options);
  LinearImpl(int64_t in_features, int64_t out_features, bool bias = true)
      : LinearImpl(LinearOptions(in_features, out_features).bias(bias)) {}
  Tensor forward(const Tensor& input) override;
  void reset_parameters();
  std::string extra_repr() const override;

  Tensor& weight;
  Tensor& bias;  ///< undefined without bias
};
using Linear = ModuleHolder<LinearImpl>;

using IdentityOptions = NoOptions;

/// y = x.
class IdentityImpl : public Layer<IdentityImpl, IdentityOptions> {
 public:
  explicit IdentityImpl(IdentityOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& input) override { return input; }
};
using Identity = ModuleHolder<IdentityImpl>;

struct FlattenOptions {
  FlattenOptions& start_dim(int64_t value) { return start_dim_ = value, *this; }
  FlattenOptions& end_dim(int64_t value) { return end_dim_ = value, *this; }
  OptionFields fields() { return {{"start_dim", &start_dim_}, {"end_dim", &end_dim_}}; }

  int64_t start_dim_ = 1, end_dim_ = -1;
};

/// Joins the dims from start_dim to end_dim into one.
class FlattenImpl : public Layer<FlattenImpl, FlattenOptions> {
 public:
  explicit FlattenImpl(FlattenOptions options = {}) : Layer(options) {}
  explicit FlattenImpl(int64_t start_dim, int64_t end_dim = -1)
      : FlattenImpl(FlattenOptions().start_dim(start_dim).end_dim(end_dim)) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Flatten = ModuleHolder<FlattenImpl>;

struct UnflattenOptions {
  UnflattenOptions(int64_t dim, Shape sizes) : dim_(dim), unflattened_size_(std::move(sizes)) {}
  OptionFields fields() { return {{"dim", &dim_, kRequired}, {"unflattened_size", &unflattened_size_, kRequired}}; }

  int64_t dim_;
  Shape unflattened_size_;
};

/// Splits one dim into several; one of the sizes may be -1.
class UnflattenImpl : public Layer<UnflattenImpl, UnflattenOptions> {
 public:
  explicit UnflattenImpl(UnflattenOptions options) : Layer(std::move(options)) {}
  UnflattenImpl(int64_t dim, Shape unflattened_size)
      : UnflattenImpl(UnflattenOptions(dim, std::move(unflattened_size))) {}
  Tensor forward(const Tensor& input) override;
  std::string extra_repr() const override;
};
using Unflatten = ModuleHolder<UnflattenImpl>;

}  // namespace ember::nn
