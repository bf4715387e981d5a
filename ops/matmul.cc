// Matrix products of every rank. All of them are views around one recorded op, `product`.
#include "core/kernels/matmul.h"

#include "autograd/record.h"
#include "core/kernels/memory.h"
#include "core/kernels/pointwise.h"
#include "ops/complex.h"
#include "ops/creation.h"
#include "ops/in_float32.h"
#include "ops/kernel.h"
#include "ops/linalg.h"
#include "ops/pointwise.h"
#include "ops/reduction.h"
#include "ops/shape.h"

namespace ember {

namespace {

Tensor transposed_alias(const Tensor& x, bool transposed) {
  if (!transposed) return x;
  Shape sizes = x.sizes(), strides = x.strides();
  const size_t last = sizes.size() - 1;
  std::swap(sizes[last], sizes[last - 1]);
  std::swap(strides[last], strides[last - 1]);
  return x.alias(std::move(sizes), std::move(strides), x.storage_offset());
}

/// a b + bias for matrices (2-d) or batches of them (3-d), each read transposed on demand, so that no pullback needs a view; the
/// bias broadcasts to the result. Shapes and dtypes have been checked.
Tensor product(const char* name, const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b,
               const Tensor& bias = {}) {
  const Tensor left = transposed_alias(a, transpose_a), right = transposed_alias(b, transpose_b);
  Shape sizes = left.sizes();
  sizes.back() = right.sizes().back();
  Tensor y = empty_tensor(std::move(sizes), a.dtype(), a.device());
  if (left.sizes().back() == 0) {
    if (bias.defined())
      kernels::copy.as(name).on(a)(y, bias);
    else
      kernels::fill.as(name).on(a)(y, 0);
  } else if (left.sizes().back() == 1 && !bias.defined()) {
    kernels::mul.as(name).on(a)(y, left, right);
  } else if (y.numel() > 0) {
    kernels::matmul.as(name).on(a)(y, left, right, bias);
  }
  auto pullback_a = [b = saved(b), transpose_a, transpose_b](const Tensor& g) {
    const Tensor factor = conj(b());
    return transpose_a ? product("matmul", factor, transpose_b, g, true)
                       : product("matmul", g, false, factor, !transpose_b);
  };
  auto pullback_b = [a = saved(a), transpose_a, transpose_b](const Tensor& g) {
    const Tensor factor = conj(a());
    return transpose_b ? product("matmul", g, true, factor, transpose_a)
                       : product("matmul", factor, !transpose_a, g, false);
  };
  if (!bias.defined()) return record(name, std::move(y), inputs(a, b), pullback_a, pullback_b);
  return record(name, std::move(y), inputs(a, b, bias), pullback_a, pullback_b, [](const Tensor& g) { return g; });
}

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

/// How many rows x has when its leading dims are made one.
int64_t rows_of(const Tensor& x) { return Shape(std::span(x.sizes().data(), x.sizes().size() - 1)).numel(); }

Shape with_last(Shape sizes, int64_t last) {
  sizes.back() = last;
  return sizes;
}

}  // namespace

Tensor matmul(const Tensor& a, const Tensor& b) {
  check_operands("matmul", a, b);
  check(a.dim() > 0 && b.dim() > 0, "matmul: both inputs must have at least 1 dimension but have shapes ", a.sizes(),
        " and ", b.sizes());
  if (a.sizes().back() != b.sizes()[b.dim() == 1 ? 0 : b.dim() - 2]) fail_shapes("matmul", a, b);
  if (a.dim() == 2 && b.dim() == 2) return product("matmul", a, false, b, false);
  if (a.dim() == 1) {
    const Tensor y = matmul(unsqueeze(a, 0), b.dim() == 1 ? unsqueeze(b, 1) : b);
    return b.dim() == 1 ? reshape(y, {}) : squeeze(y, -2);
  }
  if (b.dim() == 1) return squeeze(matmul(a, unsqueeze(b, 1)), -1);
  if (b.dim() == 2) {
    // One matrix for the whole batch: the batch's rows are those of one tall matrix.
    const Tensor y = product("matmul", reshape(a, {rows_of(a), a.sizes().back()}), false, b, false);
    return view(y, with_last(a.sizes(), b.sizes().back()));
  }
  const Shape batch = broadcast_shapes(Shape(std::span(a.sizes().data(), a.dim() - 2)),
                                       Shape(std::span(b.sizes().data(), b.dim() - 2)), "matmul");
  const Tensor y = product("matmul", as_batch(a, batch), false, as_batch(b, batch), false);
  if (batch.size() == 1) return y;
  Shape sizes = batch;
  sizes.push_back(a.size(-2));
  sizes.push_back(b.size(-1));
  return view(y, sizes);
}

Tensor mm(const Tensor& a, const Tensor& b) {
  check_operands("mm", a, b);
  check_rank("mm", "input", a, 2);
  check_rank("mm", "mat2", b, 2);
  if (a.sizes()[1] != b.sizes()[0]) fail_shapes("mm", a, b);
  return product("mm", a, false, b, false);
}

Tensor bmm(const Tensor& a, const Tensor& b) {
  check_operands("bmm", a, b);
  check_rank("bmm", "input", a, 3);
  check_rank("bmm", "mat2", b, 3);
  check(a.sizes()[0] == b.sizes()[0], "bmm: mat2 has shape ", b.sizes(), " but dim 0 must be ", a.sizes()[0],
        " to match input ", a.sizes());
  if (a.sizes()[2] != b.sizes()[1]) fail_shapes("bmm", a, b);
  return product("bmm", a, false, b, false);
}

Tensor mv(const Tensor& a, const Tensor& b) {
  check_operands("mv", a, b);
  check_rank("mv", "input", a, 2);
  check_rank("mv", "vec", b, 1);
  return matmul(a, b);
}

Tensor dot(const Tensor& a, const Tensor& b) {
  check_operands("dot", a, b);
  check_rank("dot", "input", a, 1);
  check_rank("dot", "other", b, 1);
  return matmul(a, b);
}

Tensor outer(const Tensor& a, const Tensor& b) {
  kernel::check_defined("outer", "input", a);
  kernel::check_defined("outer", "other", b);
  check_rank("outer", "input", a, 1);
  check_rank("outer", "other", b, 1);
  return mul(b, unsqueeze(a, 1));  // a number for each row comes second, where kernels have a loop for it
}

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
    return product(op, a, false, b, false, x);
  if (are_16_bit(x, a, b))
    return in_float32([&](const auto&... wide) { return added_product(op, wide..., beta, alpha, rank); }, x, a, b);
  // Factors of integers are integers too.
  if (!is_differentiable(x.dtype()) && (beta.is_floating_point() || alpha.is_floating_point()))
    return added_product(op, x, a, b, beta.to<int64_t>(), alpha.to<int64_t>(), rank);
  // A beta of 0 leaves x out, whatever NaNs it holds.
  const Tensor y = mul(product(op, a, false, b, false), alpha);
  return beta.to<std::complex<double>>() == 0.0 ? y : add(y, x, beta);
}

}  // namespace

Tensor addmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return added_product("addmm", x, a, b, beta, alpha, 2);
}

Tensor baddbmm(const Tensor& x, const Tensor& a, const Tensor& b, const Scalar& beta, const Scalar& alpha) {
  return added_product("baddbmm", x, a, b, beta, alpha, 3);
}

Tensor linear(const Tensor& x, const Tensor& weight, const Tensor& bias) {
  kernel::check_defined("linear", "input", x);
  kernel::check_defined("linear", "weight", weight);
  check(x.dtype() == weight.dtype() && (!bias.defined() || bias.dtype() == x.dtype()), "linear: input is ", x.dtype(),
        ", weight ", weight.dtype(), bias.defined() ? concat(" and bias ", bias.dtype()) : "",
        " but all must have one dtype");
  check(weight.dim() == 1 || weight.dim() == 2, "linear: weight has shape ", weight.sizes(),
        " but must have 1 or 2 dimensions");
  const int64_t in = weight.sizes().back();
  check(x.dim() >= 1 && x.sizes().back() == in, "linear: input has shape ", x.sizes(),
        " but its last dimension must be ", in, " to match weight ", weight.sizes());
  if (weight.dim() == 1) {
    if (!bias.defined()) return matmul(x, weight);
    return in_float32([](const Tensor& in, const Tensor& w, const Tensor& b) { return add(matmul(in, w), b); }, x,
                      weight, bias);
  }
  const int64_t out = weight.sizes()[0];
  check(!bias.defined() || (bias.dim() <= 1 && (bias.numel() == out || bias.numel() == 1)), "linear: bias has shape ",
        bias.defined() ? bias.sizes() : Shape(), " but must be [", out, "] to match weight ", weight.sizes());
  if (x.device() != weight.device() || (bias.defined() && x.device() != bias.device()))
    kernel::check_same_device("linear", std::array{x, weight, bias});
  if (x.dim() == 2) return product("linear", x, false, weight, true, bias);
  return view(product("linear", reshape(x, {rows_of(x), in}), false, weight, true, bias), with_last(x.sizes(), out));
}

}  // namespace ember
