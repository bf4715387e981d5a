// Derivatives of functions of tensors: products with Jacobians, whole Jacobians and Hessians. PyTorch's torch.autograd.functional.
//
//   auto [y, product] = functional::jvp([](const Tensors& x) { return Tensors{x[0].exp()}; }, {x}, {v});
//
// A function takes a list of tensors and gives a list. Results are outside of the tape unless `create_graph`.
#pragma once

#include <utility>

#include "ember/autograd/gradcheck.h"

namespace ember::autograd::functional {

using Tensors = std::vector<Tensor>;

/// The sums of the outputs' gradients times v, for each input: zeros where nothing depends on it.
Tensors gradients(const Tensors& outputs, const Tensors& inputs, const Tensors& v, bool create_graph);

/// f(inputs), and v^T J for each input; v has the outputs' shapes and may be left out for one output with one element.
std::pair<Tensors, Tensors> vjp(const TensorFunction& f, const Tensors& inputs, const Tensors& v = {},
                                bool create_graph = false);
/// f(inputs), and J v for each output; v has the inputs' shapes. By differentiating v^T J, which is linear in v, once more.
std::pair<Tensors, Tensors> jvp(const TensorFunction& f, const Tensors& inputs, const Tensors& v,
                                bool create_graph = false);
/// [i][j] is the derivative of output i for input j: its shape is output i's with input j's behind.
std::vector<Tensors> jacobian(const TensorFunction& f, const Tensors& inputs, bool create_graph = false);
/// [i][j] are the second derivatives of f, which gives one tensor of one element, for inputs i and j.
std::vector<Tensors> hessian(const TensorFunction& f, const Tensors& inputs, bool create_graph = false);
/// f(inputs), and H v (or v^T H) for each input, for f that gives one tensor of one element.
std::pair<Tensors, Tensors> hvp(const TensorFunction& f, const Tensors& inputs, const Tensors& v,
                                bool create_graph = false);
std::pair<Tensors, Tensors> vhp(const TensorFunction& f, const Tensors& inputs, const Tensors& v,
                                bool create_graph = false);

}  // namespace ember::autograd::functional
