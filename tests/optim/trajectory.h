// The little problem on which make_reference.py runs PyTorch's optimizers.
#pragma once

#include <cmath>
#include <vector>

#include "tests/reference_json.h"

namespace ember::test {

inline std::vector<Tensor> parameters(DType dtype = kFloat64) {
  return {tensor({0.5, -1.0, 2.0}, dtype).requires_grad_(),
          tensor({{1.0, 0.25}, {-0.75, 3.0}}, dtype).requires_grad_()};
}

inline void set_gradients(const std::vector<Tensor>& params, int64_t step) {
  for (size_t k = 0; k < params.size(); ++k) {
    std::vector<double> grad = values_of(params[k]);
    for (size_t i = 0; i < grad.size(); ++i)
      grad[i] = 0.2 * grad[i] +
                std::cos(1.3 * static_cast<double>(i) + 0.7 * static_cast<double>(step) + static_cast<double>(k));
    Tensor p = params[k];
    p.set_grad(reshape(tensor(std::span<const double>(grad), dtype(kFloat64)), p.sizes()).to(p.dtype()));
  }
}

}  // namespace ember::test
