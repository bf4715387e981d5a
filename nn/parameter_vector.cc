#include "ember/nn/parameter_vector.h"

#include "ember/autograd/grad_mode.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"

namespace ember::nn::utils {

Tensor parameters_to_vector(const std::vector<Tensor>& parameters) {
  std::vector<Tensor> pieces;
  for (const Tensor& p : parameters) pieces.push_back(reshape(p, -1));
  return cat(pieces);
}

void vector_to_parameters(const Tensor& vector, const std::vector<Tensor>& parameters) {
  int64_t count = 0;
  for (const Tensor& p : parameters) count += p.numel();
  check(vector.dim() == 1 && vector.numel() == count, "vector_to_parameters: vector has shape ", vector.sizes(),
        " but the parameters have ", count, " elements");
  NoGradGuard no_grad;
  int64_t first = 0;
  for (Tensor p : parameters) {
    p.copy_(reshape(narrow(vector, 0, first, p.numel()), p.sizes()));
    first += p.numel();
  }
}

}  // namespace ember::nn::utils
