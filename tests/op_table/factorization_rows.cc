// Factorizations of matrices that pivots and reflectors give: Cholesky's, LU, LDL and QR.
#include "tests/op_table/matrices.h"

namespace op_table {
namespace {

using namespace ember;

/// Symmetric, with small numbers on the diagonal: LDL needs blocks of two rows.
Tensor indefinite(const Tensor& a) { return symmetric(a) - 6; }
const std::string kIndefinite = "(" + torch_symmetric("a") + " - 6)";

/// Any pivots will do.
Tensor pivots(const Tensor& x) { return to(x, kInt32); }

const std::vector<Sample> kAnyShape = {matrix({3, 3}), matrix({4, 3}), matrix({2, 3, 4})};

const bool registered = add_rows({
    of_square(
        "cholesky",
        [](const Tensors& in) {
          const Tensor x = positive_definite(in[0]);
          return Tensors{linalg::cholesky(x), linalg::cholesky(x, true)};
        },
        "(lambda x: [torch.linalg.cholesky(x), torch.linalg.cholesky(x, upper=True)])(" + torch_positive_definite("a") +
            ")",
        [] { linalg::cholesky(-eye(2)); },
        "linalg.cholesky: The factorization could not be completed because the input is not positive-definite (the "
        "leading minor of order 1"),
    of_square(
        "cholesky_ex", [](const Tensors& in) { return linalg::cholesky_ex(positive_definite(in[0])); },
        "torch.linalg.cholesky_ex(" + torch_positive_definite("a") + ")", [] { linalg::cholesky_ex(ones(3)); },
        "linalg.cholesky_ex: The input tensor A must have at least 2 dimensions, but has shape [3]"),
    of_matrices(
        "cholesky_solve",
        [](const Tensors& in) {
          const Tensor factor = regular(in[0]);
          return Tensors{cholesky_solve(in[1], tril(factor)), cholesky_solve(in[1], triu(factor), true)};
        },
        {{real({3, 3}, -1, 1), real({3, 2})}, {real({2, 1, 3, 3}, -1, 1), real({4, 3, 1})}},
        "(lambda x: [torch.cholesky_solve(b, x.tril()), torch.cholesky_solve(b, x.triu(), upper=True)])(" +
            torch_regular("a") + ")",
        [] {
          cholesky_solve(ones({2, 1}), eye(3));
        },
        "cholesky_solve: Incompatible matrix sizes: B is [2, 1] but must have 3 rows to match L [3, 3]"),
    of_square(
        "cholesky_inverse",
        [](const Tensors& in) {
          const Tensor factor = regular(in[0]);
          return Tensors{cholesky_inverse(tril(factor)), cholesky_inverse(triu(factor), true)};
        },
        "(lambda x: [torch.cholesky_inverse(x.tril()), torch.cholesky_inverse(x.triu(), upper=True)])(" +
            torch_regular("a") + ")",
        [] {
          cholesky_inverse(ones({2, 3}));
        },
        "cholesky_inverse: L must be batches of square matrices, but they are 2 by 3 matrices"),

    of_matrices(
        "lu", [](const Tensors& in) { return linalg::lu(exchanged(in[0])); }, kAnyShape,
        "torch.linalg.lu(" + torch_exchanged("a") + ")", [] { linalg::lu(eye(2), false); },
        "linalg.lu: pivot must be true"),
    of_matrices(
        "lu_factor", [](const Tensors& in) { return linalg::lu_factor(exchanged(in[0])); }, kAnyShape,
        "torch.linalg.lu_factor(" + torch_exchanged("a") + ")",
        [] {
          linalg::lu_factor(zeros({2, 2}));
        },
        "linalg.lu_factor: U[1,1] is zero"),
    of_matrices(
        "lu_factor_ex", [](const Tensors& in) { return linalg::lu_factor_ex(exchanged(in[0])); }, kAnyShape,
        "torch.linalg.lu_factor_ex(" + torch_exchanged("a") + ")", [] { linalg::lu_factor_ex(ones(3)); },
        "linalg.lu_factor_ex: The input tensor A must have at least 2 dimensions"),
    of_matrices(
        "lu_unpack", [](const Tensors& in) { return lu_unpack(in[0], pivots(in[1])); },
        {{real({3, 3}), integers({3}, 1, 4)},
         {real({2, 4, 3}), integers({2, 3}, 1, 5)},
         {real({3, 4}), integers({3}, 1, 4)}},
        "torch.lu_unpack(a, b.int())", [] { lu_unpack(eye(3), ones(2, kInt32)); },
        "lu_unpack: LU_pivots have shape [2] but must have [3] to match LU_data"),

    without_gradient(of_square(
        "ldl_factor", [](const Tensors& in) { return linalg::ldl_factor(indefinite(in[0])); },
        "torch.linalg.ldl_factor(" + kIndefinite + ")",
        [] {
          linalg::ldl_factor(zeros({2, 2}));
        },
        "linalg.ldl_factor: The factorization could not be completed because D[1,1] is zero")),
    without_gradient(of_square(
        "ldl_factor_ex", [](const Tensors& in) { return linalg::ldl_factor_ex(indefinite(in[0])); },
        "torch.linalg.ldl_factor_ex(" + kIndefinite + ")",
        [] {
          linalg::ldl_factor_ex(ones({2, 3}));
        },
        "linalg.ldl_factor_ex: A must be batches of square matrices, but they are 2 by 3 matrices")),
    without_gradient(of_matrices(
        "ldl_solve",
        [](const Tensors& in) {
          const auto [ld, pivots] = linalg::ldl_factor(indefinite(in[0]));
          return linalg::ldl_solve(ld, pivots, in[1]);
        },
        {{real({3, 3}, -1, 1), real({3, 2})}, {real({2, 4, 4}, -1, 1), real({4, 1})}},
        "torch.linalg.ldl_solve(*torch.linalg.ldl_factor(" + kIndefinite + "), b)",
        [] {
          linalg::ldl_solve(eye(3), ones(3, kInt32), ones({2, 1}));
        },
        "linalg.ldl_solve: B has shape [2, 1] but must have 3 rows to match LD [3, 3]")),

    of_matrices(
        "qr", [](const Tensors& in) { return linalg::qr(regular(in[0])); }, kAnyShape,
        "torch.linalg.qr(" + torch_regular("a") + ")", [] { linalg::qr(eye(2), "full"); },
        "linalg.qr: mode must be 'reduced', 'complete' or 'r', not 'full'"),
    with_empty(of_matrices(
                   "qr_complete", [](const Tensors& in) { return linalg::qr(regular(in[0]), "complete"); },
                   {matrix({3, 3}), matrix({2, 3, 4})}, "torch.linalg.qr(" + torch_regular("a") + ", 'complete')",
                   [] {
                     const Tensor x = ones({3, 2}).requires_grad_();
                     sum(std::get<0>(linalg::qr(x, "complete"))).backward();
                   },
                   "linalg.qr: Q of mode 'complete' is not differentiable for a matrix with more rows than columns"),
               {matrix({0, 3, 4}), matrix({0, 3})}),
    without_gradient(of_matrices(
        "qr_complete_tall", [](const Tensors& in) { return linalg::qr(regular(in[0]), "complete"); },
        {constant_matrix({4, 3}), constant_matrix({2, 4, 2})},
        "torch.linalg.qr(" + torch_regular("a") + ", 'complete')", [] { linalg::qr(ones(2), "complete"); },
        "linalg.qr: The input tensor A must have at least 2 dimensions, but has shape [2]")),
    without_gradient(of_matrices(
        "qr_r", [](const Tensors& in) { return linalg::qr(regular(in[0]), "r"); },
        {constant_matrix({4, 3}), constant_matrix({2, 3, 4})}, "torch.linalg.qr(" + torch_regular("a") + ", 'r')",
        [] {
          const Tensor x = ones({2, 2}).requires_grad_();
          sum(std::get<1>(linalg::qr(x, "r"))).backward();
        },
        "linalg.qr: the gradient depends on Q, which mode 'r' does not compute")),
    without_gradient(of_matrices(
        "geqrf", [](const Tensors& in) { return geqrf(regular(in[0])); }, kAnyShape,
        "torch.geqrf(" + torch_regular("a") + ")", [] { geqrf(ones(2)); },
        "geqrf: The input tensor input must have at least 2 dimensions, but has shape [2]")),
    of_matrices(
        "householder_product", [](const Tensors& in) { return linalg::householder_product(in[0], in[1]); },
        {{real({4, 3}), real({3})}, {real({2, 4, 4}), real({2, 3})}}, "torch.linalg.householder_product(a, b)",
        [] {
          linalg::householder_product(ones({2, 3}), ones(2));
        },
        "linalg.householder_product: input must have at least as many rows as columns, but has shape [2, 3]"),
    of_matrices(
        "ormqr",
        [](const Tensors& in) {
          return Tensors{ormqr(in[0], in[1], in[2]), ormqr(in[0], in[1], in[2], true, true),
                         ormqr(in[0], in[1], mT(in[2]), false), ormqr(in[0], in[1], mT(in[2]), false, true)};
        },
        {{real({4, 3}), real({3}), real({4, 2})}, {real({2, 4, 2}), real({2, 2}), real({2, 4, 3})}},
        "[torch.ormqr(a, b, c), torch.ormqr(a, b, c, True, True), torch.ormqr(a, b, c.mT, False), "
        "torch.ormqr(a, b, c.mT, False, True)]",
        [] {
          ormqr(ones({4, 3}), ones(3), ones({3, 2}));
        },
        "ormqr: input has 4 rows but other, [3, 2], has 3"),
});

}  // namespace
}  // namespace op_table
