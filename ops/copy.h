// Copies, conversions and comparison of whole tensors.
#pragma once

#include "core/tensor.h"

namespace ember {

/// x in this dtype or on this device; x itself when nothing changes, unless `copy`.
Tensor to(const Tensor& x, DType dtype, bool copy = false);
Tensor to(const Tensor& x, Device device, bool copy = false);
Tensor to(const Tensor& x, const TensorOptions& options, bool copy = false);

/// A copy with x's layout when that has no gaps, row-major otherwise.
Tensor clone(const Tensor& x);
/// x itself when it is row-major, else a row-major copy.
Tensor contiguous(const Tensor& x);

/// x = source, which broadcasts and is converted to x's dtype and device.
Tensor& copy_(Tensor& x, const Tensor& source);
Tensor& fill_(Tensor& x, const Scalar& value);
Tensor& zero_(Tensor& x);

/// Whether the shapes and all elements are the same.
bool equal(const Tensor& a, const Tensor& b);
/// |a - b| <= atol + rtol |b| elementwise; infinities of one sign are close, NaNs only with equal_nan.
Tensor isclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);
/// Whether all are.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);

}  // namespace ember
