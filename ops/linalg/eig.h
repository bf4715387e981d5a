// Eigenvalues of general matrices.
#pragma once

#include "ember/ops/linalg/linalg_types.h"
#include "ember/ops/tensor.h"

namespace ember {

namespace linalg {

/// (eigenvalues, eigenvectors) of a square matrix, complex and in no order; eigenvectors are columns of norm 1. A loss must not depend
/// on the phase of an eigenvector, which is arbitrary. Takes complex matrices too.
TensorPair eig(const Tensor& a);
Tensor eigvals(const Tensor& a);

}  // namespace linalg

}  // namespace ember
