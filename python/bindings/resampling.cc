// Resizing, sampling by grids, windows as columns.
#include "ember/ops/resampling/folding.h"
#include "ember/ops/resampling/grid_sample.h"
#include "ember/ops/resampling/interpolate.h"
#include "python/bindings/layer_arguments.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

void bind_resizing(Ops& functional) {
  functional.add_function(
      "interpolate(input, size=None, scale_factor=None, mode='nearest', align_corners=None, "
      "recompute_scale_factor=None, antialias=False)",
      [](const Tensor& x, const Shape& size, const NumbersOrNone& factor, std::string_view mode,
         const std::optional<bool>& align_corners, const std::optional<bool>& recompute,
         bool antialias) { return interpolate(x, size, factor.values, mode, align_corners, recompute, antialias); },
      "The input resized to a size or by a factor.");
  functional.add_function(
      "upsample(input, size=None, scale_factor=None, mode='nearest', align_corners=None)",
      [](const Tensor& x, const Shape& size, const NumbersOrNone& factor, std::string_view mode,
         const std::optional<bool>& align_corners) { return interpolate(x, size, factor.values, mode, align_corners); },
      "interpolate, by its former name.");
  functional.add_function(
      "upsample_nearest(input, size=None, scale_factor=None)",
      [](const Tensor& x, const Shape& size, const NumbersOrNone& factor) {
        return interpolate(x, size, factor.values);
      },
      "interpolate to the nearest pixel.");
  functional.add_function(
      "upsample_bilinear(input, size=None, scale_factor=None)",
      [](const Tensor& x, const Shape& size, const NumbersOrNone& factor) {
        return interpolate(x, size, factor.values, "bilinear", true);
      },
      "interpolate bilinearly, with corners aligned.");
}

}  // namespace

void bind_resampling(Ops& ops, Ops& functional) {
  bind_resizing(functional);
  functional.add_function(
      "grid_sample(input, grid, mode='bilinear', padding_mode='zeros', align_corners=None)",
      [](const Tensor& x, const Tensor& grid, std::string_view mode, std::string_view padding,
         const std::optional<bool>& align) { return grid_sample(x, grid, mode, padding, align.value_or(false)); },
      "The input at the places of a grid.");
  for (const char* name : {"grid_sampler", "grid_sampler_2d", "grid_sampler_3d"})
    ops.add_function((std::string(name) + "(input, grid, interpolation_mode, padding_mode, align_corners)").c_str(),
                     grid_sampler, "grid_sample with its modes as numbers.");
  functional.add_function(
      "affine_grid(theta, size, align_corners=None)",
      [](const Tensor& theta, const Shape& size, const std::optional<bool>& align) {
        return affine_grid(theta, size, align.value_or(false));
      },
      "The grid of affine maps for grid_sample.");
  ops.add_function("affine_grid_generator(theta, size, align_corners)", affine_grid);
  functional.add_function("unfold(input, kernel_size, dilation=1, padding=0, stride=1)", unfold_windows,
                          "The windows of images as columns.");
  functional.add_function("fold(input, output_size, kernel_size, dilation=1, padding=0, stride=1)", fold_windows,
                          "Columns added up into images.");
}

}  // namespace ember::python
