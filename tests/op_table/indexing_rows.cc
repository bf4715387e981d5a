#include "tests/op_table/reference.h"

namespace op_table {
namespace {

using namespace ember;

int64_t whole(double value) { return static_cast<int64_t>(value); }

Array add_at(Array y, int64_t dim, const Array& index, const Array& src, bool slices) {
  for_each_index(src.shape, [&](const Index& i) {
    const double at = slices ? index.at({i[static_cast<size_t>(dim)]}) : index.at(i);
    y.at(with(i, dim, whole(at))) += src.at(i);
  });
  return y;
}

const bool registered = add_rows({
    {.name = "gather",
     .op = [](const Tensors& in) { return gather(in[0], 1, in[1]); },
     .samples = {{real({2, 4}), integers({2, 3}, 0, 4)}, {real({3, 2, 2}), integers({2, 5, 1}, 0, 2)}},
     .reference =
         [](const Arrays& in) {
           return generate(in[1].shape, [&](const Index& i) { return in[0].at(with(i, 1, whole(in[1].at(i)))); });
         },
     .zero_size = {{real({2, 4}), integers({2, 0}, 0, 4)}},
     .large = {real({300, 200}), integers({300, 150}, 0, 200)},
     .bad =
         [] {
           gather(ones({2, 3}), 1, full({2, 1}, 3, kInt64));
         },
     .message = "out of range"},
    {.name = "take_along_dim",
     .op = [](const Tensors& in) { return take_along_dim(in[0], in[1], 1); },
     .samples = {{real({2, 4}), integers({1, 3}, 0, 4)}},
     .reference =
         [](const Arrays& in) {
           return generate({2, 3}, [&](const Index& i) { return in[0].at({i[0], whole(in[1].at({0, i[1]}))}); });
         },
     .bad =
         [] {
           take_along_dim(ones({2, 3}), full({2}, 0, kInt64), 1);
         },
     .message = "take_along_dim: index has shape [2]"},
    {.name = "scatter",
     .op =
         [](const Tensors& in) {
           // Distinct positions, since one of equal ones wins.
           return scatter(in[0], 1, expand(arange(3, kInt64), {2, 3}), in[1]);
         },
     .samples = {{real({2, 4}), real({2, 3})}, {real({3, 4}), real({2, 5})}},
     .reference =
         [](const Arrays& in) {
           Array y = in[0];
           for (int64_t i = 0; i < 2; ++i)
             for (int64_t j = 0; j < 3; ++j) y.at({i, j}) = in[1].at({i, j});
           return y;
         },
     .bad =
         [] {
           scatter(ones({2, 3}), 1, zeros({2, 2}, kInt64), ones({2, 1}));
         },
     .message = "scatter: src has shape [2, 1] but dim 1 must be at least that of index [2, 2]"},
    {.name = "scatter_add",
     .op = [](const Tensors& in) { return scatter_add(in[0], 1, in[1], in[2]); },
     .samples = {{real({2, 3}), integers({2, 5}, 0, 3), real({2, 5})}},
     .reference = [](const Arrays& in) { return add_at(in[0], 1, in[1], in[2], false); },
     .zero_size = {{real({2, 3}), integers({2, 0}, 0, 3), real({2, 0})}},
     .large = {real({300, 20}), integers({300, 200}, 0, 20), real({300, 200})},
     .bad =
         [] {
           scatter_add(ones({2, 3}), 1, zeros({2, 2}), ones({2, 2}));
         },
     .message = "scatter_add: index must be int64 but is float32",
     .tolerance = 4},
    {.name = "index_select",
     .op = [](const Tensors& in) { return index_select(in[0], 1, in[1]); },
     .samples = {{real({2, 4, 2}), integers({3}, 0, 4)}},
     .reference =
         [](const Arrays& in) {
           return generate(with(in[0].shape, 1, in[1].size(0)),
                           [&](const Index& i) { return in[0].at(with(i, 1, whole(in[1].at({i[1]})))); });
         },
     .zero_size = {{real({2, 4}), integers({0}, 0, 4)}},
     .large = {real({200, 90}), integers({400}, 0, 90)},
     .bad =
         [] {
           index_select(ones({2, 3}), 1, full({1}, 3, kInt64));
         },
     .message = "out of range"},
    {.name = "index_add",
     .op = [](const Tensors& in) { return index_add(in[0], 0, in[1], in[2], 0.5); },
     .samples = {{real({3, 2}), integers({4}, 0, 3), real({4, 2})}},
     .reference =
         [](const Arrays& in) {
           Array half = in[2];
           for (double& value : half.data) value *= 0.5;
           return add_at(in[0], 0, in[1], half, true);
         },
     .zero_size = {{real({0, 2}), integers({0}, 0, 3), real({0, 2})}},
     .large = {real({50, 90}), integers({900}, 0, 50), real({900, 90})},
     .bad =
         [] {
           index_add(ones({3, 2}), 0, zeros({4}, kInt64), ones({3, 2}));
         },
     .message = "index_add: source has shape [3, 2] but must have [4, 2]",
     .tolerance = 4},
    {.name = "embedding",
     .op = [](const Tensors& in) { return embedding(in[0], in[1]); },
     .samples = {{real({5, 3}), integers({2, 4}, 0, 5)}},
     .reference =
         [](const Arrays& in) {
           Index shape = in[1].shape;
           shape.push_back(in[0].size(1));
           return generate(shape, [&](const Index& i) {
             return in[0].at({whole(in[1].at({i.begin(), i.end() - 1})), i.back()});
           });
         },
     .zero_size = {{real({5, 3}), integers({0, 2}, 0, 5)}},
     .large = {real({50, 90}), integers({30, 40}, 0, 50)},
     .bad =
         [] {
           embedding(ones({5, 3}), full({1}, 5, kInt64));
         },
     .message = "out of range",
     .tolerance = 4},
    {.name = "one_hot",
     .op = [](const Tensors& in) { return one_hot(in[0], 4); },
     .samples = {{integers({2, 3}, 0, 4)}},
     .reference =
         [](const Arrays& in) {
           return generate({2, 3, 4}, [&](const Index& i) { return double(in[0].at({i[0], i[1]}) == double(i[2])); });
         },
     .bad = [] { one_hot(full({2}, 4, kInt64), 4); },
     .message = "one_hot: class 4 is not below num_classes 4",
     .has_gradient = false},
    {.name = "masked_fill",
     .op = [](const Tensors& in) { return masked_fill(in[0], in[1], -1.5); },
     .samples = {{real({2, 3}), boolean({2, 3})}, {real({2, 3}), boolean({3})}},
     .reference =
         [](const Arrays& in) {
           return generate({2, 3}, [&](const Index& i) { return in[1].broadcast_at(i) != 0 ? -1.5 : in[0].at(i); });
         },
     .large = {real({300, 401}), boolean({401})},
     .bad = [] { masked_fill(ones({2}), ones({2}), 0); },
     .message = "masked_fill: mask must be bool but is float32"},
    {.name = "masked_select",
     .op = [](const Tensors& in) { return masked_select(in[0], in[1]); },
     .samples = {{real({3, 4}), boolean({3, 4})}},
     .reference =
         [](const Arrays& in) {
           Array y({0});
           for (size_t i = 0; i < in[0].data.size(); ++i)
             if (in[1].data[i] != 0) y.data.push_back(in[0].data[i]);
           y.shape[0] = static_cast<int64_t>(y.data.size());
           return y;
         },
     .zero_size = {{real({0, 4}), boolean({0, 4})}, {real({3, 0}), boolean({3, 0})}},
     .large = {real({300, 401}), boolean({300, 401})},
     .bad = [] { masked_select(ones({2}), ones({2})); },
     .message = "masked_select: mask must be bool but is float32"},
    {.name = "nonzero",
     .op = [](const Tensors& in) { return nonzero(in[0]); },
     .samples = {{boolean({3, 4})}, {integers({5}, 0, 2)}},
     .reference =
         [](const Arrays& in) {
           Array y({0, in[0].rank()});
           for_each_index(in[0].shape, [&](const Index& i) {
             if (in[0].at(i) == 0) return;
             for (const int64_t entry : i) y.data.push_back(static_cast<double>(entry));
             ++y.shape[0];
           });
           return y;
         },
     .zero_size = {{boolean({0, 4})}},
     .large = {boolean({300, 401})},
     .bad = [] { nonzero(Tensor()); },
     .message = "nonzero: input is an undefined tensor",
     .has_gradient = false},

    {.name = "index_basic",
     .op = [](const Tensors& in) -> Tensors {
       return {index(in[0], {1, Slice(1, None, 2)}), index(in[0], {Ellipsis, None, -1})};
     },
     .samples = {{real({2, 4, 3})}},
     .reference = [](const Arrays& in) -> Arrays {
       return {generate({2, 3},
                        [&](const Index& i) {
                          return in[0].at({1, 1 + 2 * i[0], i[1]});
                        }),
               generate({2, 4, 1}, [&](const Index& i) {
                 return in[0].at({i[0], i[1], 2});
               })};
     },
     .bad =
         [] {
           index(ones({2, 3}), {0, 3});
         },
     .message = "index: index 3 is out of bounds for dimension 0 with size 3"},
    {.name = "index_arrays",
     .op = [](const Tensors& in) -> Tensors {
       // Index tensors that stand together keep their place; separated by a slice, their result comes first.
       return {index(in[0], {Slice(), in[1], in[2]}), index(in[0], {in[2], Slice(), in[1]})};
     },
     .samples = {{real({3, 3, 3}), integers({2, 1}, 0, 3), integers({4}, -3, 3)}},
     .reference = [](const Arrays& in) -> Arrays {
       const auto first = [&](const Index& i) { return whole(in[1].at({i[0], 0})); };
       const auto second = [&](const Index& i) { return (whole(in[2].at({i[1]})) + 3) % 3; };
       return {generate({3, 2, 4},
                        [&](const Index& i) {
                          const Index at{i[1], i[2]};
                          return in[0].at({i[0], first(at), second(at)});
                        }),
               generate({2, 4, 3}, [&](const Index& i) {
                 return in[0].at({second(i), i[2], first(i)});
               })};
     },
     .large = {real({30, 40, 50}), integers({20, 1}, 0, 30), integers({60}, -30, 30)},
     .bad =
         [] {
           index(ones({2, 3}), {full({1}, 2, kInt64)});
         },
     .message = "out of range"},
    {.name = "index_mask",
     .op =
         [](const Tensors& in) {
           return index(in[0], {Slice(), in[1]});
         },
     .samples = {{real({2, 3, 2}), boolean({3, 2})}, {real({2, 5}), boolean({5})}},
     .reference =
         [](const Arrays& in) {
           Index chosen;
           for (size_t i = 0; i < in[1].data.size(); ++i)
             if (in[1].data[i] != 0) chosen.push_back(static_cast<int64_t>(i));
           const Array flat = reference::reshaped(in[0], {2, numel(in[1].shape)});
           return generate({2, static_cast<int64_t>(chosen.size())}, [&](const Index& i) {
             return flat.at({i[0], chosen[static_cast<size_t>(i[1])]});
           });
         },
     .zero_size = {{real({2, 3, 0}), boolean({3, 0})}},
     .bad =
         [] {
           index(ones({2, 3}), {ones({3}, kBool)});
         },
     .message = "index: the shape of the mask [3] at index 0 does not match the shape of the "
                "indexed tensor [2, 3]"},
    {.name = "index_put",
     .op = [](const Tensors& in) -> Tensors {
       return {index_put(in[0], {Slice(), in[1]}, in[2], /*accumulate=*/true),
               index_put(in[0], {1, Slice(0, 2)}, in[3])};
     },
     .samples = {{real({2, 4}), integers({5}, 0, 4), real({5}), real({})}},
     .reference = [](const Arrays& in) -> Arrays {
       Array sums = in[0], filled = in[0];
       for (int64_t row = 0; row < 2; ++row)
         for (int64_t i = 0; i < 5; ++i) sums.at({row, whole(in[1].at({i}))}) += in[2].at({i});
       filled.at({1, 0}) = filled.at({1, 1}) = in[3].data[0];
       return {sums, filled};
     },
     .bad =
         [] {
           index_put(ones({2, 4}), {Slice(), full({2}, 0, kInt64)}, ones({3}));
         },
     .message = "index_put_: value has shape [3] but must broadcast to the indexed shape [2, 2]",
     .tolerance = 4},
    {.name = "index_put_mask",
     .op = [](const Tensors& in) { return index_put(in[0], {in[1]}, in[2]); },
     .samples = {{real({3, 4}), boolean({3}), real({4})}},
     .reference =
         [](const Arrays& in) {
           return generate({3, 4},
                           [&](const Index& i) { return in[1].at({i[0]}) != 0 ? in[2].at({i[1]}) : in[0].at(i); });
         },
     .bad =
         [] {
           index_put(ones({2}), {1, 1}, 0);
         },
     .message = "index: too many indices for a tensor of shape [2]: 2"},
});

}  // namespace
}  // namespace op_table
