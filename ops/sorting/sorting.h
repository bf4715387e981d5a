// Sorting, order statistics and searching. Indices are int64; NaN counts as larger than every number. `dim` may be negative; IndexError
// for one out of range. Gradients go to the elements that the indices name.
#pragma once

#include <concepts>
#include <utility>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// Each row along `dim` in order, and where its elements were. Equal elements keep their order, but bools only when `stable`.
std::pair<Tensor, Tensor> sort(const Tensor& x, int64_t dim = -1, bool descending = false, bool stable = false);
/// The indices of sort.
Tensor argsort(const Tensor& x, int64_t dim = -1, bool descending = false, bool stable = false);
// PyTorch's overloads with `stable` first. A bool and less than that could be meant either way.
std::pair<Tensor, Tensor> sort(const Tensor& x, std::same_as<bool> auto stable, int64_t dim, bool descending);
void sort(const Tensor& x, std::same_as<bool> auto stable, int64_t dim = -1) = delete;
Tensor argsort(const Tensor& x, std::same_as<bool> auto stable, int64_t dim = -1, bool descending = false);
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

/// Methods of Tensor.
class SortingMethods {
 public:
  std::pair<Tensor, Tensor> sort(int64_t dim = -1, bool descending = false, bool stable = false) const;
  Tensor argsort(int64_t dim = -1, bool descending = false, bool stable = false) const;
  template <std::same_as<bool> B>
  std::pair<Tensor, Tensor> sort(B stable, int64_t dim, bool descending) const;
  void sort(std::same_as<bool> auto, int64_t = -1) const = delete;
  template <std::same_as<bool> B>
  Tensor argsort(B stable, int64_t dim = -1, bool descending = false) const;
  Tensor msort() const;
  std::pair<Tensor, Tensor> topk(int64_t k, int64_t dim = -1, bool largest = true, bool sorted = true) const;
  std::pair<Tensor, Tensor> kthvalue(int64_t k, int64_t dim = -1, bool keepdim = false) const;
  Tensor median() const;
  Tensor nanmedian() const;
  std::pair<Tensor, Tensor> median(int64_t dim, bool keepdim = false) const;
  std::pair<Tensor, Tensor> nanmedian(int64_t dim, bool keepdim = false) const;
  std::pair<Tensor, Tensor> mode(int64_t dim = -1, bool keepdim = false) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
