// Sorting along a dim and searching in sorted rows. Indices are int64; NaN counts as larger than every number.
#pragma once

#include "core/kernel_table.h"

namespace ember {

struct SortingKernels {
  /// Sorts each row along `dim`; equal elements keep their order, except that bools need not unless `stable`. All have one shape.
  void (*sort)(const Tensor& values, const Tensor& indices, const Tensor& x, int64_t dim, bool descending,
               bool stable) = nullptr;
  /// The outputs' size along `dim` says how many of the largest (smallest) elements; in order when `sorted`.
  void (*topk)(const Tensor& values, const Tensor& indices, const Tensor& x, int64_t dim, bool largest,
               bool sorted) = nullptr;
  /// From here on the outputs have size 1 along `dim`, and x at least 1. The k-th smallest, counted from 0.
  void (*kth)(const Tensor& values, const Tensor& indices, const Tensor& x, int64_t dim, int64_t k) = nullptr;
  /// The lower median; of the elements that are not NaN when `skip_nan`, else NaN where there is one.
  void (*median)(const Tensor& values, const Tensor& indices, const Tensor& x, int64_t dim, bool skip_nan) = nullptr;
  /// The smallest of the most frequent elements.
  void (*mode)(const Tensor& values, const Tensor& indices, const Tensor& x, int64_t dim) = nullptr;

  /// out[..., j] (int64) = how many elements of a sorted row are less than (`right`: at most) x[..., j]. `sequence` is one row [n] for
  /// all of x, or has x's leading sizes; `sorter`, if defined, says in which order it is sorted. Row-major, one dtype.
  void (*searchsorted)(const Tensor& out, const Tensor& sequence, const Tensor& x, const Tensor& sorter,
                       bool right) = nullptr;
  /// order (int64 [n]): the lexicographic order of x's rows [n, m], row-major; equal ones keep their order.
  void (*sort_rows)(const Tensor& order, const Tensor& x) = nullptr;
};

}  // namespace ember
