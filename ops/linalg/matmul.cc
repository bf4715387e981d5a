// Matrix products of every rank. All of them are views around one recorded op, `matrix_product`.
#include "ember/ops/linalg/matmul.h"

#include "ember/autograd/record.h"
#include "ember/core/kernels/creation.h"
#include "ember/core/kernels/linalg.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/products.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"
#include "ops/internal/matrix_product.h"

namespace ember {

namespace {

void check_operands(const char* op, const Tensor& a, const Tensor& b) {
  kernel::check_defined(op, "input", a);
  kernel::check_defined(op, "mat2", b);
  if (a.device() != b.device()) kernel::check_same_device(op, std::array{a, b});
  check(a.dtype() == b.dtype(), op, ": mat2 is ", b.dtype(), " but must be ", a.dtype(), " like input");
}

[[noreturn, gnu::cold]] void fail_shapes(const char* op, const Tensor& a, const Tensor& b) {
  const int64_t inner = a.sizes().back(), dim = b.dim() == 1 ? 0 : b.dim() - 2;
  const bool would_fit = b.dim() >= 2 && b.sizes().back() == inner;
  fail(op, ": mat2 has shape ", b.sizes(), " but dim ", dim, " must be ", inner, " to match input ", a.sizes(),
       would_fit ? "; did you mean mat2.mT?" : "");
}

void check_rank(const char* op, const char* argument, const Tensor& x, int64_t rank) {
  check(x.dim() == rank, op, ": ", argument, " has shape ", x.sizes(), " but must have ", rank, " dimension",
        rank == 1 ? "" : "s");
}

/// x's leading dims broadcast to `batch` and made one.
Tensor as_batch(const Tensor& x, Shape batch) {
  if (x.dim() == 3 && batch.size() == 1 && x.sizes()[0] == batch[0]) return x;
  const int64_t count = batch.numel();
  batch.push_back(x.size(-2));
  batch.push_back(x.size(-1));
  return reshape(expand(x, batch), {count, x.size(-2), x.size(-1)});
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  check_operands("matmul", a, b);
  check(a.dim() > 0 && b.dim() > 0, "matmul: both inputs must have at least 1 dimension but have shapes ", a.sizes(),
        " and ", b.sizes());
  if (a.sizes().back() != b.sizes()[b.dim() == 1 ? 0 : b.dim() - 2]) fail_shapes("matmul", a, b);
  if (a.dim() == 2 && b.dim() == 2) return matrix_product("matmul", a, false, b, false);
  if (a.dim() == 1) {
    const Tensor y = matmul(unsqueeze(a, 0), b.dim() == 1 ? unsqueeze(b, 1) : b);
    return b.dim() == 1 ? reshape(y, {}) : squeeze(y, -2);
  }
  if (b.dim() == 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
  if (b.dim() == 2) {
    // One matrix for the whole batch: the batch's rows are those of one tall matrix.
    const Tensor y = matrix_product("matmul", reshape(a, {rows_of(a), a.sizes().back()}), false, b, false);
    return view(y, with_last(a.sizes(), b.sizes().back()));
  }
  const Shape batch = broadcast_shapes(Shape(std::span(a.sizes().data(), a.dim() - 2)),
                                       Shape(std::span(b.sizes().data(), b.dim() - 2)), "matmul");
  const Tensor y = matrix_product("matmul", as_batch(a, batch), false, as_batch(b, batch), false);
  if (batch.size() == 1) return y;
  Shape sizes = batch;
  sizes.push_back(a.size(-2));
  sizes.push_back(b.size(-1));
  return view(y, sizes);
}
Tensor MatmulMethods::matmul(const Tensor& other) const { return ember::matmul(self(this), other); }

Tensor mm(const Tensor& a, const Tensor& b) {
  check_operands("mm", a, b);
  check_rank("mm", "input", a, 2);
  check_rank("mm", "mat2", b, 2);
  if (a.sizes()[1] != b.sizes()[0]) fail_shapes("mm", a, b);
  return matrix_product("mm", a, false, b, false);
}
Tensor MatmulMethods::mm(const Tensor& other) const { return ember::mm(self(this), other); }

Tensor bmm(const Tensor& a, const Tensor& b) {
  check_operands("bmm", a, b);
  check_rank("bmm", "input", a, 3);
  check_rank("bmm", "mat2", b, 3);
  check(a.sizes()[0] == b.sizes()[0], "bmm: mat2 has shape ", b.sizes(), " but dim 0 must be ", a.sizes()[0],
        " to match input ", a.sizes());
  if (a.sizes()[2] != b.sizes()[1]) fail_shapes("bmm", a, b);
  return matrix_product("bmm", a, false, b, false);
}
Tensor MatmulMethods::bmm(const Tensor& other) const { return ember::bmm(self(this), other); }

Tensor mv(const Tensor& a, const Tensor& b) {
  check_operands("mv", a, b);
  check_rank("mv", "input", a, 2);
  check_rank("mv", "vec", b, 1);
  return matmul(a, b);
}
Tensor MatmulMethods::mv(const Tensor& vector) const { return ember::mv(self(this), vector); }

Tensor dot(const Tensor& a, const Tensor& b) {
  check_operands("dot", a, b);
  check_rank("dot", "input", a, 1);
  check_rank("dot", "other", b, 1);
  return matmul(a, b);
}
Tensor MatmulMethods::dot(const Tensor& other) const { return ember::dot(self(this), other); }

Tensor outer(const Tensor& a, const Tensor& b) {
  kernel::check_defined("outer", "input", a);
  kernel::check_defined("outer", "other", b);
  check_rank("outer", "input", a, 1);
  check_rank("outer", "other", b, 1);
  return mul(b, unsqueeze(a, 1));  // a number for each row comes second, where kernels have a loop for it
}
Tensor MatmulMethods::outer(const Tensor& other) const { return ember::outer(self(this), other); }
Tensor MatmulMethods::ger(const Tensor& other) const { return ember::outer(self(this), other); }

namespace {

/// beta x + alpha a b, the sum inside of the product's kernel when there is nothing to scale.
Tensor added_product(const char* op, const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta,
                     const Scalar& alpha, int64_t rank) {
  check_operands(op, a, b);
  kernel::check_defined(op, "input", x);
  check_rank(op, "mat1", a, rank);
  check_rank(op, "mat2", b, rank);
  check(rank == 2 || a.sizes()[0] == b.sizes()[0], op, ": batches of ", a.sizes()[0], " and ", b.sizes()[0],
        " do not match");
  if (a.sizes()[rank - 1] != b.sizes()[rank - 2]) fail_shapes(op, a, b);
  check(x.dtype() == a.dtype(), op, ": input is ", x.dtype(), " but must be ", a.dtype(), " like mat1");
  for (const Scalar& factor : {beta, alpha}) kernel::check_fits(op, factor, compute_dtype(x.dtype()));
  const Shape sizes = with_last(a.sizes(), b.sizes()[rank - 1]);
  check(broadcast_shapes(x.sizes(), sizes, op) == sizes, op, ": input has shape ", x.sizes(), " but must broadcast to ",
        sizes);
  if (beta.to<std::complex<double>>() == 1.0 && alpha.to<std::complex<double>>() == 1.0)
    return matrix_product(op, a, false, b, false, x);
  if (are_16_bit(x, a, b))
    return in_float32([&](const auto&... wide) { return added_product(op, wide..., beta, alpha, rank); }, x, a, b);
  // Factors of integers are integers too.
  if (!is_differentiable(x.dtype()) && (beta.is_floating_point() || alpha.is_floating_point()))
    return added_product(op, x, a, b, beta.to<int64_t>(), alpha.to<int64_t>(), rank);
  // A beta of 0 leaves x out, whatever NaNs it holds.
  const Tensor y = mul(matrix_product(op, a, false, b, false), alpha);
  return beta.to<std::complex<double>>() == 0.0 ? y : add(y, x, beta);
}

}  // namespace

Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return added_product("addmm", x, a, b, beta, alpha, 2);
}
Tensor MatmulMethods::addmm(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) const {
  return ember::addmm(self(this), a, b, beta, alpha);
}
Tensor& MatmulMethods::addmm_(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return in_place("addmm_", self(this), ember::addmm, a, b, beta, alpha);
}

Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return added_product("baddbmm", x, a, b, beta, alpha, 3);
}
Tensor MatmulMethods::baddbmm(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) const {
  return ember::baddbmm(self(this), a, b, beta, alpha);
}
Tensor& MatmulMethods::baddbmm_(const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return in_place("baddbmm_", self(this), ember::baddbmm, a, b, beta, alpha);
}

}  // namespace ember
