#include "ember/ops/normalization/normalization.h"

#include "ember/autograd/fused.h"
#include "ember/core/kernels/normalization.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/normalization/group_norm.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pooling/pooling.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/batch_dims.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"
#include "ops/internal/normalization_operands.h"

namespace ember {

using namespace normalization;

namespace {

/// What a normalisation runs over: `over` are the dims of x that share a mean, `weight` the shape that weight and bias take
/// to broadcast against x.
struct Axes {
  Shape over, weight;
};

/// The mean of x over some dims, and 1 / sqrt(variance + eps).
struct Statistics {
  Tensor mean, rstd;
};

/// The statistics as functions of x, for gradients of gradients.
Statistics statistics(const Tensor& x, const Shape& over, double eps) {
  const Tensor m = mean(x, over, true);
  return {m, rsqrt(add(mean(square(sub(x, m)), over, true), eps))};
}

/// The gradients for x, weight and bias, composed so that they have gradients themselves. `fixed` says that the statistics do not
/// depend on x.
Gradients composed_gradients(const Tensor& grad, const Tensor& input, const Tensor& weight, const Statistics& s,
                             const Axes& axes, bool fixed, const Needs<3>& needs) {
  const DType dtype = compute_dtype(input.dtype());
  const Tensor g = to(grad, dtype), x = to(input, dtype);
  const Tensor normal = mul(sub(x, s.mean), s.rstd);
  Gradients result;
  if (needs[0]) {
    Tensor h = weight.defined() ? mul(g, reshape(to(weight, dtype), axes.weight)) : g;
    if (!fixed) {
      h = sub(h, mean(h, axes.over, true));
      h = sub(h, mul(normal, mean(mul(h, normal), axes.over, true)));
    }
    result[0] = mul(h, s.rstd);
  }
  if (needs[1]) result[1] = reshape(sum_to_size(mul(g, normal), axes.weight), weight.sizes());
  if (needs[2]) result[2] = reshape(sum_to_size(g, axes.weight), {axes.weight.numel()});
  return result;
}

/// Parameters in x's compute dtype: kernels read them next to the statistics.
Tensor in_dtype(const Tensor& parameter, DType dtype) { return parameter.defined() ? to(parameter, dtype) : parameter; }

Axes channel_axes(const Tensor& x) {
  Axes axes{{}, Shape::filled(x.dim(), 1)};
  for (int64_t d = 0; d < x.dim(); ++d)
    if (d != 1) axes.over.push_back(d);
  axes.weight[1] = x.sizes()[1];
  return axes;
}

/// A statistic of x alone, which the kernel has written for each sample of vmap if the weight has samples.
Tensor for_input(Tensor statistic, const Tensor& x) {
  const std::vector<BatchDim> dims(statistic.batch_dims().begin(), statistic.batch_dims().end());
  for (const BatchDim& dim : dims)
    if (!x.is_batched() || !x.impl()->batch->find(dim.level))
      statistic = select(remove_batch_dim(statistic, 0, dim.level, dim.size), 0, 0);
  return statistic;
}

/// running = (1 - momentum) running + momentum batch.
void move_towards(const Tensor& running, const Tensor& batch, double momentum) {
  Tensor kept = running;
  kept.copy_(add(mul(to(running, batch.dtype()), 1 - momentum), batch, momentum));
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> native_batch_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                                     const Tensor& running_mean, const Tensor& running_var,
                                                     bool training, double momentum, double eps) {
  if (x.defined() && x.dim() == 1 && x.numel() == 0) {  // no channels
    const Tensor none = empty_tensor(0, compute_dtype(x.dtype()), x.device());
    return {clone(x), none, none};
  }
  check_input("batch_norm", x, 2);
  const int64_t channels = x.sizes()[1];
  for (const auto& [name, parameter] : {std::pair<const char*, const Tensor&>{"running_mean", running_mean},
                                        {"running_var", running_var},
                                        {"weight", weight},
                                        {"bias", bias}})
    check_parameter("batch_norm", name, parameter, {channels}, x);
  check(training || (running_mean.defined() && running_var.defined()),
        "batch_norm: running_mean and running_var must be given when not training");
  const int64_t count = channels == 0 ? 0 : x.numel() / channels;
  check<ValueError>(!training || count > 1 || x.numel() == 0,
                    "batch_norm: expected more than 1 value per channel when training, got input of shape ", x.sizes());

  const DType dtype = compute_dtype(x.dtype());
  const Tensor input = contiguous(x.detach()), scale = in_dtype(weight.defined() ? weight.detach() : weight, dtype),
               shift = in_dtype(bias.defined() ? bias.detach() : bias, dtype);
  Tensor y = empty_tensor(x.sizes(), x.dtype(), x.device());
  Tensor mean, rstd;
  {
    NoGradGuard no_grad;
    if (training) {
      mean = empty_tensor(channels, dtype, x.device());
      rstd = empty_tensor(channels, dtype, x.device());
    } else {
      // A copy: the running mean may move on before backward.
      mean = to(running_mean, dtype, /*copy=*/true);
      rstd = rsqrt(add(to(running_var, dtype), eps));
    }
    if (x.numel() > 0) kernels::batch_norm.on(x)(y, mean, rstd, input, scale, shift, eps, training);
    if (training) {
      mean = for_input(mean, x);
      rstd = for_input(rstd, x);
    }
    if (training && count > 1) {
      if (running_mean.defined()) move_towards(running_mean, mean, momentum);
      if (running_var.defined()) {
        const double unbiased = static_cast<double>(count) / static_cast<double>(count - 1);
        move_towards(running_var, mul(clamp_min(sub(reciprocal(square(rstd)), eps), 0), unbiased), momentum);
      }
    }
  }
  y = record("batch_norm", y, inputs(x, weight, bias),
             [x = saved(x), weight = saved(weight), bias = saved(bias), mean, rstd, training, eps](
                 const Tensor& g, const Needs<3>& needs) {
               const Tensor input = x(), scale = weight();
               const Axes axes = channel_axes(input);
               const auto kernel = [&] {
                 const Gradients d = gradients_to_fill(input, scale, bias(), needs);
                 if (input.numel() > 0)
                   kernels::batch_norm_backward.on(input)(d[0], d[1], d[2], contiguous(g), contiguous(input), mean,
                                                          rstd, scale, training);
                 return d;
               };
               const auto composed = [=](const auto& in) {
                 const Statistics s = training ? statistics(to(in[1], mean.dtype()), axes.over, eps)
                                               : Statistics{reshape(mean, axes.weight), reshape(rstd, axes.weight)};
                 return composed_gradients(in[0], in[1], in[2], s, axes, !training, needs);
               };
               return fused_backward<3>("batch_norm_backward", {g, input, scale}, kernel, composed);
             });
  const Tensor none = empty_tensor(0, dtype, x.device());
  return {y, training ? mean : none, training ? rstd : none};
}

Tensor batch_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var, const Tensor& weight,
                  const Tensor& bias, bool training, double momentum, double eps) {
  return std::get<0>(native_batch_norm(x, weight, bias, running_mean, running_var, training, momentum, eps));
}

std::tuple<Tensor, Tensor, Tensor> native_layer_norm(const Tensor& x, const Shape& normalized_shape,
                                                     const Tensor& weight, const Tensor& bias, double eps) {
  check_input("layer_norm", x, 1);
  const int64_t dims = static_cast<int64_t>(normalized_shape.size()), outer = x.dim() - dims;
  check(dims > 0, "layer_norm: normalized_shape must not be empty");
  bool fits = outer >= 0;
  for (int64_t d = 0; fits && d < dims; ++d) fits = x.sizes()[outer + d] == normalized_shape[d];
  check(fits, "layer_norm: input has shape ", x.sizes(), " but its last dimensions must be ", normalized_shape);
  check_parameter("layer_norm", "weight", weight, normalized_shape, x);
  check_parameter("layer_norm", "bias", bias, normalized_shape, x);

  const int64_t columns = normalized_shape.numel(), rows = Shape(std::span(x.sizes().data(), outer)).numel();
  const DType dtype = compute_dtype(x.dtype());
  const Tensor result = empty_tensor({rows, columns}, x.dtype(), x.device());
  const Tensor mean = empty_tensor(rows, dtype, x.device()), rstd = empty_tensor(rows, dtype, x.device());
  const auto flat = [columns](const Tensor& parameter) {
    return parameter.defined() ? reshape(parameter, columns) : parameter;
  };
  if (x.numel() > 0) {
    NoGradGuard no_grad;
    kernels::layer_norm.on(x)(result, mean, rstd, reshape(x, {rows, columns}), flat(weight), flat(bias), eps);
  }
  Tensor y = result.alias(x.sizes(), contiguous_strides(x.sizes()), 0);
  y = record(
      "layer_norm", y, inputs(x, weight, bias),
      [x = saved(x), weight = saved(weight), bias = saved(bias), mean, rstd, dims, eps, flat](const Tensor& g,
                                                                                              const Needs<3>& needs) {
        const Tensor input = x(), scale = weight();
        Axes axes{{}, Shape(std::span(input.sizes().data() + (input.dim() - dims), dims))};
        for (int64_t d = -dims; d < 0; ++d) axes.over.push_back(d);
        const auto kernel = [&] {
          const Shape matrix{mean.numel(), axes.weight.numel()};
          const Tensor rows = reshape(input, matrix);
          const Gradients d = gradients_to_fill(rows, flat(scale), flat(bias()), needs);
          if (input.numel() > 0)
            kernels::layer_norm_backward.on(input)(d[0], d[1], d[2], reshape(g, matrix), rows, mean, rstd, flat(scale));
          const auto shaped = [](const Tensor& t, const Shape& sizes) { return t.defined() ? reshape(t, sizes) : t; };
          return Gradients{shaped(d[0], input.sizes()), shaped(d[1], axes.weight), shaped(d[2], axes.weight)};
        };
        const auto composed = [=, dtype = mean.dtype()](const auto& in) {
          const Statistics s = statistics(to(in[1], dtype), axes.over, eps);
          Gradients result = composed_gradients(in[0], in[1], in[2], s, axes, false, needs);
          if (needs[2]) result[2] = reshape(result[2], axes.weight);
          return result;
        };
        return fused_backward<3>("layer_norm_backward", {g, input, scale}, kernel, composed);
      });
  Shape outer_sizes = x.sizes();
  for (int64_t d = outer; d < x.dim(); ++d) outer_sizes[d] = 1;
  return {y, mean.alias(outer_sizes, contiguous_strides(outer_sizes), 0),
          rstd.alias(outer_sizes, contiguous_strides(outer_sizes), 0)};
}

Tensor layer_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight, const Tensor& bias,
                  double eps) {
  return std::get<0>(native_layer_norm(x, normalized_shape, weight, bias, eps));
}

Tensor instance_norm(const Tensor& x, const Tensor& running_mean, const Tensor& running_var, const Tensor& weight,
                     const Tensor& bias, bool use_input_stats, double momentum, double eps) {
  check_input("instance_norm", x, 3);
  if (!use_input_stats) return batch_norm(x, running_mean, running_var, weight, bias, false, momentum, eps);
  const int64_t batch = x.sizes()[0], channels = x.sizes()[1];
  const int64_t count = batch * channels == 0 ? 0 : x.numel() / (batch * channels);
  check<ValueError>(count > 1 || x.numel() == 0,
                    "instance_norm: expected more than 1 spatial element when training, got input of shape ",
                    x.sizes());
  if (running_mean.defined() || running_var.defined()) {
    NoGradGuard no_grad;
    const Tensor values = reshape(to(x, compute_dtype(x.dtype())), {batch, channels, count});
    if (running_mean.defined()) move_towards(running_mean, mean(mean(values, 2), 0), momentum);
    if (running_var.defined()) move_towards(running_var, mean(var(values, Shape{2}), 0), momentum);
  }
  return group_norm(x, channels, weight, bias, eps);
}

Tensor local_response_norm(const Tensor& x, int64_t size, double alpha, double beta, double k) {
  kernel::check_defined("local_response_norm", "input", x);
  check<ValueError>(x.dim() >= 3, "local_response_norm: input has shape ", x.sizes(),
                    " but must have at least 3 dimensions");
  check<ValueError>(size >= 1, "local_response_norm: size must be at least 1 but is ", size);
  if (x.numel() == 0) return x;
  if (are_16_bit(x))
    return in_float32([&](const Tensor& wide) { return local_response_norm(wide, size, alpha, beta, k); }, x);
  const int64_t batch = x.size(0), channels = x.size(1), elements = x.numel() / (batch * channels);
  // The channels as the rows of an image, with zeros above and below.
  const Tensor squares = reshape(square(x), {batch, 1, channels, elements});
  const auto zero_rows = [&](int64_t rows) { return zeros({batch, 1, rows, elements}, x.options()); };
  const Tensor padded = cat({zero_rows(size / 2), squares, zero_rows((size - 1) / 2)}, 2);
  const Tensor means = reshape(avg_pool2d(padded, {size, 1}, 1), x.sizes());
  return div(x, pow(add(mul(means, alpha), k), beta));
}

}  // namespace ember
