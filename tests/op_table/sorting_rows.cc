#include <cmath>

#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

/// An op on rows along dim 1, whose values come with their positions.
Row chosen(const std::string& name, std::pair<Tensor, Tensor> (*op)(const Tensor&), const std::string& pytorch,
           std::function<void()> bad, const std::string& message, std::vector<Sample> zero_size = {}) {
  return {.name = name,
          .op = [op](const Tensors& in) { return op(in[0]); },
          .samples = {{real({2, 5, 3})}, {real({3, 40})}, {real({4, 1})}},
          .pytorch = pytorch,
          .zero_size = std::move(zero_size),
          .large = {real({300, 401})},
          .bad = std::move(bad),
          .message = message};
}

/// An op without a gradient.
Row counted(const std::string& name, Function op, std::vector<Sample> samples, const std::string& pytorch,
            std::function<void()> bad, const std::string& message, std::vector<Sample> zero_size = {},
            Sample large = {}) {
  return {.name = name,
          .op = std::move(op),
          .samples = std::move(samples),
          .pytorch = pytorch,
          .zero_size = std::move(zero_size),
          .large = std::move(large),
          .bad = std::move(bad),
          .message = message,
          .has_gradient = false};
}

const bool registered = add_rows({
    chosen(
        "sort", [](const Tensor& x) { return sort(x, 1); }, "torch.sort(a, 1)", [] { sort(ones({2}), 1); },
        "out of range", {{real({0, 3})}, {real({2, 0})}}),
    chosen(
        "sort_descending", [](const Tensor& x) { return sort(x, -2, true); }, "torch.sort(a, -2, descending=True)",
        [] { sort(Tensor()); }, "sort: input is an undefined tensor"),
    chosen(
        "topk", [](const Tensor& x) { return topk(x, 1, 1); }, "torch.topk(a, 1, 1)",
        [] {
          topk(ones({2, 3}), 4);
        },
        "topk: k is 4 but dim 1", {{real({0, 3})}}),
    chosen(
        "topk_smallest", [](const Tensor& x) { return topk(x, 2, 0, false); }, "torch.topk(a, 2, 0, largest=False)",
        [] {
          topk(ones({2, 3}), -1);
        },
        "topk: k is -1"),
    chosen(
        "kthvalue", [](const Tensor& x) { return kthvalue(x, 1, 1, true); }, "torch.kthvalue(a, 1, 1, True)",
        [] {
          kthvalue(ones({2, 3}), 0);
        },
        "kthvalue: k is 0", {{real({0, 3})}}),
    chosen(
        "median_along", [](const Tensor& x) { return median(x, 1); }, "torch.median(a, 1)",
        [] {
          median(ones({2, 0}), 1);
        },
        "median: dimension 1", {{real({0, 3})}}),
    chosen(
        "nanmedian_along", [](const Tensor& x) { return nanmedian(x, 1); }, "torch.nanmedian(a, 1)",
        [] {
          nanmedian(ones({2, 0}), 1);
        },
        "nanmedian: dimension 1"),
    chosen(
        "mode", [](const Tensor& x) { return mode(x, 1, true); }, "torch.mode(a, 1, True)",
        [] {
          mode(ones({2, 0}), 1);
        },
        "mode: dimension 1"),
    {.name = "median",
     .op = [](const Tensors& in) { return median(in[0]); },
     .samples = {{real({2, 5, 3})}, {real({})}},
     .pytorch = "torch.median(a)",
     .large = {real({300, 401})},
     .bad = [] { median(Tensor()); },
     .message = "median: input is an undefined tensor"},
    {.name = "nanmedian",
     .op = [](const Tensors& in) { return nanmedian(where(in[0] > 1, NAN, in[0])); },
     .samples = {{real({2, 5, 3})}},
     .pytorch = "torch.nanmedian(torch.where(a > 1, math.nan, a))",
     .bad = [] { nanmedian(Tensor()); },
     .message = "nanmedian: input is an undefined tensor"},
    {.name = "msort",
     .op = [](const Tensors& in) { return msort(in[0]); },
     .samples = {{real({5, 3})}, {real({40})}},
     .pytorch = "torch.msort(a)",
     .zero_size = {{real({0, 3})}},
     .large = {real({300, 401})},
     .bad = [] { msort(Tensor()); },
     .message = "sort: input is an undefined tensor"},
    counted(
        "argsort", [](const Tensors& in) { return argsort(in[0], -1, true); },
        {{real({3, 50})}, {integers({70}, -9, 9)}}, "torch.argsort(a, stable=True, dim=-1, descending=True)",
        [] { argsort(ones({2}), 1); }, "out of range"),
    counted(
        "searchsorted", [](const Tensors& in) { return searchsorted(in[0], in[1], false, true); },
        {{integers({9}, 3, 4), integers({2, 4}, 0, 9)}, {integers({2, 1}, 0, 5), integers({2, 4}, 0, 9)}},
        "torch.searchsorted(a, b, right=True)",
        [] {
          searchsorted(ones({2, 3}), ones({3, 4}));
        },
        "searchsorted: input has shape [3, 4]", {{integers({0}, 0, 1), integers({2}, 0, 9)}}),
    counted(
        "bucketize", [](const Tensors& in) { return bucketize(in[0], arange(-1, 1, 0.25, kFloat64)); },
        {{constant({3, 4})}}, "torch.bucketize(a, torch.arange(-1, 1, 0.25, dtype=torch.float64))",
        [] {
          bucketize(ones({2}), ones({2, 3}));
        },
        "bucketize: boundaries must be 1-d"),
    counted(
        "isin", [](const Tensors& in) { return isin(in[0], in[1]); },
        {{integers({4, 5}, 0, 30), integers({3, 4}, 0, 30)}}, "torch.isin(a, b)", [] { isin(Tensor(), ones({2})); },
        "isin: elements is an undefined tensor",
        {{integers({3}, 0, 5), integers({0}, 0, 5)}, {integers({0}, 0, 5), integers({3}, 0, 5)}}),
    counted(
        "unique", [](const Tensors& in) { return unique(in[0], true, true); },
        {{integers({4, 15}, 0, 9)}, {boolean({7})}, {integers({}, 0, 5)}},
        "torch.unique(a, return_inverse=True, return_counts=True)", [] { unique(Tensor()); },
        "unique: input is an undefined tensor", {{integers({0}, 0, 5)}}, {integers({300, 401}, 0, 1000)}),
    counted(
        "unique_slices", [](const Tensors& in) { return unique(in[0], true, true, 1); }, {{integers({2, 30}, 0, 3)}},
        "torch.unique(a, return_inverse=True, return_counts=True, dim=1)",
        [] {
          unique(ones({0, 3}), false, false, 1);
        },
        "unique: the slices"),
    counted(
        "unique_consecutive", [](const Tensors& in) { return unique_consecutive(in[0], true, true); },
        {{integers({4, 15}, 0, 2)}}, "torch.unique_consecutive(a, return_inverse=True, return_counts=True)",
        [] { unique_consecutive(Tensor()); }, "unique_consecutive: input is an undefined tensor"),
    counted(
        "unique_consecutive_slices", [](const Tensors& in) { return unique_consecutive(in[0], true, true, 0); },
        {{integers({30, 1}, 0, 2)}}, "torch.unique_consecutive(a, return_inverse=True, return_counts=True, dim=0)",
        [] { unique_consecutive(ones({}), false, false, 1); }, "out of range"),
});

}  // namespace
}  // namespace op_table
