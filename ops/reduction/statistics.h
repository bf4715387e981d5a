// Statistics of samples: covariances, quantiles and counts. Compositions of other ops.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember {

/// The covariance matrix of the rows of x (at most 2-d), whose columns are observations: how often each counts (`fweights`, integers)
/// and how much (`aweights`).
Tensor cov(const Tensor& x, int64_t correction = 1, const Tensor& fweights = {}, const Tensor& aweights = {});
/// The matrix of Pearson's correlation coefficients of the rows of x.
Tensor corrcoef(const Tensor& x);

/// The quantiles q (zero-dim or 1-d, in [0, 1], x's dtype) along `dim`, or over all elements; those of a 1-d q come first. Between
/// two elements by `interpolation`: linear, lower, higher, midpoint or nearest. NaN where there is one.
Tensor quantile(const Tensor& x, const Tensor& q, std::optional<int64_t> dim = {}, bool keepdim = false,
                std::string_view interpolation = "linear");
/// The same over the elements that are not NaN.
Tensor nanquantile(const Tensor& x, const Tensor& q, std::optional<int64_t> dim = {}, bool keepdim = false,
                   std::string_view interpolation = "linear");

}  // namespace ember
