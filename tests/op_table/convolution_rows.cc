// Convolutions beside layer_rows.cc's conv2d, and normalizations that also give their statistics, against PyTorch.
#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

/// Sums by oneDNN may depend on the number of threads.
Row layer(const std::string& name, Function op, std::vector<Sample> samples, const std::string& pytorch,
          std::function<void()> bad, const std::string& message) {
  Row layer = with_tolerance(row(name, std::move(op), std::move(samples), pytorch, std::move(bad), message), 16);
  layer.same_bits_for_any_threads = false;
  return layer;
}

/// Like PyTorch's, without a gradient; of float32 where the output y has 16 bits.
Tensor statistic(const Tensor& x, const Tensor& y) { return to(x.detach(), y.dtype()); }

const bool registered = add_rows({
    with_empty(layer(
                   "conv1d",
                   [](const Tensors& in) {
                     return Tensors{conv1d(in[0], in[1], in[2], 1, 0, 1, 2), conv1d(in[0], in[1], {}, 2, 1, 2, 2)};
                   },
                   {{real({2, 2, 6}), real({4, 1, 3}), real({4})}, {real({2, 6}), real({4, 1, 3}), real({4})}},
                   "[F.conv1d(a, b, c, groups=2), F.conv1d(a, b, None, 2, 1, 2, 2)]",
                   [] {
                     conv1d(ones({2, 3, 4}), ones({2, 2, 3}));
                   },
                   "conv1d"),
               {{real({0, 2, 6}), real({4, 1, 3}), real({4})}}),
    layer(
        "conv3d",
        [](const Tensors& in) {
          return Tensors{conv3d(in[0], in[1], in[2]), conv3d(in[0], in[1], {}, {2, 1, 1}, {1, 0, 1}, {1, 1, 2})};
        },
        {{real({2, 2, 3, 3, 3}), real({2, 2, 2, 1, 2}), real({2})}},
        "[F.conv3d(a, b, c), F.conv3d(a, b, None, (2, 1, 1), (1, 0, 1), (1, 1, 2))]",
        [] {
          conv3d(ones({2, 3}), ones({2, 1, 1, 1, 1}));
        },
        "conv3d"),
    layer(
        "conv_named_padding",
        [](const Tensors& in) {
          const Tensor line = select(in[0], 2, 0), row = select(in[1], 2, 0);
          return Tensors{conv1d(line, row, in[2], 1, "same"), conv1d(line, row, in[2], 2, "valid"),
                         conv2d(in[0], in[1], in[2], 1, "same", {1, 2}),
                         conv3d(unsqueeze(in[0], 2), unsqueeze(in[1], 2), in[2], 1, "same")};
        },
        {{real({2, 2, 4, 5}), real({3, 2, 3, 2}), real({3})}},
        "[F.conv1d(a[:, :, 0], b[:, :, 0], c, padding='same'), F.conv1d(a[:, :, 0], b[:, :, 0], c, 2, 'valid'), "
        "F.conv2d(a, b, c, padding='same', dilation=(1, 2)), F.conv3d(a[:, :, None], b[:, :, None], c, "
        "padding='same')]",
        [] {
          conv1d(ones({1, 1, 4}), ones({1, 1, 2}), {}, 2, "same");
        },
        "conv1d"),
    layer(
        "native_batch_norm",
        [](const Tensors& in) -> Tensors {
          const auto [y, mean, scale] = native_batch_norm(in[0], in[1], in[2], {}, {}, true, 0.1, 1e-5);
          const auto [by_running, no_mean, no_scale] =
              native_batch_norm(in[0], in[1], in[2], in[3], in[4], false, 0.1, 1e-3);
          return {y, statistic(mean, y), statistic(scale, y), by_running};
        },
        {{real({3, 2, 4}), real({2}), real({2}), constant({2}), constant({2}, 0.3, 2)}},
        "[*torch.native_batch_norm(a, b, c, None, None, True, 0.1, 1e-5), torch.native_batch_norm(a, b, c, d, e, "
        "False, "
        "0.1, 1e-3)[0]]",
        [] {
          native_batch_norm(ones({2, 3}), ones(2), {}, {}, {}, true, 0.1, 1e-5);
        },
        "batch_norm: weight has shape [2] but must have [3]"),
    layer(
        "native_layer_norm",
        [](const Tensors& in) -> Tensors {
          const auto [y, mean, scale] = native_layer_norm(in[0], {3, 2}, in[1], in[2], 1e-5);
          return {y, statistic(mean, y), statistic(scale, y)};
        },
        {{real({4, 3, 2}), real({3, 2}), real({3, 2})}}, "torch.native_layer_norm(a, (3, 2), b, c, 1e-5)",
        [] {
          native_layer_norm(ones({2, 3}), 2, {}, {}, 1e-5);
        },
        "layer_norm: input has shape [2, 3] but its last dimensions must be [2]"),
    layer(
        "native_group_norm", [](const Tensors& in) { return native_group_norm(in[0], in[1], in[2], 2, 4, 3, 2, 1e-5); },
        {{real({2, 4, 3}), real({4}), real({4})}}, "torch.native_group_norm(a, b, c, 2, 4, 3, 2, 1e-5)",
        [] {
          native_group_norm(ones({2, 4, 3}), {}, {}, 2, 4, 3, 3, 1e-5);
        },
        "group_norm: 4 channels of input [2, 4, 3] cannot be divided into 3 groups"),
});

}  // namespace
}  // namespace op_table
