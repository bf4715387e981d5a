// Borders around tensors, and pixels exchanged between channels and space.
#pragma once

#include <optional>
#include <string_view>
#include <type_traits>

#include "ember/ops/tensor.h"

namespace ember {

/// `value` around x: pad holds pairs (before, after), the last dim's first; a negative entry crops instead.
Tensor constant_pad_nd(const Tensor& x, const Shape& pad, const Scalar& value = 0);
/// The same with mode "constant". With "reflect" (around the edge's element), "replicate" (the edge's element) and "circular" (the
/// other end), x has one or two dims in front of the padded ones, of which there are at most 3.
Tensor pad(const Tensor& x, const Shape& pad, std::string_view mode = "constant", std::optional<Scalar> value = {});
/// A number is no mode, and a literal 0 would be a null pointer: it is constant_pad_nd that takes a value there.
template <class Number>
requires std::is_arithmetic_v<Number>
void pad(const Tensor& x, const Shape& pad, Number) = delete;

/// [*, C r^2, H, W] to [*, C, H r, W r]. Shi et al., 2016.
Tensor pixel_shuffle(const Tensor& x, int64_t upscale_factor);
/// [*, C, H r, W r] to [*, C r^2, H, W].
Tensor pixel_unshuffle(const Tensor& x, int64_t downscale_factor);
/// [N, C, *] with the channels of each group dealt out over the groups. Zhang et al., 2018.
Tensor channel_shuffle(const Tensor& x, int64_t groups);

}  // namespace ember
