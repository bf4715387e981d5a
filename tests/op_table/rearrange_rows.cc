// Joining, repeating, turning and padding.
#include "tests/op_table/reference.h"

namespace op_table {
namespace {

using namespace ember;

/// An op on all of its inputs at once.
Row joins(const std::string& name, Tensor (*op)(const Tensors&), std::vector<Sample> samples, std::function<void()> bad,
          const std::string& message) {
  const std::string inputs = samples[0].size() == 3 ? "a, b, c" : "a, b";
  const bool takes_list = name.find("stack") != std::string::npos;
  return row(
      name, [op](const Tensors& in) { return op(in); }, samples,
      "torch." + name + (takes_list ? "([" + inputs + "])" : "(" + inputs + ")"), std::move(bad), message);
}

Row pads(const std::string& mode, std::vector<Sample> samples, std::function<void()> bad, const std::string& message) {
  return row(
      "pad_" + mode,
      [mode](const Tensors& in) {
        return pad(in[0], {1, 2, -1, 1}, mode);
      },
      std::move(samples), "F.pad(a, (1, 2, -1, 1), '" + mode + "')", std::move(bad), message);
}

const Sample kMatrix = {real({3, 4})}, kCube = {real({2, 4, 3})}, kVector = {real({4})};

const bool registered = add_rows({
    joins(
        "hstack", hstack, {{real({2, 3}), real({2, 1})}, {real({2}), real({3})}, {real({}), real({2})}},
        [] { hstack({}); }, "hstack: expected at least one tensor"),
    joins(
        "vstack", vstack, {{real({2, 3}), real({1, 3})}, {real({3}), real({2, 3})}},
        [] {
          vstack({ones(2), ones(3)});
        },
        "cat: tensor 1 has shape [1, 3]"),
    joins(
        "dstack", dstack, {{real({2, 3}), real({2, 3})}, {real({3}), real({3})}}, [] { dstack({}); },
        "dstack: expected at least one tensor"),
    joins(
        "column_stack", column_stack, {{real({3}), real({3, 2})}, {real({}), real({})}}, [] { column_stack({}); },
        "column_stack: expected at least one tensor"),
    joins(
        "block_diag", block_diag, {{real({2, 3}), real({1, 2}), real({2})}, {real({}), real({2, 2}), real({1})}},
        [] {
          block_diag({ones({2, 2, 2})});
        },
        "block_diag: a tensor of shape [2, 2, 2]"),
    joins(
        "cartesian_prod", cartesian_prod, {{real({2}), real({3}), real({2})}},
        [] {
          cartesian_prod({ones(2), ones({2, 2})});
        },
        "cartesian_prod: tensor 1 has shape [2, 2]"),
    row(
        "meshgrid", [](const Tensors& in) { return meshgrid(in, "xy"); }, {{real({2}), real({3}), real({2})}},
        "torch.meshgrid(a, b, c, indexing='xy')", [] { meshgrid({ones(2)}, "yx"); }, "meshgrid: indexing must be"),
    row(
        "combinations", [](const Tensors& in) { return combinations(in[0], 3); }, {kVector, {real({3})}, {real({2})}},
        "torch.combinations(a, 3)",
        [] {
          combinations(ones({2, 2}));
        },
        "combinations: input has shape [2, 2]"),
    row(
        "combinations_with_replacement", [](const Tensors& in) { return combinations(in[0], 3, true); }, {kVector},
        "torch.combinations(a, 3, True)", [] { combinations(ones(2), -1, true); },
        "combinations: r must not be negative"),
    row(
        "kron", [](const Tensors& in) { return kron(in[0], in[1]); },
        {{real({2, 3}), real({3, 2})}, {real({2}), real({2, 2})}}, "torch.kron(a, b)", [] { kron(ones(2), Tensor()); },
        "kron: input is an undefined tensor"),

    row(
        "fliplr", [](const Tensors& in) { return fliplr(in[0]); }, {kMatrix, kCube}, "torch.fliplr(a)",
        [] { fliplr(ones(2)); }, "fliplr: input has shape [2]"),
    row(
        "flipud", [](const Tensors& in) { return flipud(in[0]); }, {kVector, kCube}, "torch.flipud(a)",
        [] { flipud(ones({})); }, "flipud: a zero-dim tensor"),
    row(
        "rot90",
        [](const Tensors& in) {
          return Tensors{rot90(in[0]), rot90(in[0], 2), rot90(in[0], -1, {1, 0}), rot90(in[0], 4)};
        },
        {kMatrix, kCube}, "[torch.rot90(a), torch.rot90(a, 2), torch.rot90(a, -1, (1, 0)), torch.rot90(a, 4)]",
        [] { rot90(ones(2)); }, "rot90: dims [0, 1] must name 2 dimensions of input [2]"),
    row(
        "tile",
        [](const Tensors& in) {
          return Tensors{tile(in[0], 2), tile(in[0], {2, 1, 3})};
        },
        {kMatrix, kVector}, "[torch.tile(a, (2,)), torch.tile(a, (2, 1, 3))]", [] { tile(ones(2), -1); },
        "repeat: repeats [-1]"),
    row(
        "diag",
        [](const Tensors& in) {
          return Tensors{diag(in[0]), diag(in[0], -1)};
        },
        {kVector, kMatrix}, "[torch.diag(a), torch.diag(a, -1)]", [] { diag(ones({})); }, "diag: input has shape []"),
    row(
        "diag_embed", [](const Tensors& in) { return diag_embed(in[0], 1, 0, -1); }, {kVector, kMatrix},
        "torch.diag_embed(a, 1, 0, -1)", [] { diag_embed(ones(2), 0, 1, -1); }, "diag_embed: dim1 and dim2 are both 1"),
    row(
        "diagflat", [](const Tensors& in) { return diagflat(in[0], -2); }, {{real({2, 2})}, {real({})}},
        "torch.diagflat(a, -2)", [] { diagflat(Tensor()); }, "undefined"),
    row(
        "trace", [](const Tensors& in) { return trace(in[0]); }, {kMatrix, {real({4, 2})}}, "torch.trace(a)",
        [] { trace(ones(2)); }, "trace: input has shape [2]"),

    pads(
        "constant", {{real({3, 4})}, {real({2, 3, 4})}},
        [] {
          pad(ones(2), {1, 1, 1, 1});
        },
        "pad: padding [1, 1, 1, 1] must be pairs"),
    pads(
        "reflect", {{real({2, 3, 4})}, {real({1, 2, 3, 3})}},
        [] {
          pad(ones({1, 2}), {2, 0}, "reflect");
        },
        "pad: padding [2, 0] is too large for dimension 1"),
    pads(
        "replicate", {{real({2, 3, 4})}, {real({1, 2, 3, 3})}},
        [] {
          pad(ones({1, 0}), {2, 0}, "replicate");
        },
        "pad: padding [2, 0] is too large"),
    pads(
        "circular", {{real({2, 3, 3, 4})}},
        [] {
          pad(ones({1, 2}), {1, 1}, "around");
        },
        "pad: mode must be"),
    row(
        "pixel_shuffle", [](const Tensors& in) { return pixel_shuffle(in[0], 2); },
        {{real({4, 2, 3})}, {real({2, 8, 1, 2})}}, "F.pixel_shuffle(a, 2)",
        [] {
          pixel_shuffle(ones({3, 2, 2}), 2);
        },
        "pixel_shuffle: the channels of input [3, 2, 2] must be a multiple of 4"),
    row(
        "pixel_unshuffle", [](const Tensors& in) { return pixel_unshuffle(in[0], 2); },
        // PyTorch leaves a tensor without elements as it is.
        {{real({1, 2, 4})}, {real({2, 3, 2, 2})}},
        "(lambda c, h, w: F.pixel_unshuffle(a, 2) if a.numel() else a.reshape(*a.shape[:-3], c * 4, h // 2, w // "
        "2))(*a.shape[-3:])",
        [] {
          pixel_unshuffle(ones({1, 3, 2}), 2);
        },
        "pixel_unshuffle: height and width of input [1, 3, 2]"),
    row(
        "channel_shuffle", [](const Tensors& in) { return channel_shuffle(in[0], 2); }, {{real({2, 6, 3})}},
        "F.channel_shuffle(a, 2)",
        [] {
          channel_shuffle(ones({1, 3, 2}), 2);
        },
        "channel_shuffle: the channels of input [1, 3, 2] must be a multiple of groups, 2"),
    row(
        "fill", [](const Tensors& in) { return fill(in[0], in[1]); }, {{real({2, 3}), real({})}}, "torch.fill(a, b)",
        [] { fill(ones(2), ones(2)); }, "fill_: value has shape [2] but must be a number"),
    row(
        "constant_pad_nd",
        [](const Tensors& in) {
          return Tensors{constant_pad_nd(in[0], {1, 2, -1, 1}, 2.5), constant_pad_nd(in[0], {0, 3})};
        },
        {kMatrix, kCube}, "[torch.constant_pad_nd(a, (1, 2, -1, 1), 2.5), torch.constant_pad_nd(a, (0, 3))]",
        [] { constant_pad_nd(ones(2), 1); },
        "pad: padding [1] must be pairs for at most the 1 dimensions of input [2]"),
});

}  // namespace
}  // namespace op_table
