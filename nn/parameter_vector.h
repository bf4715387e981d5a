// All parameters as one vector, and back: for optimizers and analyses that want a point in R^n.
#pragma once

#include <vector>

#include "ember/ops/tensor.h"

namespace ember::nn::utils {

/// The parameters flattened and joined, differentiably.
Tensor parameters_to_vector(const std::vector<Tensor>& parameters);

/// Copies consecutive pieces of `vector` into the parameters; Error unless the sizes agree.
void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters);

}  // namespace ember::nn::utils
