// Images at other resolutions.
#pragma once

#include <optional>
#include <string_view>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember {

/// x [N, C, spatial...] resized to `size` or by `scale_factor`, each one number for each spatial dim or one for all. mode "nearest",
/// "nearest-exact", "area" (adaptive averages) for one to three dims; "linear", "bilinear", "trilinear" for just one, two, three;
/// "bicubic" (Keys, 1981, with a = -0.75) for two. With align_corners the corner pixels keep their places; otherwise pixels are
/// areas. With recompute_scale_factor a given factor only decides the size. `antialias` (bilinear, bicubic and "lanczos", which
/// needs it) widens the filter when shrinking. ValueError for arguments that do not go together.
Tensor interpolate(const Tensor& x, const Shape& size = {}, const std::vector<double>& scale_factor = {},
                   std::string_view mode = "nearest", std::optional<bool> align_corners = {},
                   std::optional<bool> recompute_scale_factor = {}, bool antialias = false);

}  // namespace ember
