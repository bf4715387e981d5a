// Products of matrices and vectors, and norms.
#include "ember/ops/linalg/einsum.h"
#include "ember/ops/linalg/linear.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/linalg/matrix_functions.h"
#include "ember/ops/linalg/matrix_norms.h"
#include "ember/ops/linalg/norm.h"
#include "ember/ops/linalg/products.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

using Dims = std::optional<Shape>;
using OptionalDType = std::optional<DType>;

void bind_norms(Ops& ops, Ops& linalg_ops) {
  ops.add_function(
      "nuclear_norm(input, keepdim=False)",
      [](const Tensor& x, bool keepdim) {
        return nuclear_norm(x, {-2, -1}, keepdim);
      },
      "The sum of the singular values.");
  ops.add_function("nuclear_norm(input, dim, keepdim=False)", nuclear_norm);
  linalg_ops.add_function(
      "matrix_norm(A, ord='fro', dim=(-2, -1), keepdim=False, *, dtype=None)",
      [](const Tensor& a, std::string_view ord, const Shape& dim, bool keepdim, OptionalDType dtype) {
        return linalg::matrix_norm(a, ord, dim, keepdim, dtype);
      },
      "A norm of matrices: 'fro', 'nuc', 1, -1, 2, -2, inf or -inf.");
  linalg_ops.add_function("matrix_norm(A, ord, dim=(-2, -1), keepdim=False, *, dtype=None)",
                          [](const Tensor& a, const Scalar& ord, const Shape& dim, bool keepdim, OptionalDType dtype) {
                            return linalg::matrix_norm(a, ord, dim, keepdim, dtype);
                          });
  linalg_ops.add_function(
      "norm(input, ord=None, dim=None, keepdim=False, *, dtype=None)",
      [](const Tensor& a, std::optional<Scalar> ord, Dims dim, bool keepdim, OptionalDType dtype) {
        return linalg::norm(a, ord, dim, keepdim, dtype);
      },
      "A vector norm over one dim, a matrix norm over two.");
  linalg_ops.add_function("norm(input, ord, dim=None, keepdim=False, *, dtype=None)",
                          [](const Tensor& a, std::string_view ord, Dims dim, bool keepdim, OptionalDType dtype) {
                            return linalg::norm(a, ord, dim, keepdim, dtype);
                          });
}

void bind_products(Ops& ops, Ops& linalg_ops) {
  linalg_ops.share(ops, {"matmul"});
  linalg_ops.add_function("multi_dot(tensors)", linalg::multi_dot, "The product of all in the cheapest order.");
  linalg_ops.add_function("vecdot(x, y, *, dim=-1)", linalg::vecdot, "Inner products along dim.");
  ops.add("ger(input, vec2)", outer, "[n] [m] to [n, m].");
  ops.add("inner(input, other)", inner, "The sum over the last dims of both.");
  ops.add_function(
      "tensordot(a, b, dims=2)", [](const Tensor& a, const Tensor& b, int64_t dims) { return tensordot(a, b, dims); },
      "The sum over the last dims of a and the first of b, or over two lists of them.");
  ops.add_function("tensordot(a, b, dims)", [](const Tensor& a, const Tensor& b, const std::vector<Shape>& dims) {
    check<ValueError>(dims.size() == 2, "tensordot: dims must be an int or two lists, not ", dims.size(), " lists");
    return tensordot(a, b, dims[0], dims[1]);
  });
  ops.add_function("chain_matmul(*matrices)", chain_matmul, "The product of all in the cheapest order.");
}

}  // namespace

void bind_linalg(Ops& ops, Ops& functional, Ops& linalg_ops) {
  ops.add("matmul(input, other)", matmul, "The matrix product of the last two dims, broadcast over the others.");
  ops.add("mm(input, mat2)", mm, "[n, k] [k, m].");
  ops.add("bmm(input, mat2)", bmm, "[b, n, k] [b, k, m].");
  ops.add("mv(input, vec)", mv, "[n, k] [k].");
  ops.add("dot(input, tensor)", dot, "The inner product of two vectors.");
  ops.add("outer(input, vec2)", outer, "[n] [m] to [n, m].");
  ops.add_with_in_place("addmm(input, mat1, mat2, *, beta=1, alpha=1)", addmm, "beta input + alpha mat1 mat2.");
  ops.add_with_in_place("addmv(input, mat, vec, *, beta=1, alpha=1)", addmv, "beta input + alpha mat vec.");
  ops.add_with_in_place("addr(input, vec1, vec2, *, beta=1, alpha=1)", addr, "beta input + alpha vec1 vec2^T.");
  ops.add_with_in_place("addbmm(input, batch1, batch2, *, beta=1, alpha=1)", addbmm,
                        "beta input + alpha times the sum of the products.");
  ops.add_with_in_place("baddbmm(input, batch1, batch2, *, beta=1, alpha=1)", baddbmm, "addmm for batches.");
  ops.add_function("einsum(equation, *operands)", einsum, "Products and sums by index letters.");
  linalg_ops.add_function("vector_norm(x, ord=2, dim=None, keepdim=False, *, dtype=None)", linalg::vector_norm,
                          "(sum |x|^ord)^(1/ord).");
  functional.add_function("linear(input, weight, bias=None)", linear, "input weight^T + bias.");
  ops.add_function("bilinear(input1, input2, weight, bias=None)", bilinear, "input1^T weight input2 + bias.");
  functional.share(ops, {"bilinear"});
  bind_products(ops, linalg_ops);
  bind_norms(ops, linalg_ops);
}

}  // namespace ember::python
