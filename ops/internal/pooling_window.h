// What the ops of pooling share: the checks of their arguments and the shapes of their results. Not for users.
#pragma once

#include "ember/core/window.h"
#include "ember/ops/tensor.h"

namespace ember {

namespace pooling {

/// One entry for each of `rank` dims, of one or `rank` given; each from `least` to the largest int32.
Shape spread(const char* op, const char* argument, const Shape& value, size_t rank, int64_t least);

Window make_window(const char* op, size_t rank, const Shape& kernel_size, const Shape& stride, const Shape& padding,
                   const Shape& dilation, bool ceil_mode);

/// Throws unless x is [N, C, spatial...] or [C, spatial...] with nothing empty but the batch.
void check_images(const char* op, const Tensor& x, int64_t rank);

/// The shape of the pooled x [N, C, spatial...].
Shape out_sizes(const char* op, const Tensor& x, const Window& window);

/// Memory for images in the order of x's: channels innermost where x has them so.
Tensor empty_images(const Tensor& x, const Shape& sizes, DType dtype);

/// The gradient of any maximum pooling, from the places of the maxima; `sizes` are its input's.
Tensor max_backward(const Tensor& g, const Tensor& indices, const Shape& sizes);

/// x with a batch of one where it has none, and with a dim of one before a single spatial dim: what kernels work on.
Tensor as_images(const Tensor& x, int64_t rank);
/// The result back in the shape that `x` came in.
Tensor as_given(const Tensor& y, const Tensor& x, int64_t rank);

}  // namespace pooling

}  // namespace ember
