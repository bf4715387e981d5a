#include "ember/nn/resampling.h"

#include "ember/nn/format.h"
#include "ember/ops/resampling/folding.h"
#include "ember/ops/resampling/interpolate.h"

namespace ember::nn {

OptionFields UpsampleOptions::fields() {
  return {{"size", &size_},
          {"scale_factor", &scale_factor_},
          {"mode", &mode_},
          {"align_corners", &align_corners_},
          {"recompute_scale_factor", &recompute_scale_factor_}};
}

OptionFields FormerUpsampleOptions::fields() { return {{"size", &size_}, {"scale_factor", &scale_factor_}}; }

template <class Derived, class Options>
Tensor UpsampleLayer<Derived, Options>::forward(const Tensor& input) {
  const UpsampleOptions& o = this->options;
  return interpolate(input, o.size_, o.scale_factor_, o.mode_, o.align_corners_, o.recompute_scale_factor_);
}

template <class Derived, class Options>
std::string UpsampleLayer<Derived, Options>::extra_repr() const {
  const UpsampleOptions& o = this->options;
  std::string result = "size=" + (o.size_.empty() ? "None" : text(o.size_));
  if (!o.scale_factor_.empty()) {
    std::string factors;
    for (const double factor : o.scale_factor_) factors += (factors.empty() ? "" : ", ") + text(factor);
    result = "scale_factor=" + (o.scale_factor_.size() == 1 ? factors : "(" + factors + ")");
  }
  return result + ", mode='" + o.mode_ + "'";
}

template class UpsampleLayer<UpsampleImpl, UpsampleOptions>;
template class UpsampleLayer<UpsamplingNearest2dImpl, UpsamplingNearest2dOptions>;
template class UpsampleLayer<UpsamplingBilinear2dImpl, UpsamplingBilinear2dOptions>;

OptionFields UnfoldOptions::fields() {
  return {{"kernel_size", &kernel_size_, kRequired},
          {"dilation", &dilation_},
          {"padding", &padding_},
          {"stride", &stride_}};
}

Tensor UnfoldImpl::forward(const Tensor& input) {
  return unfold_windows(input, options.kernel_size_, options.dilation_, options.padding_, options.stride_);
}

std::string UnfoldImpl::extra_repr() const { return described(options); }

OptionFields FoldOptions::fields() {
  return {{"output_size", &output_size_, kRequired},
          {"kernel_size", &kernel_size_, kRequired},
          {"dilation", &dilation_},
          {"padding", &padding_},
          {"stride", &stride_}};
}

Tensor FoldImpl::forward(const Tensor& input) {
  return fold_windows(input, options.output_size_, options.kernel_size_, options.dilation_, options.padding_,
                      options.stride_);
}

std::string FoldImpl::extra_repr() const { return described(options); }

}  // namespace ember::nn
