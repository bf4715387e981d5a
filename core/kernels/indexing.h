// Kernels that write by index, beyond those of the backend's own table.
#pragma once

#include "core/kernel_table.h"

namespace ember {

/// How elements that meet at one place are combined.
enum class ScatterReduce { Sum, Prod, Mean, AMax, AMin };

struct IndexingKernels {
  /// out[i][index[i][j][k]][k] becomes its product (maximum, minimum) with src[i][j][k], for dim = 1; NaN wins. `how` is Prod, AMax
  /// or AMin.
  void (*scatter_reduce)(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src,
                         ScatterReduce how) = nullptr;
  /// The slice index[i] of `dim` becomes src's slice i; index is 1-d.
  void (*index_copy)(const Tensor& out, int64_t dim, const Tensor& index, const Tensor& src) = nullptr;
};

}  // namespace ember
