// Norms of vectors, and vectors scaled by theirs.
#pragma once

#include <optional>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// (sum |x|^p)^(1/p) over `dims` (empty: all); p may be infinite or 0, which counts the elements that are not zero.
Tensor norm(const Tensor& x, const Scalar& p = 2, const Shape& dims = {}, bool keepdim = false,
            std::optional<DType> dtype = {});
/// x over its p-norm along `dim`, or over eps where that is larger.
Tensor normalize(const Tensor& x, double p = 2, const Shape& dim = 1, double eps = 1e-12);
/// Each slice along `dim` scaled down to a p-norm of at most `maxnorm`.
Tensor renorm(const Tensor& x, const Scalar& p, int64_t dim, const Scalar& maxnorm);

namespace linalg {

Tensor vector_norm(const Tensor& x, const Scalar& ord = 2, const Shape& dims = {}, bool keepdim = false,
                   std::optional<DType> dtype = {});

}  // namespace linalg

/// Methods of Tensor.
class NormMethods {
 public:
  Tensor norm(const Scalar& p = 2, const Shape& dims = {}, bool keepdim = false, std::optional<DType> dtype = {}) const;
  Tensor renorm(const Scalar& p, int64_t dim, const Scalar& maxnorm) const;
  Tensor& renorm_(const Scalar& p, int64_t dim, const Scalar& maxnorm);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
