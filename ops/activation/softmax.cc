#include "ember/ops/activation/softmax.h"

#include "ember/autograd/record.h"
#include "ember/core/kernels/activation.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

Tensor backward_kernel(const Kernel<SoftmaxBackwardKernel>& kernel, const Tensor& g, const Tensor& y, int64_t dim) {
  Tensor d = empty_tensor_like(y, y.dtype());
  kernel.on(y)(d, g, y, dim);
  return d;
}

/// y (g - sum(g y)).
Tensor softmax_backward(const Tensor& g, const Tensor& y, int64_t dim) {
  auto d = backward_kernel(kernels::softmax_backward, g, y, dim);
  return record(
      "softmax_backward", d, inputs(g, y),
      [y = saved(y), dim](const Tensor& gg) { return softmax_backward(gg, y(), dim); },
      [g = saved(g), y = saved(y), dim](const Tensor& gg) {
        return gg * (g() - sum(g() * y(), dim, true)) - g() * sum(gg * y(), dim, true);
      });
}

/// g - exp(y) sum(g).
Tensor log_softmax_backward(const Tensor& g, const Tensor& y, int64_t dim) {
  auto d = backward_kernel(kernels::log_softmax_backward, g, y, dim);
  return record(
      "log_softmax_backward", d, inputs(g, y),
      [y = saved(y), dim](const Tensor& gg) { return gg - sum(gg * exp(y()), dim, true); },
      [g = saved(g), y = saved(y), dim](const Tensor& gg) { return -(gg * exp(y()) * sum(g(), dim, true)); });
}

/// The input as the kernel wants it.
Tensor prepare(const char* op, const Tensor& x, std::optional<DType> dtype) {
  kernel::check_defined(op, "input", x);
  const Tensor in = to(x, dtype.value_or(x.dtype()));
  check(in.is_floating_point(), op, ": needs a floating-point tensor, not ", describe(x), "; pass dtype");
  return in;
}

}  // namespace

Tensor softmax(const Tensor& x, int64_t dim, std::optional<DType> dtype) {
  const Tensor in = prepare("softmax", x, dtype);
  dim = wrap_dim(dim, in.dim(), "softmax");
  if (in.dim() == 0) return squeeze(softmax(unsqueeze(in, 0), 0), 0);
  Tensor y = empty_tensor_like(in, in.dtype());
  kernels::softmax.on(in)(y, in, dim);
  // The Jacobian, diag(y) - y y^T, is symmetric.
  return record("softmax", y, elements(in),
                [y = saved_output(y), dim](const Tensor& g) { return softmax_backward(g, y(), dim); });
}
Tensor SoftmaxMethods::softmax(int64_t dim, std::optional<DType> dtype) const {
  return ember::softmax(self(this), dim, dtype);
}

Tensor log_softmax(const Tensor& x, int64_t dim, std::optional<DType> dtype) {
  const Tensor in = prepare("log_softmax", x, dtype);
  dim = wrap_dim(dim, in.dim(), "log_softmax");
  if (in.dim() == 0) return squeeze(log_softmax(unsqueeze(in, 0), 0), 0);
  Tensor y = empty_tensor_like(in, in.dtype());
  kernels::log_softmax.on(in)(y, in, dim);
  return record("log_softmax", y, inputs(in),
                [y = saved_output(y), dim](const Tensor& g) { return log_softmax_backward(g, y(), dim); });
}
Tensor SoftmaxMethods::log_softmax(int64_t dim, std::optional<DType> dtype) const {
  return ember::log_softmax(self(this), dim, dtype);
}

Tensor softmin(const Tensor& x, int64_t dim, std::optional<DType> dtype) {
  return softmax(-prepare("softmin", x, dtype), dim);
}

}  // namespace ember
