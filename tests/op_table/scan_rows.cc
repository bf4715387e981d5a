#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

/// A running result along dim 1.
Row running(const std::string& name, Tensor (*op)(const Tensor&), double low = -2, double high = 2) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0]); },
          .samples = {{real({2, 5, 3}, low, high)}, {real({9, 4}, low, high)}, {real({3, 1}, low, high)}},
          .pytorch = "torch." + name + "(a, 1)",
          .zero_size = {{real({0, 3})}, {real({2, 0})}},
          .large = {real({300, 401}, 0.9, 1.1)},
          .bad = [op] { op(ones({2})); },
          .message = "out of range",
          .tolerance = 8};
}

Row running_extreme(const std::string& name, std::pair<Tensor, Tensor> (*op)(const Tensor&, int64_t)) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0], 1); },
          .samples = {{real({2, 5, 3})}, {real({4, 9})}},
          .pytorch = "torch." + name + "(a, 1)",
          .zero_size = {{real({0, 3})}, {real({2, 0})}},
          .large = {real({300, 401})},
          .bad = [op] { op(ones({2}), 1); },
          .message = "out of range"};
}

const bool registered = add_rows({
    running("cumsum", [](const Tensor& x) { return cumsum(x, 1); }),
    running("cumprod", [](const Tensor& x) { return cumprod(x, 1); }),
    running("logcumsumexp", [](const Tensor& x) { return logcumsumexp(x, 1); }),
    running_extreme("cummax", cummax),
    running_extreme("cummin", cummin),
    composed(
        "cumprod_of_zeros", [](const Tensors& in) { return cumprod(where(in[0] > 1, 0, in[0]), 0); }, {{real({8, 4})}},
        "torch.cumprod(torch.where(a > 1, 0, a), 0)", [] { cumprod(Tensor(), 0); },
        "cumprod: input is an undefined tensor"),
    {.name = "cumsum_of_integers",
     .op = [](const Tensors& in) { return cumsum(in[0], -1); },
     .samples = {{integers({3, 9}, -9, 9)}, {boolean({2, 9})}},
     .pytorch = "torch.cumsum(a, -1)",
     .bad = [] { cumsum(Tensor(), 0); },
     .message = "cumsum: input is an undefined tensor",
     .has_gradient = false},
    composed(
        "diff", [](const Tensors& in) { return diff(in[0], 2, 0, in[1], in[2]); },
        {{real({5, 3}), real({1, 3}), real({2, 3})}}, "torch.diff(a, 2, 0, b, c)", [] { diff(ones({})); },
        "diff: input must have at least one dim"),
    composed(
        "gradient",
        [](const Tensors& in) {
          return gradient(in[0], std::vector<Scalar>{2.0, 0.5});
        },
        {{real({5, 3})}}, "torch.gradient(a, spacing=[2.0, 0.5])", [] { gradient(ones({1}), std::vector<Scalar>{1}); },
        "too few samples"),
    composed(
        "gradient_at_coordinates",
        [](const Tensors& in) { return gradient(in[0], std::vector<Tensor>{cumsum(in[1], 0)}, 1, 2); },
        {{real({2, 6}), positive({6})}}, "torch.gradient(a, spacing=[torch.cumsum(b, 0)], dim=1, edge_order=2)",
        [] { gradient(ones({4}), std::vector<Tensor>{ones({3})}); }, "the coordinates of dim 0"),
    composed(
        "trapezoid", [](const Tensors& in) { return trapezoid(in[0], in[1], 0); }, {{real({5, 3}), real({5})}},
        "torch.trapezoid(a, b, dim=0)", [] { trapezoid(ones({4}), ones({3})); }, "trapezoid: x has 3 samples"),
    composed(
        "trapezoid_evenly", [](const Tensors& in) { return trapezoid(in[0], 0.5); }, {{real({5, 3})}},
        "torch.trapezoid(a, dx=0.5)", [] { trapezoid(ones({})); }, "trapezoid: input must have at least one dim"),
    composed(
        "cumulative_trapezoid", [](const Tensors& in) { return cumulative_trapezoid(in[0], in[1]); },
        {{real({5, 3}), real({3})}}, "torch.cumulative_trapezoid(a, b)",
        [] { cumulative_trapezoid(ones({4}), ones({3})); }, "cumulative_trapezoid: x has 3 samples"),
    composed(
        "cumulative_trapezoid_evenly", [](const Tensors& in) { return cumulative_trapezoid(in[0], 0.5); },
        {{real({5, 3})}}, "torch.cumulative_trapezoid(a, dx=0.5)", [] { cumulative_trapezoid(ones({4}, kBool)); },
        "must not be bool"),
});

}  // namespace
}  // namespace op_table
