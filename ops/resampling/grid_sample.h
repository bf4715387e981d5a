// Images read at given places.
#pragma once

#include <string_view>

#include "ember/ops/tensor.h"

namespace ember {

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

}  // namespace ember
