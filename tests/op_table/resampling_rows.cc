// Transposed convolutions, resizing, sampling by grids, windows as columns, and normalisations. Values come from PyTorch.
#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

Row resize(std::string name, Function op, std::string pytorch, Index shape, std::function<void()> bad,
           std::string message) {
  return {.name = std::move(name),
          .op = std::move(op),
          .samples = {{real(std::move(shape))}},
          .pytorch = std::move(pytorch),
          .bad = std::move(bad),
          .message = "interpolate: " + message,
          .tolerance = 16};
}

/// Sampling a grid in all paddings; the sample and its grid are drawn.
Row grid(std::string name, const std::string& mode, bool align_corners, Sample sample) {
  const std::string corners = align_corners ? "True" : "False";
  return {.name = std::move(name),
          .op =
              [=](const Tensors& in) {
                Tensors ys;
                for (const char* padding : {"zeros", "border", "reflection"})
                  ys.push_back(grid_sample(in[0], in[1], mode, padding, align_corners));
                return ys;
              },
          .samples = {std::move(sample)},
          .pytorch = "[F.grid_sample(a, b, '" + mode + "', p, " + corners +
                     ") for p in ('zeros', 'border', "
                     "'reflection')]",
          .bad =
              [] {
                grid_sample(ones({1, 1, 2, 2}), ones({1, 2, 2, 3}));
              },
          .message = "grid_sample: grid has shape [1, 2, 2, 3]",
          .supports_half = false,
          .tolerance = 64};
}

const bool added = add_rows({
    {.name = "conv_transpose1d",
     .op = [](const Tensors& in) { return conv_transpose1d(in[0], in[1], in[2], 3, 1, 2, 2, 4); },
     .samples = {{real({2, 2, 4}), real({2, 2, 4}), real({4})}},
     .pytorch = "F.conv_transpose1d(a, b, c, 3, 1, 2, 2, 4)",
     .bad =
         [] {
           conv_transpose1d(ones({2, 3, 4}), ones({2, 1, 1}));
         },
     .message = "conv_transpose1d: input has shape [2, 3, 4] but weight of shape [2, 1, 1] with groups=1 needs 2",
     .same_bits_for_any_threads = false,
     .tolerance = 16},
    {.name = "conv_transpose2d",
     .op =
         [](const Tensors& in) {
           return Tensors{conv_transpose2d(in[0], in[1], in[2], 2),
                          conv_transpose2d(in[0], in[1], {}, {2, 3}, {1, 0}, {3, 1}, 1, {4, 1})};
         },
     .samples = {{real({2, 4, 3, 3}), real({4, 3, 2, 2}), real({3})}},
     .pytorch = "[F.conv_transpose2d(a, b, c, 2), F.conv_transpose2d(a, b, None, (2, 3), (1, 0), (3, 1), 1, (4, 1))]",
     .bad =
         [] {
           conv_transpose2d(ones({2, 3, 4, 4}), ones({3, 1, 2, 2}), {}, 2, 0, 2);
         },
     .message = "conv_transpose2d: output_padding [2, 2] must be smaller than stride [2, 2] or dilation [1, 1]",
     .same_bits_for_any_threads = false,
     .tolerance = 16},
    {.name = "conv_transpose3d",
     .op =
         [](const Tensors& in) {
           return conv_transpose3d(in[0], in[1], in[2], {1, 2, 1}, 1);
         },
     .samples = {{real({2, 3, 3, 2}), real({2, 3, 2, 3, 3}), real({3})}},
     .pytorch = "F.conv_transpose3d(a, b, c, (1, 2, 1), 1)",
     .bad =
         [] {
           conv_transpose3d(ones({2, 3}), ones({2, 1, 1, 1, 1}));
         },
     .message = "conv_transpose3d: input has shape [2, 3] but must have 4 dimensions, or 5 with a batch",
     .same_bits_for_any_threads = false,
     .tolerance = 16},

    resize(
        "interpolate_nearest",
        [](const Tensors& in) {
          return Tensors{interpolate(in[0], {7, 3}), interpolate(in[0], {}, {1.7, 0.6}),
                         interpolate(in[0], {7, 3}, {}, "nearest-exact"), interpolate(in[0], {2, 3}, {}, "area"),
                         interpolate(in[0], {}, {1.7, 0.6}, "nearest", {}, true)};
        },
        "[F.interpolate(a, (7, 3)), F.interpolate(a, scale_factor=(1.7, 0.6)), F.interpolate(a, (7, 3), "
        "mode='nearest-exact'), F.interpolate(a, (2, 3), mode='area'), F.interpolate(a, scale_factor=(1.7, 0.6), "
        "recompute_scale_factor=True)]",
        {2, 3, 5, 4},
        [] {
          interpolate(ones({1, 1, 2, 2}), 2, {2.0});
        },
        "needs just one of size and scale_factor"),
    resize(
        "interpolate_linear",
        [](const Tensors& in) {
          return Tensors{interpolate(in[0], 9, {}, "linear"), interpolate(in[0], 3, {}, "linear", true),
                         interpolate(in[0], {}, {1.7}, "linear")};
        },
        "[F.interpolate(a, 9, mode='linear'), F.interpolate(a, 3, mode='linear', align_corners=True), "
        "F.interpolate(a, scale_factor=1.7, mode='linear')]",
        {2, 3, 5},
        [] {
          interpolate(ones({1, 1, 2, 2}), 2, {}, "linear");
        },
        "mode \"linear\" needs a 3-dim input, got shape [1, 1, 2, 2]"),
    resize(
        "interpolate_bilinear",
        [](const Tensors& in) {
          return Tensors{interpolate(in[0], {9, 3}, {}, "bilinear"), interpolate(in[0], 7, {}, "bilinear", true),
                         interpolate(in[0], {}, {1.7, 0.6}, "bilinear"),
                         interpolate(in[0], {2, 3}, {}, "bilinear", {}, {}, true)};
        },
        "[F.interpolate(a, (9, 3), mode='bilinear'), F.interpolate(a, 7, mode='bilinear', align_corners=True), "
        "F.interpolate(a, scale_factor=(1.7, 0.6), mode='bilinear'), F.interpolate(a, (2, 3), mode='bilinear', "
        "antialias=True)]",
        {2, 3, 5, 4},
        [] {
          interpolate(ones({1, 1, 2, 2}), 0, {}, "bilinear");
        },
        "input [1, 1, 2, 2] cannot be resized to 0 elements in dim 2"),
    resize(
        "interpolate_bicubic",
        [](const Tensors& in) {
          return Tensors{interpolate(in[0], {9, 3}, {}, "bicubic"), interpolate(in[0], 7, {}, "bicubic", true),
                         interpolate(in[0], {2, 3}, {}, "bicubic", {}, {}, true),
                         interpolate(in[0], {2, 9}, {}, "lanczos", {}, {}, true)};
        },
        "[F.interpolate(a, (9, 3), mode='bicubic'), F.interpolate(a, 7, mode='bicubic', align_corners=True), "
        "F.interpolate(a, (2, 3), mode='bicubic', antialias=True), F.interpolate(a, (2, 9), mode='lanczos', "
        "antialias=True)]",
        {2, 3, 5, 4},
        [] {
          interpolate(ones({1, 1, 2, 2}), 2, {}, "cubic");
        },
        "mode is \"cubic\" but must be"),
    resize(
        "interpolate_trilinear",
        [](const Tensors& in) {
          return Tensors{interpolate(in[0], {2, 9, 3}, {}, "trilinear"), interpolate(in[0], {4, 6, 5})};
        },
        "[F.interpolate(a, (2, 9, 3), mode='trilinear'), F.interpolate(a, (4, 6, 5))]", {1, 2, 3, 5, 4},
        [] {
          interpolate(ones({1, 1, 2, 2}), 2, {}, "nearest", true);
        },
        "align_corners cannot be set with mode \"nearest\""),

    grid("grid_sample_bilinear", "bilinear", false, {real({2, 3, 4, 5}), real({2, 3, 2, 2}, -1.5, 1.5)}),
    grid("grid_sample_bilinear_corners", "bilinear", true, {real({2, 3, 4, 5}), real({2, 3, 2, 2}, -1.5, 1.5)}),
    grid("grid_sample_nearest", "nearest", false, {real({2, 3, 4, 5}), real({2, 3, 2, 2}, -1.5, 1.5)}),
    grid("grid_sample_bicubic", "bicubic", false, {real({2, 3, 4, 5}), real({2, 3, 2, 2}, -1.5, 1.5)}),
    grid("grid_sample_volume", "bilinear", false, {real({1, 2, 3, 4, 5}), real({1, 2, 1, 2, 3}, -1.5, 1.5)}),
    {.name = "affine_grid",
     .op =
         [](const Tensors& in) {
           return Tensors{affine_grid(in[0], {2, 1, 3, 4}), affine_grid(in[0], {2, 1, 3, 4}, true),
                          affine_grid(in[1], {2, 1, 3, 1, 2})};
         },
     .samples = {{real({2, 2, 3}), real({2, 3, 4})}},
     .pytorch = "[F.affine_grid(a, (2, 1, 3, 4), False), F.affine_grid(a, (2, 1, 3, 4), True), F.affine_grid(b, (2, 1, "
                "3, 1, 2), False)]",
     .bad =
         [] {
           affine_grid(ones({1, 2, 3}), {2, 1, 3, 4});
         },
     .message = "affine_grid: theta has shape [1, 2, 3] but must be [2, 2, 3]",
     .tolerance = 8},
    {.name = "unfold_windows",
     .op =
         [](const Tensors& in) {
           return Tensors{unfold_windows(in[0], 2), unfold_windows(in[0], {2, 3}, {2, 1}, 1, {1, 2})};
         },
     .samples = {{real({2, 3, 5, 4})}},
     .pytorch = "[F.unfold(a, 2), F.unfold(a, (2, 3), (2, 1), 1, (1, 2))]",
     .bad =
         [] {
           unfold_windows(ones({1, 2, 2}), 3);
         },
     .message = "unfold: a window of kernel_size [3, 3] with dilation [1, 1] and padding [0, 0] does not fit"},
    {.name = "fold",
     .op =
         [](const Tensors& in) {
           return fold_windows(in[0], {4, 5}, {2, 3}, {2, 1}, 1, {1, 2});
         },
     .samples = {{real({2, 12, 12})}},
     .pytorch = "F.fold(a, (4, 5), (2, 3), (2, 1), 1, (1, 2))",
     .bad =
         [] {
           fold_windows(ones({1, 4, 3}), {3, 3}, 2);
         },
     .message = "fold: input has shape [1, 4, 3] but its last dim must be 4",
     .tolerance = 4},

    {.name = "group_norm_groups",
     .op = [](const Tensors& in) { return group_norm(in[0], 2, in[1], in[2], 1e-3); },
     .samples = {{real({3, 4, 2, 3}), real({4}), real({4})}, {real({2, 4}), real({4}), real({4})}},
     .pytorch = "F.group_norm(a, 2, b, c, 1e-3)",
     .zero_size = {{real({0, 4, 2}), real({4}), real({4})}},
     .large = {real({4, 8, 40, 40}), real({8}), real({8})},
     .bad =
         [] {
           group_norm(ones({2, 3, 4}), 2);
         },
     .message = "group_norm: 3 channels of input [2, 3, 4] cannot be divided into 2 groups",
     .tolerance = 16},
    {.name = "rms_norm_weighted",
     .op =
         [](const Tensors& in) {
           return Tensors{rms_norm(in[0], {3, 4}, in[1]), rms_norm(in[0], 4, {}, 0.1)};
         },
     .samples = {{real({2, 3, 4}), real({3, 4})}},
     .pytorch = "[F.rms_norm(a, (3, 4), b), F.rms_norm(a, (4,), None, 0.1)]",
     .bad =
         [] {
           rms_norm(ones({2, 3}), 2);
         },
     .message = "rms_norm: input has shape [2, 3] but its last dimensions must be [2]",
     .tolerance = 8},
    {.name = "local_response_norm",
     .op =
         [](const Tensors& in) {
           return Tensors{local_response_norm(in[0], 3, 0.5, 0.7, 1.5),
                          local_response_norm(select(in[0], -1, 0), 2, 0.5)};
         },
     .samples = {{real({2, 5, 3, 2})}},
     .pytorch = "[F.local_response_norm(a, 3, 0.5, 0.7, 1.5), F.local_response_norm(a[..., 0], 2, 0.5)]",
     .bad =
         [] {
           local_response_norm(ones({2, 3}), 2);
         },
     .message = "local_response_norm: input has shape [2, 3] but must have at least 3 dimensions",
     .tolerance = 8},
    {.name = "native_dropout_backward",
     .op = [](const Tensors& in) { return native_dropout_backward(in[0], in[1], 1.25); },
     .samples = {{real({2, 3}), boolean({2, 3})}},
     .pytorch = "a * b * 1.25",
     .bad = [] { native_dropout_backward(ones(2), {}, 1); },
     .message = "native_dropout_backward: mask is an undefined tensor"},
    {.name = "grid_sampler",
     .op =
         [](const Tensors& in) {
           return Tensors{grid_sampler(in[0], in[1], 0, 0, true), grid_sampler(in[0], in[1], 2, 1, false),
                          grid_sampler(in[0], in[1], 1, 2, false)};
         },
     .samples = {{real({2, 2, 4, 5}), real({2, 3, 2, 2}, -1.2, 1.2)}},
     .pytorch =
         "[torch.grid_sampler(a, b, 0, 0, True), torch.grid_sampler(a, b, 2, 1, False), torch.grid_sampler(a, b, "
         "1, 2, False)]",
     .bad =
         [] {
           grid_sampler(ones({1, 1, 2, 2}), ones({1, 2, 2, 2}), 3, 0, false);
         },
     .message = "grid_sampler: interpolation_mode is 3 but must be 0 (bilinear), 1 (nearest) or 2 (bicubic)",
     .supports_half = false,
     .tolerance = 16},
});

}  // namespace
}  // namespace op_table
