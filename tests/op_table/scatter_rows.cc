// Ops that write by index, and ops that find positions.
#include "tests/op_table/reference.h"

namespace op_table {
namespace {

using namespace ember;

/// scatter_reduce of one kind, with and without the old values.
Row scatters(const std::string& reduce) {
  return row(
      "scatter_" + reduce,
      [reduce](const Tensors& in) {
        return Tensors{scatter_reduce(in[0], 1, in[1], in[2], reduce),
                       scatter_reduce(in[0], 1, in[1], in[2], reduce, false)};
      },
      {{real({2, 4}), integers({2, 5}, 0, 3), real({2, 6})}, {real({3, 3}), integers({2, 2}, 0, 3), real({2, 2})}},
      "[a.scatter_reduce(1, b, c, '" + reduce + "'), a.scatter_reduce(1, b, c, '" + reduce + "', include_self=False)]",
      [] {
        scatter_reduce(ones({2, 3}), 1, zeros({2, 1}, kInt64), ones({2, 1}), "median");
      },
      "scatter_reduce: reduce must be");
}

/// index_reduce of one kind.
Row reduces_slices(const std::string& reduce) {
  return row(
      "index_reduce_" + reduce,
      [reduce](const Tensors& in) {
        return Tensors{index_reduce(in[0], 1, in[1], in[2], reduce),
                       index_reduce(in[0], 1, in[1], in[2], reduce, false)};
      },
      {{real({2, 4}), integers({5}, 0, 3), real({2, 5})}},
      "[a.index_reduce(1, b, c, '" + reduce + "'), a.index_reduce(1, b, c, '" + reduce + "', include_self=False)]",
      [] { index_reduce(ones(2), 0, zeros(1, kInt64), ones(1), "sum"); }, "index_reduce: reduce must be");
}

/// An index that is out of range for two elements.
Tensor two() { return tensor(std::vector<int64_t>{2, 0}); }

const bool registered = add_rows({
    scatters("sum"),
    scatters("prod"),
    scatters("mean"),
    scatters("amax"),
    scatters("amin"),
    reduces_slices("prod"),
    reduces_slices("mean"),
    reduces_slices("amax"),
    reduces_slices("amin"),
    row(
        "scatter_with_reduce",
        [](const Tensors& in) {
          return Tensors{scatter(in[0], 0, in[1], 2.5, "add"), scatter(in[0], 0, in[1], 2.5, "multiply")};
        },
        {{real({3, 2}), integers({4, 2}, 0, 3)}},
        "[a.scatter_reduce(0, b, torch.full_like(b, 2.5, dtype=a.dtype), 'sum'), "
        "a.scatter_reduce(0, b, torch.full_like(b, 2.5, dtype=a.dtype), 'prod')]",
        [] { scatter(ones(2), 0, zeros(1, kInt64), 1, "divide"); }, "scatter: reduce must be \"add\" or \"multiply\""),
    row(
        "index_copy", [](const Tensors& in) { return index_copy(in[0], 1, two(), in[1]); },
        {{real({2, 4}), real({2, 2})}, {real({2, 3, 2}), real({2, 2, 2})}},
        "torch.index_copy(a, 1, torch.tensor([2, 0]), b)", [] { index_copy(ones(2), 0, two(), ones(2)); },
        "index_copy: index 2 is out of range"),
    row(
        "index_fill", [](const Tensors& in) { return index_fill(in[0], -1, in[1], in[2]); },
        {{real({2, 4}), integers({3}, -4, 4), real({})}}, "torch.index_fill(a, -1, b, c)",
        [] { index_fill(ones(2), 0, two(), ones(1)); }, "index_fill: value has shape [1] but must be a number"),
    row(
        "take", [](const Tensors& in) { return take(in[0], in[1]); }, {{real({2, 3}), integers({2, 2}, -6, 6)}},
        "torch.take(a, b)",
        [] {
          take(ones({2, 2}), full(1, 4, kInt64));
        },
        "out of range"),
    row(
        "put", [](const Tensors& in) { return put(in[0], in[1], in[2], true); },
        {{real({2, 3}), integers({2, 2}, -6, 6), real({4})}}, "torch.put(a, b, c, True)",
        [] {
          put(ones({2, 2}), two(), ones(3));
        },
        "put: source has 3 elements but index has 2"),
    row(
        "masked_scatter", [](const Tensors& in) { return masked_scatter(in[0], in[1], in[2]); },
        {{real({2, 3}), boolean({2, 3}), real({7})}, {real({1, 3}), boolean({2, 1}), real({2, 3})}},
        "torch.masked_scatter(a, b, c)", [] { masked_scatter(ones(3), ones(3, kBool), ones(2)); },
        "masked_scatter: source has 2 elements but the mask needs 3"),
    row(
        "repeat_interleave",
        [](const Tensors& in) {
          return Tensors{repeat_interleave(in[0], 2), repeat_interleave(in[0], 3, 1),
                         repeat_interleave(in[0], in[1], 1)};
        },
        {{real({2, 3}), integers({3}, 0, 3)}},
        "[torch.repeat_interleave(a, 2), torch.repeat_interleave(a, 3, 1), torch.repeat_interleave(a, b, 1)]",
        [] { repeat_interleave(ones(3), two(), 0); }, "repeat_interleave: repeats has 2 entries"),
    without_gradient(row(
        "repeat_interleave_positions", [](const Tensors& in) { return repeat_interleave(in[0]); },
        {{integers({4}, 0, 3)}}, "torch.repeat_interleave(a)", [] { repeat_interleave(full(1, -1, kInt64)); },
        "repeat_interleave: repeats must not be negative")),
    without_gradient(row(
        "nonzero_static",
        [](const Tensors& in) {
          return Tensors{nonzero_static(in[0], 2), nonzero_static(in[0], 9, 7)};
        },
        {{integers({2, 3}, 0, 2)}}, "[torch.nonzero_static(a, size=2), torch.nonzero_static(a, size=9, fill_value=7)]",
        [] { nonzero_static(ones(2), -1); }, "nonzero_static: size -1 must not be negative")),
    without_gradient(row(
        "nonzero_tuple", [](const Tensors& in) { return nonzero_tuple(in[0]); }, {{integers({2, 3}, 0, 2)}},
        "torch.nonzero(a, as_tuple=True)", [] { nonzero_tuple(Tensor()); }, "undefined")),
    without_gradient(row(
        "argwhere", [](const Tensors& in) { return argwhere(in[0]); }, {{integers({2, 3}, 0, 2)}}, "torch.argwhere(a)",
        [] { argwhere(Tensor()); }, "undefined")),
    without_gradient(row(
        "unravel_index",
        [](const Tensors& in) {
          return unravel_index(in[0], {2, 3, 4});
        },
        {{integers({2, 3}, 0, 24)}}, "torch.unravel_index(a, (2, 3, 4))",
        [] {
          unravel_index(ones(2), {2, 3});
        },
        "unravel_index: indices must be integers but are float32")),
});

}  // namespace
}  // namespace op_table
