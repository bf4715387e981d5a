// Eigenvalues and eigenvectors of matrices that are not symmetric, and complex systems. Their order and phases are free, so rows look at
// sums over all of them.
#include "tests/op_table/complex_numbers.h"
#include "tests/op_table/matrices.h"

namespace op_table {
namespace {

using namespace ember;

/// With some of its eigenvalues complex.
Tensor turning(const Tensor& a) {
  const Tensor one = ones_like(a).detach();
  return regular(a) + 3 * (triu(one, 1) - tril(one, -1));
}
const std::string kTurning =
    "(lambda x, i: x + 3 * (i.triu(1) - i.tril(-1)))(" + torch_regular("a") + ", torch.ones_like(a))";

/// The matrix squared by way of its spectrum, and the absolute parts of the vectors weighted by the values.
Tensors spectral_sums(const Tensor& x) {
  const auto [l, v] = linalg::eig(x);
  const Tensor squared = linalg::solve(v, v * unsqueeze(square(l), -2), false);
  return {x.is_complex() ? shown(squared) : real(squared), matmul(square(abs(v)), unsqueeze(abs(l), -1))};
}
std::string torch_spectral_sums(const std::string& x) {
  return "(lambda x: (lambda l, v: [" + torch_shown("x @ x") + ", v.abs().square() @ l.abs()[..., None]])" +
         "(*torch.linalg.eig(x)))(" + x + ")";
}

const bool registered = add_rows({
    of_square(
        "eig", [](const Tensors& in) { return spectral_sums(turning(in[0])); }, torch_spectral_sums(kTurning),
        [] {
          linalg::eig(ones({2, 3}));
        },
        "linalg.eig: A must be batches of square matrices, but they are 2 by 3 matrices"),
    of_square(
        "eigvals",
        [](const Tensors& in) {
          const Tensor l = linalg::eigvals(turning(in[0]));
          return Tensors{sum(abs(l), -1), shown(sum(l * l, -1)),
                         sum(abs(linalg::eigvals(turning(in[0]).detach())), -1)};
        },
        "(lambda l: [l.abs().sum(-1), torch.view_as_real(l.square().sum(-1)), l.abs().sum(-1).detach()])"
        "(torch.linalg.eigvals(" +
            kTurning + "))",
        [] {
          linalg::eigvals(full({2, 2}, std::numeric_limits<double>::infinity()));
        },
        "linalg.eigvals: input tensor should not contain infs or NaNs."),
    of_matrices(
        "eig_of_complex",
        [](const Tensors& in) {
          return spectral_sums(ember::complex(turning(select(in[0], -1, 0)), select(in[0], -1, 1)));
        },
        {{real({3, 3, 2}, -1, 1)}, {real({2, 3, 3, 2}, -1, 1)}},
        torch_spectral_sums("(lambda a, i: torch.complex(" + kTurning + ", i))(a[..., 0], a[..., 1])"),
        [] { linalg::eig(ones(2, kComplex64)); }, "linalg.eig: The input tensor A must have at least 2 dimensions"),
    of_matrices(
        "complex_solve",
        [](const Tensors& in) {
          const Tensor a = ember::complex(regular(select(in[0], -1, 0)), select(in[0], -1, 1)), b = number(in[1]);
          return Tensors{shown(linalg::solve(a, b)), shown(linalg::solve(a, mT(b), false))};
        },
        {{real({3, 3, 2}, -1, 1), real({3, 2, 2})}, {real({2, 3, 3, 2}, -1, 1), real({1, 3, 2, 2})}},
        "(lambda x, y: [torch.view_as_real(torch.linalg.solve(x, y).resolve_conj()), "
        "torch.view_as_real(torch.linalg.solve(x, y.mT, left=False).resolve_conj())])"
        "(torch.complex(" +
            torch_regular("a[..., 0]") + ", a[..., 1]), " + torch_number("b") + ")",
        [] {
          linalg::solve(ones({2, 2}, kComplex64), ones({3, 2}, kComplex64));
        },
        "linalg.solve: Incompatible shapes of A and B for the equation AX = B"),
});

}  // namespace
}  // namespace op_table
