// Running results along a dim. Tensors are row-major and of x's shape; float32, float64 and int64, sums of float32 in double.
#pragma once

#include "core/kernel_table.h"

namespace ember {

struct ScanKernels {
  void (*cumsum)(const Tensor& out, const Tensor& x, int64_t dim) = nullptr;
  void (*cumprod)(const Tensor& out, const Tensor& x, int64_t dim) = nullptr;
  /// log(sum(exp)) of floats.
  void (*logcumsumexp)(const Tensor& out, const Tensor& x, int64_t dim) = nullptr;
  /// The extreme so far and where it lies last; NaN stays.
  void (*cummax)(const Tensor& values, const Tensor& indices, const Tensor& x, int64_t dim) = nullptr;
  void (*cummin)(const Tensor& values, const Tensor& indices, const Tensor& x, int64_t dim) = nullptr;
  /// out[i] = a[i] out[i - 1] + b[i], floats.
  void (*recurrence)(const Tensor& out, const Tensor& a, const Tensor& b, int64_t dim) = nullptr;
};

}  // namespace ember
