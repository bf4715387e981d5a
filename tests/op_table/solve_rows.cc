// Equations: their solutions, inverses and determinants of matrices.
#include "tests/op_table/matrices.h"

namespace op_table {
namespace {

using namespace ember;

const std::vector<Sample> kMatrixAndSides = {{real({3, 3}, -1, 1), real({3, 2})},
                                             {real({2, 1, 3, 3}, -1, 1), real({4, 3, 2})}};

/// What a least-squares driver leaves besides the solution.
Row least_squares(const std::string& driver, std::vector<size_t> outputs, const std::string& fields) {
  return of_matrices(
      "lstsq_" + driver,
      [driver, outputs](const Tensors& in) {
        const auto [x, residuals, rank, values] = linalg::lstsq(regular(in[0]), in[1], {}, driver);
        const Tensors all = {x, residuals, rank, values};
        Tensors chosen;
        for (const size_t i : outputs) chosen.push_back(all[i]);
        return chosen;
      },
      {{real({4, 3}, -1, 1), real({4, 2})}, {real({2, 5, 3}, -1, 1), real({2, 5, 1})}},
      "(lambda y: [" + fields + "])(torch.linalg.lstsq(" + torch_regular("a") + ", b, driver='" + driver + "'))",
      [driver] {
        linalg::lstsq(ones({3, 2}), ones({4, 2}), {}, driver);
      },
      "linalg.lstsq: other has shape [4, 2] but must have 3 rows to match input [3, 2]");
}

const bool registered = add_rows({
    of_matrices(
        "solve",
        [](const Tensors& in) {
          const Tensor a = exchanged(in[0]);
          return Tensors{linalg::solve(a, in[1]), linalg::solve(a, mT(in[1]), false)};
        },
        kMatrixAndSides,
        "(lambda x: [torch.linalg.solve(x, b), torch.linalg.solve(x, b.mT, left=False)])(" + torch_exchanged("a") + ")",
        [] {
          linalg::solve(zeros({2, 2}), ones({2, 1}));
        },
        "linalg.solve: The solver failed because the input matrix is singular."),
    of_matrices(
        "solve_vector", [](const Tensors& in) { return linalg::solve(exchanged(in[0]), in[1]); },
        {{real({3, 3}, -1, 1), real({3})}, {real({2, 3, 3}, -1, 1), real({2, 3})}},
        "torch.linalg.solve(" + torch_exchanged("a") + ", b)", [] { linalg::solve(eye(2), ones(2), false); },
        "linalg.solve: Vector broadcasting of the left hand side is not supported for left=False"),
    of_matrices(
        "solve_ex", [](const Tensors& in) { return linalg::solve_ex(exchanged(in[0]), in[1]); }, kMatrixAndSides,
        "torch.linalg.solve_ex(" + torch_exchanged("a") + ", b)",
        [] {
          linalg::solve_ex(eye(3), ones({2, 1}));
        },
        "linalg.solve_ex: Incompatible shapes of A and B for the equation AX = B: A is [3, 3] and B [2, 1]"),
    of_matrices(
        "solve_triangular",
        [](const Tensors& in) {
          const Tensor a = regular(in[0]), b = in[1];
          return Tensors{linalg::solve_triangular(a, b, true),
                         linalg::solve_triangular(a, b, false),
                         linalg::solve_triangular(a, mT(b), true, false),
                         linalg::solve_triangular(mT(a), mT(b), false, false),
                         linalg::solve_triangular(a, b, true, true, true),
                         linalg::solve_triangular(a, mT(b), false, false, true)};
        },
        kMatrixAndSides,
        "(lambda x, f: [f(x.triu(), b, upper=True), f(x.tril(), b, upper=False), f(x.triu(), b.mT, upper=True, "
        "left=False), f(x.mT.tril(), b.mT, upper=False, left=False), f(x.triu(), b, upper=True, unitriangular=True), "
        "f(x.tril(), b.mT, upper=False, left=False, unitriangular=True)])(" +
            torch_regular("a") + ", torch.linalg.solve_triangular)",
        [] {
          linalg::solve_triangular(eye(3), ones({3, 2}), true, false);
        },
        "linalg.solve_triangular: Incompatible shapes of A and B for the equation XA = B: A is [3, 3] and B [3, 2]"),
    of_matrices(
        "triangular_solve",
        [](const Tensors& in) {
          const Tensor a = regular(in[0]);
          const auto [x, copy] = triangular_solve(in[1], a);
          return Tensors{x, copy, std::get<0>(triangular_solve(in[1], a, false, true)),
                         std::get<0>(triangular_solve(in[1], a, true, true, true))};
        },
        kMatrixAndSides,
        "(lambda x, f: [*f(b, x), f(b, x, upper=False, transpose=True)[0], f(b, x, True, True, True)[0]])(" +
            torch_regular("a") + ", torch.triangular_solve)",
        [] {
          triangular_solve(ones({3, 1}), ones({3, 2}));
        },
        "triangular_solve: A must be batches of square matrices"),
    of_matrices(
        "lu_solve",
        [](const Tensors& in) {
          const auto [lu, pivots] = linalg::lu_factor(exchanged(in[0]));
          const Tensor b = in[1];
          return Tensors{linalg::lu_solve(lu, pivots, b), linalg::lu_solve(lu, pivots, b, true, true),
                         linalg::lu_solve(lu, pivots, mT(b), false), linalg::lu_solve(lu, pivots, mT(b), false, true)};
        },
        kMatrixAndSides,
        "(lambda x, f: [f(*x, b), f(*x, b, adjoint=True), f(*x, b.mT, left=False), f(*x, b.mT, left=False, "
        "adjoint=True)])(torch.linalg.lu_factor(" +
            torch_exchanged("a") + "), torch.linalg.lu_solve)",
        [] {
          linalg::lu_solve(eye(2), full(2, 3, kInt32), ones({2, 1}));
        },
        "linalg.lu_solve: pivots must lie in 1 ... 2, but hold 3"),
    of_matrices(
        "lu_solve_factors",
        [](const Tensors& in) { return linalg::lu_solve(regular(in[0]), to(in[1], kInt32), in[2]); },
        {{real({3, 3}, -1, 1), integers({3}, 1, 4), real({3, 2})}},
        "torch.linalg.lu_solve(" + torch_regular("a") + ", b.int(), c)",
        [] {
          linalg::lu_solve(eye(2), ones(3, kInt32), ones({2, 1}));
        },
        "linalg.lu_solve: pivots have shape [3] but must have [2] to match LU"),
    of_square(
        "inv", [](const Tensors& in) { return linalg::inv(exchanged(in[0])); },
        "torch.linalg.inv(" + torch_exchanged("a") + ")",
        [] {
          linalg::inv(zeros({2, 2}));
        },
        "linalg.inv: The diagonal element 1 is zero, the inversion could not be completed"),
    of_square(
        "inv_ex", [](const Tensors& in) { return linalg::inv_ex(exchanged(in[0])); },
        "torch.linalg.inv_ex(" + torch_exchanged("a") + ")",
        [] {
          linalg::inv_ex(ones({2, 3}));
        },
        "linalg.inv_ex: A must be batches of square matrices, but they are 2 by 3 matrices"),
    of_square(
        "det", [](const Tensors& in) { return linalg::det(exchanged(in[0])); },
        "torch.linalg.det(" + torch_exchanged("a") + ")",
        [] {
          linalg::det(ones({2, 3}));
        },
        "linalg.det: A must be batches of square matrices, but they are 2 by 3 matrices"),
    of_matrices(
        "det_of_singular",
        [](const Tensors& in) {
          // Zeros, with a gradient.
          return linalg::det(cat({in[0], in[1] - 0.25}, -2));
        },
        {{real({2, 3}), real({1, 3}, 0.25, 0.25)}}, "torch.linalg.det(torch.cat([a, b - 0.25], -2))",
        [] { linalg::det(ones({})); }, "linalg.det: The input tensor A must have at least 2 dimensions"),
    of_square(
        "slogdet", [](const Tensors& in) { return linalg::slogdet(exchanged(in[0])); },
        "torch.linalg.slogdet(" + torch_exchanged("a") + ")",
        [] {
          linalg::slogdet(ones({2, 3}));
        },
        "linalg.slogdet: A must be batches of square matrices, but they are 2 by 3 matrices"),
    of_square(
        "logdet", [](const Tensors& in) { return logdet(regular(in[0])); }, "torch.logdet(" + torch_regular("a") + ")",
        [] {
          logdet(ones({2, 3}));
        },
        "logdet: input must be batches of square matrices, but they are 2 by 3 matrices"),
    of_matrices(
        "tensorinv",
        [](const Tensors& in) {
          return linalg::tensorinv(reshape(regular(in[0]), {2, 3, 6}));
        },
        {matrix({6, 6})}, "torch.linalg.tensorinv(" + torch_regular("a") + ".reshape(2, 3, 6))",
        [] {
          linalg::tensorinv(ones({2, 3, 5}));
        },
        "linalg.tensorinv: A of shape [2, 3, 5] must have as many elements in its first 2 dims as in the others"),
    of_matrices(
        "tensorsolve",
        [](const Tensors& in) {
          const Tensor a = reshape(regular(in[0]), {2, 3, 6});
          return Tensors{linalg::tensorsolve(a, in[1]), linalg::tensorsolve(transpose(a, 1, 2), in[1], 1)};
        },
        {{real({6, 6}, -1, 1), real({2, 3})}},
        "(lambda x: [torch.linalg.tensorsolve(x, b), torch.linalg.tensorsolve(x.mT, b, dims=(1,))])(" +
            torch_regular("a") + ".reshape(2, 3, 6))",
        [] {
          linalg::tensorsolve(ones({2, 3, 5}), ones({2, 3}));
        },
        "linalg.tensorsolve: Expected self to satisfy the requirement"),

    least_squares("gels", {0, 1}, "y.solution, y.residuals"),
    least_squares("gelsy", {0, 2}, "y.solution, y.rank"),
    least_squares("gelsd", {0, 1, 2, 3}, "y.solution, y.residuals, y.rank, y.singular_values"),
    least_squares("gelss", {0, 1, 2, 3}, "y.solution, y.residuals, y.rank, y.singular_values"),
    of_matrices(
        "lstsq_wide", [](const Tensors& in) { return std::get<0>(linalg::lstsq(regular(in[0]), in[1])); },
        {{real({3, 4}, -1, 1), real({3, 2})}}, "torch.linalg.lstsq(" + torch_regular("a") + ", b).solution",
        [] { linalg::lstsq(eye(2), eye(2), {}, "gelsx"); },
        "linalg.lstsq: driver must be 'gels', 'gelsy', 'gelsd' or 'gelss', not 'gelsx'"),
});

}  // namespace
}  // namespace op_table
