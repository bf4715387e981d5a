// Kernels that write by index, beyond those of the backend's own table.
#pragma once

#include <span>
#include <vector>

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
  /// out[i, j, ...] = x[maps[0][i], maps[1][j], ...], where an empty map is the identity. Out is row-major and not empty, the
  /// positions are in range.
  void (*pick)(const Tensor& out, const Tensor& x, std::span<const std::vector<int64_t>> maps) = nullptr;
  /// Adds each element of g, row-major and not empty, to that of out which pick would read.
  void (*unpick)(const Tensor& out, const Tensor& g, std::span<const std::vector<int64_t>> maps) = nullptr;
};

}  // namespace ember
