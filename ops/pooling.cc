#include "ops/pooling.h"

#include <algorithm>
#include <limits>

#include "autograd/record.h"
#include "core/kernels/pooling.h"
#include "core/window.h"
#include "ops/creation.h"
#include "ops/indexing.h"
#include "ops/kernel.h"
#include "ops/pooling_window.h"
#include "ops/shape.h"

namespace ember {

namespace pooling {

Shape spread(const char* op, const char* argument, const Shape& value, size_t rank, int64_t least) {
  check(value.size() == 1 || value.size() == rank, op, ": ", argument, " is ", value, " but must have one entry or ",
        rank);
  for (const int64_t v : value)
    check(v >= least && v <= std::numeric_limits<int32_t>::max(), op, ": ", argument, " is ", value,
          " but must be at least ", least, " and below 2^31");
  return value.size() == rank ? value : Shape::filled(rank, value[0]);
}

Window make_window(const char* op, size_t rank, const Shape& kernel_size, const Shape& stride, const Shape& padding,
                   const Shape& dilation, bool ceil_mode) {
  Window window;
  window.kernel = spread(op, "kernel_size", kernel_size, rank, 1);
  window.stride = stride.empty() ? window.kernel : spread(op, "stride", stride, rank, 1);
  window.padding = spread(op, "padding", padding, rank, 0);
  window.dilation = spread(op, "dilation", dilation, rank, 1);
  window.ceil_mode = ceil_mode;
  for (size_t d = 0; d < rank; ++d)
    check(2 * window.padding[d] <= window.dilation[d] * (window.kernel[d] - 1) + 1, op, ": padding ", window.padding,
          " is more than half of kernel_size ", window.kernel);
  return window;
}

namespace {

int64_t out_size(const Window& window, size_t d, int64_t size) {
  const int64_t reach = window.dilation[d] * (window.kernel[d] - 1) + 1, stride = window.stride[d];
  const int64_t room = size + 2 * window.padding[d] - reach + (window.ceil_mode ? stride - 1 : 0);
  if (room < 0) return 0;
  const int64_t count = room / stride + 1;
  // With ceil_mode the last window must still start inside of the image or its left padding.
  return count - (window.ceil_mode && (count - 1) * stride >= size + window.padding[d]);
}

/// The window for images to which as_images gave a dim of one.
Window with_rank(Window window, size_t rank) {
  for (Shape* values : {&window.kernel, &window.stride, &window.dilation})
    if (values->size() < rank) values->insert(0, 1);
  if (window.padding.size() < rank) window.padding.insert(0, 0);
  return window;
}

}  // namespace

void check_images(const char* op, const Tensor& x, int64_t rank) {
  kernel::check_defined(op, "input", x);
  check(x.dim() == rank + 1 || x.dim() == rank + 2, op, ": input has shape ", x.sizes(), " but must have ", rank + 1,
        " dimensions, or ", rank + 2, " with a batch");
  check<NotImplementedError>(x.dtype() != kBool, op, ": input is ", describe(x), " but must be of numbers");
  for (int64_t d = -1; d >= -rank - 1; --d)
    check(x.size(d) > 0, op, ": input ", describe(x), " has an empty dimension other than the batch's");
}

Shape out_sizes(const char* op, const Tensor& x, const Window& window) {
  Shape sizes = x.sizes();
  for (size_t d = 0; d < window.kernel.size(); ++d) {
    sizes[d + 2] = out_size(window, d, sizes[d + 2]);
    check(sizes[d + 2] > 0, op, ": a window of kernel_size ", window.kernel, " with padding ", window.padding,
          " does not fit into input ", x.sizes());
  }
  return sizes;
}

Tensor empty_images(const Tensor& x, const Shape& sizes, DType dtype) {
  if (x.is_contiguous() || x.stride(1) != 1) return empty_tensor(sizes, dtype, x.device());
  Shape strides = Shape::filled(sizes.size(), 1);
  int64_t stride = sizes[1];
  for (size_t d = sizes.size(); d-- > 2;) strides[d] = stride, stride *= sizes[d];
  strides[0] = stride;
  return empty_strided_tensor(sizes, strides, dtype, x.device());
}

Tensor as_images(const Tensor& x, int64_t rank) {
  const Tensor batch = x.dim() == rank + 1 ? unsqueeze(x, 0) : x;
  return rank == 1 ? unsqueeze(batch, 2) : batch;
}

Tensor as_given(const Tensor& y, const Tensor& x, int64_t rank) {
  const Tensor flat = rank == 1 ? squeeze(y, 2) : y;
  return x.dim() == rank + 1 ? squeeze(flat, 0) : flat;
}

Tensor max_backward(const Tensor& g, const Tensor& indices, const Shape& sizes) {
  Tensor d = empty_images(indices, sizes, g.dtype());
  kernels::max_pool_backward.on(g)(d, g, indices);
  return record("max_pool_backward", d, inputs(g), [indices](const Tensor& gg) {
    return view_as(gather(flatten(gg, 2), 2, flatten(indices, 2)), indices);
  });
}

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
  return record("avg_pool_backward", d, inputs(g),
                [op, window](const Tensor& gg) { return avg_pool_images(op, gg, window); });
}

Tensor avg_pool_images(const char* op, const Tensor& x, const Window& window) {
  auto y = empty_images(x, out_sizes(op, x, window), x.dtype());
  kernels::avg_pool.as(op).on(x)(y, x, window);
  return record(op, y, inputs(x),
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
