#include "ember/nn/pooling.h"

#include "ember/nn/format.h"
#include "ember/ops/pooling/adaptive_pooling.h"
#include "ember/ops/pooling/pooling.h"
#include "ember/ops/pooling/unpooling.h"

namespace ember::nn {

namespace {

/// The op for D dims: one of three.
template <int D, class F>
constexpr auto pick(F one, F two, F three) {
  return D == 1 ? one : D == 2 ? two : three;
}

Shape spread(const Shape& values, size_t rank) { return values.size() == 1 ? Shape::filled(rank, values[0]) : values; }

/// As Python prints it, with None for -1.
std::string sizes_text(const Shape& sizes) {
  const auto one = [](int64_t size) { return size == -1 ? std::string("None") : std::to_string(size); };
  if (sizes.size() == 1) return one(sizes[0]);
  std::string result = "(";
  for (size_t i = 0; i < sizes.size(); ++i) result += concat(i ? ", " : "", one(sizes[i]));
  return result + ")";
}

}  // namespace

OptionFields MaxPoolOptions::fields() {
  return {{"kernel_size", &kernel_size_, kRequired},
          {"stride", &stride_},
          {"padding", &padding_},
          {"dilation", &dilation_},
          {"return_indices", &return_indices_},
          {"ceil_mode", &ceil_mode_}};
}

template <int D, class Derived>
MaxPoolLayer<D, Derived>::MaxPoolLayer(MaxPoolOptions given) : Layer<Derived, MaxPoolOptions>(std::move(given)) {
  if (this->options.stride_.empty()) this->options.stride_ = this->options.kernel_size_;
}

template <int D, class Derived>
std::pair<Tensor, Tensor> MaxPoolLayer<D, Derived>::forward_with_indices(const Tensor& input) const {
  const MaxPoolOptions& o = this->options;
  return pick<D>(max_pool1d_with_indices, max_pool2d_with_indices, max_pool3d_with_indices)(
      input, o.kernel_size_, o.stride_, o.padding_, o.dilation_, o.ceil_mode_);
}

template <int D, class Derived>
std::string MaxPoolLayer<D, Derived>::extra_repr() const {
  return described(this->options, {"return_indices"});
}

OptionFields AvgPoolOptions::fields() {
  return {{"kernel_size", &kernel_size_, kRequired},
          {"stride", &stride_},
          {"padding", &padding_},
          {"ceil_mode", &ceil_mode_},
          {"count_include_pad", &count_include_pad_},
          {"divisor_override", &divisor_override_}};
}

OptionFields AvgPool1dOptions::fields() {
  OptionFields fields = AvgPoolOptions::fields();
  fields.pop_back();
  return fields;
}

template <int D, class Derived, class Options>
AvgPoolLayer<D, Derived, Options>::AvgPoolLayer(Options given) : Layer<Derived, Options>(std::move(given)) {
  if (this->options.stride_.empty()) this->options.stride_ = this->options.kernel_size_;
}

template <int D, class Derived, class Options>
Tensor AvgPoolLayer<D, Derived, Options>::forward(const Tensor& input) {
  const AvgPoolOptions& o = this->options;
  if constexpr (D == 1)
    return avg_pool1d(input, o.kernel_size_, o.stride_, o.padding_, o.ceil_mode_, o.count_include_pad_);
  else
    return (D == 2 ? avg_pool2d : avg_pool3d)(input, o.kernel_size_, o.stride_, o.padding_, o.ceil_mode_,
                                              o.count_include_pad_, o.divisor_override_);
}

template <int D, class Derived, class Options>
std::string AvgPoolLayer<D, Derived, Options>::extra_repr() const {
  const auto window = [](const Shape& values) { return D == 1 ? tuple_text(values) : text(values); };
  const AvgPoolOptions& o = this->options;
  return concat("kernel_size=", window(o.kernel_size_), ", stride=", window(o.stride_),
                ", padding=", window(o.padding_));
}

OptionFields LPPoolOptions::fields() {
  return {{"norm_type", &norm_type_, kRequired},
          {"kernel_size", &kernel_size_, kRequired},
          {"stride", &stride_},
          {"ceil_mode", &ceil_mode_}};
}

template <int D, class Derived>
Tensor LPPoolLayer<D, Derived>::forward(const Tensor& input) {
  const LPPoolOptions& o = this->options;
  return pick<D>(lp_pool1d, lp_pool2d, lp_pool3d)(input, o.norm_type_, o.kernel_size_, o.stride_, o.ceil_mode_);
}

template <int D, class Derived>
std::string LPPoolLayer<D, Derived>::extra_repr() const {
  const LPPoolOptions& o = this->options;
  const auto whole = static_cast<int64_t>(o.norm_type_);
  const bool is_whole = static_cast<double>(whole) == o.norm_type_;  // most write norm_type=2, and read it so
  return concat("norm_type=", is_whole ? std::to_string(whole) : text(o.norm_type_),
                ", kernel_size=", text(o.kernel_size_), ", stride=", o.stride_.empty() ? "None" : text(o.stride_),
                ", ceil_mode=", text(o.ceil_mode_));
}

OptionFields AdaptiveAvgPoolOptions::fields() { return {{"output_size", SizesOrNone{&output_size_}, kRequired}}; }

OptionFields AdaptiveMaxPoolOptions::fields() {
  return {{"output_size", SizesOrNone{&output_size_}, kRequired}, {"return_indices", &return_indices_}};
}

template <int D, class Derived>
Tensor AdaptiveAvgPoolLayer<D, Derived>::forward(const Tensor& input) {
  return pick<D>(adaptive_avg_pool1d, adaptive_avg_pool2d, adaptive_avg_pool3d)(input, this->options.output_size_);
}

template <int D, class Derived>
std::string AdaptiveAvgPoolLayer<D, Derived>::extra_repr() const {
  return "output_size=" + sizes_text(this->options.output_size_);
}

template <int D, class Derived>
std::pair<Tensor, Tensor> AdaptiveMaxPoolLayer<D, Derived>::forward_with_indices(const Tensor& input) const {
  return pick<D>(adaptive_max_pool1d, adaptive_max_pool2d, adaptive_max_pool3d)(input, this->options.output_size_);
}

template <int D, class Derived>
std::string AdaptiveMaxPoolLayer<D, Derived>::extra_repr() const {
  return "output_size=" + sizes_text(this->options.output_size_);
}

OptionFields FractionalMaxPoolOptions::fields() {
  return {{"kernel_size", &kernel_size_, kRequired},
          {"output_size", &output_size_},
          {"output_ratio", &output_ratio_},
          {"return_indices", &return_indices_},
          {"_random_samples", &random_samples_, kNoAttribute}};
}

template <int D, class Derived>
FractionalMaxPoolLayer<D, Derived>::FractionalMaxPoolLayer(FractionalMaxPoolOptions given)
    : Layer<Derived, FractionalMaxPoolOptions>(std::move(given)),
      random_samples(this->register_buffer("_random_samples", this->options.random_samples_)) {
  check<ValueError>(this->options.output_size_.empty() != this->options.output_ratio_.empty(),
                    "fractional max pooling needs just one of output_size and output_ratio");
}

template <int D, class Derived>
std::pair<Tensor, Tensor> FractionalMaxPoolLayer<D, Derived>::forward_with_indices(const Tensor& input) const {
  const FractionalMaxPoolOptions& o = this->options;
  return (D == 2 ? fractional_max_pool2d : fractional_max_pool3d)(input, o.kernel_size_, o.output_size_,
                                                                  o.output_ratio_, random_samples);
}

OptionFields MaxUnpoolOptions::fields() {
  return {{"kernel_size", &kernel_size_, kRequired}, {"stride", &stride_}, {"padding", &padding_}};
}

template <int D, class Derived>
MaxUnpoolLayer<D, Derived>::MaxUnpoolLayer(MaxUnpoolOptions given)
    : Layer<Derived, MaxUnpoolOptions>(std::move(given)) {
  MaxUnpoolOptions& o = this->options;
  if (o.stride_.empty()) o.stride_ = o.kernel_size_;
  for (Shape* values : {&o.kernel_size_, &o.stride_, &o.padding_}) *values = spread(*values, D);
}

template <int D, class Derived>
Tensor MaxUnpoolLayer<D, Derived>::forward(const Tensor& input, const Tensor& indices, const Shape& output_size) const {
  const MaxUnpoolOptions& o = this->options;
  return pick<D>(max_unpool1d, max_unpool2d, max_unpool3d)(input, indices, o.kernel_size_, o.stride_, o.padding_,
                                                           output_size);
}

template <int D, class Derived>
std::string MaxUnpoolLayer<D, Derived>::extra_repr() const {
  const MaxUnpoolOptions& o = this->options;
  return concat("kernel_size=", tuple_text(o.kernel_size_), ", stride=", tuple_text(o.stride_),
                ", padding=", tuple_text(o.padding_));
}

template class MaxPoolLayer<1, MaxPool1dImpl>;
template class MaxPoolLayer<2, MaxPool2dImpl>;
template class MaxPoolLayer<3, MaxPool3dImpl>;
template class AvgPoolLayer<1, AvgPool1dImpl, AvgPool1dOptions>;
template class AvgPoolLayer<2, AvgPool2dImpl>;
template class AvgPoolLayer<3, AvgPool3dImpl>;
template class LPPoolLayer<1, LPPool1dImpl>;
template class LPPoolLayer<2, LPPool2dImpl>;
template class LPPoolLayer<3, LPPool3dImpl>;
template class AdaptiveAvgPoolLayer<1, AdaptiveAvgPool1dImpl>;
template class AdaptiveAvgPoolLayer<2, AdaptiveAvgPool2dImpl>;
template class AdaptiveAvgPoolLayer<3, AdaptiveAvgPool3dImpl>;
template class AdaptiveMaxPoolLayer<1, AdaptiveMaxPool1dImpl>;
template class AdaptiveMaxPoolLayer<2, AdaptiveMaxPool2dImpl>;
template class AdaptiveMaxPoolLayer<3, AdaptiveMaxPool3dImpl>;
template class FractionalMaxPoolLayer<2, FractionalMaxPool2dImpl>;
template class FractionalMaxPoolLayer<3, FractionalMaxPool3dImpl>;
template class MaxUnpoolLayer<1, MaxUnpool1dImpl>;
template class MaxUnpoolLayer<2, MaxUnpool2dImpl>;
template class MaxUnpoolLayer<3, MaxUnpool3dImpl>;

}  // namespace ember::nn
