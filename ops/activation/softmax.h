// Exponentials normalised along a dim.
#pragma once

#include <optional>

#include "ember/core/dtype.h"
#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// exp(x) / sum(exp(x)) along `dim`, without overflow.
Tensor softmax(const Tensor& x, int64_t dim, std::optional<DType> dtype = {});
/// x - logsumexp(x) along `dim`.
Tensor log_softmax(const Tensor& x, int64_t dim, std::optional<DType> dtype = {});
/// softmax(-x) along `dim`.
Tensor softmin(const Tensor& x, int64_t dim, std::optional<DType> dtype = {});

/// Methods of Tensor.
class SoftmaxMethods {
 public:
  Tensor softmax(int64_t dim, std::optional<DType> dtype = {}) const;
  Tensor log_softmax(int64_t dim, std::optional<DType> dtype = {}) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
