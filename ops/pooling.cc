#include "ops/pooling.h"

#include <algorithm>

#include "autograd/record.h"
#include "ops/creation.h"
#include "ops/indexing.h"
#include "ops/kernel.h"
#include "ops/linalg.h"
#include "ops/shape.h"

namespace ember {

namespace {

Shape both(const char* op, const char* argument, const Shape& value, int64_t least) {
  check(value.size() == 1 || value.size() == 2, op, ": ", argument, " is ", value, " but must have one or two entries");
  const Shape pair = value.size() == 2 ? value : Shape{value[0], value[0]};
  check(std::min(pair[0], pair[1]) >= least, op, ": ", argument, " is ", value, " but must be at least ", least);
  return pair;
}

Window make_window(const char* op, const Shape& kernel_size, const Shape& stride, const Shape& padding,
                   const Shape& dilation, bool ceil_mode) {
  Window window;
  window.kernel = both(op, "kernel_size", kernel_size, 1);
  window.stride = stride.empty() ? window.kernel : both(op, "stride", stride, 1);
  window.padding = both(op, "padding", padding, 0);
  window.dilation = both(op, "dilation", dilation, 1);
  window.ceil_mode = ceil_mode;
  for (int d = 0; d < 2; ++d)
    check(2 * window.padding[d] <= window.dilation[d] * (window.kernel[d] - 1) + 1, op, ": padding ", window.padding,
          " is more than half of kernel_size ", window.kernel);
  return window;
}

int64_t out_size(const Window& window, int d, int64_t size) {
  const int64_t reach = window.dilation[d] * (window.kernel[d] - 1) + 1;
  const int64_t room = size + 2 * window.padding[d] - reach, stride = window.stride[d];
  if (room < 0) return 0;
  int64_t count = (room + (window.ceil_mode ? stride - 1 : 0)) / stride + 1;
  // With ceil_mode the last window must still start inside of the image or its left padding.
  if (window.ceil_mode && (count - 1) * stride >= size + window.padding[d]) --count;
  return count;
}

Shape out_sizes(const char* op, const Tensor& x, const Window& window) {
  const Shape sizes = {x.size(0), x.size(1), out_size(window, 0, x.size(2)), out_size(window, 1, x.size(3))};
  check(sizes[2] > 0 && sizes[3] > 0, op, ": a window of kernel_size ", window.kernel, " with padding ", window.padding,
        " does not fit into images of size [", x.size(2), ", ", x.size(3), "]");
  return sizes;
}

/// Memory for images in the order of x's: channels innermost where x has them so.
Tensor empty_images(const Tensor& x, const Shape& sizes, DType dtype) {
  if (x.is_contiguous() || x.stride(1) != 1) return empty_tensor(sizes, dtype, x.device());
  return empty_strided_tensor(sizes, {sizes[1] * sizes[2] * sizes[3], 1, sizes[3] * sizes[1], sizes[1]}, dtype,
                              x.device());
}

void check_images(const char* op, const Tensor& x) {
  kernel::check_defined(op, "input", x);
  check(x.dim() == 3 || x.dim() == 4, op, ": input has shape ", x.sizes(), " but must be [N, C, H, W] or [C, H, W]");
  check<TypeError>(x.is_floating_point(), op, ": input is ", describe(x), " but must be floating-point");
  check(x.size(-3) > 0 && x.size(-2) > 0 && x.size(-1) > 0, op, ": input ", describe(x),
        " has an empty dimension other than the batch's");
}

Tensor max_pool2d_backward(const Tensor& g, const Tensor& indices, const Shape& sizes) {
  Tensor d = empty_images(indices, sizes, g.dtype());
  find_kernel("max_pool2d_backward", &Backend::max_pool_backward, g)(d, g, indices);
  return record("max_pool2d_backward", d, inputs(g), [indices](const Tensor& gg) {
    return view_as(gather(flatten(gg, 2), 2, flatten(indices, 2)), indices);
  });
}

Tensor avg_pool2d_4d(const Tensor& x, const Window& window);

Tensor avg_pool2d_backward(const Tensor& g, const Window& window, const Shape& sizes) {
  Tensor d = empty_images(g, sizes, g.dtype());
  find_kernel("avg_pool2d_backward", &Backend::avg_pool_backward, g)(d, g, window);
  return record("avg_pool2d_backward", d, inputs(g), [window](const Tensor& gg) { return avg_pool2d_4d(gg, window); });
}

Tensor avg_pool2d_4d(const Tensor& x, const Window& window) {
  auto y = empty_images(x, out_sizes("avg_pool2d", x, window), x.dtype());
  find_kernel("avg_pool2d", &Backend::avg_pool, x)(y, x, window);
  return record("avg_pool2d", y, inputs(x),
                [window, sizes = x.sizes()](const Tensor& g) { return avg_pool2d_backward(g, window, sizes); });
}

/// The matrix [outputs, size] that averages the elements floor(i size / outputs) ... ceil((i + 1) size / outputs) - 1.
Tensor averaging_matrix(int64_t size, int64_t outputs, const Tensor& like) {
  Tensor matrix = zeros({outputs, size}, TensorOptions(kFloat64));
  double* values = matrix.data_ptr<double>();
  for (int64_t i = 0; i < outputs; ++i) {
    const int64_t first = i * size / outputs, last = ((i + 1) * size + outputs - 1) / outputs;
    std::fill(values + i * size + first, values + i * size + last, 1.0 / static_cast<double>(last - first));
  }
  return matrix.to(like.options());
}

}  // namespace

std::pair<Tensor, Tensor> max_pool2d_with_indices(const Tensor& x, const Shape& kernel_size, const Shape& stride,
                                                  const Shape& padding, const Shape& dilation, bool ceil_mode) {
  check_images("max_pool2d", x);
  if (x.dim() == 3) {
    const auto [y, indices] =
        max_pool2d_with_indices(unsqueeze(x, 0), kernel_size, stride, padding, dilation, ceil_mode);
    return {squeeze(y, 0), squeeze(indices, 0)};
  }
  const Window window = make_window("max_pool2d", kernel_size, stride, padding, dilation, ceil_mode);
  const Shape sizes = out_sizes("max_pool2d", x, window);
  const Tensor indices = empty_images(x, sizes, kInt64);
  auto y = empty_images(x, sizes, x.dtype());
  find_kernel("max_pool2d", &Backend::max_pool, x)(y, indices, x, window);
  y = record("max_pool2d", y, inputs(x),
             [indices, sizes = x.sizes()](const Tensor& g) { return max_pool2d_backward(g, indices, sizes); });
  return {y, indices};
}

Tensor max_pool2d(const Tensor& x, const Shape& kernel_size, const Shape& stride, const Shape& padding,
                  const Shape& dilation, bool ceil_mode) {
  return max_pool2d_with_indices(x, kernel_size, stride, padding, dilation, ceil_mode).first;
}

Tensor avg_pool2d(const Tensor& x, const Shape& kernel_size, const Shape& stride, const Shape& padding, bool ceil_mode,
                  bool count_include_pad, std::optional<int64_t> divisor_override) {
  check_images("avg_pool2d", x);
  check<ValueError>(!divisor_override || *divisor_override != 0, "avg_pool2d: divisor_override must not be 0");
  Window window = make_window("avg_pool2d", kernel_size, stride, padding, 1, ceil_mode);
  window.count_include_pad = count_include_pad;
  window.divisor = divisor_override;
  return x.dim() == 3 ? squeeze(avg_pool2d_4d(unsqueeze(x, 0), window), 0) : avg_pool2d_4d(x, window);
}

Tensor adaptive_avg_pool2d(const Tensor& x, const Shape& output_size) {
  check_images("adaptive_avg_pool2d", x);
  Shape sizes = both("adaptive_avg_pool2d", "output_size", output_size, -1);
  for (int d = 0; d < 2; ++d) {
    if (sizes[d] == -1) sizes[d] = x.size(d - 2);
    check(sizes[d] > 0, "adaptive_avg_pool2d: output_size is ", output_size, " but must be positive or -1");
  }
  const int64_t height = x.size(-2), width = x.size(-1);
  if (height % sizes[0] == 0 && width % sizes[1] == 0) return avg_pool2d(x, {height / sizes[0], width / sizes[1]});
  const Tensor rows = averaging_matrix(height, sizes[0], x), columns = averaging_matrix(width, sizes[1], x);
  return matmul(matmul(rows, x), mT(columns));
}

}  // namespace ember
