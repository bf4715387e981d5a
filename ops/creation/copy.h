// Copies, conversions and comparison of whole tensors.
#pragma once

#include <concepts>

#include "ember/core/device.h"
#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"
#include "ember/ops/tensor_options.h"

namespace ember {

/// The order of a tensor's dims in memory: row-major, as its source, or with the channels of images [N, C, H, W] or volumes
/// [N, C, D, H, W] innermost.
enum class MemoryFormat { Contiguous, Preserve, ChannelsLast, ChannelsLast3d };

/// Fresh memory for a tensor like x in this format; Error unless x has the dims that the format is for.
Tensor empty_in_format(const char* op, const Tensor& x, DType dtype, MemoryFormat format);
bool is_contiguous(const Tensor& x, MemoryFormat format);

/// x in this dtype or on this device; x itself when nothing changes, unless `copy`.
Tensor to(const Tensor& x, DType dtype, bool copy = false);
Tensor to(const Tensor& x, Device device, bool copy = false);
Tensor to(const Tensor& x, const TensorOptions& options, bool copy = false);

/// A copy with x's layout when that has no gaps, row-major otherwise.
Tensor clone(const Tensor& x);
Tensor clone(const Tensor& x, MemoryFormat format);
/// x itself when it is row-major, else a row-major copy.
Tensor contiguous(const Tensor& x);
Tensor contiguous(const Tensor& x, MemoryFormat format);

/// x = source, which broadcasts and is converted to x's dtype and device.
Tensor& copy_(Tensor& x, const Tensor& source);
/// x = value everywhere, given by a number or a zero-dim tensor, which gets a gradient.
Tensor& fill_(Tensor& x, const Tensor& value);
Tensor& zero_(Tensor& x);
/// A copy of x, filled.
Tensor fill(const Tensor& x, const Tensor& value);

/// Whether the shapes and all elements are the same.
bool equal(const Tensor& a, const Tensor& b);
/// |a - b| <= atol + rtol |b| elementwise; infinities of one sign are close, NaNs only with equal_nan.
Tensor isclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);
/// Whether all are.
bool allclose(const Tensor& a, const Tensor& b, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false);

/// Methods of Tensor.
class CopyMethods {
 public:
  // `non_blocking` is there for PyTorch's sake.
  Tensor to(DType dtype, bool non_blocking = false, bool copy = false) const;
  Tensor to(Device device, bool non_blocking = false, bool copy = false) const;
  Tensor to(Device device, DType dtype, bool non_blocking = false, bool copy = false) const;
  Tensor to(const TensorOptions& options, bool non_blocking = false, bool copy = false) const;
  /// To the other's dtype and device.
  template <std::same_as<Tensor> Other>
  Other to(const Other& other, bool non_blocking = false, bool copy = false) const;
  Tensor cpu() const;
  Tensor clone() const;
  Tensor clone(MemoryFormat format) const;
  Tensor contiguous() const;
  Tensor contiguous(MemoryFormat format) const;
  bool equal(const Tensor& other) const;
  Tensor isclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const;
  bool allclose(const Tensor& other, double rtol = 1e-5, double atol = 1e-8, bool equal_nan = false) const;
  Tensor& copy_(const Tensor& source, bool non_blocking = false);
  Tensor& fill_(const Tensor& value);
  Tensor& zero_();
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
