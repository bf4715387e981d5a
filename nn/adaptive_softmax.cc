#include "ember/nn/adaptive_softmax.h"

#include <algorithm>
#include <cmath>

#include "ember/nn/find_child.h"
#include "ember/ops/activation/softmax.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/slices.h"
#include "ember/ops/indexing/take.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ember/ops/sorting/sorting.h"

namespace ember::nn {
namespace {

constexpr const char* kClass = "AdaptiveLogSoftmaxWithLoss";

AdaptiveLogSoftmaxWithLossOptions checked(AdaptiveLogSoftmaxWithLossOptions o) {
  const Shape& cutoffs = o.cutoffs_;
  check<ValueError>(!cutoffs.empty(), "cutoffs should be a sequence of length larger than 0");
  const bool rises = std::ranges::is_sorted(cutoffs, std::ranges::less_equal());
  check<ValueError>(rises && cutoffs[0] > 0 && cutoffs.back() < o.n_classes_,
                    "cutoffs should be a sequence of unique, positive integers sorted in an increasing order, where "
                    "each value is between 1 and n_classes-1, but got ",
                    cutoffs, " and n_classes=", o.n_classes_);
  return o;
}

Linear make_linear(const AdaptiveLogSoftmaxWithLossOptions& o, int64_t in_features, int64_t out_features, bool bias) {
  return Linear(LinearOptions(in_features, out_features).bias(bias).parameters_like(o));
}

ModuleList make_tail(const AdaptiveLogSoftmaxWithLossOptions& o) {
  ModuleList tail;
  double hidden = static_cast<double>(o.in_features_);
  for (size_t i = 0; i < o.cutoffs_.size(); ++i) {
    hidden /= o.div_value_;
    const int64_t end = i + 1 < o.cutoffs_.size() ? o.cutoffs_[i + 1] : o.n_classes_;
    const auto features = static_cast<int64_t>(std::floor(hidden));
    tail->append(Sequential(make_linear(o, o.in_features_, features, false),
                            make_linear(o, features, end - o.cutoffs_[i], false)));
  }
  return tail;
}

}  // namespace

OptionFields AdaptiveLogSoftmaxWithLossOptions::fields() {
  return {{"in_features", &in_features_, kRequired},
          {"n_classes", &n_classes_, kRequired},
          {"cutoffs", &cutoffs_, kRequired | kNoAttribute},
          {"div_value", &div_value_},
          {"head_bias", &head_bias_},
          device_field(),
          dtype_field()};
}

AdaptiveLogSoftmaxWithLossImpl::AdaptiveLogSoftmaxWithLossImpl(AdaptiveLogSoftmaxWithLossOptions o)
    : Layer(checked(std::move(o))),
      head(register_child("head", make_linear(options, options.in_features_, head_size(), options.head_bias_))),
      tail(register_child("tail", make_tail(options))) {}

Shape AdaptiveLogSoftmaxWithLossImpl::bounds() const {
  Shape bounds = options.cutoffs_;
  bounds.push_back(options.n_classes_);
  return bounds;
}

void AdaptiveLogSoftmaxWithLossImpl::reset_parameters() {
  apply([](Module& module) {
    if (auto* linear = module.as<LinearImpl>()) linear->reset_parameters();
  });
}

Tensor AdaptiveLogSoftmaxWithLossImpl::head_log_prob(const Tensor& input) const {
  const std::shared_ptr<Module> module = find_child(*this, "head");
  check<TypeError>(module != nullptr, kClass, ": its head is None, which cannot be called");
  return log_softmax((*module)(input), 1);
}

Tensor AdaptiveLogSoftmaxWithLossImpl::cluster_log_prob(int64_t cluster, const Tensor& input) const {
  const std::shared_ptr<Module> clusters = find_child(*this, "tail");
  const auto* list = clusters ? clusters->as<ModuleListImpl>() : nullptr;
  const std::shared_ptr<Module> module = list ? (*list)[cluster] : nullptr;
  check<TypeError>(module != nullptr, kClass, ": cluster ", cluster, " of its tail is None, which cannot be called");
  return log_softmax((*module)(input), 1);
}

ASMoutput AdaptiveLogSoftmaxWithLossImpl::forward(const Tensor& input, const Tensor& target) const {
  check<TypeError>(target.dtype() == kInt64, kClass, ": target holds classes and must be int64, not ", target.dtype());
  check(target.dim() <= 1, kClass, ": 0D or 1D target tensor expected, multi-target not supported, but it has shape ",
        target.sizes());
  check(input.dim() == target.dim() + 1, kClass, ": ", target.dim(), "D target tensor expects ", target.dim() + 1,
        "D input tensors, but found inputs with size ", input.sizes());
  if (target.dim() == 0) {
    const ASMoutput one = forward(unsqueeze(input, 0), unsqueeze(target, 0));
    return {squeeze(one.output, 0), one.loss};
  }
  check(input.size(0) == target.size(0), kClass, ": input ", input.sizes(), " and target ", target.sizes(),
        " should have the same size in the batch dimension");
  const bool in_range =
      target.numel() == 0 || (target.min().item<int64_t>() >= 0 && target.max().item<int64_t>() < options.n_classes_);
  check(in_range, kClass, ": target values should be in [0, ", options.n_classes_ - 1, "], but values in range [",
        in_range ? 0 : target.min().item<int64_t>(), ", ", in_range ? 0 : target.max().item<int64_t>(), "] were found");

  const Shape ends = bounds();
  Tensor entry = target;  // of the head
  Tensor within = zeros(target.sizes(), input.options());
  for (int64_t i = 0; i < n_clusters(); ++i) {
    const auto at = static_cast<size_t>(i);
    const Tensor is_here = logical_and(ge(target, ends[at]), lt(target, ends[at + 1]));
    const Tensor rows = squeeze(nonzero(is_here), 1);
    if (rows.numel() == 0) continue;
    const Tensor log_prob = cluster_log_prob(i, index_select(input, 0, rows));
    const Tensor class_in_cluster = unsqueeze(index_select(target, 0, rows) - ends[at], 1);
    within = index_copy(within, 0, rows, squeeze(gather(log_prob, 1, class_in_cluster), 1));
    entry = masked_fill(entry, is_here, tensor(shortlist_size() + i));
  }
  const Tensor output = within + squeeze(gather(head_log_prob(input), 1, unsqueeze(entry, 1)), 1);
  return {output, -mean(output)};
}

Tensor AdaptiveLogSoftmaxWithLossImpl::log_prob(const Tensor& input) const {
  check(input.dim() == 2, kClass, ": log_prob expects input [N, in_features], not ", input.sizes());
  const Tensor first = head_log_prob(input);
  std::vector<Tensor> parts = {narrow(first, 1, 0, shortlist_size())};
  for (int64_t i = 0; i < n_clusters(); ++i)
    parts.push_back(cluster_log_prob(i, input) + narrow(first, 1, shortlist_size() + i, 1));
  return cat(parts, 1);
}

Tensor AdaptiveLogSoftmaxWithLossImpl::predict(const Tensor& input) const { return argmax(log_prob(input), 1); }

}  // namespace ember::nn
