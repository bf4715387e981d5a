#include "ember/ops/normalization/group_norm.h"

#include <limits>

#include "ember/autograd/fused.h"
#include "ember/core/kernels/normalization.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/split.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"
#include "ops/internal/normalization_operands.h"

namespace ember {

using namespace normalization;

namespace {

/// A parameter as the kernels read it.
Tensor plain(const Tensor& parameter, DType dtype) {
  return parameter.defined() ? contiguous(to(parameter.detach(), dtype)) : parameter;
}

/// The gradients for x [N, C, elements], weight and bias, composed so that they have gradients themselves.
Gradients composed_gradients(const Tensor& grad, const Tensor& input, const Tensor& weight, int64_t groups, double eps,
                             const Needs<3>& needs) {
  const DType dtype = compute_dtype(input.dtype());
  const int64_t images = input.size(0), channels = input.size(1), each = channels / groups;
  const Shape split = {images, groups, each, input.size(2)}, over = {2, 3};
  const Tensor x = reshape(to(input, dtype), split), g = reshape(to(grad, dtype), split);
  const Tensor centered = sub(x, mean(x, over, true));
  const Tensor rstd = rsqrt(add(mean(square(centered), over, true), eps)), normal = mul(centered, rstd);
  Gradients result;
  if (needs[0]) {
    Tensor h = weight.defined() ? mul(g, reshape(to(weight, dtype), {1, groups, each, 1})) : g;
    h = sub(h, mean(h, over, true));
    h = sub(h, mul(normal, mean(mul(h, normal), over, true)));
    result[0] = reshape(mul(h, rstd), input.sizes());
  }
  if (needs[1]) result[1] = reshape(sum(mul(g, normal), {0, 3}), channels);
  if (needs[2]) result[2] = reshape(sum(g, {0, 3}), channels);
  return result;
}

/// The same for x [rows, columns] over the root of its mean square, and weight.
std::array<Tensor, 2> composed_rms_gradients(const Tensor& grad, const Tensor& input, const Tensor& weight, double eps,
                                             const Needs<2>& needs) {
  const DType dtype = compute_dtype(input.dtype());
  const Tensor x = to(input, dtype), g = to(grad, dtype);
  const Tensor r = rsqrt(add(mean(square(x), 1, true), eps)), normal = mul(x, r);
  std::array<Tensor, 2> result;
  if (needs[0]) {
    const Tensor h = weight.defined() ? mul(g, to(weight, dtype)) : g;
    result[0] = mul(r, sub(h, mul(normal, mean(mul(h, normal), 1, true))));
  }
  if (needs[1]) result[1] = sum(mul(g, normal), 0);
  return result;
}

/// The result and the statistics, which are not on the tape.
std::tuple<Tensor, Tensor, Tensor> normalize_groups(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                                    int64_t batch, int64_t channels, int64_t elements, int64_t groups,
                                                    double eps) {
  check_input("group_norm", x, 2);
  check(groups > 0 && channels % groups == 0, "group_norm: ", channels, " channels of input ", x.sizes(),
        " cannot be divided into ", groups, " groups");
  check(batch >= 0 && channels >= 0 && elements >= 0 && x.numel() == batch * channels * elements,
        "group_norm: input has shape ", x.sizes(), " but must have ", batch, " x ", channels, " x ", elements,
        " elements");
  check_parameter("group_norm", "weight", weight, {channels}, x);
  check_parameter("group_norm", "bias", bias, {channels}, x);
  const DType dtype = compute_dtype(x.dtype());
  const Shape matrix = {batch, channels, elements};
  const Tensor flat = empty_tensor(matrix, x.dtype(), x.device());
  const Tensor mean = empty_tensor({batch, groups}, dtype, x.device());
  const Tensor rstd = empty_tensor({batch, groups}, dtype, x.device());
  if (x.numel() > 0) {
    kernels::group_norm.on(x)(flat, mean, rstd, reshape(x.detach(), matrix), plain(weight, dtype), plain(bias, dtype),
                              eps);
  } else {
    NoGradGuard no_grad;
    Tensor(mean).zero_();
    Tensor(rstd).zero_();
  }
  Tensor y = flat.alias(x.sizes(), contiguous_strides(x.sizes()), 0);
  y = record("group_norm", y, inputs(x, weight, bias),
             [x = saved(x), weight = saved(weight), bias = saved(bias), mean, rstd, matrix, eps](
                 const Tensor& g, const Needs<3>& needs) {
               const Tensor whole = x(), input = reshape(whole, matrix), scale = weight(), shift = bias();
               const Tensor grad = reshape(g, matrix);
               const auto kernel = [&] {
                 const Gradients d = gradients_to_fill(input, scale, shift, needs);
                 if (input.numel() > 0)
                   kernels::group_norm_backward.on(input)(d[0], d[1], d[2], contiguous(grad), contiguous(input), mean,
                                                          rstd, plain(scale, mean.dtype()));
                 return d;
               };
               Gradients result =
                   fused_backward<3>("group_norm_backward", {grad, input, scale}, kernel,
                                     [groups = mean.size(1), eps, needs](const auto& in) {
                                       return composed_gradients(in[0], in[1], in[2], groups, eps, needs);
                                     });
               if (needs[0]) result[0] = reshape(result[0], whole.sizes());
               return result;
             });
  return {y, mean, rstd};
}

}  // namespace

std::tuple<Tensor, Tensor, Tensor> native_group_norm(const Tensor& x, const Tensor& weight, const Tensor& bias,
                                                     int64_t batch, int64_t channels, int64_t elements, int64_t groups,
                                                     double eps) {
  const auto [y, m, r] = normalize_groups(x, weight, bias, batch, channels, elements, groups, eps);
  const Shape split = {batch, groups, channels / groups * elements};
  const Tensor middle =
      record("group_norm", to(m, x.dtype(), /*copy=*/true), inputs(x), [sizes = x.sizes(), split](const Tensor& g) {
        const Tensor share = div(g, static_cast<double>(split[2]));
        return reshape(expand(unsqueeze(share, 2), split), sizes);
      });
  const Tensor scale = record("group_norm", to(r, x.dtype(), /*copy=*/true), inputs(x),
                              in_float32([x = saved_wide(x), split, eps](const Tensor& g) {
                                const Tensor whole = x(), values = reshape(whole, split);
                                const Tensor centered = sub(values, mean(values, 2, true));
                                const Tensor power = pow(add(mean(square(centered), 2, true), eps), -1.5);
                                const Tensor share = mul(power, div(unsqueeze(g, 2), -static_cast<double>(split[2])));
                                return reshape(mul(share, centered), whole.sizes());
                              }));
  return {y, middle, scale};
}

Tensor group_norm(const Tensor& x, int64_t num_groups, const Tensor& weight, const Tensor& bias, double eps) {
  check_input("group_norm", x, 2);
  const int64_t batch = x.sizes()[0], channels = x.sizes()[1];
  const int64_t elements = Shape(std::span(x.sizes().data() + 2, x.sizes().size() - 2)).numel();
  check(channels > 0 && elements > 0, "group_norm: input has shape ", x.sizes(),
        " but must have at least one channel and one element in each");
  return std::get<0>(normalize_groups(x, weight, bias, batch, channels, elements, num_groups, eps));
}

Tensor rms_norm(const Tensor& x, const Shape& normalized_shape, const Tensor& weight, std::optional<double> eps) {
  check_input("rms_norm", x, 1);
  const int64_t dims = static_cast<int64_t>(normalized_shape.size()), outer = x.dim() - dims;
  bool fits = outer >= 0 && dims > 0;
  for (int64_t d = 0; fits && d < dims; ++d) fits = x.sizes()[outer + d] == normalized_shape[d];
  check(fits, "rms_norm: input has shape ", x.sizes(), " but its last dimensions must be ", normalized_shape);
  check_parameter("rms_norm", "weight", weight, normalized_shape, x);
  const DType dtype = compute_dtype(x.dtype());
  const double epsilon =
      eps.value_or(dtype == kFloat64 ? std::numeric_limits<double>::epsilon() : std::numeric_limits<float>::epsilon());
  const int64_t columns = normalized_shape.numel(), rows = Shape(std::span(x.sizes().data(), outer)).numel();
  const Shape matrix = {rows, columns};
  const Tensor rstd = empty_tensor(rows, dtype, x.device()), result = empty_tensor(matrix, x.dtype(), x.device());
  const auto flat = [columns](const Tensor& parameter) {
    return parameter.defined() ? reshape(parameter, columns) : parameter;
  };
  if (x.numel() > 0)
    kernels::rms_norm.on(x)(result, rstd, reshape(x.detach(), matrix), plain(flat(weight), dtype), epsilon);
  const Tensor y = result.alias(x.sizes(), contiguous_strides(x.sizes()), 0);
  return record(
      "rms_norm", y, inputs(x, weight),
      [x = saved(x), weight = saved(weight), rstd, matrix, flat, epsilon](const Tensor& g, const Needs<2>& needs) {
        const Tensor whole = x(), input = reshape(whole, matrix), scale = weight(), row = flat(scale);
        const Tensor grad = reshape(g, matrix);
        const auto kernel = [&] {
          const std::array<Tensor, 2> d = {gradient_like(needs[0], input, input), gradient_like(needs[1], row, input)};
          if (input.numel() > 0)
            kernels::rms_norm_backward.on(input)(d[0], d[1], contiguous(grad), contiguous(input), rstd,
                                                 plain(row, rstd.dtype()));
          return d;
        };
        auto result = fused_backward<2>(
            "rms_norm_backward", {grad, input, row}, kernel,
            [epsilon, needs](const auto& in) { return composed_rms_gradients(in[0], in[1], in[2], epsilon, needs); });
        if (needs[0]) result[0] = reshape(result[0], whole.sizes());
        if (needs[1]) result[1] = reshape(result[1], scale.sizes());
        return result;
      });
}

}  // namespace ember
