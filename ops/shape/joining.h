// Several tensors made one.
#pragma once

#include <string_view>
#include <vector>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// The tensors one behind another along `dim`, in their promoted dtype; all other sizes must agree (1-d tensors of size 0 are
/// skipped).
Tensor cat(const std::vector<Tensor>& tensors, int64_t dim = 0);
/// The tensors, all of one shape, along a new dim.
Tensor stack(const std::vector<Tensor>& tensors, int64_t dim = 0);
/// cat along the columns (of vectors: along their only dim), the rows and the planes, of tensors with dims added as needed.
Tensor hstack(const std::vector<Tensor>& tensors);
Tensor vstack(const std::vector<Tensor>& tensors);
Tensor dstack(const std::vector<Tensor>& tensors);
/// hstack where vectors become columns.
Tensor column_stack(const std::vector<Tensor>& tensors);
/// Matrices, vectors and numbers along the diagonal of a matrix of zeros.
Tensor block_diag(const std::vector<Tensor>& tensors);

/// Vectors expanded to the grid of all their combinations, one dim each. Indexing "xy" exchanges the first two dims.
std::vector<Tensor> meshgrid(const std::vector<Tensor>& tensors, std::string_view indexing = "ij");
/// All combinations of the vectors' elements, one a row.
Tensor cartesian_prod(const std::vector<Tensor>& tensors);
/// All choices of r elements of a vector in its order, one a row; an element may come again `with_replacement`.
Tensor combinations(const Tensor& x, int64_t r = 2, bool with_replacement = false);
/// The Kronecker product: every element of a times all of b.
Tensor kron(const Tensor& a, const Tensor& b);

/// Methods of Tensor.
class JoiningMethods {
 public:
  Tensor kron(const Tensor& other) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
