// What decompositions return.
#pragma once

#include <tuple>

#include "ember/core/error.h"
#include "ember/ops/methods.h"

namespace ember {

/// A matrix of the right shape for which the computation fails: it is singular, not positive-definite, or does not converge.
/// ember.linalg.LinAlgError in Python, a RuntimeError.
class LinAlgError : public Error {
 public:
  using Error::Error;
};

using TensorPair = std::tuple<Tensor, Tensor>;
using TensorTriple = std::tuple<Tensor, Tensor, Tensor>;
using TensorQuad = std::tuple<Tensor, Tensor, Tensor, Tensor>;

}  // namespace ember
