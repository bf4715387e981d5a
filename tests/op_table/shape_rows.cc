#include "tests/op_table/reference.h"

namespace op_table {
namespace {

using namespace ember;
using reference::reshaped;

/// A row of an op that moves elements: `pick` gives the reference.
Row moves(const std::string& name, Function op, std::vector<Sample> samples, Reference reference,
          std::function<void()> bad, const std::string& message) {
  return {.name = name,
          .op = std::move(op),
          .samples = std::move(samples),
          .reference = std::move(reference),
          .bad = std::move(bad),
          .message = message};
}

/// Elements start, start + step, ... of `dim`, `count` of them.
Array part(const Array& x, int64_t dim, int64_t start, int64_t count, int64_t step = 1) {
  return generate(with(x.shape, dim, count),
                  [&](const Index& i) { return x.at(with(i, dim, start + step * i[static_cast<size_t>(dim)])); });
}

Array selected(const Array& x, int64_t dim, int64_t at) { return reshaped(part(x, dim, at, 1), without(x.shape, dim)); }

/// The element of x [rows, columns] where keep(column - row), else 0.
template <class Keep>
auto triangle(Keep keep) {
  return [keep](const Arrays& in) {
    return generate(in[0].shape,
                    [&](const Index& i) { return keep(i[i.size() - 1] - i[i.size() - 2]) ? in[0].at(i) : 0.0; });
  };
}

const bool registered = add_rows({
    with_empty(moves(
                   "view",
                   [](const Tensors& in) {
                     return view(contiguous(in[0]), {-1, 3});
                   },
                   {{real({2, 2, 3})}},
                   [](const Arrays& in) {
                     return reshaped(in[0], {numel(in[0].shape) / 3, 3});
                   },
                   [] {
                     view(transpose(ones({2, 3}), 0, 1), {6});
                   },
                   "view: shape [6] is not compatible with input of shape [3, 2]"),
               {{real({0, 3})}}),
    with_empty(moves(
                   "reshape",
                   [](const Tensors& in) {
                     return reshape(in[0], {3, -1});
                   },
                   {{real({2, 2, 3})}, {real({3})}},
                   [](const Arrays& in) {
                     return reshaped(in[0], {3, numel(in[0].shape) / 3});
                   },
                   [] {
                     reshape(ones({2, 3}), {4, -1});
                   },
                   "reshape: shape [4, -1] is invalid for input of 6 elements"),
               {{real({3, 0})}}),
    with_empty(moves(
                   "flatten", [](const Tensors& in) { return flatten(in[0], 1); }, {{real({2, 2, 3})}, {real({2, 3})}},
                   [](const Arrays& in) {
                     int64_t rest = 1;
                     for (int64_t d = 1; d < in[0].rank(); ++d) rest *= in[0].size(d);
                     return reshaped(in[0], {in[0].size(0), rest});
                   },
                   [] {
                     flatten(ones({2, 3}), 1, 0);
                   },
                   "flatten: start_dim 1 comes after end_dim 0"),
               {{real({0, 3, 2})}}),
    moves(
        "unflatten",
        [](const Tensors& in) {
          return unflatten(in[0], 1, {2, -1});
        },
        {{real({2, 6, 2})}},
        [](const Arrays& in) {
          return reshaped(in[0], {2, 2, 3, 2});
        },
        [] {
          unflatten(ones({2, 6}), 1, {4, 2});
        },
        "unflatten: shape [4, 2] is invalid"),
    with_empty(moves(
                   "transpose", [](const Tensors& in) { return transpose(in[0], 0, -1); }, {{real({2, 4, 3})}},
                   [](const Arrays& in) {
                     return generate({in[0].size(2), in[0].size(1), in[0].size(0)}, [&](const Index& i) {
                       return in[0].at({i[2], i[1], i[0]});
                     });
                   },
                   [] {
                     transpose(ones({2, 3}), 0, 2);
                   },
                   "transpose"),
               {{real({2, 0, 3})}}),
    with_empty(moves(
                   "permute",
                   [](const Tensors& in) {
                     return permute(in[0], {2, 0, -2});
                   },
                   {{real({2, 4, 3})}},
                   [](const Arrays& in) {
                     return generate({in[0].size(2), in[0].size(0), in[0].size(1)}, [&](const Index& i) {
                       return in[0].at({i[1], i[2], i[0]});
                     });
                   },
                   [] {
                     permute(ones({2, 3}), {0});
                   },
                   "permute: dims [0] must name each of the 2 dimensions"),
               {{real({2, 0, 3})}}),
    moves(
        "movedim",
        [](const Tensors& in) {
          return movedim(in[0], {0, 2}, {1, 0});
        },
        {{real({2, 4, 3})}},
        [](const Arrays& in) {
          return generate({3, 2, 4}, [&](const Index& i) { return in[0].at({i[1], i[2], i[0]}); });
        },
        [] {
          movedim(ones({2, 3}), {0, 1}, {0});
        },
        "movedim: source [0, 1] and destination [0]"),
    with_empty(moves(
                   "t", [](const Tensors& in) { return t(in[0]); }, {{real({2, 3})}},
                   [](const Arrays& in) { return reference::transposed(in[0]); },
                   [] {
                     t(ones({2, 3, 4}));
                   },
                   "t: input has shape [2, 3, 4] but must have at most 2 dimensions"),
               {{real({0, 3})}}),
    with_empty(moves(
                   "mT", [](const Tensors& in) { return mT(in[0]); }, {{real({4, 2, 3})}},
                   [](const Arrays& in) { return reference::transposed(in[0]); }, [] { mT(ones(3)); },
                   "mT: input has shape [3] but must have at least 2 dimensions"),
               {{real({0, 2, 3})}, {real({4, 2, 0})}}),
    moves(
        "expand",
        [](const Tensors& in) {
          return expand(in[0], {4, -1, 3});
        },
        {{real({2, 1})}, {real({2, 3})}},
        [](const Arrays& in) {
          return generate({4, 2, 3}, [&](const Index& i) { return in[0].broadcast_at(i); });
        },
        [] {
          expand(ones({2, 3}), {2, 4});
        },
        "expand: input of shape [2, 3] does not expand to [2, 4]"),
    moves(
        "broadcast_tensors", [](const Tensors& in) { return broadcast_tensors(in); }, {{real({2, 1}), real({3})}},
        [](const Arrays& in) -> Arrays {
          const Index shape{2, 3};
          return {generate(shape, [&](const Index& i) { return in[0].broadcast_at(i); }),
                  generate(shape, [&](const Index& i) { return in[1].broadcast_at(i); })};
        },
        [] {
          broadcast_tensors({ones({2, 3}), ones({2})});
        },
        "broadcast_tensors"),
    moves(
        "squeeze",
        [](const Tensors& in) -> Tensors {
          return {squeeze(in[0]), squeeze(in[0], {0, 1, -1})};
        },
        {{real({1, 3, 1, 2, 1})}},
        [](const Arrays& in) -> Arrays {
          return {reshaped(in[0], {3, 2}), reshaped(in[0], {3, 1, 2})};
        },
        [] {
          squeeze(ones({1, 3}), 2);
        },
        "squeeze"),
    with_empty(moves(
                   "unsqueeze",
                   [](const Tensors& in) -> Tensors {
                     return {unsqueeze(in[0], -1), unsqueeze(in[0], 0)};
                   },
                   {{real({2, 3})}, {real({})}},
                   [](const Arrays& in) -> Arrays {
                     return {reshaped(in[0], insert(in[0].shape, in[0].rank(), 1)),
                             reshaped(in[0], insert(in[0].shape, 0, 1))};
                   },
                   [] { unsqueeze(ones({2}), 2); }, "unsqueeze"),
               {{real({0, 3})}}),
    // Read from a clone, whose strides are known.
    moves(
        "as_strided",
        [](const Tensors& in) {
          return as_strided(mul(contiguous(in[0]), 1), {3, 2}, {1, 2}, 1);
        },
        {{real({2, 3})}},
        [](const Arrays& in) {
          return generate({3, 2}, [&](const Index& i) { return in[0].data[static_cast<size_t>(1 + i[0] + 2 * i[1])]; });
        },
        [] {
          as_strided(ones({2, 3}), {3, 3}, {2, 1});
        },
        "as_strided"),
    with_empty(
        moves(
            "select", [](const Tensors& in) { return select(in[0], 1, -2); }, {{real({2, 3, 2})}, {real({3, 4})}},
            [](const Arrays& in) { return selected(in[0], 1, in[0].size(1) - 2); },
            [] {
              select(ones({2, 3}), 1, 3);
            },
            "select: index 3 is out of range for dimension 1 of input [2, 3]"),
        {{real({0, 3, 2})}}),
    with_empty(moves(
                   "narrow", [](const Tensors& in) { return narrow(in[0], 1, 1, 2); },
                   {{real({2, 4})}, {real({2, 3, 2})}}, [](const Arrays& in) { return part(in[0], 1, 1, 2); },
                   [] {
                     narrow(ones({2, 3}), 1, 2, 2);
                   },
                   "narrow: start 2 and length 2 exceed dimension 1 of input [2, 3]"),
               {{real({0, 4})}}),
    with_empty(moves(
                   "slice", [](const Tensors& in) { return slice(in[0], 0, 1, -1, 2); }, {{real({6, 2})}},
                   [](const Arrays& in) { return part(in[0], 0, 1, std::max<int64_t>(in[0].size(0) - 1, 0) / 2, 2); },
                   [] {
                     slice(ones({2, 3}), 1, 0, 2, -1);
                   },
                   "slice: step -1 must be positive"),
               {{real({0, 2})}}),
    moves(
        "diagonal",
        [](const Tensors& in) -> Tensors {
          return {diagonal(in[0]), diagonal(in[0], 1, 2, 0)};
        },
        {{real({3, 4, 2})}},
        [](const Arrays& in) -> Arrays {
          return {generate({2, 3},
                           [&](const Index& i) {
                             return in[0].at({i[1], i[1], i[0]});
                           }),
                  generate({4, 2}, [&](const Index& i) {
                    return in[0].at({i[1] + 1, i[0], i[1]});
                  })};
        },
        [] {
          diagonal(ones({2, 3}), 0, 1, 1);
        },
        "diagonal: dim1 and dim2 are both 1"),
    with_empty(moves(
                   "split", [](const Tensors& in) { return split(in[0], 2, 1); }, {{real({2, 5})}},
                   [](const Arrays& in) -> Arrays {
                     return {part(in[0], 1, 0, 2), part(in[0], 1, 2, 2), part(in[0], 1, 4, 1)};
                   },
                   [] {
                     split(ones({2, 3}), 0, 1);
                   },
                   "split: size 0 must be positive"),
               {{real({0, 5})}}),
    with_empty(moves(
                   "split_sizes",
                   [](const Tensors& in) {
                     return split(in[0], {1, 3}, -1);
                   },
                   {{real({2, 4})}},
                   [](const Arrays& in) -> Arrays {
                     return {part(in[0], 1, 0, 1), part(in[0], 1, 1, 3)};
                   },
                   [] {
                     split(ones({2, 3}), {1, 1}, 1);
                   },
                   "split: sizes [1, 1] add up to 2 but dimension 1 of input [2, 3] has 3"),
               {{real({0, 4})}}),
    with_empty(moves(
                   "chunk", [](const Tensors& in) { return chunk(in[0], 3, 0); }, {{real({5, 2})}},
                   [](const Arrays& in) -> Arrays {
                     return {part(in[0], 0, 0, 2), part(in[0], 0, 2, 2), part(in[0], 0, 4, 1)};
                   },
                   [] {
                     chunk(ones({2, 3}), 0);
                   },
                   "chunk: the number of chunks must be positive"),
               {{real({5, 0})}}),
    with_empty(moves(
                   "unbind", [](const Tensors& in) { return unbind(in[0], 1); }, {{real({2, 2, 3})}},
                   [](const Arrays& in) -> Arrays {
                     return {selected(in[0], 1, 0), selected(in[0], 1, 1)};
                   },
                   [] { unbind(ones({}), 0); }, "unbind: a zero-dim tensor has no dimension 0"),
               {{real({0, 2, 3})}, {real({2, 2, 0})}}),
    with_empty(moves(
                   "cat", [](const Tensors& in) { return cat(in, 1); },
                   {{real({2, 1}), real({2, 3}), real({2, 2})}, {real({2, 1, 2}), real({0}), real({2, 2, 2})}},
                   [](const Arrays& in) {
                     Index shape;
                     for (const Array& x : in) {
                       if (x.rank() == 1) continue;
                       if (shape.empty()) shape = with(x.shape, 1, 0);
                       shape[1] += x.size(1);
                     }
                     return generate(shape, [&](Index i) {
                       for (const Array& x : in) {
                         if (x.rank() == 1) continue;
                         if (i[1] < x.size(1)) return x.at(i);
                         i[1] -= x.size(1);
                       }
                       return 0.0;
                     });
                   },
                   [] {
                     cat({ones({2, 3}), ones({3, 3})}, 1);
                   },
                   "cat: tensor 1 has shape [3, 3] but must match [2, 3] except in dimension 1"),
               {{real({0, 1}), real({0, 3})}}),
    with_empty(moves(
                   "stack", [](const Tensors& in) { return stack(in, 1); }, {{real({2, 3}), real({2, 3})}, {real({2})}},
                   [](const Arrays& in) {
                     return generate(insert(in[0].shape, 1, static_cast<int64_t>(in.size())),
                                     [&](const Index& i) { return in[static_cast<size_t>(i[1])].at(without(i, 1)); });
                   },
                   [] {
                     stack({ones({2, 3}), ones({3, 3})});
                   },
                   "stack: tensor 1 has shape [3, 3] but must have that of the first, [2, 3]"),
               {{real({0, 3}), real({0, 3})}}),
    with_empty(moves(
                   "flip",
                   [](const Tensors& in) {
                     return flip(in[0], {0, -1});
                   },
                   {{real({2, 4, 3})}},
                   [](const Arrays& in) {
                     return generate(in[0].shape, [&](const Index& i) {
                       return in[0].at({in[0].size(0) - 1 - i[0], i[1], in[0].size(2) - 1 - i[2]});
                     });
                   },
                   [] {
                     flip(ones({2, 3}), {0, 0});
                   },
                   "flip"),
               {{real({2, 0, 3})}}),
    moves(
        "roll",
        [](const Tensors& in) -> Tensors {
          return {roll(in[0], {1, -2}, {0, 1}), roll(in[0], 2)};
        },
        {{real({2, 3})}},
        [](const Arrays& in) -> Arrays {
          return {generate({2, 3},
                           [&](const Index& i) {
                             return in[0].at({(i[0] + 1) % 2, (i[1] + 2) % 3});
                           }),
                  generate({2, 3},
                           [&](const Index& i) { return in[0].data[static_cast<size_t>((i[0] * 3 + i[1] + 4) % 6)]; })};
        },
        [] {
          roll(ones({2, 3}), {1, 2});
        },
        "roll: without dims there must be one shift"),
    moves(
        "repeat",
        [](const Tensors& in) {
          return repeat(in[0], {2, 1, 3});
        },
        {{real({2, 2})}, {real({2})}},
        [](const Arrays& in) {
          const bool is_matrix = in[0].rank() == 2;
          return generate({2, is_matrix ? 2 : 1, 6}, [&](const Index& i) {
            return is_matrix ? in[0].at({i[1], i[2] % 2}) : in[0].at({i[2] % 2});
          });
        },
        [] {
          repeat(ones({2, 3}), {2});
        },
        "repeat: repeats [2] must have an entry for each dimension"),
    with_empty(moves(
                   "tril", [](const Tensors& in) { return tril(in[0], 1); }, {{real({3, 4})}, {real({2, 3, 3})}},
                   triangle([](int64_t d) { return d <= 1; }), [] { tril(ones(3)); }, "tril: input has shape [3]"),
               {{real({0, 3})}}),
    with_empty(moves(
                   "triu", [](const Tensors& in) { return triu(in[0], -1); }, {{real({3, 4})}, {real({2, 3, 3})}},
                   triangle([](int64_t d) { return d >= -1; }), [] { triu(ones(3)); }, "triu: input has shape [3]"),
               {{real({0, 3})}}),
    with_empty(
        moves(
            "clone", [](const Tensors& in) { return clone(in[0]); }, {{real({2, 3})}, {real({})}},
            [](const Arrays& in) { return in[0]; }, [] { clone(Tensor()); }, "clone: input is an undefined tensor"),
        {{real({0, 3})}}),
    with_empty(moves(
                   "contiguous", [](const Tensors& in) { return contiguous(transpose(in[0], 0, 1)); }, {{real({2, 3})}},
                   [](const Arrays& in) { return reference::transposed(in[0]); }, [] { contiguous(Tensor()); },
                   "contiguous: input is an undefined tensor"),
               {{real({0, 3})}, {real({2, 0})}}),
});

}  // namespace
}  // namespace op_table
