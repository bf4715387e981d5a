// Gradients against finite differences: the judge of every op.
#pragma once

#include <functional>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember::autograd {

using TensorFunction = std::function<std::vector<Tensor>(const std::vector<Tensor>&)>;

struct GradcheckOptions {
  double eps = 1e-6;  ///< step of the central difference
  double atol = 1e-5;
  double rtol = 1e-3;
  bool raise_exception = true;
};

/// Whether the Jacobian that backward gives for `function` at `inputs` equals the numerical one, entry by entry. Inputs that
/// require grad must be float64 and have no overlapping memory; every floating-point output counts. With raise_exception the
/// first difference is thrown as an Error that names the output, the input and both values.
bool gradcheck(const TensorFunction& function, const std::vector<Tensor>& inputs, const GradcheckOptions& options = {});

/// The same for the gradients themselves: the function that maps inputs and gradients of the outputs to gradients of the inputs.
bool gradgradcheck(const TensorFunction& function, const std::vector<Tensor>& inputs,
                   const GradcheckOptions& options = {});

}  // namespace ember::autograd
