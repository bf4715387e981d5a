#include "ember/nn/conv_transpose.h"

#include <cmath>

#include "ember/nn/format.h"
#include "ember/nn/init.h"
#include "ember/ops/convolution/convolution.h"
#include "ember/ops/creation/creation.h"

namespace ember::nn {
namespace {

Shape expanded(const Shape& values, size_t rank, const char* argument) {
  if (values.size() == 1) return Shape::filled(rank, values[0]);
  check<ValueError>(values.size() == rank, "ConvTranspose", rank, "d: ", argument, " has ", values.size(),
                    " values but must have 1 or ", rank);
  return values;
}

ConvTransposeOptions checked(ConvTransposeOptions o, size_t rank) {
  check<ValueError>(o.groups_ > 0, "groups must be a positive integer");
  check<ValueError>(o.in_channels_ % o.groups_ == 0, "in_channels must be divisible by groups");
  check<ValueError>(o.out_channels_ % o.groups_ == 0, "out_channels must be divisible by groups");
  check<ValueError>(o.padding_mode_ == "zeros", "Only \"zeros\" padding mode is supported for ConvTranspose", rank,
                    "d, not padding_mode='", o.padding_mode_, "'");
  o.kernel_size_ = expanded(o.kernel_size_, rank, "kernel_size");
  o.stride_ = expanded(o.stride_, rank, "stride");
  o.padding_ = expanded(o.padding_, rank, "padding");
  o.output_padding_ = expanded(o.output_padding_, rank, "output_padding");
  o.dilation_ = expanded(o.dilation_, rank, "dilation");
  return o;
}

Shape weight_shape(const ConvTransposeOptions& o) {
  Shape shape = {o.in_channels_, o.out_channels_ / o.groups_};
  for (int64_t size : o.kernel_size_) shape.push_back(size);
  return shape;
}

}  // namespace

OptionFields ConvTransposeOptions::fields() {
  return {{"in_channels", &in_channels_, kRequired},
          {"out_channels", &out_channels_, kRequired},
          {"kernel_size", &kernel_size_, kRequired},
          {"stride", &stride_},
          {"padding", &padding_},
          {"output_padding", &output_padding_},
          {"groups", &groups_},
          {"bias", &bias_, kNoAttribute},
          {"dilation", &dilation_},
          {"padding_mode", &padding_mode_},
          device_field(),
          dtype_field()};
}

template <int D, class Derived>
ConvTransposeLayer<D, Derived>::ConvTransposeLayer(ConvTransposeOptions given)
    : Layer<Derived, ConvTransposeOptions>(checked(std::move(given), D)),
      weight(this->register_parameter("weight", empty(weight_shape(this->options), this->options.tensor_options()))),
      bias(this->register_parameter(
          "bias", empty_if(this->options.bias_, this->options.out_channels_, this->options.tensor_options()))) {
  reset_parameters();
}

template <int D, class Derived>
void ConvTransposeLayer<D, Derived>::reset_parameters() {
  init::kaiming_uniform_(weight, std::sqrt(5.0));
  const auto fan_in = static_cast<double>(init::calculate_fan_in_and_fan_out(weight).first);
  if (bias.defined() && fan_in > 0) init::uniform_(bias, -1 / std::sqrt(fan_in), 1 / std::sqrt(fan_in));
}

template <int D, class Derived>
Shape ConvTransposeLayer<D, Derived>::padding_for(const Tensor& input, const Shape& output_size) const {
  const ConvTransposeOptions& o = this->options;
  if (output_size.empty()) return o.output_padding_;
  check<ValueError>(output_size.size() == D || static_cast<int64_t>(output_size.size()) == input.dim(), "ConvTranspose",
                    D, "d: output_size has ", output_size.size(), " elements but must have ", D, " or ", input.dim());
  Shape result;
  for (int d = 0; d < D; ++d) {
    const int64_t least =
        (input.size(d - D) - 1) * o.stride_[d] - 2 * o.padding_[d] + o.dilation_[d] * (o.kernel_size_[d] - 1) + 1;
    const int64_t wanted = output_size[output_size.size() - D + d];
    check<ValueError>(wanted >= least && wanted < least + o.stride_[d], "ConvTranspose", D,
                      "d: requested an output size of ", output_size, " but dim ", d, " must be from ", least, " to ",
                      least + o.stride_[d] - 1);
    result.push_back(wanted - least);
  }
  return result;
}

template <int D, class Derived>
Tensor ConvTransposeLayer<D, Derived>::forward(const Tensor& input, const Shape& output_size) {
  const ConvTransposeOptions& o = this->options;
  constexpr auto transpose = D == 1 ? conv_transpose1d : D == 2 ? conv_transpose2d : conv_transpose3d;
  return transpose(input, weight, bias, o.stride_, o.padding_, padding_for(input, output_size), o.groups_, o.dilation_);
}

template <int D, class Derived>
std::string ConvTransposeLayer<D, Derived>::extra_repr() const {
  const ConvTransposeOptions& o = this->options;
  const Shape none = Shape::filled(D, 0);
  std::string s = concat(o.in_channels_, ", ", o.out_channels_, ", kernel_size=", tuple_text(o.kernel_size_),
                         ", stride=", tuple_text(o.stride_));
  if (o.padding_ != none) s += ", padding=" + tuple_text(o.padding_);
  if (o.dilation_ != Shape::filled(D, 1)) s += ", dilation=" + tuple_text(o.dilation_);
  if (o.output_padding_ != none) s += ", output_padding=" + tuple_text(o.output_padding_);
  if (o.groups_ != 1) s += concat(", groups=", o.groups_);
  if (!bias.defined()) s += ", bias=False";
  return s;
}

template class ConvTransposeLayer<1, ConvTranspose1dImpl>;
template class ConvTransposeLayer<2, ConvTranspose2dImpl>;
template class ConvTransposeLayer<3, ConvTranspose3dImpl>;

}  // namespace ember::nn
