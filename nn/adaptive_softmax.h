// A softmax over many classes that spends little on the rare ones. Grave et al., "Efficient softmax approximation for GPUs", 2017.
#pragma once

#include "ember/nn/container.h"
#include "ember/nn/linear.h"

namespace ember::nn {

struct AdaptiveLogSoftmaxWithLossOptions : ParameterOptions<AdaptiveLogSoftmaxWithLossOptions> {
  /// The classes are ordered by falling frequency; the cutoffs are where the clusters of rarer ones start.
  AdaptiveLogSoftmaxWithLossOptions(int64_t in_features, int64_t n_classes, Shape cutoffs)
      : in_features_(in_features), n_classes_(n_classes), cutoffs_(std::move(cutoffs)) {}
  /// A cluster has in_features / div_value^i hidden features.
  AdaptiveLogSoftmaxWithLossOptions& div_value(double value) { return div_value_ = value, *this; }
  AdaptiveLogSoftmaxWithLossOptions& head_bias(bool value) { return head_bias_ = value, *this; }
  OptionFields fields();

  int64_t in_features_, n_classes_;
  Shape cutoffs_;
  double div_value_ = 4.0;
  bool head_bias_ = false;
};

/// What AdaptiveLogSoftmaxWithLoss gives: the log-probability of each target, and their negative mean.
struct ASMoutput {
  Tensor output, loss;
};

/// The head knows the frequent classes and one entry for each cluster; a cluster's own network tells its classes apart.
/// ValueError unless the cutoffs rise within 1 ... n_classes - 1.
class AdaptiveLogSoftmaxWithLossImpl : public Layer<AdaptiveLogSoftmaxWithLossImpl, AdaptiveLogSoftmaxWithLossOptions> {
 public:
  explicit AdaptiveLogSoftmaxWithLossImpl(AdaptiveLogSoftmaxWithLossOptions options);
  AdaptiveLogSoftmaxWithLossImpl(int64_t in_features, int64_t n_classes, Shape cutoffs)
      : AdaptiveLogSoftmaxWithLossImpl(AdaptiveLogSoftmaxWithLossOptions(in_features, n_classes, std::move(cutoffs))) {}
  /// input [N, in_features] and classes [N], or one sample without N.
  ASMoutput forward(const Tensor& input, const Tensor& target) const;
  /// The log-probabilities of all classes, [N, n_classes].
  Tensor log_prob(const Tensor& input) const;
  /// The likeliest class of each sample, [N].
  Tensor predict(const Tensor& input) const;
  void reset_parameters();

  /// The cutoffs and n_classes.
  Shape bounds() const;
  int64_t shortlist_size() const { return options.cutoffs_[0]; }
  int64_t n_clusters() const { return static_cast<int64_t>(options.cutoffs_.size()); }
  int64_t head_size() const { return shortlist_size() + n_clusters(); }

  std::shared_ptr<Module>&head, &tail;

 private:
  /// The log-probabilities within a cluster.
  Tensor cluster_log_prob(int64_t cluster, const Tensor& input) const;
  Tensor head_log_prob(const Tensor& input) const;
};
using AdaptiveLogSoftmaxWithLoss = ModuleHolder<AdaptiveLogSoftmaxWithLossImpl>;

}  // namespace ember::nn
