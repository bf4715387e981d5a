#include "ops/activation.h"

#include <cmath>
#include <numbers>

#include "autograd/record.h"
#include "core/kernels/activation.h"
#include "core/kernels/pointwise.h"
#include "ops/complex.h"
#include "ops/in_place.h"
#include "ops/kernel.h"
#include "ops/pointwise.h"

namespace ember {

using kernel::Result;

namespace {

Tensor backward_kernel(const Kernel<BinaryKernel>& kernel, const Tensor& g, const Tensor& kept) {
  return kernel::binary(kernel, g, kept);
}

/// g where y > 0.
Tensor relu_backward(const Tensor& g, const Tensor& y) {
  auto d = backward_kernel(kernels::relu_backward, g, y);
  return record("relu_backward", d, inputs(g), [y = saved(y)](const Tensor& gg) { return relu_backward(gg, y()); });
}

/// g y (1 - y).
Tensor sigmoid_backward(const Tensor& g, const Tensor& y) {
  auto d = backward_kernel(kernels::sigmoid_backward, g, y);
  return record(
      "sigmoid_backward", d, inputs(g, y), [y = saved(y)](const Tensor& gg) { return sigmoid_backward(gg, y()); },
      [g = saved(g), y = saved(y)](const Tensor& gg) { return gg * g() * (1 - y() * 2); });
}

/// g (1 - y^2).
Tensor tanh_backward(const Tensor& g, const Tensor& y) {
  auto d = backward_kernel(kernels::tanh_backward, g, y);
  return record(
      "tanh_backward", d, inputs(g, y), [y = saved(y)](const Tensor& gg) { return tanh_backward(gg, y()); },
      [g = saved(g), y = saved(y)](const Tensor& gg) { return gg * g() * (y() * -2); });
}

/// g s (1 + x (1 - s)), where s = sigmoid(x).
Tensor silu_backward(const Tensor& g, const Tensor& x) {
  auto d = backward_kernel(kernels::silu_backward, g, x);
  return record(
      "silu_backward", d, inputs(g, x), [x = saved(x)](const Tensor& gg) { return silu_backward(gg, x()); },
      [g = saved(g), x = saved(x)](const Tensor& gg) {
        const Tensor s = sigmoid(x());
        return gg * g() * (s * (1 - s) * (2 + x() * (1 - s * 2)));
      });
}

/// g (Phi(x) + x phi(x)).
Tensor gelu_backward(const Tensor& g, const Tensor& x) {
  auto d = backward_kernel(kernels::gelu_backward, g, x);
  return record(
      "gelu_backward", d, inputs(g, x), [x = saved(x)](const Tensor& gg) { return gelu_backward(gg, x()); },
      [g = saved(g), x = saved(x)](const Tensor& gg) {
        const double scale = std::numbers::inv_sqrtpi / std::numbers::sqrt2;
        const Tensor phi = exp(square(x()) * -0.5) * scale;
        return gg * g() * phi * (2 - square(x()));
      });
}

/// The derivative of 0.5 x (1 + tanh(u)), u = sqrt(2 / pi) (x + 0.044715 x^3).
Tensor gelu_tanh_backward(const Tensor& g, const Tensor& x) {
  auto d = backward_kernel(kernels::gelu_tanh_backward, g, x);
  return record(
      "gelu_tanh_backward", d, inputs(g, x), [x = saved(x)](const Tensor& gg) { return gelu_tanh_backward(gg, x()); },
      [g = saved(g), saved_x = saved(x)](const Tensor& gg) {
        const double k = std::numbers::sqrt2 * std::numbers::inv_sqrtpi, c = 0.044715;
        const Tensor x = saved_x();
        const Tensor t = tanh((x + pow(x, 3) * c) * k);
        const Tensor slope = (1 + square(x) * (3 * c)) * k, bend = x * (6 * c * k), decay = 1 - square(t);
        return gg * g() * decay * (slope + x * 0.5 * (bend - t * square(slope) * 2));
      });
}

}  // namespace

Tensor relu(const Tensor& x) {
  auto y = kernel::unary(kernels::relu, x);
  return record("relu", y, inputs(x), [y = saved_output(y)](const Tensor& g) { return relu_backward(g, y()); });
}

Tensor& relu_(Tensor& x) {
  autograd::check_in_place("relu_", x);
  kernel::unary_into(kernels::relu.as("relu_"), x);
  return record_in_place("relu_", x, inputs(x),
                         [y = saved_output(x)](const Tensor& g) { return relu_backward(g, y()); });
}

Tensor sigmoid(const Tensor& x) {
  auto y = kernel::unary(kernels::sigmoid, x, Result::Float);
  return record("sigmoid", y, inputs(x), [y = saved_output(y)](const Tensor& g) { return sigmoid_backward(g, y()); });
}

Tensor& sigmoid_(Tensor& x) { return in_place("sigmoid_", x, sigmoid); }

Tensor tanh(const Tensor& x) {
  auto y = kernel::unary(kernels::tanh, x, Result::Float);
  return record("tanh", y, inputs(x), [y = saved_output(y)](const Tensor& g) {
    return g.is_complex() ? g * conj(1 - square(y())) : tanh_backward(g, y());
  });
}

Tensor silu(const Tensor& x) {
  auto y = kernel::unary(kernels::silu, x, Result::Float);
  return record("silu", y, inputs(x), [x = saved(x)](const Tensor& g) { return silu_backward(g, x()); });
}

Tensor gelu(const Tensor& x, std::string_view approximate) {
  if (approximate == "tanh") {
    auto y = kernel::unary(kernels::gelu_tanh.as("gelu"), x, Result::Float);
    return record("gelu", y, inputs(x), [x = saved(x)](const Tensor& g) { return gelu_tanh_backward(g, x()); });
  }
  check(approximate == "none", "gelu: approximate is \"", approximate, "\" but must be \"none\" or \"tanh\"");
  auto y = kernel::unary(kernels::gelu, x, Result::Float);
  return record("gelu", y, inputs(x), [x = saved(x)](const Tensor& g) { return gelu_backward(g, x()); });
}

}  // namespace ember
