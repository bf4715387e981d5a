// Activations of ops/activation/activation.h, against what PyTorch gives.
#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

Row activation(const std::string& name, const std::string& pytorch, Tensor (*op)(const Tensor&), double low = -2,
               double high = 2) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0]); },
          .samples = {{real({2, 3}, low, high)}, {real({}, low, high)}, {real({3, 1, 2}, low, high)}},
          .pytorch = pytorch,
          .zero_size = {{real({0, 3}, low, high)}},
          .large = {real({300, 401}, low, high)},
          .bad = [op] { op(Tensor()); },
          .message = "input is an undefined tensor",
          .tolerance = 4};
}

const bool registered = add_rows({
    activation("hardtanh", "F.hardtanh(a, -0.9, 1.1)", [](const Tensor& x) { return hardtanh(x, -0.9, 1.1); }),
    activation("hardsigmoid", "F.hardsigmoid(a)", hardsigmoid, -5, 5),
    activation("hardshrink", "F.hardshrink(a, 0.6)", [](const Tensor& x) { return hardshrink(x, 0.6); }),
    activation("softshrink", "F.softshrink(a, 0.6)", [](const Tensor& x) { return softshrink(x, 0.6); }),
    activation("threshold", "F.threshold(a, 0.6, 3.0)", [](const Tensor& x) { return threshold(x, 0.6, 3.0); }),
    activation("celu", "F.celu(a, 1.3)", [](const Tensor& x) { return celu(x, 1.3); }),
    activation("selu", "F.selu(a)", selu),
    activation("mish", "F.mish(a)", mish, -4, 4),
    activation("softsign", "F.softsign(a)", softsign),
    activation("tanhshrink", "F.tanhshrink(a)", tanhshrink),
    activation("softplus_threshold", "F.softplus(a, 2.0, 1.5)", [](const Tensor& x) { return softplus(x, 2.0, 1.5); }),
    activation("rrelu", "F.rrelu(a, 0.1, 0.4)", [](const Tensor& x) { return rrelu(x, 0.1, 0.4); }),
    {.name = "prelu",
     .op = [](const Tensors& in) { return prelu(in[0], in[1]); },
     .samples = {{real({2, 3}), real({3})}, {real({2, 3, 4}), real({1})}, {real({4}), real({1})}},
     .pytorch = "F.prelu(a, b)",
     .zero_size = {{real({0, 3}), real({3})}},
     .bad =
         [] {
           prelu(ones({2, 3}), ones({2}));
         },
     .message = "prelu: weight has shape [2] but must have one element or one for each of the 3 channels"},
    {.name = "glu",
     .op = [](const Tensors& in) { return glu(in[0], 1); },
     .samples = {{real({2, 4})}, {real({2, 2, 3})}},
     .pytorch = "F.glu(a, 1)",
     .zero_size = {{real({0, 4})}},
     .bad =
         [] {
           glu(ones({2, 3}));
         },
     .message = "glu: input has size 3 in dim -1 but it must be even",
     .tolerance = 2},
});

}  // namespace
}  // namespace op_table
