// Sorting, order statistics and searching. Indices are int64; NaN counts as larger than every number. `dim` may be negative; IndexError
// for one out of range. Gradients go to the elements that the indices name.
#pragma once

#include <concepts>
#include <optional>
#include <tuple>
#include <utility>

#include "core/tensor.h"

namespace ember {

/// Each row along `dim` in order, and where its elements were. Equal elements keep their order, but bools only when `stable`.
std::pair<Tensor, Tensor> sort(const Tensor& x, int64_t dim = -1, bool descending = false, bool stable = false);
/// The indices of sort.
Tensor argsort(const Tensor& x, int64_t dim = -1, bool descending = false, bool stable = false);
// PyTorch's overloads with `stable` first. A bool and less than that could be meant either way.
std::pair<Tensor, Tensor> sort(const Tensor& x, std::same_as<bool> auto stable, int64_t dim, bool descending) {
  return sort(x, dim, descending, static_cast<bool>(stable));
}
void sort(const Tensor& x, std::same_as<bool> auto stable, int64_t dim = -1) = delete;
Tensor argsort(const Tensor& x, std::same_as<bool> auto stable, int64_t dim = -1, bool descending = false) {
  return argsort(x, dim, descending, static_cast<bool>(stable));
}
/// Sorted along the first dim.
Tensor msort(const Tensor& x);
/// The k largest (smallest) elements along `dim`, in order when `sorted`.
std::pair<Tensor, Tensor> topk(const Tensor& x, int64_t k, int64_t dim = -1, bool largest = true, bool sorted = true);

/// The k-th smallest element along `dim`, counted from 1.
std::pair<Tensor, Tensor> kthvalue(const Tensor& x, int64_t k, int64_t dim = -1, bool keepdim = false);
/// The lower of the middle elements; NaN when there is one, unless the name says that they are skipped.
std::pair<Tensor, Tensor> median(const Tensor& x, int64_t dim, bool keepdim = false);
std::pair<Tensor, Tensor> nanmedian(const Tensor& x, int64_t dim, bool keepdim = false);
/// Over all elements; equal ones share the gradient. NaN when there is none.
Tensor median(const Tensor& x);
Tensor nanmedian(const Tensor& x);
/// The smallest of the most frequent elements along `dim`.
std::pair<Tensor, Tensor> mode(const Tensor& x, int64_t dim = -1, bool keepdim = false);

/// How many elements of a sorted row are less than each value, or at most it when `right`. One row [n] serves all values; else the
/// leading sizes agree. `sorter`, if defined, holds the order in which `sequence` is sorted. int64, or int32 when `out_int32`.
Tensor searchsorted(const Tensor& sequence, const Tensor& values, bool out_int32 = false, bool right = false,
                    const Tensor& sorter = {});
/// searchsorted for 1-d boundaries.
Tensor bucketize(const Tensor& x, const Tensor& boundaries, bool out_int32 = false, bool right = false);
/// Whether each element is one of `test_elements`; bool.
Tensor isin(const Tensor& elements, const Tensor& test_elements, bool invert = false);

/// The different values in order (or slices along `dim`, in lexicographic order), the position of each element's (slice's) value
/// among them, and how often each occurs. What is not asked for is undefined.
std::tuple<Tensor, Tensor, Tensor> unique(const Tensor& x, bool return_inverse = false, bool return_counts = false,
                                          std::optional<int64_t> dim = {});
/// The first element (slice) of each run of equal ones.
std::tuple<Tensor, Tensor, Tensor> unique_consecutive(const Tensor& x, bool return_inverse = false,
                                                      bool return_counts = false, std::optional<int64_t> dim = {});

}  // namespace ember
