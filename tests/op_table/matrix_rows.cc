// Norms, conditions and powers of whole matrices.
#include <cmath>

#include "tests/op_table/matrices.h"

namespace op_table {
namespace {

using namespace ember;

/// Besides those with a name.
const std::vector<double> kOrders = {1, -1, 2, -2, INFINITY, -INFINITY};

const bool registered = add_rows({
    of_square(
        "cond",
        [](const Tensors& in) {
          const Tensor x = exchanged(in[0]);
          Tensors y = {linalg::cond(x), linalg::cond(x, "fro"), linalg::cond(x, "nuc")};
          for (const double p : kOrders) y.push_back(linalg::cond(x, p));
          return y;
        },
        "(lambda x: [torch.linalg.cond(x, p) for p in (None, 'fro', 'nuc', 1, -1, 2, -2, math.inf, -math.inf)])(" +
            torch_exchanged("a") + ")",
        [] { linalg::cond(eye(2), 3); }, "linalg.cond: p must be 1, -1, 2, -2, inf, -inf, 'fro' or 'nuc', but is 3"),
    of_matrices(
        "cond_of_tall", [](const Tensors& in) { return linalg::cond(regular(in[0])); },
        {matrix({4, 3}), matrix({2, 3, 4})}, "torch.linalg.cond(" + torch_regular("a") + ")",
        [] { linalg::cond(eye(2), "max"); }, "linalg.cond: p must be a number, 'fro' or 'nuc', not 'max'"),
    of_matrices(
        "matrix_norm",
        [](const Tensors& in) {
          Tensors y = {linalg::matrix_norm(in[0], "fro", {0, 2}), linalg::matrix_norm(in[0], "nuc", {2, 0}, true)};
          for (const double p : kOrders) {
            y.push_back(linalg::matrix_norm(in[0], p, {0, 2}));
            y.push_back(linalg::matrix_norm(in[0], p, {-1, 1}, true));
          }
          return y;
        },
        {matrix({3, 2, 4})},
        "[torch.linalg.matrix_norm(a, 'fro', (0, 2)), torch.linalg.matrix_norm(a, 'nuc', (2, 0), True)] + "
        "[torch.linalg.matrix_norm(a, p, *where) for p in (1, -1, 2, -2, math.inf, -math.inf) for where in (((0, 2),), "
        "((-1, 1), True))]",
        [] { linalg::matrix_norm(eye(2), 3); },
        "linalg.matrix_norm: Order 3 not supported; it must be 1, -1, 2, -2, inf or -inf"),
    of_matrices(
        "linalg_norm",
        [](const Tensors& in) {
          return Tensors{linalg::norm(in[0]),
                         linalg::norm(in[0], std::nullopt, Shape{0, 2}, true),
                         linalg::norm(in[0], 3, Shape(1)),
                         linalg::norm(in[0], 1, Shape{0, 1}),
                         linalg::norm(in[0], "nuc", Shape{0, 1}),
                         linalg::norm(select(in[0], 0, 0), 2),
                         linalg::norm(select(in[0], 0, 0), "fro"),
                         linalg::norm(select(select(in[0], 0, 0), 0, 0), 0.5)};
        },
        {matrix({3, 2, 4})},
        "[torch.linalg.norm(a), torch.linalg.norm(a, None, (0, 2), True), torch.linalg.norm(a, 3, 1), "
        "torch.linalg.norm(a, 1, (0, 1)), torch.linalg.norm(a, 'nuc', (0, 1)), torch.linalg.norm(a[0], 2), "
        "torch.linalg.norm(a[0], 'fro'), torch.linalg.norm(a[0, 0], 0.5)]",
        [] {
          linalg::norm(ones({2, 2, 2}), 2);
        },
        "linalg.norm: If dim is not specified but ord is, the input must be 1D or 2D, but has shape [2, 2, 2]"),
    of_matrices(
        "nuclear_norm",
        [](const Tensors& in) {
          return Tensors{nuclear_norm(in[0]), nuclear_norm(in[0], {0, 2}, true)};
        },
        {matrix({3, 2, 4})}, "[torch.nuclear_norm(a, (-2, -1)), torch.nuclear_norm(a, (0, 2), True)]",
        [] { nuclear_norm(ones(3)); }, "The input tensor A must have at least 2 dimensions"),
    of_square(
        "matrix_power",
        [](const Tensors& in) {
          const Tensor x = exchanged(in[0]) / 4;
          return Tensors{linalg::matrix_power(x, 0), linalg::matrix_power(x, 1), linalg::matrix_power(x, 5),
                         linalg::matrix_power(x, -2)};
        },
        "(lambda x: [torch.linalg.matrix_power(x, n) for n in (0, 1, 5, -2)])(" + torch_exchanged("a") + " / 4)",
        [] {
          linalg::matrix_power(zeros({2, 2}), -1);
        },
        "linalg.matrix_power: the inverse for a negative exponent does not exist: the matrix is singular."),
    of_square(
        "matrix_exp",
        [](const Tensors& in) {
          return Tensors{linalg::matrix_exp(in[0]), linalg::matrix_exp(in[0] * 3)};
        },
        "[torch.linalg.matrix_exp(a), torch.linalg.matrix_exp(a * 3)]",
        [] {
          linalg::matrix_exp(ones({2, 3}));
        },
        "linalg.matrix_exp: A must be batches of square matrices, but has shape [2, 3]"),
    of_matrices(
        "linalg_diagonal",
        [](const Tensors& in) {
          return Tensors{linalg::diagonal(in[0]), linalg::diagonal(in[0], -1, 0, 2)};
        },
        {matrix({3, 2, 4})}, "[torch.linalg.diagonal(a), torch.linalg.diagonal(a, offset=-1, dim1=0, dim2=2)]",
        [] { linalg::diagonal(ones(3)); }, "diagonal"),
    composed(
        "vander",
        [](const Tensors& in) {
          return Tensors{linalg::vander(in[0]), linalg::vander(in[0], 3)};
        },
        {{real({4})}, {real({2, 3})}}, "[torch.linalg.vander(a), torch.linalg.vander(a, N=3)]",
        [] { linalg::vander(ones(3), 0); }, "linalg.vander: N must be greater than 1 but is 0"),
});

}  // namespace
}  // namespace op_table
