#include "ember/ops/resampling/folding.h"

#include "ember/autograd/record.h"
#include "ember/core/kernels/resampling.h"
#include "ember/core/window.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/kernel.h"
#include "ops/internal/pooling_window.h"

namespace ember {

namespace {

Window make_window(const char* op, const Shape& kernel_size, const Shape& dilation, const Shape& padding,
                   const Shape& stride) {
  Window window;
  window.kernel = pooling::spread(op, "kernel_size", kernel_size, 2, 1);
  window.dilation = pooling::spread(op, "dilation", dilation, 2, 1);
  window.padding = pooling::spread(op, "padding", padding, 2, 0);
  window.stride = pooling::spread(op, "stride", stride, 2, 1);
  return window;
}

/// How many windows fit into an image.
int64_t count_windows(const char* op, const Window& window, int64_t height, int64_t width) {
  int64_t count = 1;
  for (int d = 0; d < 2; ++d) {
    const int64_t size = d == 0 ? height : width, reach = window.dilation[d] * (window.kernel[d] - 1) + 1;
    const int64_t room = size + 2 * window.padding[d] - reach;
    check(room >= 0, op, ": a window of kernel_size ", window.kernel, " with dilation ", window.dilation,
          " and padding ", window.padding, " does not fit into images of size [", height, ", ", width, "]");
    count *= room / window.stride[d] + 1;
  }
  return count;
}

Tensor fold_batch(const Tensor& columns, const Shape& sizes, const Window& window);

Tensor unfold_batch(const Tensor& x, const Window& window) {
  const Shape& n = x.sizes();
  const Shape sizes = {n[0], n[1] * window.kernel.numel(), count_windows("unfold", window, n[2], n[3])};
  Tensor y = empty_tensor(sizes, x.dtype(), x.device());
  kernels::unfold.on(x)(y, x, window);
  return record("unfold", y, inputs(x),
                [window, sizes = x.sizes()](const Tensor& g) { return fold_batch(g, sizes, window); });
}

Tensor fold_batch(const Tensor& columns, const Shape& sizes, const Window& window) {
  Tensor y = empty_tensor(sizes, columns.dtype(), columns.device());
  kernels::fold.on(columns)(y, columns, window);
  return record("fold", y, inputs(columns), [window](const Tensor& g) { return unfold_batch(g, window); });
}

}  // namespace

Tensor unfold_windows(const Tensor& x, const Shape& kernel_size, const Shape& dilation, const Shape& padding,
                      const Shape& stride) {
  kernel::check_defined("unfold", "input", x);
  check(x.dim() == 3 || x.dim() == 4, "unfold: input has shape ", x.sizes(), " but must be [N, C, H, W] or [C, H, W]");
  check(x.size(-1) > 0 && x.size(-2) > 0 && x.size(-3) > 0, "unfold: input ", describe(x),
        " has an empty dimension other than the batch's");
  const Window window = make_window("unfold", kernel_size, dilation, padding, stride);
  return x.dim() == 3 ? squeeze(unfold_batch(unsqueeze(x, 0), window), 0) : unfold_batch(x, window);
}

Tensor fold_windows(const Tensor& columns, const Shape& output_size, const Shape& kernel_size, const Shape& dilation,
                    const Shape& padding, const Shape& stride) {
  kernel::check_defined("fold", "input", columns);
  check(columns.dim() == 2 || columns.dim() == 3, "fold: input has shape ", columns.sizes(),
        " but must be [N, C kH kW, windows] or [C kH kW, windows]");
  const Window window = make_window("fold", kernel_size, dilation, padding, stride);
  const Shape size = pooling::spread("fold", "output_size", output_size, 2, 1);
  const int64_t taps = window.kernel.numel(), windows = count_windows("fold", window, size[0], size[1]);
  check(columns.size(-2) % taps == 0 && columns.size(-2) > 0, "fold: input has shape ", columns.sizes(),
        " but its dim -2 must be a multiple of the ", taps, " elements of kernel_size ", window.kernel);
  check(columns.size(-1) == windows, "fold: input has shape ", columns.sizes(), " but its last dim must be ", windows,
        ", the number of windows of images of size ", size);
  const Tensor batch = columns.dim() == 2 ? unsqueeze(columns, 0) : columns;
  const Tensor y = fold_batch(batch, {batch.size(0), batch.size(1) / taps, size[0], size[1]}, window);
  return columns.dim() == 2 ? squeeze(y, 0) : y;
}

}  // namespace ember
