// Kernels that read and write by index. `index` is int64; a negative or too large entry throws IndexError.
#pragma once

#include <span>
#include <vector>

#include "ember/core/kernel.h"

namespace ember {

/// How elements that meet at one place are combined.
enum class ScatterReduce { Sum, Prod, Mean, AMax, AMin };

}  // namespace ember

namespace ember::kernels {

inline constinit Kernel<void(const TensorBase& out, const TensorBase& x, int64_t dim, const TensorBase& index)> gather{
    "gather", Batching::front()};
inline constinit Kernel<void(const TensorBase& out, int64_t dim, const TensorBase& index, const TensorBase& src)>
    scatter{"scatter", Batching::front().changing()};
inline constinit Kernel<void(const TensorBase& out, int64_t dim, const TensorBase& index, const TensorBase& src)>
    scatter_add{"scatter_add", Batching::front().changing()};
inline constinit Kernel<void(const TensorBase& out, const TensorBase& x, int64_t dim, const TensorBase& index)>
    index_select{"index_select", Batching::front(1, 0b100)};
inline constinit Kernel<void(const TensorBase& out, int64_t dim, const TensorBase& index, const TensorBase& src)>
    index_add{"index_add", Batching::front(1, 0b10).changing()};
/// out[i...] = x[i0[i], i1[i], ..., rest]: index arrays (broadcast to one shape) for the leading dims of x.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& x, std::span<const TensorBase> indices)> index{
    "index"};
inline constinit Kernel<void(const TensorBase& out, std::span<const TensorBase> indices, const TensorBase& value,
                             bool accumulate)>
    index_put{"index_put", Batching::samples(1).changing()};
/// The positions where x is not zero: [count, x.dim()].
inline constinit Kernel<TensorBase(const TensorBase& x)> nonzero{"nonzero"};

/// out[i][index[i][j][k]][k] becomes its product (maximum, minimum) with src[i][j][k], for dim = 1; NaN wins. `how` is Prod, AMax
/// or AMin.
inline constinit Kernel<void(const TensorBase& out, int64_t dim, const TensorBase& index, const TensorBase& src,
                             ScatterReduce how)>
    scatter_reduce{"scatter_reduce", Batching::samples(1).changing()};
/// The slice index[i] of `dim` becomes src's slice i; index is 1-d.
inline constinit Kernel<void(const TensorBase& out, int64_t dim, const TensorBase& index, const TensorBase& src)>
    index_copy{"index_copy", Batching::front(1, 0b10).changing()};
/// out[i, j, ...] = x[maps[0][i], maps[1][j], ...], where an empty map is the identity. Out is row-major and not empty, the
/// positions are in range.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& x, std::span<const std::vector<int64_t>> maps)>
    pick{"pick"};
/// Adds each element of g, row-major and not empty, to that of out which pick would read.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& g, std::span<const std::vector<int64_t>> maps)>
    unpick{"unpick", Batching::samples(1).changing()};

}  // namespace ember::kernels
