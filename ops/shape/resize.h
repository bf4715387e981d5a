// Ops that change a tensor's own shape: the view ops' in-place twins, and resize_.
#pragma once

#include <optional>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

// x becomes a view of itself and stays the same tensor on the same storage; the tape follows.
Tensor& as_strided_(Tensor& x, const Shape& sizes, const Shape& strides, std::optional<int64_t> storage_offset = {});
Tensor& squeeze_(Tensor& x);
Tensor& squeeze_(Tensor& x, const Shape& dims);
Tensor& t_(Tensor& x);
Tensor& transpose_(Tensor& x, int64_t dim0, int64_t dim1);
Tensor& unsqueeze_(Tensor& x, int64_t dim);

/// x with another row-major shape and the same elements, as many as fit; new ones are uninitialised. A storage that is too small is
/// left to x's views. Error when x requires grad.
Tensor& resize_(Tensor& x, const Shape& sizes);
Tensor& resize_as_(Tensor& x, const Tensor& other);

/// Methods of Tensor.
class ResizeMethods {
 public:
  Tensor& as_strided_(const Shape& sizes, const Shape& strides, std::optional<int64_t> storage_offset = {});
  Tensor& squeeze_();
  Tensor& squeeze_(const Shape& dims);
  Tensor& unsqueeze_(int64_t dim);
  Tensor& t_();
  Tensor& transpose_(int64_t dim0, int64_t dim1);
  Tensor& swapaxes_(int64_t dim0, int64_t dim1);
  Tensor& swapdims_(int64_t dim0, int64_t dim1);
  Tensor& resize_(const Shape& sizes);
  Tensor& resize_as_(const Tensor& other);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
