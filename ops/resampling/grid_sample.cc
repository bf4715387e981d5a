#include "ember/ops/resampling/grid_sample.h"

#include <cmath>

#include "ember/autograd/fused.h"
#include "ember/core/cubic_weights.h"
#include "ember/core/kernels/resampling.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/indexing/tensor_index.h"
#include "ember/ops/linalg/linear.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// One tap along one dim as tensors [N, places]: element (clamped into the image), whether it is inside, weight and its derivative
/// by the grid's coordinate.
struct Tap {
  Tensor index, inside, weight, slope;
};

/// x and its derivative by the coordinate it came from.
struct Place {
  Tensor x, factor;
};

Place reflected(const Place& p, double low, double span) {
  if (span == 0) return {zeros_like(p.x), zeros_like(p.x)};
  const Tensor distance = abs(p.x - low), flips = floor(distance.detach() / span), rest = distance - flips * span;
  const Tensor odd = ne(remainder(flips, 2), 0), sign = where(lt(p.x, low), -1.0, 1.0) * where(odd, -1.0, 1.0);
  return {where(odd, span - rest, rest) + low, p.factor * sign};
}

Place padded(Place p, double size, const GridSampling& s) {
  if (s.padding == GridPadding::Zeros) return p;
  if (s.padding == GridPadding::Reflection) p = s.align_corners ? reflected(p, 0, size - 1) : reflected(p, -0.5, size);
  const Tensor within = gt(p.x, 0) & lt(p.x, size - 1);
  return {clamp(p.x, 0, size - 1), where(within, p.factor, 0)};
}

Tap make_tap(const Tensor& x, const Tensor& weight, const Tensor& slope, int64_t size) {
  const Tensor at = x.detach();
  return {to(clamp(at, 0, static_cast<double>(size - 1)), kInt64), ge(at, 0) & lt(at, static_cast<double>(size)),
          weight, slope};
}

/// The taps along a dim of `size` elements for the coordinates `c` [N, places].
std::vector<Tap> taps_of(const Tensor& c, int64_t size, const GridSampling& s) {
  const double n = static_cast<double>(size), factor = s.align_corners ? (n - 1) / 2 : n / 2;
  Place p = {s.align_corners ? (c + 1) / 2 * (n - 1) : ((c + 1) * n - 1) / 2, full_like(c, factor)};
  if (s.interpolation == Interpolation::Cubic) {
    const Tensor left = floor(p.x.detach()), t = p.x - left;
    std::vector<Tap> taps;
    const auto add = [&](int k, const Tensor& weight, const Tensor& slope) {
      taps.push_back(make_tap(padded({left + k, p.factor}, n, s).x, weight, slope * factor, size));
    };
    const Tensor before = t + 1, ahead = 1 - t, beyond = 2 - t;
    add(-1, cubic::far(before), cubic::far_slope(before));
    add(0, cubic::near(t), cubic::near_slope(t));
    add(1, cubic::near(ahead), -cubic::near_slope(ahead));
    add(2, cubic::far(beyond), -cubic::far_slope(beyond));
    return taps;
  }
  p = padded(p, n, s);
  if (s.interpolation == Interpolation::Nearest)
    return {make_tap(round(p.x.detach()), ones_like(p.x), zeros_like(p.x), size)};
  const Tensor left = floor(p.x.detach()), t = p.x - left;
  return {make_tap(left, 1 - t, -p.factor, size), make_tap(left + 1, t, p.factor, size)};
}

/// The gradients for x and grid, composed of ops so that they have gradients themselves.
std::array<Tensor, 2> composed_gradients(const Tensor& grad, const Tensor& x, const Tensor& grid, const GridSampling& s,
                                         const Needs<2>& needs) {
  const int64_t rank = x.dim() - 2, batch = x.size(0), channels = x.size(1);
  const Tensor places = reshape(grid, {batch, -1, rank}), g = reshape(grad, {batch, channels, -1});
  const Tensor flat = flatten(x, 2);
  std::vector<std::vector<Tap>> lines;  // in the order of x's dims
  for (int64_t d = 0; d < rank; ++d) lines.push_back(taps_of(select(places, 2, rank - 1 - d), x.size(d + 2), s));
  if (rank == 2) lines.insert(lines.begin(), {Tap{zeros({}, kInt64), ones({}, kBool), ones({}), zeros({})}});
  const int64_t height = x.size(-2), width = x.size(-1);

  Tensor grad_x = zeros_like(flat);
  std::array<Tensor, 3> slopes = {zeros_like(select(places, 2, 0)), zeros_like(select(places, 2, 0)),
                                  zeros_like(select(places, 2, 0))};
  for (const Tap& a : lines[0])
    for (const Tap& b : lines[1])
      for (const Tap& c : lines[2]) {
        const Tensor inside = a.inside & b.inside & c.inside;
        const Tensor index = expand(unsqueeze((a.index * height + b.index) * width + c.index, 1), g.sizes());
        if (needs[0])
          grad_x = scatter_add(grad_x, 2, index, g * unsqueeze(where(inside, a.weight * b.weight * c.weight, 0), 1));
        if (!needs[1]) continue;
        const Tensor share = sum(g * gather(flat, 2, index), 1);
        slopes[0] = slopes[0] + share * where(inside, a.weight * b.weight * c.slope, 0);
        slopes[1] = slopes[1] + share * where(inside, a.weight * b.slope * c.weight, 0);
        slopes[2] = slopes[2] + share * where(inside, a.slope * b.weight * c.weight, 0);
      }
  std::array<Tensor, 2> result;
  if (needs[0]) result[0] = reshape(grad_x, x.sizes());
  if (needs[1]) result[1] = reshape(stack({slopes.begin(), slopes.begin() + rank}, 2), grid.sizes());
  return result;
}

Tensor empty_if(bool wanted, const Tensor& like) {
  return wanted ? empty_tensor(like.sizes(), like.dtype(), like.device()) : Tensor();
}

Tensor sample(const Tensor& x, const Tensor& grid, const GridSampling& sampling) {
  kernel::check_defined("grid_sample", "input", x);
  kernel::check_defined("grid_sample", "grid", grid);
  kernel::check_same_device("grid_sample", std::array{x, grid});
  check(x.dim() == 4 || x.dim() == 5, "grid_sample: input has shape ", x.sizes(),
        " but must be [N, C, H, W] or [N, C, D, H, W]");
  check(grid.dim() == x.dim() && grid.size(0) == x.size(0) && grid.size(-1) == x.dim() - 2,
        "grid_sample: grid has shape ", grid.sizes(), " but must have ", x.dim(), " dimensions, batch ", x.size(0),
        " and last size ", x.dim() - 2, " to match input ", x.sizes());
  check<TypeError>(x.is_floating_point() && grid.dtype() == x.dtype(), "grid_sample: input is ", describe(x),
                   " and grid ", describe(grid), " but both must have the same floating-point dtype");
  int64_t plane = 1;
  for (int64_t d = 2; d < x.dim(); ++d) plane *= x.size(d);
  check(plane > 0 && plane < (int64_t{1} << 31), "grid_sample: input has shape ", x.sizes(),
        " but its spatial dims must hold 1 to 2^31 - 1 elements");
  Shape sizes = {x.size(0), x.size(1)};
  for (int64_t d = 1; d < grid.dim() - 1; ++d) sizes.push_back(grid.size(d));
  Tensor y = empty_tensor(sizes, x.dtype(), x.device());
  kernels::grid_sample.on(x)(y, x, grid, sampling);
  return record("grid_sample", y, inputs(x, grid),
                [x = saved(x), grid = saved(grid), sampling](const Tensor& g, const Needs<2>& needs) {
                  const Tensor image = x(), places = grid();
                  const auto kernel = [&] {
                    std::array<Tensor, 2> result = {empty_if(needs[0], image), empty_if(needs[1], places)};
                    kernels::grid_sample_backward.on(image)(result[0], result[1], g, image, places, sampling);
                    return result;
                  };
                  return fused_backward<2>("grid_sample_backward", {g, image, places}, kernel, [=](const auto& in) {
                    return composed_gradients(in[0], in[1], in[2], sampling, needs);
                  });
                });
}

/// The coordinates of `count` pixels.
Tensor line_of(int64_t count, bool align_corners, const TensorOptions& options) {
  if (count <= 1) return zeros(count, options);
  const Tensor line = linspace(-1, 1, count, options);
  return align_corners ? line : line * (static_cast<double>(count - 1) / static_cast<double>(count));
}

}  // namespace

Tensor grid_sampler(const Tensor& x, const Tensor& grid, int64_t interpolation_mode, int64_t padding_mode,
                    bool align_corners) {
  check<ValueError>(interpolation_mode >= 0 && interpolation_mode <= 2, "grid_sampler: interpolation_mode is ",
                    interpolation_mode, " but must be 0 (bilinear), 1 (nearest) or 2 (bicubic)");
  check<ValueError>(padding_mode >= 0 && padding_mode <= 2, "grid_sampler: padding_mode is ", padding_mode,
                    " but must be 0 (zeros), 1 (border) or 2 (reflection)");
  return sample(
      x, grid, {static_cast<Interpolation>(interpolation_mode), static_cast<GridPadding>(padding_mode), align_corners});
}

Tensor grid_sample(const Tensor& x, const Tensor& grid, std::string_view mode, std::string_view padding_mode,
                   bool align_corners) {
  const bool nearest = mode == "nearest", cubic = mode == "bicubic";
  check<ValueError>(nearest || cubic || mode == "bilinear", "grid_sample: mode is \"", std::string(mode),
                    "\" but must be bilinear, nearest or bicubic");
  const bool border = padding_mode == "border", reflection = padding_mode == "reflection";
  check<ValueError>(border || reflection || padding_mode == "zeros", "grid_sample: padding_mode is \"",
                    std::string(padding_mode), "\" but must be zeros, border or reflection");
  return grid_sampler(x, grid, nearest ? 1 : cubic ? 2 : 0, border ? 1 : reflection ? 2 : 0, align_corners);
}

Tensor affine_grid(const Tensor& theta, const Shape& size, bool align_corners) {
  kernel::check_defined("affine_grid", "theta", theta);
  check<NotImplementedError>(size.size() == 4 || size.size() == 5, "affine_grid: size is ", size,
                             " but must have 4 or 5 entries");
  const auto rank = static_cast<int64_t>(size.size()) - 2;
  check<ValueError>(theta.is_floating_point(), "affine_grid: theta is ", describe(theta),
                    " but must be floating-point");
  check<ValueError>(theta.sizes() == Shape{size[0], rank, rank + 1}, "affine_grid: theta has shape ", theta.sizes(),
                    " but must be ", Shape{size[0], rank, rank + 1}, " for size ", size);
  for (const int64_t n : size) check<ValueError>(n > 0, "affine_grid: size must be positive but is ", size);
  // Homogeneous coordinates (x, y(, z), 1) of every pixel.
  const Shape spatial(std::span(size.data() + 2, rank));
  std::vector<Tensor> coordinates;
  for (int64_t d = rank - 1; d >= 0; --d) {
    Shape along = Shape::filled(rank, 1);
    along[d] = spatial[d];
    coordinates.push_back(expand(reshape(line_of(spatial[d], align_corners, theta.options()), along), spatial));
  }
  coordinates.push_back(ones(spatial, theta.options()));
  const Tensor points = reshape(stack(coordinates, rank), {1, spatial.numel(), rank + 1});
  Shape sizes = spatial;
  sizes.insert(0, size[0]);
  sizes.push_back(rank);
  return reshape(matmul(points, mT(theta)), sizes);
}

}  // namespace ember
