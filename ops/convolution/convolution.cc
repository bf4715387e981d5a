// Convolutions of every rank are one recorded op; its two backward kernels are ops too, whose pullbacks are again the three.
#include "ember/ops/convolution/convolution.h"

#include "ember/autograd/record.h"
#include "ember/core/kernels/convolution.h"
#include "ember/core/window.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

Tensor forward(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias, const Window& window,
               const Shape& sizes);
Tensor backward_input(const Tensor& grad, const Tensor& weight, const Shape& x_sizes, const Window& window);

std::vector<Tensor> backward_weight(const Tensor& grad, const Tensor& x, const Shape& weight_sizes, bool has_bias,
                                    const Window& window);

/// [N, out, spatial...]; the window is known to fit.
Shape output_sizes(const Tensor& x, const Tensor& weight, const Window& window) {
  Shape sizes = x.sizes();
  sizes[1] = weight.sizes()[0];
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    const int64_t reach = window.dilation[i] * (window.kernel[i] - 1) + 1;
    sizes[i + 2] = (x.sizes()[i + 2] + 2 * window.padding[i] - reach) / window.stride[i] + 1;
  }
  return sizes;
}

/// The bias as it is added to each place of the output.
Tensor in_channels(const Tensor& bias, size_t rank) {
  Shape sizes = Shape::filled(static_cast<int64_t>(rank), 1);
  sizes[1] = bias.sizes()[0];
  return reshape(bias, sizes);
}

/// `sizes` are the result's: fewer windows than fit, for the gradient of a transposed convolution with much output_padding.
Tensor forward(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias, const Window& window,
               const Shape& sizes) {
  Tensor y = empty_tensor(sizes, x.dtype(), x.device());
  kernels::conv.as(op).on(x)(y, x, weight, bias, window);
  const auto product = [&](size_t i, const Tensor& t) {
    if (i == 2) return in_channels(t, sizes.size());
    return i == 0 ? forward(op, t, weight, {}, window, sizes) : forward(op, x, t, {}, window, sizes);
  };
  return record(op, std::move(y), linear_in(product, x, weight, bias),
                [x = saved(x), weight = saved(weight), window, sizes = x.sizes(), weight_sizes = weight.sizes()](
                    const Tensor& g, const Needs<3>& needs) {
                  std::array<Tensor, 3> grads;
                  if (needs[0]) grads[0] = backward_input(g, weight(), sizes, window);
                  if (needs[1] || needs[2]) {
                    auto both = backward_weight(g, x(), weight_sizes, needs[2], window);
                    grads[1] = both[0];
                    if (needs[2]) grads[2] = both[1];
                  }
                  return grads;
                });
}

/// What the gradient of a convolution's output says about its input.
Tensor backward_input(const Tensor& grad, const Tensor& weight, const Shape& x_sizes, const Window& window) {
  Tensor y = empty_tensor(x_sizes, grad.dtype(), grad.device());
  kernels::conv_backward_input.on(grad)(y, grad, weight, window);
  const auto product = [&](size_t i, const Tensor& t) {
    return i == 0 ? backward_input(t, weight, x_sizes, window) : backward_input(grad, t, x_sizes, window);
  };
  return record(
      "conv_backward_input", std::move(y), linear_in(product, grad, weight),
      [weight = saved(weight), window, sizes = grad.sizes()](const Tensor& v) {
        return forward("conv", v, weight(), {}, window, sizes);
      },
      [grad = saved(grad), window, sizes = weight.sizes()](const Tensor& v) {
        return backward_weight(grad(), v, sizes, false, window)[0];
      });
}

/// The same about its weight and, on demand, its bias.
std::vector<Tensor> backward_weight(const Tensor& grad, const Tensor& x, const Shape& weight_sizes, bool has_bias,
                                    const Window& window) {
  std::vector<Tensor> y = {empty_tensor(weight_sizes, grad.dtype(), grad.device())};
  if (has_bias) y.push_back(empty_tensor(weight_sizes[0], grad.dtype(), grad.device()));
  kernels::conv_backward_weight.on(grad)(y[0], has_bias ? y[1] : Tensor(), grad, x, window);
  return record("conv_backward_weight", std::move(y), inputs(grad, x),
                [grad = saved(grad), x = saved(x), window](std::span<const Tensor> v, const Needs<2>& needs) {
                  std::array<Tensor, 2> grads;
                  if (needs[0]) {
                    if (v[0].defined())
                      grads[0] = forward("conv", x(), v[0], v.size() > 1 ? v[1] : Tensor(), window, grad().sizes());
                    else
                      grads[0] = expand(in_channels(v[1], grad().sizes().size()), grad().sizes());
                  }
                  if (needs[1] && v[0].defined()) grads[1] = backward_input(grad(), v[0], x().sizes(), window);
                  return grads;
                });
}

/// One entry for each spatial dim, checked to lie between `least` and the largest int32, so that sums and products of them are exact.
Shape spread(const char* op, const char* argument, const Shape& value, int64_t rank, int64_t least) {
  check(value.size() == 1 || value.size() == static_cast<size_t>(rank), op, ": ", argument, " ", value,
        " must have 1 or ", rank, " elements");
  for (const int64_t v : value)
    check(v >= least && v <= INT32_MAX, op, ": ", argument, " must be at least ", least, " and below 2^31 but is ",
          value);
  return value.size() == static_cast<size_t>(rank) ? value : Shape::filled(rank, value[0]);
}

/// What convolutions and their transposes ask of ranks, dtypes and devices.
void check_tensors(const char* op, int64_t rank, const Tensor& x, const Tensor& weight, const Tensor& bias) {
  kernel::check_defined(op, "input", x);
  kernel::check_defined(op, "weight", weight);
  check(weight.dim() == rank + 2, op, ": weight has shape ", weight.sizes(), " but must have ", rank + 2,
        " dimensions");
  check(x.dim() == rank + 2 || x.dim() == rank + 1, op, ": input has shape ", x.sizes(), " but must have ", rank + 1,
        " dimensions, or ", rank + 2, " with a batch");
  check(x.dtype() == weight.dtype() && (!bias.defined() || bias.dtype() == x.dtype()), op, ": input is ", x.dtype(),
        " and weight ", weight.dtype(), bias.defined() ? concat(" and bias ", bias.dtype()) : "",
        " but all must have one dtype");
  check<NotImplementedError>(x.dtype() != kBool, op, ": input is ", x.dtype(), " but must be of numbers");
  kernel::check_same_device(op, std::array{x, weight, bias});
}

/// Everything about the arguments that does not depend on the padding's amounts.
void check_arguments(const char* op, int64_t rank, const Tensor& x, const Tensor& weight, const Tensor& bias,
                     int64_t groups) {
  check_tensors(op, rank, x, weight, bias);
  const int64_t channels = x.size(x.dim() - rank - 1), out = weight.sizes()[0];
  check(groups >= 1, op, ": groups must be at least 1 but is ", groups);
  check(weight.sizes()[1] * groups == channels, op, ": input has shape ", x.sizes(), " but weight of shape ",
        weight.sizes(), " with groups=", groups, " needs ", weight.sizes()[1] * groups, " input channel",
        weight.sizes()[1] * groups == 1 ? "" : "s");
  check(out % groups == 0 && weight.numel() > 0, op, ": weight has shape ", weight.sizes(),
        " but its output channels must be a multiple of groups=", groups, " and no size may be 0");
  check(!bias.defined() || (bias.dim() == 1 && bias.sizes()[0] == out), op, ": bias has shape ",
        bias.defined() ? bias.sizes() : Shape(), " but must be [", out, "] to match weight ", weight.sizes());
}

Shape kernel_of(const Tensor& weight) { return Shape(std::span(weight.sizes().data() + 2, weight.sizes().size() - 2)); }

/// Batched x, all checked.
Tensor convolve(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias, const Window& window) {
  for (size_t i = 0; i < window.kernel.size(); ++i) {
    const int64_t padded = x.sizes()[i + 2] + 2 * window.padding[i];
    const int64_t reach = window.dilation[i] * (window.kernel[i] - 1) + 1;
    check(padded >= reach, op, ": a kernel of ", window.kernel, " with dilation ", window.dilation, " spans ", reach,
          " elements of dim ", i + 2, " but input ", x.sizes(), " with padding ", window.padding, " has ", padded);
  }
  return forward(op, x, weight, bias, window, output_sizes(x, weight, window));
}

/// Calls f with the tensors: integers as float64, in which their sums are exact up to 2^53, complex numbers by their parts.
template <class F>
Tensor in_floating_point(const Tensor& x, const Tensor& weight, const Tensor& bias, F f) {
  if (x.is_floating_point()) return f(x, weight, bias);
  if (x.is_complex()) {
    const Tensor re = real(x), im = imag(x), weight_re = real(weight), weight_im = imag(weight), none;
    const Tensor y_re = f(re, weight_re, bias.defined() ? real(bias) : none) - f(im, weight_im, none);
    const Tensor y_im = f(re, weight_im, bias.defined() ? imag(bias) : none) + f(im, weight_re, none);
    return complex(y_re, y_im);
  }
  return to(f(to(x, kFloat64), to(weight, kFloat64), bias.defined() ? to(bias, kFloat64) : bias), x.dtype());
}

Tensor conv(const char* op, int64_t rank, const Tensor& x, const Tensor& weight, const Tensor& bias,
            const Shape& stride, const Shape& padding, const Shape& dilation, int64_t groups) {
  check_arguments(op, rank, x, weight, bias, groups);
  if (!x.is_floating_point())
    return in_floating_point(x, weight, bias, [&](const Tensor& a, const Tensor& b, const Tensor& c) {
      return conv(op, rank, a, b, c, stride, padding, dilation, groups);
    });
  const Window window = {.kernel = kernel_of(weight),
                         .stride = spread(op, "stride", stride, rank, 1),
                         .padding = spread(op, "padding", padding, rank, 0),
                         .dilation = spread(op, "dilation", dilation, rank, 1),
                         .groups = groups,
                         .divisor = {}};
  if (x.dim() == rank + 2) return convolve(op, x, weight, bias, window);
  return squeeze(convolve(op, unsqueeze(x, 0), weight, bias, window), 0);
}

/// Batched x, all checked. The convolution whose gradient this is has x as its output and `sizes` as its input's shape.
Tensor transposed(const char* op, const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& sizes,
                  const Window& window) {
  // The bias is added before the result is rounded to 16 bits.
  Tensor y = empty_tensor(sizes, bias.defined() ? compute_dtype(x.dtype()) : x.dtype(), x.device());
  if (x.numel() > 0)
    kernels::conv_backward_input.as(op).on(x)(y, x, weight, window);
  else
    y.zero_();
  if (bias.defined()) {
    NoGradGuard no_grad;
    const Tensor shift = in_channels(bias.detach(), sizes.size());
    y = to(bias.is_batched() ? y.add(shift) : y.add_(shift), x.dtype());
  }
  const auto product = [&](size_t i, const Tensor& t) {
    if (i == 2) return in_channels(t, sizes.size());
    return i == 0 ? transposed(op, t, weight, {}, sizes, window) : transposed(op, x, t, {}, sizes, window);
  };
  return record(op, std::move(y), linear_in(product, x, weight, bias),
                [x = saved(x), weight = saved(weight), window](const Tensor& g, const Needs<3>& needs) {
                  std::array<Tensor, 3> grads;
                  if (needs[0]) grads[0] = forward("conv", g, weight(), {}, window, x().sizes());
                  if (needs[1]) grads[1] = backward_weight(x(), g, weight().sizes(), false, window)[0];
                  if (needs[2]) {
                    Shape dims = {0};
                    for (int64_t d = 2; d < g.dim(); ++d) dims.push_back(d);
                    grads[2] = sum(g, dims);
                  }
                  return grads;
                });
}

Tensor conv_transpose(const char* op, int64_t rank, const Tensor& x, const Tensor& weight, const Tensor& bias,
                      const Shape& stride, const Shape& padding, const Shape& output_padding, int64_t groups,
                      const Shape& dilation) {
  check_tensors(op, rank, x, weight, bias);
  check(groups >= 1, op, ": groups must be at least 1 but is ", groups);
  const int64_t channels = x.size(x.dim() - rank - 1), out = weight.sizes()[1] * groups;
  check(weight.sizes()[0] == channels && channels % groups == 0 && weight.numel() > 0, op, ": input has shape ",
        x.sizes(), " but weight of shape ", weight.sizes(), " with groups=", groups, " needs ", weight.sizes()[0],
        " input channels, a multiple of the groups");
  check(!bias.defined() || (bias.dim() == 1 && bias.sizes()[0] == out), op, ": bias has shape ",
        bias.defined() ? bias.sizes() : Shape(), " but must be [", out, "] to match weight ", weight.sizes());
  if (!x.is_floating_point())
    return in_floating_point(x, weight, bias, [&](const Tensor& a, const Tensor& b, const Tensor& c) {
      return conv_transpose(op, rank, a, b, c, stride, padding, output_padding, groups, dilation);
    });
  const Window window = {.kernel = kernel_of(weight),
                         .stride = spread(op, "stride", stride, rank, 1),
                         .padding = spread(op, "padding", padding, rank, 0),
                         .dilation = spread(op, "dilation", dilation, rank, 1),
                         .groups = groups,
                         .divisor = {}};
  const Shape more = spread(op, "output_padding", output_padding, rank, 0);
  const Tensor batch = x.dim() == rank + 2 ? x : unsqueeze(x, 0);
  Shape sizes = {batch.size(0), out};
  for (int64_t d = 0; d < rank; ++d) {
    check(more[d] < window.stride[d] || more[d] < window.dilation[d], op, ": output_padding ", more,
          " must be smaller than stride ", window.stride, " or dilation ", window.dilation);
    const int64_t reach = window.dilation[d] * (window.kernel[d] - 1) + 1;
    int64_t size;
    check(!__builtin_mul_overflow(batch.size(d + 2) - 1, window.stride[d], &size) && size < INT64_MAX / 2, op,
          ": stride ", window.stride, " is too large for input ", x.sizes());
    sizes.push_back(size - 2 * window.padding[d] + reach + more[d]);
    check(batch.size(d + 2) > 0 && sizes.back() > 0, op, ": input ", x.sizes(), " with a kernel of ", window.kernel,
          " and padding ", window.padding, " gives an empty output");
  }
  const Tensor y = transposed(op, batch, weight, bias, sizes, window);
  return x.dim() == rank + 2 ? y : squeeze(y, 0);
}

}  // namespace

namespace convolution {

Tensor conv_named_padding(int64_t rank, const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride,
                          std::string_view padding, const Shape& dilation, int64_t groups) {
  const char* op = rank == 1 ? "conv1d" : rank == 2 ? "conv2d" : "conv3d";
  if (padding == "valid") return conv(op, rank, x, weight, bias, stride, 0, dilation, groups);
  check<ValueError>(padding == "same", op, ": padding must be \"same\", \"valid\" or numbers but is \"",
                    std::string(padding), "\"");
  check_arguments(op, rank, x, weight, bias, groups);
  for (const int64_t s : spread(op, "stride", stride, rank, 1))
    check(s == 1, op, ": padding \"same\" needs a stride of 1 but it is ", stride);
  const Shape kernel = kernel_of(weight), spacing = spread(op, "dilation", dilation, rank, 1);
  Shape amounts = Shape::filled(rank, 0);
  Tensor padded = x;
  for (int64_t i = 0; i < rank; ++i) {
    const int64_t total = spacing[i] * (kernel[i] - 1), dim = x.dim() - rank + i;
    amounts[i] = total / 2;
    if (total % 2 == 0) continue;
    Shape sizes = padded.sizes();
    sizes[dim] = 1;
    padded = cat({padded, zeros(sizes, x.options())}, dim);
  }
  return conv(op, rank, padded, weight, bias, stride, amounts, spacing, groups);
}

}  // namespace convolution

Tensor conv1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride, const Shape& padding,
              const Shape& dilation, int64_t groups) {
  return conv("conv1d", 1, x, weight, bias, stride, padding, dilation, groups);
}

Tensor conv2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride, const Shape& padding,
              const Shape& dilation, int64_t groups) {
  return conv("conv2d", 2, x, weight, bias, stride, padding, dilation, groups);
}

Tensor conv3d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride, const Shape& padding,
              const Shape& dilation, int64_t groups) {
  return conv("conv3d", 3, x, weight, bias, stride, padding, dilation, groups);
}

Tensor conv_transpose1d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride,
                        const Shape& padding, const Shape& output_padding, int64_t groups, const Shape& dilation) {
  return conv_transpose("conv_transpose1d", 1, x, weight, bias, stride, padding, output_padding, groups, dilation);
}

Tensor conv_transpose2d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride,
                        const Shape& padding, const Shape& output_padding, int64_t groups, const Shape& dilation) {
  return conv_transpose("conv_transpose2d", 2, x, weight, bias, stride, padding, output_padding, groups, dilation);
}

Tensor conv_transpose3d(const Tensor& x, const Tensor& weight, const Tensor& bias, const Shape& stride,
                        const Shape& padding, const Shape& output_padding, int64_t groups, const Shape& dilation) {
  return conv_transpose("conv_transpose3d", 3, x, weight, bias, stride, padding, output_padding, groups, dilation);
}

}  // namespace ember
