#include "ops/activation.h"

#include <cmath>
#include <numbers>

#include "autograd/record.h"
#include "ops/complex.h"
#include "ops/in_place.h"
#include "ops/kernel.h"
#include "ops/pointwise.h"

namespace ember {

using kernel::Result;

namespace {

Tensor backward_kernel(const char* op, BinaryKernel* Backend::*slot, const Tensor& g, const Tensor& kept) {
  return kernel::binary(op, slot, g, kept);
}

/// g where y > 0.
Tensor relu_backward(const Tensor& g, const Tensor& y) {
  auto d = backward_kernel("relu_backward", &Backend::relu_backward, g, y);
  return record("relu_backward", d, inputs(g), [y = saved(y)](const Tensor& gg) { return relu_backward(gg, y()); });
}

/// g y (1 - y).
Tensor sigmoid_backward(const Tensor& g, const Tensor& y) {
  auto d = backward_kernel("sigmoid_backward", &Backend::sigmoid_backward, g, y);
  return record(
      "sigmoid_backward", d, inputs(g, y), [y = saved(y)](const Tensor& gg) { return sigmoid_backward(gg, y()); },
      [g = saved(g), y = saved(y)](const Tensor& gg) { return gg * g() * (1 - y() * 2); });
}

/// g (1 - y^2).
Tensor tanh_backward(const Tensor& g, const Tensor& y) {
  auto d = backward_kernel("tanh_backward", &Backend::tanh_backward, g, y);
  return record(
      "tanh_backward", d, inputs(g, y), [y = saved(y)](const Tensor& gg) { return tanh_backward(gg, y()); },
      [g = saved(g), y = saved(y)](const Tensor& gg) { return gg * g() * (y() * -2); });
}

/// g s (1 + x (1 - s)), where s = sigmoid(x).
Tensor silu_backward(const Tensor& g, const Tensor& x) {
  auto d = backward_kernel("silu_backward", &Backend::silu_backward, g, x);
  return record(
      "silu_backward", d, inputs(g, x), [x = saved(x)](const Tensor& gg) { return silu_backward(gg, x()); },
      [g = saved(g), x = saved(x)](const Tensor& gg) {
        const Tensor s = sigmoid(x());
        return gg * g() * (s * (1 - s) * (2 + x() * (1 - s * 2)));
      });
}

/// g (Phi(x) + x phi(x)).
Tensor gelu_backward(const Tensor& g, const Tensor& x) {
  auto d = backward_kernel("gelu_backward", &Backend::gelu_backward, g, x);
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
  auto d = backward_kernel("gelu_tanh_backward", &Backend::gelu_tanh_backward, g, x);
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
  auto y = kernel::unary("relu", &Backend::relu, x);
  return record("relu", y, inputs(x), [y = saved_output(y)](const Tensor& g) { return relu_backward(g, y()); });
}

Tensor& relu_(Tensor& x) {
  autograd::check_in_place("relu_", x);
  kernel::unary_into("relu_", &Backend::relu, x);
  return record_in_place("relu_", x, inputs(x),
                         [y = saved_output(x)](const Tensor& g) { return relu_backward(g, y()); });
}

Tensor sigmoid(const Tensor& x) {
  auto y = kernel::unary("sigmoid", &Backend::sigmoid, x, Result::Float);
  return record("sigmoid", y, inputs(x), [y = saved_output(y)](const Tensor& g) { return sigmoid_backward(g, y()); });
}

Tensor& sigmoid_(Tensor& x) { return in_place("sigmoid_", x, sigmoid); }

Tensor tanh(const Tensor& x) {
  auto y = kernel::unary("tanh", &Backend::tanh, x, Result::Float);
  return record("tanh", y, inputs(x), [y = saved_output(y)](const Tensor& g) {
    return g.is_complex() ? g * conj(1 - square(y())) : tanh_backward(g, y());
  });
}

Tensor silu(const Tensor& x) {
  auto y = kernel::unary("silu", &Backend::silu, x, Result::Float);
  return record("silu", y, inputs(x), [x = saved(x)](const Tensor& g) { return silu_backward(g, x()); });
}

Tensor gelu(const Tensor& x, std::string_view approximate) {
  if (approximate == "tanh") {
    auto y = kernel::unary("gelu", &Backend::gelu_tanh, x, Result::Float);
    return record("gelu", y, inputs(x), [x = saved(x)](const Tensor& g) { return gelu_tanh_backward(g, x()); });
  }
  check(approximate == "none", "gelu: approximate is \"", approximate, "\" but must be \"none\" or \"tanh\"");
  auto y = kernel::unary("gelu", &Backend::gelu, x, Result::Float);
  return record("gelu", y, inputs(x), [x = saved(x)](const Tensor& g) { return gelu_backward(g, x()); });
}

}  // namespace ember
