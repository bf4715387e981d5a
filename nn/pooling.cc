#include "nn/pooling.h"

#include "nn/format.h"
#include "ops/pooling.h"

namespace ember::nn {

MaxPool2dImpl::MaxPool2dImpl(MaxPool2dOptions given) : Layer(std::move(given)) {
  if (options.stride_.empty()) options.stride_ = options.kernel_size_;
}

Tensor MaxPool2dImpl::forward(const Tensor& input) {
  return max_pool2d(input, options.kernel_size_, options.stride_, options.padding_, options.dilation_,
                    options.ceil_mode_);
}

std::string MaxPool2dImpl::extra_repr() const {
  return concat("kernel_size=", text(options.kernel_size_), ", stride=", text(options.stride_),
                ", padding=", text(options.padding_), ", dilation=", text(options.dilation_),
                ", ceil_mode=", text(options.ceil_mode_));
}

AvgPool2dImpl::AvgPool2dImpl(AvgPool2dOptions given) : Layer(std::move(given)) {
  if (options.stride_.empty()) options.stride_ = options.kernel_size_;
}

Tensor AvgPool2dImpl::forward(const Tensor& input) {
  return avg_pool2d(input, options.kernel_size_, options.stride_, options.padding_, options.ceil_mode_,
                    options.count_include_pad_, options.divisor_override_);
}

std::string AvgPool2dImpl::extra_repr() const {
  return concat("kernel_size=", text(options.kernel_size_), ", stride=", text(options.stride_),
                ", padding=", text(options.padding_));
}

Tensor AdaptiveAvgPool2dImpl::forward(const Tensor& input) { return adaptive_avg_pool2d(input, options.output_size_); }

std::string AdaptiveAvgPool2dImpl::extra_repr() const { return "output_size=" + text(options.output_size_); }

}  // namespace ember::nn
