// Running results along a dim. `dim` may be negative; IndexError for one out of range. A zero-dim tensor is its own result.
#pragma once

#include <optional>
#include <utility>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// y[i] = x[0] + ... + x[i]; integers and bools are summed in int64 unless `dtype` says otherwise.
Tensor cumsum(const Tensor& x, int64_t dim, std::optional<DType> dtype = {});
/// y[i] = x[0] ... x[i].
Tensor cumprod(const Tensor& x, int64_t dim, std::optional<DType> dtype = {});
Tensor& cumsum_(Tensor& x, int64_t dim, std::optional<DType> dtype = {});
Tensor& cumprod_(Tensor& x, int64_t dim, std::optional<DType> dtype = {});
/// log(cumsum(exp(x))) without overflow.
Tensor logcumsumexp(const Tensor& x, int64_t dim);
/// The largest (smallest) element so far and the int64 position of its last appearance, which takes the gradient; NaN stays.
std::pair<Tensor, Tensor> cummax(const Tensor& x, int64_t dim);
std::pair<Tensor, Tensor> cummin(const Tensor& x, int64_t dim);

/// Methods of Tensor.
class ScanMethods {
 public:
  Tensor cumsum(int64_t dim, std::optional<DType> dtype = {}) const;
  Tensor cumprod(int64_t dim, std::optional<DType> dtype = {}) const;
  Tensor logcumsumexp(int64_t dim) const;
  std::pair<Tensor, Tensor> cummax(int64_t dim) const;
  std::pair<Tensor, Tensor> cummin(int64_t dim) const;
  Tensor& cumsum_(int64_t dim, std::optional<DType> dtype = {});
  Tensor& cumprod_(int64_t dim, std::optional<DType> dtype = {});
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
