// Images read at other places than their pixels, or in other arrangements: resizing, sampling by a grid, windows as columns.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "core/tensor.h"

namespace ember {

/// x [N, C, spatial...] resized to `size` or by `scale_factor`, each one number for each spatial dim or one for all. mode "nearest",
/// "nearest-exact", "area" (adaptive averages) for one to three dims; "linear", "bilinear", "trilinear" for just one, two, three;
/// "bicubic" (Keys, 1981, with a = -0.75) for two. With align_corners the corner pixels keep their places; otherwise pixels are
/// areas. With recompute_scale_factor a given factor only decides the size. `antialias` (bilinear, bicubic and "lanczos", which
/// needs it) widens the filter when shrinking. ValueError for arguments that do not go together.
Tensor interpolate(const Tensor& x, const Shape& size = {}, const std::vector<double>& scale_factor = {},
                   std::string_view mode = "nearest", std::optional<bool> align_corners = {},
                   std::optional<bool> recompute_scale_factor = {}, bool antialias = false);

/// x [N, C, H, W] at the places grid [N, h, w, 2], or [N, C, D, H, W] at [N, d, h, w, 3]: coordinates (x, y(, z)) where -1 and 1 are the
/// borders of the image, or the centers of its corner pixels with align_corners. mode "bilinear", "nearest" or "bicubic";
/// padding_mode "zeros", "border" or "reflection" says what lies outside. Jaderberg et al., 2015.
Tensor grid_sample(const Tensor& x, const Tensor& grid, std::string_view mode = "bilinear",
                   std::string_view padding_mode = "zeros", bool align_corners = false);
/// The same with modes and paddings as numbers, in the order above.
Tensor grid_sampler(const Tensor& x, const Tensor& grid, int64_t interpolation_mode, int64_t padding_mode,
                    bool align_corners);
/// The grid for an output of `size` [N, C, (D,) H, W] under affine maps theta [N, 2, 3] or [N, 3, 4].
Tensor affine_grid(const Tensor& theta, const Shape& size, bool align_corners = false);

/// The windows of x [N, C, H, W] or [C, H, W] as columns [N, C kH kW, windows], zeros around x.
Tensor unfold_windows(const Tensor& x, const Shape& kernel_size, const Shape& dilation = 1, const Shape& padding = 0,
                      const Shape& stride = 1);
/// The transpose of that: columns [N, C kH kW, windows] added up into images of output_size.
Tensor fold_windows(const Tensor& columns, const Shape& output_size, const Shape& kernel_size,
                    const Shape& dilation = 1, const Shape& padding = 0, const Shape& stride = 1);

}  // namespace ember
