// Convolutions (cross-correlations, as deep learning calls them) over one, two or three spatial dimensions. A number for a
// window argument stands for the same number in each dimension.
#pragma once

#include <string_view>

#include "ember/ops/tensor.h"

namespace ember {

/// x [N, C, L] or [C, L] with weight [out, C / groups, kernel] plus bias [out], zeros around x. All of one floating-point
/// dtype. Error naming the shapes when they do not fit.
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Shape& stride = 1,
              const Shape& padding = 0, const Shape& dilation = 1, int64_t groups = 1);
/// x [N, C, H, W] or [C, H, W], weight [out, C / groups, kH, kW].
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Shape& stride = 1,
              const Shape& padding = 0, const Shape& dilation = 1, int64_t groups = 1);
/// x [N, C, D, H, W] or [C, D, H, W], weight [out, C / groups, kD, kH, kW].
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Shape& stride = 1,
              const Shape& padding = 0, const Shape& dilation = 1, int64_t groups = 1);

/// The transpose of a convolution (its gradient for the input), plus bias [out]: x [N, C, L] or [C, L] with weight [C, out / groups,
/// kernel] to a length of (L - 1) stride - 2 padding + dilation (kernel - 1) + output_padding + 1. Zeiler et al., 2010.
Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Shape& stride = 1,
                        const Shape& padding = 0, const Shape& output_padding = 0, int64_t groups = 1,
                        const Shape& dilation = 1);
Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Shape& stride = 1,
                        const Shape& padding = 0, const Shape& output_padding = 0, int64_t groups = 1,
                        const Shape& dilation = 1);
Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias = {}, const Shape& stride = 1,
                        const Shape& padding = 0, const Shape& output_padding = 0, int64_t groups = 1,
                        const Shape& dilation = 1);

namespace convolution {

/// The above for `rank` spatial dimensions and `padding` "valid" (none) or "same" (as much as keeps x's size; the odd zero
/// goes behind). ValueError for another name, or for "same" with a stride.
Tensor conv_named_padding(int64_t rank, const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride,
                          std::string_view padding, const Shape& dilation, int64_t groups);

}  // namespace convolution

// Templates, because a literal 0 would convert to a string as readily as to a Shape.
template <std::convertible_to<std::string_view> Name>
Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride, const Name& padding,
              const Shape& dilation = 1, int64_t groups = 1) {
  return convolution::conv_named_padding(1, x, weight, bias, stride, padding, dilation, groups);
}
template <std::convertible_to<std::string_view> Name>
Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride, const Name& padding,
              const Shape& dilation = 1, int64_t groups = 1) {
  return convolution::conv_named_padding(2, x, weight, bias, stride, padding, dilation, groups);
}
template <std::convertible_to<std::string_view> Name>
Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride, const Name& padding,
              const Shape& dilation = 1, int64_t groups = 1) {
  return convolution::conv_named_padding(3, x, weight, bias, stride, padding, dilation, groups);
}

}  // namespace ember
