// Sorting along a dim and searching in sorted rows. Indices are int64; NaN counts as larger than every number.
#pragma once

#include "ember/core/kernel.h"

namespace ember::kernels {

/// Sorts each row along `dim`; equal elements keep their order, except that bools need not unless `stable`. All have one shape.
inline constinit Kernel<void(const TensorBase& values, const TensorBase& indices, const TensorBase& x, int64_t dim,
                             bool descending, bool stable)>
    sort{"sort", Batching::front(2)};
/// The outputs' size along `dim` says how many of the largest (smallest) elements; in order when `sorted`.
inline constinit Kernel<void(const TensorBase& values, const TensorBase& indices, const TensorBase& x, int64_t dim,
                             bool largest, bool sorted)>
    topk{"topk", Batching::front(2)};
/// From here on the outputs have size 1 along `dim`, and x at least 1. The k-th smallest, counted from 0.
inline constinit Kernel<void(const TensorBase& values, const TensorBase& indices, const TensorBase& x, int64_t dim,
                             int64_t k)>
    kth{"kth", Batching::front(2)};
/// The lower median; of the elements that are not NaN when `skip_nan`, else NaN where there is one.
inline constinit Kernel<void(const TensorBase& values, const TensorBase& indices, const TensorBase& x, int64_t dim,
                             bool skip_nan)>
    median{"median", Batching::front(2)};
/// The smallest of the most frequent elements.
inline constinit Kernel<void(const TensorBase& values, const TensorBase& indices, const TensorBase& x, int64_t dim)>
    mode{"mode", Batching::front(2)};

/// out[..., j] (int64) = how many elements of a sorted row are less than (`right`: at most) x[..., j]. `sequence` is one row [n] for
/// all of x, or has x's leading sizes; `sorter`, if defined, says in which order it is sorted. Row-major, one dtype.
inline constinit Kernel<void(const TensorBase& out, const TensorBase& sequence, const TensorBase& x,
                             const TensorBase& sorter, bool right)>
    searchsorted{"searchsorted"};
/// order (int64 [n]): the lexicographic order of x's rows [n, m], row-major; equal ones keep their order.
inline constinit Kernel<void(const TensorBase& order, const TensorBase& x)> sort_rows{"sort_rows"};

}  // namespace ember::kernels
