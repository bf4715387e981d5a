#include "ember/ops/linalg/linear.h"

#include "ember/autograd/record.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/linalg/products.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"
#include "ops/internal/matrix_product.h"

namespace ember {

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
  if (x.dim() == 2) return matrix_product("linear", x, false, weight, true, bias);
  return view(matrix_product("linear", reshape(x, {rows_of(x), in}), false, weight, true, bias),
              with_last(x.sizes(), out));
}

Tensor bilinear(const Tensor& a, const Tensor& b, const Tensor& weight, const Tensor& bias) {
  const char* op = "bilinear";
  kernel::check_defined(op, "input1", a);
  kernel::check_defined(op, "input2", b);
  kernel::check_defined(op, "weight", weight);
  check(weight.dim() == 3, op, ": weight has shape ", weight.sizes(), " but must have 3 dimensions");
  const int64_t out = weight.size(0), n = weight.size(1), m = weight.size(2);
  check(a.dim() >= 1 && a.dim() == b.dim() && a.sizes().back() == n && b.sizes().back() == m, op,
        ": inputs have shapes ", a.sizes(), " and ", b.sizes(), " but must end in ", n, " and ", m, " to match weight ",
        weight.sizes());
  check(!bias.defined() || bias.sizes() == Shape(out), op, ": bias has shape ", bias.defined() ? bias.sizes() : Shape(),
        " but must be [", out, "]");
  Shape sizes = a.sizes();
  sizes.back() = m;
  check(sizes == b.sizes(), op, ": inputs have shapes ", a.sizes(), " and ", b.sizes(),
        " but must agree in all dims except the last");
  sizes.back() = out;
  if (are_16_bit(a, b, weight, bias))
    return in_float32([](const auto&... wide) { return bilinear(wide...); }, a, b, weight, bias);
  const int64_t count = Shape(std::span(a.sizes().data(), a.sizes().size() - 1)).numel();
  // a W for each output, then its inner products with b.
  const Tensor left = matmul(reshape(a, {count, n}), reshape(permute(weight, {1, 0, 2}), {n, out * m}));
  const Tensor y = reshape(bmm(reshape(left, {count, out, m}), reshape(b, {count, m, 1})), sizes);
  return bias.defined() ? add(y, bias) : y;
}

}  // namespace ember
