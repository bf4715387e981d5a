// Products of vectors, of more than two matrices and over any dims. Inputs must have one dtype.
#pragma once

#include <optional>
#include <vector>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

namespace linalg {

/// The product of all matrices in the order that takes the fewest multiplications; the first and last may be vectors.
Tensor multi_dot(const std::vector<Tensor>& tensors);
Tensor cross(const Tensor& a, const Tensor& b, int64_t dim = -1);

}  // namespace linalg

/// beta x + alpha a b for a vector b.
Tensor addmv(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta x + alpha a b^T for vectors a and b.
Tensor addr(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta x + alpha times the sum of the products of two batches.
Tensor addbmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
/// The sum over the last dims of both; the product where one is zero-dim.
Tensor inner(const Tensor& a, const Tensor& b);
/// The sum over dims_a of a and dims_b of b, or over the last `dims` of a and the first of b.
Tensor tensordot(const Tensor& a, const Tensor& b, const Shape& dims_a, const Shape& dims_b);
Tensor tensordot(const Tensor& a, const Tensor& b, int64_t dims = 2);
/// The vector product along `dim` (of size 3; the first such when not given); a and b broadcast.
Tensor cross(const Tensor& a, const Tensor& b, std::optional<int64_t> dim = {});
/// The product of matrices in the order that takes the fewest multiplications.
Tensor chain_matmul(const std::vector<Tensor>& matrices);

/// Methods of Tensor.
class ProductsMethods {
 public:
  Tensor inner(const Tensor& other) const;
  Tensor cross(const Tensor& other, std::optional<int64_t> dim = {}) const;
  Tensor addmv(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1) const;
  Tensor addr(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1) const;
  Tensor addbmm(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1) const;
  Tensor& addmv_(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
  Tensor& addr_(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
  Tensor& addbmm_(const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
