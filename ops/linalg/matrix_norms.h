// Norms of matrices.
#pragma once

#include <optional>
#include <string_view>

#include "ember/ops/tensor.h"

namespace ember {

namespace linalg {

/// Order "fro" or "nuc", or a number: 1 and infinity are the largest sums of columns and rows, 2 the largest singular value,
/// negative ones the smallest.
Tensor matrix_norm(const Tensor& a, std::string_view ord = "fro", const Shape& dims = {-2, -1}, bool keepdim = false,
                   std::optional<DType> dtype = {});
Tensor matrix_norm(const Tensor& a, const Scalar& ord, const Shape& dims = {-2, -1}, bool keepdim = false,
                   std::optional<DType> dtype = {});
/// A vector norm for one dim, a matrix norm for two; without `ord` the 2-norm of all elements or of those dims.
Tensor norm(const Tensor& x, std::optional<Scalar> ord = {}, std::optional<Shape> dims = {}, bool keepdim = false,
            std::optional<DType> dtype = {});
Tensor norm(const Tensor& x, std::string_view ord, std::optional<Shape> dims = {}, bool keepdim = false,
            std::optional<DType> dtype = {});

}  // namespace linalg

/// The sum of the singular values.
Tensor nuclear_norm(const Tensor& a, const Shape& dims = {-2, -1}, bool keepdim = false);

}  // namespace ember
