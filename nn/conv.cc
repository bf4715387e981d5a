#include "ember/nn/conv.h"

#include <algorithm>
#include <cmath>

#include "ember/nn/format.h"
#include "ember/nn/init.h"
#include "ember/ops/convolution/convolution.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/shape/padding.h"

namespace ember::nn {
namespace {

Shape expanded(const Shape& values, size_t rank, const char* argument) {
  if (values.size() == 1) return Shape::filled(rank, values[0]);
  check<ValueError>(values.size() == rank, "Conv", rank, "d: ", argument, " has ", values.size(),
                    " values but must have 1 or ", rank);
  return values;
}

ConvOptions checked(ConvOptions o, size_t rank) {
  check<ValueError>(o.groups_ > 0, "groups must be a positive integer");
  check<ValueError>(o.in_channels_ % o.groups_ == 0, "in_channels must be divisible by groups");
  check<ValueError>(o.out_channels_ % o.groups_ == 0, "out_channels must be divisible by groups");
  const std::string& name = o.padding_name_;
  check<ValueError>(name.empty() || name == "same" || name == "valid", "Invalid padding string '", name,
                    "', should be one of 'valid', 'same'");
  o.kernel_size_ = expanded(o.kernel_size_, rank, "kernel_size");
  o.stride_ = expanded(o.stride_, rank, "stride");
  o.padding_ = expanded(o.padding_, rank, "padding");
  o.dilation_ = expanded(o.dilation_, rank, "dilation");
  constexpr std::string_view kModes[] = {"zeros", "reflect", "replicate", "circular"};
  check<ValueError>(std::ranges::find(kModes, o.padding_mode_) != std::end(kModes),
                    "padding_mode must be one of 'zeros', 'reflect', 'replicate', 'circular', but got padding_mode='",
                    o.padding_mode_, "'");
  check<ValueError>(name != "same" || o.stride_ == Shape::filled(rank, 1),
                    "padding='same' is not supported for strided convolutions");
  return o;
}

Shape weight_shape(const ConvOptions& o) {
  Shape shape = {o.out_channels_, o.in_channels_ / o.groups_};
  for (int64_t size : o.kernel_size_) shape.push_back(size);
  return shape;
}

/// What `pad` takes for the padding: pairs, the last dim's first; the odd element goes behind.
Shape padding_pairs(const ConvOptions& o) {
  Shape pairs;
  for (size_t d = o.kernel_size_.size(); d-- > 0;) {
    const int64_t same = o.dilation_[d] * (o.kernel_size_[d] - 1);
    const int64_t total = o.padding_name_ == "same" ? same : o.padding_name_ == "valid" ? 0 : 2 * o.padding_[d];
    pairs.push_back(total / 2);
    pairs.push_back(total - total / 2);
  }
  return pairs;
}

}  // namespace

OptionFields ConvOptions::fields() {
  return {{"in_channels", &in_channels_, kRequired},
          {"out_channels", &out_channels_, kRequired},
          {"kernel_size", &kernel_size_, kRequired},
          {"stride", &stride_},
          {"padding", SizesOrName{&padding_, &padding_name_}},
          {"dilation", &dilation_},
          {"groups", &groups_},
          {"bias", &bias_, kNoAttribute},
          {"padding_mode", &padding_mode_},
          device_field(),
          dtype_field()};
}

template <int D, class Derived>
ConvLayer<D, Derived>::ConvLayer(ConvOptions given)
    : Layer<Derived, ConvOptions>(checked(std::move(given), D)),
      weight(this->register_parameter("weight", empty(weight_shape(this->options), this->options.tensor_options()))),
      bias(this->register_parameter(
          "bias", empty_if(this->options.bias_, this->options.out_channels_, this->options.tensor_options()))) {
  reset_parameters();
}

template <int D, class Derived>
void ConvLayer<D, Derived>::reset_parameters() {
  init::kaiming_uniform_(weight, std::sqrt(5.0));
  const auto fan_in = static_cast<double>(init::calculate_fan_in_and_fan_out(weight).first);
  if (bias.defined() && fan_in > 0) init::uniform_(bias, -1 / std::sqrt(fan_in), 1 / std::sqrt(fan_in));
}

template <int D, class Derived>
Tensor ConvLayer<D, Derived>::forward(const Tensor& input) {
  const ConvOptions& o = this->options;
  if (o.padding_mode_ != "zeros") return convolve(pad(input, padding_pairs(o), o.padding_mode_), 0);
  if (!o.padding_name_.empty())
    return convolution::conv_named_padding(D, input, weight, bias, o.stride_, o.padding_name_, o.dilation_, o.groups_);
  return convolve(input, o.padding_);
}

template <int D, class Derived>
Tensor ConvLayer<D, Derived>::convolve(const Tensor& input, const Shape& padding) const {
  const ConvOptions& o = this->options;
  if constexpr (D == 1) return conv1d(input, weight, bias, o.stride_, padding, o.dilation_, o.groups_);
  if constexpr (D == 2) return conv2d(input, weight, bias, o.stride_, padding, o.dilation_, o.groups_);
  if constexpr (D == 3) return conv3d(input, weight, bias, o.stride_, padding, o.dilation_, o.groups_);
}

template <int D, class Derived>
std::string ConvLayer<D, Derived>::extra_repr() const {
  const ConvOptions& o = this->options;
  std::string s = concat(o.in_channels_, ", ", o.out_channels_, ", kernel_size=", tuple_text(o.kernel_size_),
                         ", stride=", tuple_text(o.stride_));
  if (!o.padding_name_.empty()) {
    s += ", padding=" + o.padding_name_;
  } else if (o.padding_ != Shape::filled(D, 0)) {
    s += ", padding=" + tuple_text(o.padding_);
  }
  if (o.dilation_ != Shape::filled(D, 1)) s += ", dilation=" + tuple_text(o.dilation_);
  if (o.groups_ != 1) s += concat(", groups=", o.groups_);
  if (!bias.defined()) s += ", bias=False";
  if (o.padding_mode_ != "zeros") s += ", padding_mode=" + o.padding_mode_;
  return s;
}

template class ConvLayer<1, Conv1dImpl>;
template class ConvLayer<2, Conv2dImpl>;
template class ConvLayer<3, Conv3dImpl>;

}  // namespace ember::nn
