#include "ember/ops/pooling/pooling.h"

#include <algorithm>
#include <limits>

#include "ember/autograd/record.h"
#include "ember/core/kernels/pooling.h"
#include "ember/core/window.h"
#include "ember/ops/creation/creation.h"
#include "ops/internal/kernel.h"
#include "ops/internal/pooling_window.h"

namespace ember {

namespace pooling {

namespace {

/// The window for images to which as_images gave a dim of one.
Window with_rank(Window window, size_t rank) {
  for (Shape* values : {&window.kernel, &window.stride, &window.dilation})
    if (values->size() < rank) values->insert(0, 1);
  if (window.padding.size() < rank) window.padding.insert(0, 0);
  return window;
}

}  // namespace

}  // namespace pooling

namespace {

using namespace pooling;

std::pair<Tensor, Tensor> max_pool(const char* op, int64_t rank, const Tensor& input, const Shape& kernel_size,
                                   const Shape& stride, const Shape& padding, const Shape& dilation, bool ceil_mode,
                                   bool wants_indices = true) {
  check_images(op, input, rank);
  const Tensor x = as_images(input, rank);
  const Window window =
      with_rank(make_window(op, rank, kernel_size, stride, padding, dilation, ceil_mode), x.dim() - 2);
  const Shape sizes = out_sizes(op, x, window);
  Tensor indices;  // the kernel leaves them out when they are undefined
  if (wants_indices || (GradMode::is_enabled() && x.requires_grad())) indices = empty_images(x, sizes, kInt64);
  auto y = empty_images(x, sizes, x.dtype());
  kernels::max_pool.as(op).on(x)(y, indices, x, window);
  if (!indices.defined()) return {as_given(y, input, rank), indices};
  y = record(op, y, inputs(x),
             [indices, sizes = x.sizes()](const Tensor& g) { return max_backward(g, indices, sizes); });
  return {as_given(y, input, rank), as_given(indices, input, rank)};
}

Tensor avg_pool_images(const char* op, const Tensor& x, const Window& window);

Tensor avg_pool_backward(const char* op, const Tensor& g, const Window& window, const Shape& sizes) {
  Tensor d = empty_images(g, sizes, g.dtype());
  kernels::avg_pool_backward.on(g)(d, g, window);
  return record("avg_pool_backward", d,
                linear_in([&](const Tensor& t) { return avg_pool_backward(op, t, window, sizes); }, g),
                [op, window](const Tensor& gg) { return avg_pool_images(op, gg, window); });
}

Tensor avg_pool_images(const char* op, const Tensor& x, const Window& window) {
  auto y = empty_images(x, out_sizes(op, x, window), x.dtype());
  kernels::avg_pool.as(op).on(x)(y, x, window);
  return record(op, y, linear_in([&](const Tensor& t) { return avg_pool_images(op, t, window); }, x),
                [op, window, sizes = x.sizes()](const Tensor& g) { return avg_pool_backward(op, g, window, sizes); });
}

Tensor avg_pool(const char* op, int64_t rank, const Tensor& input, const Shape& kernel_size, const Shape& stride,
                const Shape& padding, bool ceil_mode, bool count_include_pad, std::optional<int64_t> divisor) {
  check_images(op, input, rank);
  check(!divisor || *divisor != 0, op, ": divisor_override must not be 0");
  const Tensor x = as_images(input, rank);
  Window window = with_rank(make_window(op, rank, kernel_size, stride, padding, 1, ceil_mode), x.dim() - 2);
  window.count_include_pad = count_include_pad;
  window.divisor = divisor;
  return as_given(avg_pool_images(op, x, window), input, rank);
}

}  // namespace

std::pair<Tensor, Tensor> max_pool1d_with_indices(const Tensor& x, const Shape& kernel_size, const Shape& stride,
                                                  const Shape& padding, const Shape& dilation, bool ceil_mode) {
  return max_pool("max_pool1d", 1, x, kernel_size, stride, padding, dilation, ceil_mode);
}

std::pair<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, const Shape& kernel_size, const Shape& stride,
                                                  const Shape& padding, const Shape& dilation, bool ceil_mode) {
  return max_pool("max_pool2d", 2, x, kernel_size, stride, padding, dilation, ceil_mode);
}

std::pair<Tensor, Tensor> max_pool3d_with_indices(const Tensor& x, const Shape& kernel_size, const Shape& stride,
                                                  const Shape& padding, const Shape& dilation, bool ceil_mode) {
  return max_pool("max_pool3d", 3, x, kernel_size, stride, padding, dilation, ceil_mode);
}

Tensor max_pool1d(const Tensor& x, const Shape& kernel_size, const Shape& stride, const Shape& padding,
                  const Shape& dilation, bool ceil_mode) {
  return max_pool("max_pool1d", 1, x, kernel_size, stride, padding, dilation, ceil_mode, false).first;
}

Tensor max_pool2d(const Tensor& x, const Shape& kernel_size, const Shape& stride, const Shape& padding,
                  const Shape& dilation, bool ceil_mode) {
  return max_pool("max_pool2d", 2, x, kernel_size, stride, padding, dilation, ceil_mode, false).first;
}

Tensor max_pool3d(const Tensor& x, const Shape& kernel_size, const Shape& stride, const Shape& padding,
                  const Shape& dilation, bool ceil_mode) {
  return max_pool("max_pool3d", 3, x, kernel_size, stride, padding, dilation, ceil_mode, false).first;
}

Tensor max_pool2d_with_indices_backward(const Tensor& grad_output, const Tensor& x, const Shape& kernel_size,
                                        const Shape& stride, const Shape& padding, const Shape& dilation,
                                        bool ceil_mode, const Tensor& indices) {
  constexpr auto op = "max_pool2d_with_indices_backward";
  check_images(op, x, 2);
  kernel::check_defined(op, "grad_output", grad_output);
  kernel::check_defined(op, "indices", indices);
  kernel::check_same_device(op, std::array{grad_output, x, indices});
  const Tensor images = as_images(x, 2);
  const Shape sizes = out_sizes(op, images, make_window(op, 2, kernel_size, stride, padding, dilation, ceil_mode));
  const Shape given = x.dim() == 3 ? Shape(std::span(sizes.data() + 1, 3)) : sizes;
  check(grad_output.sizes() == given && indices.sizes() == given && indices.dtype() == kInt64, op, ": grad_output is ",
        describe(grad_output), " and indices ", describe(indices), " but both must have shape ", given,
        " and indices be int64");
  check<TypeError>(grad_output.dtype() == x.dtype(), op, ": grad_output is ", describe(grad_output), " but input is ",
                   describe(x));
  const Tensor d = as_given(max_backward(as_images(grad_output, 2), as_images(indices, 2), images.sizes()), x, 2);
  // Which elements are the largest does not change with a small step of x.
  return record(op, d, inputs(d, x), [](const Tensor& g) { return std::array{g, zeros_like(g)}; });
}

Tensor avg_pool1d(const Tensor& x, const Shape& kernel_size, const Shape& stride, const Shape& padding, bool ceil_mode,
                  bool count_include_pad) {
  return avg_pool("avg_pool1d", 1, x, kernel_size, stride, padding, ceil_mode, count_include_pad, {});
}

Tensor avg_pool2d(const Tensor& x, const Shape& kernel_size, const Shape& stride, const Shape& padding, bool ceil_mode,
                  bool count_include_pad, std::optional<int64_t> divisor_override) {
  return avg_pool("avg_pool2d", 2, x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
}

Tensor avg_pool3d(const Tensor& x, const Shape& kernel_size, const Shape& stride, const Shape& padding, bool ceil_mode,
                  bool count_include_pad, std::optional<int64_t> divisor_override) {
  return avg_pool("avg_pool3d", 3, x, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override);
}

}  // namespace ember
