#include "ops/internal/matrix_product.h"

#include <utility>

#include "ember/autograd/record.h"
#include "ember/core/kernels/creation.h"
#include "ember/core/kernels/linalg.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/ops/pointwise/complex.h"

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

}  // namespace

Tensor matrix_product(const char* name, const Tensor& a, bool transpose_a, const Tensor& b, bool transpose_b,
                      const Tensor& bias) {
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
    return transpose_a ? matrix_product("matmul", factor, transpose_b, g, true)
                       : matrix_product("matmul", g, false, factor, !transpose_b);
  };
  auto pullback_b = [a = saved(a), transpose_a, transpose_b](const Tensor& g) {
    const Tensor factor = conj(a());
    return transpose_b ? matrix_product("matmul", g, true, factor, transpose_a)
                       : matrix_product("matmul", factor, !transpose_a, g, false);
  };
  const auto product = [&](size_t i, const Tensor& t) {
    if (i == 2) return t;
    return i == 0 ? matrix_product(name, t, transpose_a, b, transpose_b)
                  : matrix_product(name, a, transpose_a, t, transpose_b);
  };
  if (!bias.defined()) return record(name, std::move(y), linear_in(product, a, b), pullback_a, pullback_b);
  return record(name, std::move(y), linear_in(product, a, b, bias), pullback_a, pullback_b,
                [](const Tensor& g) { return g; });
}

int64_t rows_of(const Tensor& x) { return Shape(std::span(x.sizes().data(), x.sizes().size() - 1)).numel(); }

Shape with_last(Shape sizes, int64_t last) {
  sizes.back() = last;
  return sizes;
}

}  // namespace ember
