// Sums, means, extremes and normalised exponentials over some or all dims. `dims` may be negative, empty means all; `keepdim`
// leaves reduced dims with size 1. IndexError for a dim out of range, Error for a dim given twice.
#pragma once

#include <concepts>
#include <optional>
#include <utility>

#include "core/tensor.h"

namespace ember {

/// The sum; integers and bools are summed in int64 unless `dtype` says otherwise.
Tensor sum(const Tensor& x, std::optional<DType> dtype = {});
Tensor sum(const Tensor& x, const Shape& dims, bool keepdim = false, std::optional<DType> dtype = {});
/// The sum over the dims that broadcasting `sizes` to x's shape added or stretched.
Tensor sum_to_size(const Tensor& x, const Shape& sizes);
/// The mean of floating-point elements; Error for integers unless `dtype` is given.
Tensor mean(const Tensor& x, std::optional<DType> dtype = {});
Tensor mean(const Tensor& x, const Shape& dims, bool keepdim = false, std::optional<DType> dtype = {});
/// The same of the elements that are not NaN.
Tensor nansum(const Tensor& x, const Shape& dims = {}, bool keepdim = false, std::optional<DType> dtype = {});
Tensor nanmean(const Tensor& x, const Shape& dims = {}, bool keepdim = false, std::optional<DType> dtype = {});
/// int64: how many elements are not zero.
Tensor count_nonzero(const Tensor& x, const Shape& dims = {});
Tensor prod(const Tensor& x, std::optional<DType> dtype = {});
Tensor prod(const Tensor& x, int64_t dim, bool keepdim = false, std::optional<DType> dtype = {});

/// Sum of squared distances from the mean over (count - correction).
Tensor var(const Tensor& x);
Tensor var(const Tensor& x, const Shape& dims, double correction = 1, bool keepdim = false);
/// The square root of var.
Tensor std(const Tensor& x);
Tensor std(const Tensor& x, const Shape& dims, double correction = 1, bool keepdim = false);
/// var (std) and mean.
std::pair<Tensor, Tensor> var_mean(const Tensor& x, const Shape& dims = {}, double correction = 1,
                                   bool keepdim = false);
std::pair<Tensor, Tensor> std_mean(const Tensor& x, const Shape& dims = {}, double correction = 1,
                                   bool keepdim = false);
// A bool alone is PyTorch's `unbiased`, over all dims.
Tensor var(const Tensor& x, std::same_as<bool> auto unbiased) { return var(x, Shape(), unbiased); }
Tensor std(const Tensor& x, std::same_as<bool> auto unbiased) { return std(x, Shape(), unbiased); }
std::pair<Tensor, Tensor> var_mean(const Tensor& x, std::same_as<bool> auto unbiased) {
  return var_mean(x, Shape(), unbiased);
}
std::pair<Tensor, Tensor> std_mean(const Tensor& x, std::same_as<bool> auto unbiased) {
  return std_mean(x, Shape(), unbiased);
}

/// The largest element; NaN wins; equal elements share the gradient. Error when there is none.
Tensor max(const Tensor& x);
Tensor min(const Tensor& x);
/// The largest elements along `dim` and their int64 positions (the first of equal ones, which takes the gradient).
std::pair<Tensor, Tensor> max(const Tensor& x, int64_t dim, bool keepdim = false);
std::pair<Tensor, Tensor> min(const Tensor& x, int64_t dim, bool keepdim = false);
/// The larger (smaller) of two elements: maximum and minimum of ops/pointwise.h under PyTorch's other names.
Tensor max(const Tensor& x, const Tensor& other);
Tensor min(const Tensor& x, const Tensor& other);
/// Neither a dim nor a tensor: clamp_min and clamp_max take numbers.
void max(const Tensor& x, std::floating_point auto) = delete;
void min(const Tensor& x, std::floating_point auto) = delete;
/// The largest elements over several dims; equal elements share the gradient.
Tensor amax(const Tensor& x, const Shape& dims = {}, bool keepdim = false);
Tensor amin(const Tensor& x, const Shape& dims = {}, bool keepdim = false);
/// amin and amax over one dim, or over all.
std::pair<Tensor, Tensor> aminmax(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false);
/// int64 positions of the extreme, in the flattened tensor without `dim`.
Tensor argmax(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false);
Tensor argmin(const Tensor& x, std::optional<int64_t> dim = {}, bool keepdim = false);

/// Whether all (any) elements are true; bool, or uint8 for uint8.
Tensor all(const Tensor& x);
Tensor all(const Tensor& x, const Shape& dims, bool keepdim = false);
Tensor any(const Tensor& x);
Tensor any(const Tensor& x, const Shape& dims, bool keepdim = false);

/// log(sum(exp(x))) without overflow; integers become the default floating-point dtype.
Tensor logsumexp(const Tensor& x, const Shape& dims, bool keepdim = false);
/// exp(x) / sum(exp(x)) along `dim`, without overflow.
Tensor softmax(const Tensor& x, int64_t dim, std::optional<DType> dtype = {});
/// x - logsumexp(x) along `dim`.
Tensor log_softmax(const Tensor& x, int64_t dim, std::optional<DType> dtype = {});

}  // namespace ember
