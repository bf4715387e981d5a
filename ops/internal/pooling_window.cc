#include "ops/internal/pooling_window.h"

#include <algorithm>
#include <limits>

#include "ember/autograd/record.h"
#include "ember/core/kernels/pooling.h"
#include "ember/core/window.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/kernel.h"

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

}  // namespace

}  // namespace ember
