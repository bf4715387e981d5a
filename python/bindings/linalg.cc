// Products of matrices and vectors, and norms.
#include "ops/linalg.h"

#include "python/bindings/ops.h"

namespace ember::python {

void bind_linalg(Ops& ops, Ops& functional, Ops& linalg_ops) {
  ops.add("matmul(input, other)", matmul, "The matrix product of the last two dims, broadcast over the others.");
  ops.add("mm(input, mat2)", mm, "[n, k] [k, m].");
  ops.add("bmm(input, mat2)", bmm, "[b, n, k] [b, k, m].");
  ops.add("mv(input, vec)", mv, "[n, k] [k].");
  ops.add("dot(input, tensor)", dot, "The inner product of two vectors.");
  ops.add("outer(input, vec2)", outer, "[n] [m] to [n, m].");
  ops.add("addmm(input, mat1, mat2, *, beta=1, alpha=1)", addmm, "beta input + alpha mat1 mat2.");
  ops.add("baddbmm(input, batch1, batch2, *, beta=1, alpha=1)", baddbmm, "addmm for batches.");
  ops.add_function("einsum(equation, *operands)", einsum, "Products and sums by index letters.");
  ops.add("norm(input, p=2, dim=None, keepdim=False)", norm, "(sum |x|^p)^(1/p).");
  linalg_ops.add_function("vector_norm(x, ord=2, dim=None, keepdim=False)", linalg::vector_norm,
                          "(sum |x|^ord)^(1/ord).");
  functional.add_function("linear(input, weight, bias=None)", linear, "input weight^T + bias.");
}

}  // namespace ember::python
