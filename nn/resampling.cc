#include "ember/nn/resampling.h"

#include "ember/nn/format.h"
#include "ember/ops/resampling/folding.h"
#include "ember/ops/resampling/interpolate.h"

namespace ember::nn {

Tensor UpsampleImpl::forward(const Tensor& input) {
  return interpolate(input, options.size_, options.scale_factor_, options.mode_, options.align_corners_,
                     options.recompute_scale_factor_);
}

std::string UpsampleImpl::extra_repr() const {
  std::string result = "size=" + (options.size_.empty() ? "None" : text(options.size_));
  if (!options.scale_factor_.empty()) {
    std::string factors;
    for (const double factor : options.scale_factor_) factors += (factors.empty() ? "" : ", ") + text(factor);
    result = "scale_factor=" + (options.scale_factor_.size() == 1 ? factors : "(" + factors + ")");
  }
  return result + ", mode='" + options.mode_ + "'";
}

Tensor UnfoldImpl::forward(const Tensor& input) {
  return unfold_windows(input, options.kernel_size_, options.dilation_, options.padding_, options.stride_);
}

std::string UnfoldImpl::extra_repr() const {
  return concat("kernel_size=", text(options.kernel_size_), ", dilation=", text(options.dilation_),
                ", padding=", text(options.padding_), ", stride=", text(options.stride_));
}

Tensor FoldImpl::forward(const Tensor& input) {
  return fold_windows(input, options.output_size_, options.kernel_size_, options.dilation_, options.padding_,
                      options.stride_);
}

std::string FoldImpl::extra_repr() const {
  return concat("output_size=", text(options.output_size_), ", kernel_size=", text(options.kernel_size_),
                ", dilation=", text(options.dilation_), ", padding=", text(options.padding_),
                ", stride=", text(options.stride_));
}

}  // namespace ember::nn
