// Products of matrices and vectors, and norms. Inputs must have one dtype. Error naming the op and the shapes when they do not fit.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/tensor.h"

namespace ember {

/// The matrix product of the last two dims, broadcast over the others; a vector stands for a row (column) that goes afterwards.
Tensor matmul(const Tensor& a, const Tensor& b);
/// [n, k] [k, m].
Tensor mm(const Tensor& a, const Tensor& b);
/// [b, n, k] [b, k, m].
Tensor bmm(const Tensor& a, const Tensor& b);
/// [n, k] [k].
Tensor mv(const Tensor& a, const Tensor& b);
/// [k] [k] to a zero-dim tensor.
Tensor dot(const Tensor& a, const Tensor& b);
/// [n] [m] to [n, m].
Tensor outer(const Tensor& a, const Tensor& b);
/// beta x + alpha a b; x broadcasts to [n, m].
Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta x + alpha a b for a vector b.
Tensor addmv(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta x + alpha a b^T for vectors a and b.
Tensor addr(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
/// beta x + alpha times the sum of the products of two batches.
Tensor addbmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
/// addmm for batches.
Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta = 1, const Scalar& alpha = 1);
/// x weight^T + bias for x [..., in], weight [out, in] (or [in]) and bias [out].
Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias = {});
/// a^T weight[o] b + bias[o] for each o: a [..., n], b [..., m], weight [out, n, m].
Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias = {});
/// The sum over the last dims of both; the product where one is zero-dim.
Tensor inner(const Tensor& a, const Tensor& b);
/// The sum over dims_a of a and dims_b of b, or over the last `dims` of a and the first of b.
Tensor tensordot(const Tensor& a, const Tensor& b, const Shape& dims_a, const Shape& dims_b);
Tensor tensordot(const Tensor& a, const Tensor& b, int64_t dims = 2);
/// The product of matrices in the order that takes the fewest multiplications.
Tensor chain_matmul(const std::vector<Tensor>& matrices);
/// Products and sums by index letters: einsum("bij,bjk->bik", {a, b}). An ellipsis stands for broadcast dims.
Tensor einsum(std::string_view equation, const std::vector<Tensor>& operands);

/// (sum |x|^p)^(1/p) over `dims` (empty: all); p may be infinite or 0, which counts the elements that are not zero.
Tensor norm(const Tensor& x, const Scalar& p = 2, const Shape& dims = {}, bool keepdim = false,
            std::optional<DType> dtype = {});
namespace linalg {
Tensor vector_norm(const Tensor& x, const Scalar& ord = 2, const Shape& dims = {}, bool keepdim = false,
                   std::optional<DType> dtype = {});
}

}  // namespace ember
