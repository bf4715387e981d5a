// Eigenvalues and singular values, and what is defined by them. Signs of vectors are free, so rows look at functions without them.
#include "ember/core/random.h"
#include "tests/op_table/matrices.h"

namespace op_table {
namespace {

using namespace ember;

/// 1, 2, 3, ... for as many columns as x has.
Tensor weights(const Tensor& x) { return arange(1, x.size(-1) + 1, x.options()); }

/// Values, and the vectors by their squares and by a sum of products that a change of sign leaves alone.
Tensors without_signs(const Tensor& u, const Tensor& s, const Tensor& vh) {
  return {s, square(u), matmul(u * weights(u), vh)};
}
std::string torch_without_signs(const std::string& usv) {
  return "(lambda u, s, v: [s, u.square(), (u * torch.arange(1, u.shape[-1] + 1)) @ v])(" + usv + ")";
}

/// The projection on the columns of x.
Tensor projection(const Tensor& x) { return matmul(x, mT(x)); }

/// U diag(S) V^T.
Tensor composed_again(const TensorTriple& usv) {
  const auto& [u, s, v] = usv;
  return matmul(u * unsqueeze(s, -2), mT(v));
}

const std::vector<Sample> kAnyShape = {matrix({3, 3}), matrix({4, 3}), matrix({2, 3, 4})};
const std::vector<Sample> kEmpty = {matrix({0, 3, 2}), matrix({3, 0})};

const bool registered = add_rows({
    of_square(
        "eigh",
        [](const Tensors& in) {
          const auto [l, v] = linalg::eigh(symmetric(in[0]));
          return without_signs(v, l, mT(v));
        },
        "(lambda l, v: " + torch_without_signs("v, l, v.mT") + ")(*torch.linalg.eigh(" + torch_symmetric("a") + "))",
        [] { linalg::eigh(eye(2), "X"); }, "linalg.eigh: UPLO must be 'L' or 'U', not 'X'"),
    of_square(
        "eigvalsh",
        [](const Tensors& in) {
          const Tensor x = symmetric(in[0]);
          // Each reads one triangle only.
          return Tensors{linalg::eigvalsh(x), linalg::eigvalsh(x, "U"), linalg::eigvalsh(tril(x).detach()),
                         linalg::eigvalsh(triu(x).detach(), "U")};
        },
        "[torch.linalg.eigvalsh(" + torch_symmetric("a") + ")] * 4",
        [] {
          linalg::eigvalsh(ones({2, 3}));
        },
        "linalg.eigvalsh: A must be batches of square matrices, but they are 2 by 3 matrices"),
    with_empty(of_matrices(
                   "linalg_svd",
                   [](const Tensors& in) {
                     const auto [u, s, vh] = linalg::svd(regular(in[0]), false);
                     return without_signs(u, s, vh);
                   },
                   kAnyShape, torch_without_signs("*torch.linalg.svd(" + torch_regular("a") + ", full_matrices=False)"),
                   [] { linalg::svd(ones(2)); }, "linalg.svd: The input tensor A must have at least 2 dimensions"),
               kEmpty),
    of_matrices(
        "svd_full_matrices",
        [](const Tensors& in) {
          const auto [u, s, vh] = linalg::svd(regular(in[0]));
          const int64_t k = s.size(-1), m = u.size(-1), n = vh.size(-2);
          Tensors y = without_signs(narrow(u, -1, 0, k), s, narrow(vh, -2, 0, k));
          // The other vectors are any basis of what remains, and have no gradient.
          y.push_back(projection(narrow(u, -1, k, m - k).detach()));
          y.push_back(projection(mT(narrow(vh, -2, k, n - k).detach())));
          return y;
        },
        kAnyShape,
        "(lambda u, s, v: (lambda k, p: [*" + torch_without_signs("u[..., :k], s, v[..., :k, :]") +
            ", p(u[..., k:]), p(v[..., k:, :].mT)])(s.shape[-1], lambda x: x @ x.mT))(*torch.linalg.svd(" +
            torch_regular("a") + "))",
        [] { linalg::svd(eye(2), true, "gesvd"); }, "linalg.svd: driver is an argument for CUDA tensors"),
    with_empty(of_matrices(
                   "svdvals", [](const Tensors& in) { return linalg::svdvals(regular(in[0])); }, kAnyShape,
                   "torch.linalg.svdvals(" + torch_regular("a") + ")", [] { linalg::svdvals(ones(2)); },
                   "linalg.svdvals: The input tensor A must have at least 2 dimensions"),
               kEmpty),
    of_matrices(
        "svd",
        [](const Tensors& in) {
          const Tensor x = regular(in[0]);
          const auto [u, s, v] = svd(x, true, true);
          Tensors y = without_signs(u, s, mT(v));
          const auto [no_u, values, no_v] = svd(x, true, false);
          y.insert(y.end(), {no_u, values, no_v});
          return y;
        },
        kAnyShape,
        "(lambda x: [*(lambda u, s, v: " + torch_without_signs("u, s, v.mT") +
            ")(*torch.svd(x)), *torch.svd(x, compute_uv=False)])(" + torch_regular("a") + ")",
        [] { svd(Tensor(), true, true); }, "svd: input is an undefined tensor"),
    of_matrices(
        "svd_lowrank",
        [](const Tensors& in) {
          // Random vectors as many as columns find all of the matrix.
          manual_seed(1);
          const Tensor x = regular(in[0]);
          const auto usv = svd_lowrank(x, 3), of_rest = svd_lowrank(x, 3, 1, in[1]);
          return Tensors{std::get<1>(usv), composed_again(usv), std::get<1>(of_rest), composed_again(of_rest)};
        },
        {{real({4, 3}, -1, 1), real({1, 3})}, {real({2, 5, 3}, -1, 1), real({2, 1, 3})}},
        "(lambda x: [torch.linalg.svdvals(x), x, torch.linalg.svdvals(x - b), x - b])(" + torch_regular("a") + ")",
        [] { svd_lowrank(eye(2), -1); }, "svd_lowrank: q and niter must not be negative, but are -1 and 2"),
    of_matrices(
        "pca_lowrank",
        [](const Tensors& in) {
          manual_seed(1);
          const auto usv = pca_lowrank(regular(in[0]));
          return Tensors{std::get<1>(usv), composed_again(usv)};
        },
        {matrix({5, 3}), matrix({2, 6, 3})},
        "(lambda x: [torch.linalg.svdvals(x), x])((lambda x: x - x.mean(-2, keepdim=True))(" + torch_regular("a") +
            "))",
        [] { pca_lowrank(eye(2), 3); }, "pca_lowrank: q must lie in 0 ... 2, but is 3"),
    of_matrices(
        "linalg_polar", [](const Tensors& in) { return linalg::polar(regular(in[0])); },
        {matrix({3, 3}), matrix({4, 3}), matrix({2, 4, 2})}, "torch.linalg.polar(" + torch_regular("a") + ")",
        [] {
          linalg::polar(ones({2, 3}));
        },
        "linalg.polar: A must have at least as many rows as columns, but has shape [2, 3]"),
    of_square(
        "matrix_sqrth", [](const Tensors& in) { return linalg::matrix_sqrth(positive_definite(in[0])); },
        "torch.linalg.matrix_sqrth(" + torch_positive_definite("a") + ")",
        [] {
          linalg::matrix_sqrth(ones({2, 3}));
        },
        "linalg.matrix_sqrth: A must be batches of square matrices, but they are 2 by 3 matrices"),
    of_matrices(
        "pinv", [](const Tensors& in) { return linalg::pinv(regular(in[0])); }, kAnyShape,
        "torch.linalg.pinv(" + torch_regular("a") + ")", [] { linalg::pinv(ones(2)); },
        "linalg.pinv: The input tensor A must have at least 2 dimensions"),
    of_matrices(
        "pinv_of_low_rank",
        [](const Tensors& in) {
          // A rank that small changes of the inputs keep.
          const Tensor x = matmul(regular(in[0]), regular(in[1]));
          return Tensors{linalg::pinv(x, Tensor(0.5)), linalg::pinv(x, {}, Tensor(1e-3)), pinverse(x, 1e-6)};
        },
        {{real({4, 2}, -1, 1), real({2, 3}, -1, 1)}},
        "(lambda x: [torch.linalg.pinv(x, atol=0.5), torch.linalg.pinv(x, rtol=1e-3), torch.pinverse(x, 1e-6)])(" +
            torch_regular("a") + " @ " + torch_regular("b") + ")",
        [] { pinverse(ones(2)); }, "linalg.pinv: The input tensor A must have at least 2 dimensions"),
    of_square(
        "pinv_hermitian", [](const Tensors& in) { return linalg::pinv(symmetric(in[0]), {}, {}, true); },
        "torch.linalg.pinv(" + torch_symmetric("a") + ", hermitian=True)",
        [] {
          linalg::pinv(ones({2, 3}), {}, {}, true);
        },
        "linalg.pinv: A must be batches of square matrices, but they are 2 by 3 matrices"),
    without_gradient(of_matrices(
        "matrix_rank",
        [](const Tensors& in) {
          const Tensor x = matmul(regular(in[0]), regular(in[1]));
          return Tensors{linalg::matrix_rank(x), linalg::matrix_rank(x, 30.0), linalg::matrix_rank(x, {}, 0.5),
                         linalg::matrix_rank(matmul(mT(x), x), 1e-4, {}, true)};
        },
        {{real({4, 2}, -1, 1), real({2, 3}, -1, 1)}, {real({2, 4, 3}, -1, 1), real({3, 3}, -1, 1)}},
        "(lambda x: [torch.linalg.matrix_rank(x), torch.linalg.matrix_rank(x, atol=30.0), torch.linalg.matrix_rank(x, "
        "rtol=0.5), torch.linalg.matrix_rank(x.mT @ x, atol=1e-4, hermitian=True)])(" +
            torch_regular("a") + " @ " + torch_regular("b") + ")",
        [] { linalg::matrix_rank(ones(2)); },
        "linalg.matrix_rank: The input tensor A must have at least 2 dimensions")),
});

}  // namespace
}  // namespace op_table
