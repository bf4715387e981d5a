// Distances between vectors.
#pragma once

#include "core/kernel_table.h"

namespace ember {

struct DistanceKernels {
  /// out[b, i, j] = the p-norm of a[b, i, :] - c[b, j, :]; row-major floats [B, P, M], [B, R, M].
  void (*cdist)(const Tensor& out, const Tensor& a, const Tensor& c, double p) = nullptr;
};

}  // namespace ember
