// Pooling over one to three dims. Values come from PyTorch.
#include <cmath>

#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

Row pool(std::string name, Function op, std::string pytorch, Index shape, std::function<void()> bad,
         std::string message) {
  return {.name = name,
          .op = std::move(op),
          .samples = {{real(std::move(shape))}},
          .pytorch = std::move(pytorch),
          .bad = std::move(bad),
          .message = name.substr(0, name.find("_with")) + ": " + message,
          .tolerance = 2};
}

Tensors both(std::pair<Tensor, Tensor> p) { return {p.first, p.second}; }

const bool added = add_rows({
    pool(
        "max_pool1d",
        [](const Tensors& in) {
          return Tensors{max_pool1d(in[0], 3, 2, 1, 1, true), max_pool1d(in[0], 2, 1, 0, 3)};
        },
        "[F.max_pool1d(a, 3, 2, 1, 1, True), F.max_pool1d(a, 2, 1, 0, 3)]", {2, 3, 14},
        [] {
          max_pool1d(ones({2, 3}), 4);
        },
        "a window of kernel_size [1, 4]"),
    pool(
        "max_pool2d_with_indices",
        [](const Tensors& in) {
          return both(max_pool2d_with_indices(in[0], {2, 3}, {2, 1}, {1, 0}, {1, 2}, true));
        },
        "F.max_pool2d(a, (2, 3), (2, 1), (1, 0), (1, 2), True, return_indices=True)", {2, 3, 7, 12},
        [] {
          max_pool2d_with_indices(ones({1, 1, 4, 4}), 2, 2, 2);
        },
        "padding [2, 2] is more than half of kernel_size [2, 2]"),
    pool(
        "max_pool3d",
        [](const Tensors& in) {
          return both(max_pool3d_with_indices(in[0], {2, 1, 3}, {1, 2, 2}, {1, 0, 1}));
        },
        "F.max_pool3d(a, (2, 1, 3), (1, 2, 2), (1, 0, 1), return_indices=True)", {2, 2, 3, 4, 11},
        [] {
          max_pool3d(ones({2, 3}), 2);
        },
        "input has shape [2, 3] but must have 4 dimensions, or 5 with a batch"),
    pool(
        "avg_pool1d",
        [](const Tensors& in) {
          return Tensors{avg_pool1d(in[0], 3, 2, 1, true, false), avg_pool1d(in[0], 4, 1, 2)};
        },
        "[F.avg_pool1d(a, 3, 2, 1, True, False), F.avg_pool1d(a, 4, 1, 2)]", {2, 3, 14},
        [] {
          avg_pool1d(ones({2, 3}), 4);
        },
        "a window of kernel_size [1, 4]"),
    pool(
        "avg_pool3d",
        [](const Tensors& in) {
          return Tensors{avg_pool3d(in[0], {2, 1, 3}, {1, 2, 2}, {1, 0, 1}, true, true, 5), avg_pool3d(in[0], 2)};
        },
        "[F.avg_pool3d(a, (2, 1, 3), (1, 2, 2), (1, 0, 1), True, True, 5), F.avg_pool3d(a, 2)]", {2, 2, 3, 4, 11},
        [] {
          avg_pool3d(ones({1, 1, 2, 2, 2}), 2, {}, 0, false, true, 0);
        },
        "divisor_override must not be 0"),
    pool(
        "adaptive_avg_pool2d",
        [](const Tensors& in) {
          return Tensors{adaptive_avg_pool2d(in[0], {3, 5}), adaptive_avg_pool2d(in[0], {1, 1}),
                         adaptive_avg_pool2d(in[0], {-1, 4})};
        },
        "[F.adaptive_avg_pool2d(a, s) for s in ((3, 5), 1, (None, 4))]", {2, 3, 7, 12},
        [] {
          adaptive_avg_pool2d(ones({2, 3, 3}), {1, 2, 3});
        },
        "output_size is [1, 2, 3] but must have one entry or 2"),
    with_empty(
        pool(
            "adaptive_avg_pool1d", [](const Tensors& in) { return adaptive_avg_pool1d(in[0], 5); },
            "F.adaptive_avg_pool1d(a, 5)", {3, 7}, [] { adaptive_avg_pool1d(ones({2}), 1); }, "input has shape [2]"),
        {{real({0, 3, 7})}}),
    pool(
        "adaptive_avg_pool3d",
        [](const Tensors& in) {
          return adaptive_avg_pool3d(in[0], {2, 3, 1});
        },
        "F.adaptive_avg_pool3d(a, (2, 3, 1))", {1, 2, 3, 4, 5},
        [] {
          adaptive_avg_pool3d(ones({2, 2, 2, 2}), -2);
        },
        "output_size is [-2] but must be at least -1"),
    pool(
        "adaptive_max_pool1d", [](const Tensors& in) { return both(adaptive_max_pool1d(in[0], 5)); },
        "F.adaptive_max_pool1d(a, 5, return_indices=True)", {2, 3, 7}, [] { adaptive_max_pool1d(ones({2}), 1); },
        "input has shape [2]"),
    pool(
        "adaptive_max_pool2d",
        [](const Tensors& in) {
          return both(adaptive_max_pool2d(in[0], {3, 5}));
        },
        "F.adaptive_max_pool2d(a, (3, 5), return_indices=True)", {2, 3, 7, 12},
        [] { adaptive_max_pool2d(ones({2}), 1); }, "input has shape [2]"),
    pool(
        "adaptive_max_pool3d",
        [](const Tensors& in) {
          return both(adaptive_max_pool3d(in[0], {2, 3, 1}));
        },
        "F.adaptive_max_pool3d(a, (2, 3, 1), return_indices=True)", {1, 2, 3, 4, 5},
        [] { adaptive_max_pool3d(ones({2}), 1); }, "input has shape [2]"),
    {.name = "fractional_max_pool2d",
     .op =
         [](const Tensors& in) {
           return both(fractional_max_pool2d(in[0], {2, 3}, {3, 4}, {}, in[1]));
         },
     .samples = {{real({2, 3, 7, 9}), Input{Input::Kind::Real, {2, 3, 2}, 0, 0.99, false}}},
     .pytorch = "F.fractional_max_pool2d(a, (2, 3), (3, 4), return_indices=True, _random_samples=b)",
     .zero_size = {{real({0, 3, 7, 9}), constant({0, 3, 2})}},
     .bad =
         [] {
           fractional_max_pool2d(ones({1, 1, 4, 4}), 3, 3);
         },
     .message = "fractional_max_pool2d: windows of kernel_size [3, 3] do not fit [3, 3] times",
     .supports_half = false},
    {.name = "fractional_max_pool3d",
     .op =
         [](const Tensors& in) {
           return both(fractional_max_pool3d(in[0], 2, {}, {0.5, 0.5, 0.7}, in[1]));
         },
     .samples = {{real({2, 2, 4, 6, 5}), Input{Input::Kind::Real, {2, 2, 3}, 0, 0.99, false}}},
     .pytorch = "F.fractional_max_pool3d(a, 2, output_ratio=(0.5, 0.5, 0.7), return_indices=True, _random_samples=b)",
     .zero_size = {{real({0, 2, 4, 6, 5}), constant({0, 2, 3})}},
     .bad =
         [] {
           fractional_max_pool3d(ones({1, 1, 4, 4, 4}), 2);
         },
     .message = "fractional_max_pool3d: needs an output_size or an output_ratio",
     .supports_half = false},
    {.name = "lp_pool",
     .op =
         [](const Tensors& in) {
           return Tensors{lp_pool1d(select(in[0], 0, 0), 3, 2), lp_pool2d(in[0], 2, {2, 3}, 1),
                          lp_pool2d(in[0], INFINITY, 2), lp_pool3d(unsqueeze(in[0], 0), 1.5, 2)};
         },
     .samples = {{positive({2, 2, 5, 4})}},
     .pytorch = "[F.lp_pool1d(a[0], 3, 2), F.lp_pool2d(a, 2, (2, 3), 1), F.lp_pool2d(a, math.inf, 2), "
                "F.lp_pool3d(a[None], 1.5, 2)]",
     .bad =
         [] {
           lp_pool2d(ones({1, 1, 4, 4}), 0, 2);
         },
     .message = "lp_pool2d: norm_type must not be 0",
     .tolerance = 16},
    {.name = "max_unpool2d",
     .op =
         [](const Tensors& in) {
           const Tensor places = remainder(in[1], 4) + arange(2) * 4 + reshape(arange(2) * 8, {2, 1});
           return max_unpool2d(in[0], expand(places, in[0].sizes()), 2);
         },
     .samples = {{real({2, 3, 2, 2}), integers({2, 1, 1, 2}, 0, 100)}},
     .pytorch = "F.max_unpool2d(a, (b % 4 + torch.arange(2) * 4 + torch.arange(2)[:, None] * 8).expand(2, 3, 2, 2), 2)",
     .bad =
         [] {
           max_unpool2d(ones({1, 1, 2, 2}), zeros({1, 1, 2, 2}, kInt64), 2, {}, 0, {9, 4});
         },
     .message = "max_unpool2d: output_size is [9, 4] but dim 0 must be between 2 and 6"},
    pool(
        "max_pool1d_with_indices", [](const Tensors& in) { return max_pool1d_with_indices(in[0], 3, 2, 1, 1, true); },
        "F.max_pool1d(a, 3, 2, 1, 1, True, return_indices=True)", {2, 3, 14},
        [] {
          max_pool1d_with_indices(ones({2, 3}), 2, 1, 2);
        },
        "padding [2] is more than half of kernel_size [2]"),
    {.name = "max_pool2d_with_indices_backward",
     .op =
         [](const Tensors& in) {
           const Tensor places = max_pool2d_with_indices(in[1], {2, 3}, {2, 1}, {1, 0}).second;
           return max_pool2d_with_indices_backward(in[0], in[1], {2, 3}, {2, 1}, {1, 0}, 1, false, places);
         },
     .samples = {{real({2, 3, 2, 4}), constant({2, 3, 3, 6})}, {real({3, 2, 4}), constant({3, 3, 6})}},
     .pytorch = "torch.ops.aten.max_pool2d_with_indices_backward(a, b, (2, 3), (2, 1), (1, 0), (1, 1), False, "
                "F.max_pool2d(b, (2, 3), (2, 1), (1, 0), return_indices=True)[1])",
     .bad =
         [] {
           max_pool2d_with_indices_backward(ones({1, 1, 2}), ones({1, 4, 4}), 2, 2, 0, 1, false,
                                            zeros({1, 1, 2}, kInt64));
         },
     .message = "max_pool2d_with_indices_backward: grad_output is float32 [1, 1, 2] and indices int64 [1, 1, 2] but "
                "both must have shape [1, 2, 2]",
     .tolerance = 2},
    {.name = "max_unpool1d",
     .op =
         [](const Tensors& in) {
           const Tensor places = remainder(in[1], 2) + arange(4) * 2;
           return Tensors{max_unpool1d(in[0], places, 2), max_unpool1d(in[0], places, 2, {}, 0, 9)};
         },
     .samples = {{real({2, 3, 4}), integers({2, 3, 4}, 0, 100)}},
     .pytorch = "[F.max_unpool1d(a, b % 2 + torch.arange(4) * 2, 2), F.max_unpool1d(a, b % 2 + torch.arange(4) * 2, 2, "
                "output_size=(9,))]",
     .bad =
         [] {
           max_unpool1d(ones({1, 1, 2}), zeros({1, 1, 3}, kInt64), 2);
         },
     .message = "max_unpool1d: indices is int64 [1, 1, 3] but must be int64 of input's shape [1, 1, 2]"},
    {.name = "max_unpool3d",
     .op =
         [](const Tensors& in) {
           // Where max_pool3d found the largest of other numbers.
           const auto places = max_pool3d_with_indices(in[1], {2, 1, 2}).second;
           return max_unpool3d(in[0], places, {2, 1, 2});
         },
     .samples = {{real({2, 2, 2, 3, 2}), constant({2, 2, 4, 3, 4})}},
     .pytorch = "F.max_unpool3d(a, F.max_pool3d(b, (2, 1, 2), return_indices=True)[1], (2, 1, 2))",
     .bad = [] { max_unpool3d(ones(2), zeros(2, kInt64), 2); },
     .message = "max_unpool3d: input has shape [2] but must have 4 dimensions, or 5 with a batch"},
});

}  // namespace
}  // namespace op_table
