#include "ember/ops/pooling/adaptive_pooling.h"

#include <algorithm>

#include "ember/autograd/record.h"
#include "ember/core/kernels/pooling.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/random/random.h"
#include "ember/ops/reduction/reduction.h"
#include "ops/internal/kernel.h"
#include "ops/internal/pooling_window.h"

namespace ember {

namespace {

using namespace pooling;

void check_input(const char* op, const Tensor& x, int64_t rank) {
  kernel::check_defined(op, "input", x);
  check<ValueError>(rank == 1 || x.dim() > rank, op, ": input has shape ", x.sizes(), " but must have at least ",
                    rank + 1, " dimensions");
  check_images(op, x, rank);
  check<NotImplementedError>(x.is_floating_point(), op, ": input is ", describe(x), " but must be floating-point");
}

/// The sizes asked for, with x's own for -1.
Shape wanted_sizes(const char* op, const Tensor& x, int64_t rank, const Shape& output_size) {
  check_input(op, x, rank);
  Shape sizes = spread(op, "output_size", output_size, rank, -1);
  for (int64_t d = 0; d < rank; ++d)
    if (sizes[d] == -1) sizes[d] = x.size(d - rank);
  return sizes;
}

/// The result for images x, as as_images makes them.
Shape image_sizes(const Tensor& x, const Shape& spatial) {
  Shape sizes = {x.size(0), x.size(1)};
  if (x.dim() - 2 > static_cast<int64_t>(spatial.size())) sizes.push_back(1);
  for (const int64_t size : spatial) sizes.push_back(size);
  return sizes;
}

Tensor adaptive_images(const Tensor& x, const Shape& sizes);

Tensor adaptive_avg_pool_backward(const Tensor& g, const Shape& sizes) {
  Tensor d = empty_images(g, sizes, g.dtype());
  kernels::adaptive_avg_pool_backward.on(g)(d, g);
  return record("adaptive_avg_pool_backward", d, inputs(g),
                [sizes = g.sizes()](const Tensor& gg) { return adaptive_images(gg, sizes); });
}

Tensor adaptive_images(const Tensor& x, const Shape& sizes) {
  Tensor y = empty_images(x, sizes, x.dtype());
  kernels::adaptive_avg_pool.on(x)(y, x);
  return record("adaptive_avg_pool", y, linear_in([&](const Tensor& t) { return adaptive_images(t, sizes); }, x),
                [sizes = x.sizes()](const Tensor& g) { return adaptive_avg_pool_backward(g, sizes); });
}

Tensor adaptive_avg_pool(const char* op, int64_t rank, const Tensor& x, const Shape& output_size) {
  const Shape wanted = wanted_sizes(op, x, rank, output_size);
  if (std::all_of(wanted.begin(), wanted.end(), [](int64_t n) { return n == 1; })) {
    Shape dims;
    for (int64_t d = -rank; d < 0; ++d) dims.push_back(d);
    return mean(x, dims, true);
  }
  const Tensor images = as_images(x, rank);
  return as_given(adaptive_images(images, image_sizes(images, wanted)), x, rank);
}

/// Records y, pooled out of images with these indices, and gives both the shape of x.
std::pair<Tensor, Tensor> recorded(const char* op, const Tensor& y, const Tensor& indices, const Tensor& images,
                                   const Tensor& x, int64_t rank) {
  const Tensor result = record(op, y, inputs(images), [indices, sizes = images.sizes()](const Tensor& g) {
    return max_backward(g, indices, sizes);
  });
  return {as_given(result, x, rank), as_given(indices, x, rank)};
}

std::pair<Tensor, Tensor> adaptive_max_pool(const char* op, int64_t rank, const Tensor& x, const Shape& output_size) {
  const Shape wanted = wanted_sizes(op, x, rank, output_size);
  const Tensor images = as_images(x, rank);
  const Shape sizes = image_sizes(images, wanted);
  const Tensor y = empty_images(images, sizes, x.dtype()), indices = empty_images(images, sizes, kInt64);
  kernels::adaptive_max_pool.as(op).on(x)(y, indices, images);
  return recorded(op, y, indices, images, x, rank);
}

std::pair<Tensor, Tensor> fractional_max_pool(const char* op, int64_t rank, const Tensor& x, const Shape& kernel_size,
                                              const Shape& output_size, const std::vector<double>& output_ratio,
                                              const Tensor& random_samples) {
  check_input(op, x, rank);
  check<ValueError>(!output_size.empty() || !output_ratio.empty(), op, ": needs an output_size or an output_ratio");
  const Shape kernel = spread(op, "kernel_size", kernel_size, rank, 1);
  Shape wanted = output_size.empty() ? Shape::filled(rank, 0) : spread(op, "output_size", output_size, rank, 1);
  if (output_size.empty()) {
    check<ValueError>(output_ratio.size() == 1 || output_ratio.size() == static_cast<size_t>(rank), op,
                      ": output_ratio must have one entry or ", rank);
    for (int64_t d = 0; d < rank; ++d) {
      const double ratio = output_ratio[output_ratio.size() == 1 ? 0 : d];
      check<ValueError>(ratio > 0 && ratio < 1, op, ": output_ratio must be between 0 and 1 but is ", ratio);
      wanted[d] = static_cast<int64_t>(static_cast<double>(x.size(d - rank)) * ratio);
    }
  }
  for (int64_t d = 0; d < rank; ++d)
    check(wanted[d] > 0 && wanted[d] + kernel[d] - 1 <= x.size(d - rank), op, ": windows of kernel_size ", kernel,
          " do not fit ", wanted, " times into input ", x.sizes());
  const Tensor images = as_images(x, rank);
  const Shape samples_shape = {images.size(0), images.size(1), rank};
  Tensor samples = random_samples;
  if (!samples.defined()) samples = rand(samples_shape, TensorOptions(kFloat64).device(x.device()));
  check(samples.sizes() == samples_shape, op, ": _random_samples has shape ", samples.sizes(), " but must have ",
        samples_shape);
  samples = contiguous(to(samples.detach(), kFloat64));
  const Shape sizes = image_sizes(images, wanted);
  const Tensor y = empty_tensor(sizes, x.dtype(), x.device()), indices = empty_tensor(sizes, kInt64, x.device());
  kernels::fractional_max_pool.as(op).on(x)(y, indices, images, kernel, samples);
  return recorded(op, y, indices, images, x, rank);
}

}  // namespace

Tensor adaptive_avg_pool1d(const Tensor& x, const Shape& output_size) {
  return adaptive_avg_pool("adaptive_avg_pool1d", 1, x, output_size);
}

Tensor adaptive_avg_pool2d(const Tensor& x, const Shape& output_size) {
  return adaptive_avg_pool("adaptive_avg_pool2d", 2, x, output_size);
}

Tensor adaptive_avg_pool3d(const Tensor& x, const Shape& output_size) {
  return adaptive_avg_pool("adaptive_avg_pool3d", 3, x, output_size);
}

std::pair<Tensor, Tensor> adaptive_max_pool1d(const Tensor& x, const Shape& output_size) {
  return adaptive_max_pool("adaptive_max_pool1d", 1, x, output_size);
}

std::pair<Tensor, Tensor> adaptive_max_pool2d(const Tensor& x, const Shape& output_size) {
  return adaptive_max_pool("adaptive_max_pool2d", 2, x, output_size);
}

std::pair<Tensor, Tensor> adaptive_max_pool3d(const Tensor& x, const Shape& output_size) {
  return adaptive_max_pool("adaptive_max_pool3d", 3, x, output_size);
}

std::pair<Tensor, Tensor> fractional_max_pool2d(const Tensor& x, const Shape& kernel_size, const Shape& output_size,
                                                const std::vector<double>& output_ratio, const Tensor& random_samples) {
  return fractional_max_pool("fractional_max_pool2d", 2, x, kernel_size, output_size, output_ratio, random_samples);
}

std::pair<Tensor, Tensor> fractional_max_pool3d(const Tensor& x, const Shape& kernel_size, const Shape& output_size,
                                                const std::vector<double>& output_ratio, const Tensor& random_samples) {
  return fractional_max_pool("fractional_max_pool3d", 3, x, kernel_size, output_size, output_ratio, random_samples);
}

}  // namespace ember
