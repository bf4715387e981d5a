#include "ember/nn/linear_cross_entropy.h"

#include "ember/nn/find_child.h"
#include "ember/nn/format.h"
#include "ember/ops/loss/regression_loss.h"
#include "ember/ops/shape/shape.h"

namespace ember::nn {
namespace {

LinearCrossEntropyLossOptions checked(LinearCrossEntropyLossOptions o) {
  check(!o.weight_.defined() || o.weight_.sizes() == Shape{o.num_classes_},
        "LinearCrossEntropyLoss: weight must have shape [", o.num_classes_, "], but it has ",
        o.weight_.defined() ? o.weight_.sizes() : Shape());
  check(o.label_smoothing_ >= 0 && o.label_smoothing_ <= 1,
        "LinearCrossEntropyLoss: label_smoothing must be in range [0, 1], got ", o.label_smoothing_);
  return o;
}

LinearOptions linear_options(const LinearCrossEntropyLossOptions& o) {
  return LinearOptions(o.in_features_, o.num_classes_ * o.out_features_.numel()).bias(o.bias_).parameters_like(o);
}

}  // namespace

OptionFields LinearCrossEntropyLossOptions::fields() {
  return {{"in_features", &in_features_, kRequired | kNoAttribute},
          {"num_classes", &num_classes_, kRequired},
          {"out_features", &out_features_, kKeywordOnly},
          {"bias", &bias_, kNoAttribute},
          device_field(),
          dtype_field(),
          reduction_field(),
          {"weight", &weight_, kNoAttribute},
          {"ignore_index", &ignore_index_},
          {"label_smoothing", &label_smoothing_},
          {"options", OnlyNone()}};
}

LinearCrossEntropyLossImpl::LinearCrossEntropyLossImpl(LinearCrossEntropyLossOptions o)
    : Layer(checked(std::move(o))),
      weight(register_buffer("weight", options.weight_)),
      linear(register_child("linear", Linear(linear_options(options)))) {}

Tensor LinearCrossEntropyLossImpl::forward(const Tensor& input, const Tensor& target) const {
  const std::shared_ptr<Module> child = find_child(*this, "linear");
  const auto* layer = child ? child->as<LinearImpl>() : nullptr;
  check<TypeError>(layer != nullptr, "LinearCrossEntropyLoss: its linear is not a Linear");
  Shape rows = {options.num_classes_};
  for (const int64_t size : options.out_features_) rows.push_back(size);
  Shape sizes = rows;
  sizes.push_back(options.in_features_);
  const Tensor bias = layer->bias.defined() ? reshape(layer->bias, rows) : Tensor();
  return linear_cross_entropy(input, reshape(layer->weight, sizes), target, bias, weight, options.reduction_,
                              options.ignore_index_.value_or(-100), options.label_smoothing_);
}

std::string LinearCrossEntropyLossImpl::extra_repr() const {
  constexpr const char* kReductions[] = {"none", "mean", "sum"};
  return concat("in_features=", options.in_features_, ", num_classes=", options.num_classes_,
                ", out_features=", tuple_text(options.out_features_), ", bias=", text(options.bias_),
                ", reduction=", kReductions[static_cast<size_t>(options.reduction_)],
                ", ignore_index=", options.ignore_index_ ? std::to_string(*options.ignore_index_) : "None",
                ", label_smoothing=", text(options.label_smoothing_), ", options=None");
}

}  // namespace ember::nn
