// Norms of vectors.
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

namespace linalg {

Tensor vector_norm(const Tensor& x, const Scalar& ord = 2, const Shape& dims = {}, bool keepdim = false,
                   std::optional<DType> dtype = {});

}  // namespace linalg

/// Methods of Tensor.
class NormMethods {
 public:
  Tensor norm(const Scalar& p = 2, const Shape& dims = {}, bool keepdim = false, std::optional<DType> dtype = {}) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
