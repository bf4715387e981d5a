#include "ember/ops/activation/activation.h"

#include <cmath>
#include <numbers>

#include "ember/autograd/record.h"
#include "ember/core/kernels/activation.h"
#include "ember/core/kernels/pointwise.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/random/random.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

using kernel::Result;

namespace {

Tensor backward_kernel(const Kernel<BinaryKernel>& kernel, const Tensor& g, const Tensor& kept) {
  return kernel::binary(kernel, g, kept);
}

/// g where y > 0.
Tensor relu_backward(const Tensor& g, const Tensor& y) {
  auto d = backward_kernel(kernels::relu_backward, g, y);
  return record("relu_backward", d, elements(g), [y = saved(y)](const Tensor& gg) { return relu_backward(gg, y()); });
}

/// g y (1 - y).
Tensor sigmoid_backward(const Tensor& g, const Tensor& y) {
  auto d = backward_kernel(kernels::sigmoid_backward, g, y);
  return record(
      "sigmoid_backward", d, elements(g, y), [y = saved(y)](const Tensor& gg) { return sigmoid_backward(gg, y()); },
      [g = saved(g), y = saved(y)](const Tensor& gg) { return gg * g() * (1 - y() * 2); });
}

/// g s (1 + x (1 - s)), where s = sigmoid(x).
Tensor silu_backward(const Tensor& g, const Tensor& x) {
  auto d = backward_kernel(kernels::silu_backward, g, x);
  return record(
      "silu_backward", d, elements(g, x), [x = saved(x)](const Tensor& gg) { return silu_backward(gg, x()); },
      [g = saved(g), x = saved(x)](const Tensor& gg) {
        const Tensor s = sigmoid(x());
        return gg * g() * (s * (1 - s) * (2 + x() * (1 - s * 2)));
      });
}

/// g (Phi(x) + x phi(x)).
Tensor gelu_backward(const Tensor& g, const Tensor& x) {
  auto d = backward_kernel(kernels::gelu_backward, g, x);
  return record(
      "gelu_backward", d, elements(g, x), [x = saved(x)](const Tensor& gg) { return gelu_backward(gg, x()); },
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
      "gelu_tanh_backward", d, elements(g, x), [x = saved(x)](const Tensor& gg) { return gelu_tanh_backward(gg, x()); },
      [g = saved(g), saved_x = saved(x)](const Tensor& gg) {
        const double k = std::numbers::sqrt2 * std::numbers::inv_sqrtpi, c = 0.044715;
        const Tensor x = saved_x();
        const Tensor t = tanh((x + pow(x, 3) * c) * k);
        const Tensor slope = (1 + square(x) * (3 * c)) * k, bend = x * (6 * c * k), decay = 1 - square(t);
        return gg * g() * decay * (slope + x * 0.5 * (bend - t * square(slope) * 2));
      });
}

Tensor floating_output(const char* op, const Tensor& x) {
  kernel::check_defined(op, "input", x);
  check<NotImplementedError>(x.is_floating_point(), op, ": input is ", describe(x), " but must be floating-point");
  return empty_tensor_like(x, x.dtype());
}

template <class Function, class... Parameters>
Tensor shaped(const Kernel<Function>& kernel, const Tensor& x, Parameters... parameters) {
  const char* const op = kernel.op();
  Tensor y = floating_output(op, x);
  kernel.on(x)(y, x, parameters...);
  return y;
}

/// (grad, x, parameters) to the gradient for x.
template <class Function, class... Parameters>
Tensor shaped_backward(const Kernel<Function>& kernel, const Tensor& g, const Tensor& x, Parameters... parameters) {
  const char* const op = kernel.op();
  Tensor d = kernel::make_output(op, g, x, kernel::Result::Promoted);
  kernel.on(x)(d, g, x, parameters...);
  return d;
}

/// g where low < x < high.
Tensor window_backward(const Tensor& g, const Tensor& x, double low, double high) {
  auto d = shaped_backward(kernels::window_backward, g, x, low, high);
  return record("window_backward", d, elements(g),
                [x = saved(x), low, high](const Tensor& gg) { return window_backward(gg, x(), low, high); });
}

Tensor leaky_relu_backward(const Tensor& g, const Tensor& x, double slope) {
  auto d = shaped_backward(kernels::leaky_relu_backward, g, x, slope);
  return record("leaky_relu_backward", d, elements(g),
                [x = saved(x), slope](const Tensor& gg) { return leaky_relu_backward(gg, x(), slope); });
}

/// scale x where x > 0, scale alpha (exp(rate x) - 1) elsewhere.
struct EluShape {
  double alpha, scale, rate;
};

Tensor elu_backward(const Tensor& g, const Tensor& x, EluShape s) {
  auto d = shaped_backward(kernels::elu_backward, g, x, s.alpha, s.scale, s.rate);
  return record(
      "elu_backward", d, elements(g, x), [x = saved(x), s](const Tensor& gg) { return elu_backward(gg, x(), s); },
      [g = saved(g), x = saved(x), s](const Tensor& gg) {
        return where(x() >= 0, 0, gg * g() * exp(x() * s.rate) * (s.alpha * s.scale * s.rate * s.rate));
      });
}

Tensor shaped_elu(const char* op, const Tensor& x, EluShape s) {
  auto y = shaped(kernels::elu.as(op), x, s.alpha, s.scale, s.rate);
  return record(op, y, elements(x), [x = saved(x), s](const Tensor& g) { return elu_backward(g, x(), s); });
}

/// g where x <= -3 left out, and (x / 3 + 1/2) g up to 3.
Tensor hardswish_backward(const Tensor& g, const Tensor& x) {
  auto d = shaped_backward(kernels::hardswish_backward, g, x);
  return record(
      "hardswish_backward", d, elements(g, x), [x = saved(x)](const Tensor& gg) { return hardswish_backward(gg, x()); },
      [g = saved(g), x = saved(x)](const Tensor& gg) { return window_backward(gg * g() / 3, x(), -3, 3); });
}

/// g sigmoid(-x).
Tensor logsigmoid_backward(const Tensor& g, const Tensor& x) {
  auto d = shaped_backward(kernels::logsigmoid_backward, g, x);
  return record(
      "logsigmoid_backward", d, elements(g, x), [x = saved(x)](const Tensor& gg) { return gg * sigmoid(-x()); },
      [g = saved(g), x = saved(x)](const Tensor& gg) {
        const Tensor s = sigmoid(-x());
        return gg * g() * s * (s - 1);
      });
}

/// g (t + x (1 - t^2) s) with t = tanh(softplus(x)), s = sigmoid(x).
Tensor mish_backward(const Tensor& g, const Tensor& x) {
  auto d = shaped_backward(kernels::mish_backward, g, x);
  return record(
      "mish_backward", d, elements(g, x), [x = saved(x)](const Tensor& gg) { return mish_backward(gg, x()); },
      [g = saved(g), x = saved(x)](const Tensor& gg) {
        const Tensor t = tanh(softplus(x())), s = sigmoid(x()), slope = (1 - square(t)) * s;
        return gg * g() * slope * (2 + x() * (1 - s - t * s * 2));
      });
}

}  // namespace

Tensor relu(const Tensor& x) {
  auto y = kernel::unary(kernels::relu, x);
  return record("relu", y, elements(x), [y = saved_output(y)](const Tensor& g) { return relu_backward(g, y()); });
}
Tensor ActivationMethods::relu() const { return ember::relu(self(this)); }

Tensor& relu_(Tensor& x) {
  autograd::check_in_place("relu_", x);
  kernel::unary_into(kernels::relu.as("relu_"), x);
  return record_in_place("relu_", x, elements(x),
                         [y = saved_output(x)](const Tensor& g) { return relu_backward(g, y()); });
}
Tensor& ActivationMethods::relu_() { return ember::relu_(self(this)); }

Tensor sigmoid(const Tensor& x) {
  auto y = kernel::unary(kernels::sigmoid, x, Result::Float);
  return record("sigmoid", y, elements(x), [y = saved_output(y)](const Tensor& g) { return sigmoid_backward(g, y()); });
}
Tensor ActivationMethods::sigmoid() const { return ember::sigmoid(self(this)); }

Tensor& sigmoid_(Tensor& x) { return in_place("sigmoid_", x, sigmoid); }
Tensor& ActivationMethods::sigmoid_() { return ember::sigmoid_(self(this)); }

Tensor silu(const Tensor& x) {
  auto y = kernel::unary(kernels::silu, x, Result::Float);
  return record("silu", y, elements(x), [x = saved(x)](const Tensor& g) { return silu_backward(g, x()); });
}

Tensor gelu(const Tensor& x, std::string_view approximate) {
  if (approximate == "tanh") {
    auto y = kernel::unary(kernels::gelu_tanh.as("gelu"), x, Result::Float);
    return record("gelu", y, elements(x), [x = saved(x)](const Tensor& g) { return gelu_tanh_backward(g, x()); });
  }
  check(approximate == "none", "gelu: approximate is \"", approximate, "\" but must be \"none\" or \"tanh\"");
  auto y = kernel::unary(kernels::gelu, x, Result::Float);
  return record("gelu", y, elements(x), [x = saved(x)](const Tensor& g) { return gelu_backward(g, x()); });
}

Tensor relu6(const Tensor& x) { return hardtanh(x, 0, 6); }

Tensor leaky_relu(const Tensor& x, double negative_slope) {
  auto y = shaped(kernels::leaky_relu, x, negative_slope);
  return record("leaky_relu", y, elements(x), [x = saved(x), negative_slope](const Tensor& g) {
    return leaky_relu_backward(g, x(), negative_slope);
  });
}

Tensor elu(const Tensor& x, double alpha) { return shaped_elu("elu", x, {alpha, 1, 1}); }

Tensor celu(const Tensor& x, double alpha) {
  check<ValueError>(alpha != 0, "celu: alpha must not be 0");
  return shaped_elu("celu", x, {alpha, 1, 1 / alpha});
}

Tensor selu(const Tensor& x) {
  return shaped_elu("selu", x, {1.6732632423543772848170429916717, 1.0507009873554804934193349852946, 1});
}

Tensor hardtanh(const Tensor& x, const Scalar& min_val, const Scalar& max_val) {
  kernel::check_defined("hardtanh", "input", x);
  const double low = min_val.to<double>(), high = max_val.to<double>();
  check<ValueError>(low <= high, "hardtanh: min_val is ", low, " but must not be above max_val ", high);
  check<NotImplementedError>(x.dtype() != kBool, "hardtanh: input is ", describe(x), " but must not be bool");
  Tensor y = empty_tensor_like(x, x.dtype());
  kernels::clamp.as("hardtanh").on(x)(y, x, low, high);
  return record("hardtanh", y, elements(x),
                [x = saved(x), low, high](const Tensor& g) { return window_backward(g, x(), low, high); });
}

Tensor hardsigmoid(const Tensor& x) {
  auto y = shaped(kernels::hardsigmoid, x);
  return record("hardsigmoid", y, elements(x),
                [x = saved(x)](const Tensor& g) { return window_backward(g / 6, x(), -3, 3); });
}

Tensor hardswish(const Tensor& x) {
  auto y = shaped(kernels::hardswish, x);
  return record("hardswish", y, elements(x), [x = saved(x)](const Tensor& g) { return hardswish_backward(g, x()); });
}

Tensor hardshrink(const Tensor& x, double lambd) {
  auto y = shaped(kernels::hardshrink, x, lambd);
  return record("hardshrink", y, elements(x),
                [x = saved(x), lambd](const Tensor& g) { return where((x() < -lambd) | (x() > lambd), g, 0); });
}
Tensor ActivationMethods::hardshrink(double lambd) const { return ember::hardshrink(self(this), lambd); }

Tensor softshrink(const Tensor& x, double lambd) {
  check(lambd >= 0, "softshrink: lambd is ", lambd, " but must not be negative");
  auto y = shaped(kernels::softshrink, x, lambd);
  return record("softshrink", y, elements(x),
                [x = saved(x), lambd](const Tensor& g) { return where((x() < -lambd) | (x() > lambd), g, 0); });
}

Tensor threshold(const Tensor& x, const Scalar& threshold, const Scalar& value) {
  kernel::check_defined("threshold", "input", x);
  check<NotImplementedError>(x.dtype() != kBool, "threshold: input is ", describe(x), " but must not be bool");
  for (const Scalar& number : {threshold, value}) kernel::check_fits("threshold", number, x.dtype());
  const double limit = threshold.to<double>();
  Tensor y = empty_tensor_like(x, x.dtype());
  kernels::threshold.on(x)(y, x, limit, value.to<double>());
  return record("threshold", y, elements(x),
                [x = saved(x), limit](const Tensor& g) { return where(x() <= limit, 0, g); });
}

Tensor softplus(const Tensor& x, double beta, double threshold) {
  auto y = shaped(kernels::softplus, x, beta, threshold);
  return record("softplus", y, elements(x), in_float32([x = saved_wide(x), beta, threshold](const Tensor& g) {
                  const Tensor t = beta == 1 ? x() : x() * beta;
                  // Above 17.5 the logistic function is 1 in float32.
                  if (threshold >= 17.5 && x().dtype() != kFloat64) return g * sigmoid(t);
                  return where(t > threshold, g, g * sigmoid(t));
                }));
}

Tensor logsigmoid(const Tensor& x) {
  auto y = shaped(kernels::logsigmoid, x);
  return record("logsigmoid", y, elements(x), [x = saved(x)](const Tensor& g) { return logsigmoid_backward(g, x()); });
}

Tensor mish(const Tensor& x) {
  auto y = shaped(kernels::mish, x);
  return record("mish", y, elements(x), [x = saved(x)](const Tensor& g) { return mish_backward(g, x()); });
}

Tensor softsign(const Tensor& x) {
  kernel::check_defined("softsign", "input", x);
  return in_float32([](const Tensor& wide) { return wide / (abs(wide) + 1); }, x);
}

Tensor tanhshrink(const Tensor& x) {
  kernel::check_defined("tanhshrink", "input", x);
  return in_float32([](const Tensor& wide) { return wide - tanh(wide); }, x);
}

Tensor prelu(const Tensor& x, const Tensor& weight) {
  kernel::check_defined("prelu", "input", x);
  kernel::check_defined("prelu", "weight", weight);
  check<TypeError>(x.dtype() == weight.dtype(), "prelu: weight is ", describe(weight), " but must have input's dtype ",
                   x.dtype());
  const int64_t channels = x.dim() > 1 ? x.size(1) : 1;
  check(weight.dim() <= 1 && (weight.numel() == 1 || weight.numel() == channels), "prelu: weight has shape ",
        weight.sizes(), " but must have one element or one for each of the ", channels, " channels");
  Shape sizes;
  for (int64_t d = 0; d < x.dim(); ++d) sizes.push_back(1);
  if (x.dim() > 1) sizes[1] = weight.numel();
  const Tensor slopes = reshape(weight, sizes);
  if (!x.is_floating_point()) return where(x > 0, x, x * slopes);
  auto y = kernel::binary(kernels::prelu, x, slopes);
  return record(
      "prelu", y, elements(x, slopes),
      [x = saved(x), slopes = saved(slopes)](const Tensor& g) { return where(x() > 0, g, g * slopes()); },
      [x = saved(x)](const Tensor& g) { return where(x() > 0, 0, g * x()); });
}
Tensor ActivationMethods::prelu(const Tensor& weight) const { return ember::prelu(self(this), weight); }

Tensor rrelu(const Tensor& x, double lower, double upper, bool training) {
  check(lower <= upper, "rrelu: lower is ", lower, " but must not be above upper ", upper);
  if (!training) return leaky_relu(x, (lower + upper) / 2);
  Tensor slopes = floating_output("rrelu", x);
  uniform_(slopes, lower, upper);
  return where(x > 0, x, x * slopes);
}

Tensor glu(const Tensor& x, int64_t dim) {
  kernel::check_defined("glu", "input", x);
  check(x.dim() > 0, "glu: input is zero-dimensional but must have a dim to halve");
  const int64_t size = x.size(dim);
  check(size % 2 == 0, "glu: input has size ", size, " in dim ", dim, " but it must be even");
  return in_float32([](const Tensor& a, const Tensor& b) { return a * sigmoid(b); }, narrow(x, dim, 0, size / 2),
                    narrow(x, dim, size / 2, size / 2));
}

}  // namespace ember
