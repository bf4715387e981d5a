// Places of values among sorted ones, and membership.
#pragma once

#include "ember/ops/tensor.h"

namespace ember {

/// How many elements of a sorted row are less than each value, or at most it when `right`. One row [n] serves all values; else the
/// leading sizes agree. `sorter`, if defined, holds the order in which `sequence` is sorted. int64, or int32 when `out_int32`.
Tensor searchsorted(const Tensor& sequence, const Tensor& values, bool out_int32 = false, bool right = false,
                    const Tensor& sorter = {});
/// searchsorted for 1-d boundaries.
Tensor bucketize(const Tensor& x, const Tensor& boundaries, bool out_int32 = false, bool right = false);
/// Whether each element is one of `test_elements`; bool.
Tensor isin(const Tensor& elements, const Tensor& test_elements, bool invert = false);

}  // namespace ember
