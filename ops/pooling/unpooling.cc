#include "ember/ops/pooling/unpooling.h"

#include <cmath>

#include "ember/ops/activation/activation.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/pooling/pooling.h"
#include "ember/ops/shape/shape.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"
#include "ops/internal/pooling_window.h"

namespace ember {

namespace {

using namespace pooling;

Tensor max_unpool(const char* op, int64_t rank, const Tensor& x, const Tensor& indices, const Shape& kernel_size,
                  const Shape& stride, const Shape& padding, const Shape& output_size) {
  kernel::check_defined(op, "input", x);
  kernel::check_defined(op, "indices", indices);
  check(x.dim() == rank + 1 || x.dim() == rank + 2, op, ": input has shape ", x.sizes(), " but must have ", rank + 1,
        " dimensions, or ", rank + 2, " with a batch");
  check(indices.dtype() == kInt64 && indices.sizes() == x.sizes(), op, ": indices is ", describe(indices),
        " but must be int64 of input's shape ", x.sizes());
  const Shape kernel = spread(op, "kernel_size", kernel_size, rank, 1);
  const Shape step = stride.empty() ? kernel : spread(op, "stride", stride, rank, 1);
  const Shape pad = spread(op, "padding", padding, rank, 0);
  const auto n = static_cast<size_t>(rank);
  check<ValueError>(output_size.empty() || output_size.size() == n || output_size.size() == n + 2, op,
                    ": output_size is ", output_size, " but must have ", n, " or ", n + 2, " entries");
  const int64_t outer = x.dim() - rank;
  Shape sizes = Shape(std::span(x.sizes().data(), outer));
  int64_t elements = 1;
  for (size_t d = 0; d < n; ++d) {
    const int64_t size = (x.sizes()[outer + d] - 1) * step[d] + kernel[d] - 2 * pad[d];
    const int64_t given = output_size.empty() ? size : output_size[d + output_size.size() - n];
    check<ValueError>(given > size - step[d] && given < size + step[d] && given >= 0, op, ": output_size is ",
                      output_size, " but dim ", d, " must be between ", size - step[d], " and ", size + step[d]);
    sizes.push_back(given);
    elements *= given;
  }
  const Tensor flat = zeros(Shape{Shape(std::span(x.sizes().data(), outer)).numel(), elements}, x.options());
  const Shape rows = {flat.size(0), elements == 0 ? 0 : x.numel() / std::max<int64_t>(1, flat.size(0))};
  return reshape(scatter(flat, 1, reshape(indices, rows), reshape(x, rows)), sizes);
}

Tensor power_mean(double p, double count, const Tensor& mean) {
  return pow(mul(mul(sign(mean), relu(abs(mean))), count), 1 / p);
}

template <class Max, class Average>
Tensor lp_pool(const char* op, size_t rank, const Tensor& x, double p, const Shape& kernel_size, Max max_pool,
               Average average) {
  kernel::check_defined(op, "input", x);
  check<ValueError>(p != 0, op, ": norm_type must not be 0");
  if (std::isinf(p)) return p > 0 ? max_pool(abs(x)) : neg(max_pool(neg(abs(x))));
  const double count = static_cast<double>(spread(op, "kernel_size", kernel_size, rank, 1).numel());
  return in_float32([&](const Tensor& wide) { return power_mean(p, count, average(pow(wide, p))); }, x);
}

}  // namespace

Tensor max_unpool1d(const Tensor& x, const Tensor& indices, const Shape& kernel_size, const Shape& stride,
                    const Shape& padding, const Shape& output_size) {
  return max_unpool("max_unpool1d", 1, x, indices, kernel_size, stride, padding, output_size);
}

Tensor max_unpool2d(const Tensor& x, const Tensor& indices, const Shape& kernel_size, const Shape& stride,
                    const Shape& padding, const Shape& output_size) {
  return max_unpool("max_unpool2d", 2, x, indices, kernel_size, stride, padding, output_size);
}

Tensor max_unpool3d(const Tensor& x, const Tensor& indices, const Shape& kernel_size, const Shape& stride,
                    const Shape& padding, const Shape& output_size) {
  return max_unpool("max_unpool3d", 3, x, indices, kernel_size, stride, padding, output_size);
}

Tensor lp_pool1d(const Tensor& x, double norm_type, const Shape& kernel_size, const Shape& stride, bool ceil_mode) {
  return lp_pool(
      "lp_pool1d", 1, x, norm_type, kernel_size,
      [&](const Tensor& v) { return max_pool1d(v, kernel_size, stride, 0, 1, ceil_mode); },
      [&](const Tensor& v) { return avg_pool1d(v, kernel_size, stride, 0, ceil_mode); });
}

Tensor lp_pool2d(const Tensor& x, double norm_type, const Shape& kernel_size, const Shape& stride, bool ceil_mode) {
  return lp_pool(
      "lp_pool2d", 2, x, norm_type, kernel_size,
      [&](const Tensor& v) { return max_pool2d(v, kernel_size, stride, 0, 1, ceil_mode); },
      [&](const Tensor& v) { return avg_pool2d(v, kernel_size, stride, 0, ceil_mode); });
}

Tensor lp_pool3d(const Tensor& x, double norm_type, const Shape& kernel_size, const Shape& stride, bool ceil_mode) {
  return lp_pool(
      "lp_pool3d", 3, x, norm_type, kernel_size,
      [&](const Tensor& v) { return max_pool3d(v, kernel_size, stride, 0, 1, ceil_mode); },
      [&](const Tensor& v) { return avg_pool3d(v, kernel_size, stride, 0, ceil_mode); });
}

}  // namespace ember
