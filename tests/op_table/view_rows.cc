// Views that are new shapes, pieces of a tensor, copies of views and copies with a view overwritten.
#include "tests/op_table/reference.h"

namespace op_table {
namespace {

using namespace ember;

/// A view made a copy: the row of its view says the rest, so it is compared for one sample.
Row copy_row(const std::string& name, Function op, const std::string& pytorch, std::function<void()> bad,
             const std::string& message) {
  return row(name, std::move(op), {{real({4, 4})}}, pytorch, std::move(bad), message);
}

const Sample kMatrix = {real({3, 4})}, kCube = {real({2, 4, 6})}, kVector = {real({4})};

const bool registered = add_rows({
    row(
        "T", [](const Tensors& in) { return T(in[0]); }, {kMatrix, kCube}, "a.permute(*range(a.dim() - 1, -1, -1))",
        [] { T(Tensor()); }, "T: input is an undefined tensor"),
    row(
        "H", [](const Tensors& in) { return H(in[0]); }, {kMatrix}, "a.H",
        [] {
          H(ones({2, 2, 2}));
        },
        "H: input has shape [2, 2, 2]"),
    row(
        "mH", [](const Tensors& in) { return mH(in[0]); }, {kMatrix, kCube}, "a.mH", [] { mH(ones(2)); },
        "mH: input has shape [2]"),
    row(
        "atleast",
        [](const Tensors& in) {
          return Tensors{atleast_1d(in[0]), atleast_2d(in[0]), atleast_3d(in[0])};
        },
        {{real({})}, kVector, kMatrix, kCube}, "[torch.atleast_1d(a), torch.atleast_2d(a), torch.atleast_3d(a)]",
        [] { atleast_2d(Tensor()); }, "atleast_2d: input is an undefined tensor"),
    row(
        "unfold", [](const Tensors& in) { return unfold(in[0], 1, 2, 1); }, {kMatrix, kCube}, "a.unfold(1, 2, 1)",
        [] {
          unfold(ones({2, 3}), 1, 4, 1);
        },
        "unfold: size 4 must be between 0 and 3"),
    row(
        "tensor_split_sections", [](const Tensors& in) { return tensor_split(in[0], 3, -1); }, {kMatrix, kCube},
        "torch.tensor_split(a, 3, -1)", [] { tensor_split(ones(2), 0); },
        "tensor_split: the number of sections must be positive"),
    row(
        "tensor_split",
        [](const Tensors& in) {
          return tensor_split(in[0], {1, 3}, 1);
        },
        {kMatrix, kCube}, "torch.tensor_split(a, (1, 3), 1)", [] { tensor_split(ones({}), 2); }, "tensor_split"),
    row(
        "hsplit", [](const Tensors& in) { return hsplit(in[0], 2); }, {kVector, kMatrix, kCube}, "torch.hsplit(a, 2)",
        [] {
          hsplit(ones({2, 3}), 2);
        },
        "hsplit: dimension 1 of input [2, 3] does not split evenly into 2 sections"),
    row(
        "vsplit", [](const Tensors& in) { return vsplit(in[0], Shape{1}); }, {kMatrix, kCube}, "torch.vsplit(a, (1,))",
        [] { vsplit(ones(2), 2); }, "vsplit: input has shape [2]"),
    row(
        "dsplit", [](const Tensors& in) { return dsplit(in[0], 3); }, {kCube}, "torch.dsplit(a, 3)",
        [] {
          dsplit(ones({2, 2}), 2);
        },
        "dsplit: input has shape [2, 2] but must have at least 3 dimensions"),

    copy_row(
        "alias_copy", [](const Tensors& in) { return alias_copy(in[0]); }, "torch.alias_copy(a)",
        [] { alias_copy(Tensor()); }, "undefined"),
    copy_row(
        "as_strided_copy",
        [](const Tensors& in) {
          return as_strided_copy(contiguous(in[0]), {2, 2}, {3, 2}, 1);
        },
        "torch.as_strided_copy(a, (2, 2), (3, 2), 1)", [] { as_strided_copy(ones(2), 3, 1); }, "as_strided: sizes [3]"),
    copy_row(
        "diagonal_copy", [](const Tensors& in) { return diagonal_copy(in[0], 1); }, "torch.diagonal_copy(a, 1)",
        [] {
          diagonal_copy(ones({2, 2}), 0, 1, 1);
        },
        "diagonal: dim1 and dim2 are both 1"),
    copy_row(
        "expand_copy",
        [](const Tensors& in) {
          return expand_copy(in[0], {2, 4, 4});
        },
        "torch.expand_copy(a, (2, 4, 4))", [] { expand_copy(ones(2), 3); }, "expand: input of shape [2]"),
    copy_row(
        "narrow_copy", [](const Tensors& in) { return narrow_copy(in[0], 0, 1, 2); }, "torch.narrow_copy(a, 0, 1, 2)",
        [] { narrow_copy(ones(2), 0, 1, 2); }, "narrow: start 1 and length 2"),
    copy_row(
        "permute_copy",
        [](const Tensors& in) {
          return permute_copy(in[0], {1, 0});
        },
        "torch.permute_copy(a, (1, 0))",
        [] {
          permute_copy(ones(2), {0, 1});
        },
        "permute: dims [0, 1]"),
    copy_row(
        "select_copy", [](const Tensors& in) { return select_copy(in[0], 1, -1); }, "torch.select_copy(a, 1, -1)",
        [] { select_copy(ones(2), 0, 2); }, "select: index 2 is out of range"),
    copy_row(
        "slice_copy", [](const Tensors& in) { return slice_copy(in[0], 1, 1, {}, 2); }, "a[:, 1::2]",
        [] { slice_copy(ones(2), 0, 0, 2, 0); }, "slice: step 0"),
    copy_row(
        "squeeze_copy", [](const Tensors& in) { return squeeze_copy(unsqueeze(in[0], 0)); }, "a",
        [] { squeeze_copy(ones(2), 1); }, "squeeze"),
    copy_row(
        "t_copy", [](const Tensors& in) { return t_copy(in[0]); }, "torch.t_copy(a)",
        [] {
          t_copy(ones({2, 2, 2}));
        },
        "t: input has shape [2, 2, 2]"),
    copy_row(
        "transpose_copy", [](const Tensors& in) { return transpose_copy(in[0], 0, 1); },
        "torch.transpose_copy(a, 0, 1)", [] { transpose_copy(ones(2), 0, 1); }, "transpose"),
    copy_row(
        "unfold_copy", [](const Tensors& in) { return unfold_copy(in[0], 0, 3, 1); }, "torch.unfold_copy(a, 0, 3, 1)",
        [] { unfold_copy(ones(2), 0, 1, 0); }, "unfold: step 0"),
    copy_row(
        "unsqueeze_copy", [](const Tensors& in) { return unsqueeze_copy(in[0], 1); }, "torch.unsqueeze_copy(a, 1)",
        [] { unsqueeze_copy(ones(2), 3); }, "unsqueeze"),
    copy_row(
        "view_copy",
        [](const Tensors& in) {
          return view_copy(contiguous(in[0]), {2, 8});
        },
        "torch.view_copy(a, (2, 8))", [] { view_copy(ones(2), 3); }, "view: shape [3]"),
    copy_row(
        "split_copy", [](const Tensors& in) { return split_copy(in[0], 3, 1); }, "torch.split_copy(a, 3, 1)",
        [] { split_copy(ones(2), -1); }, "split: size -1"),
    copy_row(
        "split_with_sizes_copy",
        [](const Tensors& in) {
          return split_with_sizes_copy(in[0], {1, 3});
        },
        "torch.split_with_sizes_copy(a, (1, 3))",
        [] {
          split_with_sizes_copy(ones(2), {1, 2});
        },
        "split: sizes [1, 2]"),
    copy_row(
        "unbind_copy", [](const Tensors& in) { return unbind_copy(in[0], 1); }, "torch.unbind_copy(a, 1)",
        [] { unbind_copy(ones({})); }, "unbind"),

    row(
        "as_strided_scatter",
        [](const Tensors& in) {
          return as_strided_scatter(contiguous(in[0]), in[1], {2, 2}, {1, 2}, 1);
        },
        {{real({3, 3}), real({2, 2})}}, "torch.as_strided_scatter(a, b, (2, 2), (1, 2), 1)",
        [] { as_strided_scatter(ones(4), ones(3), 2, 1); }, "as_strided_scatter: src has shape [3]"),
    row(
        "diagonal_scatter", [](const Tensors& in) { return diagonal_scatter(in[0], in[1], 1); },
        {{real({3, 4}), real({3})}}, "torch.diagonal_scatter(a, b, 1)",
        [] {
          diagonal_scatter(ones({2, 2}), ones(3));
        },
        "diagonal_scatter: src has shape [3] but the view to overwrite has [2]"),
    row(
        "select_scatter", [](const Tensors& in) { return select_scatter(in[0], in[1], 1, -2); },
        {{real({3, 4}), real({3})}}, "torch.select_scatter(a, b, 1, -2)",
        [] {
          select_scatter(ones({2, 2}), ones(3), 0, 0);
        },
        "select_scatter: src has shape [3]"),
    row(
        "slice_scatter", [](const Tensors& in) { return slice_scatter(in[0], in[1], 1, 0, 4, 2); },
        {{real({3, 4}), real({3, 2})}}, "torch.slice_scatter(a, b, 1, 0, 4, 2)",
        [] { slice_scatter(ones(4), ones(3), 0, 1, 3); }, "slice_scatter: src has shape [3]"),
    row(
        "shape_of_another",
        [](const Tensors& in) {
          return Tensors{view_as(contiguous(in[0]), in[1]), reshape_as(in[0], in[1]), expand_as(in[2], in[0]),
                         broadcast_to(in[2], {2, 3, 4})};
        },
        {{real({3, 4}), constant({2, 6}), real({3, 1})}},
        "[a.view_as(b), a.reshape_as(b), c.expand_as(a), c.broadcast_to(2, 3, 4)]", [] { view_as(ones(2), ones(3)); },
        "view: shape [3]"),
});

}  // namespace
}  // namespace op_table
