// The dtype of an op's result, by PyTorch's rule: tensors with dimensions outrank zero-dim ones and those outrank wrapped numbers, unless
// the lower rank is of a higher kind (bool < integer < float < complex).
#pragma once

#include "ember/core/tensor_base.h"

namespace ember {

/// Collects dtypes by the rank of what brings them.
class Promotion {
 public:
  void add(const TensorBase& x);
  DType result() const;

 private:
  std::optional<DType> dims_, zero_dim_, number_;
};

DType result_type(const TensorBase& a, const TensorBase& b);

}  // namespace ember
