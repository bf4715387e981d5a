// Sums, means, extremes and normalised exponentials over some or all dims. `dims` may be negative, empty means all; `keepdim`
// leaves reduced dims with size 1. IndexError for a dim out of range, Error for a dim given twice.
#pragma once

#include <concepts>
#include <optional>
#include <utility>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

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
Tensor var(const Tensor& x, std::same_as<bool> auto unbiased);
Tensor std(const Tensor& x, std::same_as<bool> auto unbiased);
std::pair<Tensor, Tensor> var_mean(const Tensor& x, std::same_as<bool> auto unbiased);
std::pair<Tensor, Tensor> std_mean(const Tensor& x, std::same_as<bool> auto unbiased);

/// The largest element; NaN wins; equal elements share the gradient. Error when there is none.
Tensor max(const Tensor& x);
Tensor min(const Tensor& x);
/// The largest elements along `dim` and their int64 positions (the first of equal ones, which takes the gradient).
std::pair<Tensor, Tensor> max(const Tensor& x, int64_t dim, bool keepdim = false);
std::pair<Tensor, Tensor> min(const Tensor& x, int64_t dim, bool keepdim = false);
/// The larger (smaller) of two elements: maximum and minimum of ops/pointwise/comparison.h under PyTorch's other names.
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

/// Methods of Tensor.
class ReductionMethods {
 public:
  Tensor sum(std::optional<DType> dtype = {}) const;
  Tensor sum(const Shape& dims, bool keepdim = false, std::optional<DType> dtype = {}) const;
  Tensor sum_to_size(const Shape& sizes) const;
  Tensor mean(std::optional<DType> dtype = {}) const;
  Tensor mean(const Shape& dims, bool keepdim = false, std::optional<DType> dtype = {}) const;
  Tensor nansum(const Shape& dims = {}, bool keepdim = false, std::optional<DType> dtype = {}) const;
  Tensor nanmean(const Shape& dims = {}, bool keepdim = false, std::optional<DType> dtype = {}) const;
  Tensor count_nonzero(const Shape& dims = {}) const;
  Tensor prod(std::optional<DType> dtype = {}) const;
  Tensor prod(int64_t dim, bool keepdim = false, std::optional<DType> dtype = {}) const;
  Tensor var() const;
  template <std::same_as<bool> B>
  Tensor var(B unbiased) const;
  Tensor var(const Shape& dims, double correction = 1, bool keepdim = false) const;
  Tensor std() const;
  template <std::same_as<bool> B>
  Tensor std(B unbiased) const;
  Tensor std(const Shape& dims, double correction = 1, bool keepdim = false) const;
  Tensor max() const;
  Tensor max(const Tensor& other) const;
  Tensor min() const;
  Tensor min(const Tensor& other) const;
  std::pair<Tensor, Tensor> max(int64_t dim, bool keepdim = false) const;
  std::pair<Tensor, Tensor> min(int64_t dim, bool keepdim = false) const;
  /// Neither a dim nor a tensor: clamp_min and clamp_max take numbers.
  void max(std::floating_point auto) const = delete;
  void min(std::floating_point auto) const = delete;
  Tensor amax(const Shape& dims = {}, bool keepdim = false) const;
  Tensor amin(const Shape& dims = {}, bool keepdim = false) const;
  std::pair<Tensor, Tensor> aminmax(std::optional<int64_t> dim = {}, bool keepdim = false) const;
  Tensor argmax(std::optional<int64_t> dim = {}, bool keepdim = false) const;
  Tensor argmin(std::optional<int64_t> dim = {}, bool keepdim = false) const;
  Tensor all() const;
  Tensor all(const Shape& dims, bool keepdim = false) const;
  Tensor any() const;
  Tensor any(const Shape& dims, bool keepdim = false) const;
  Tensor logsumexp(const Shape& dims, bool keepdim = false) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
