// Elements put elsewhere: joined, moved, repeated, and with borders around them.
#include "ember/core/kernels/embedding.h"
#include "tests/paths/paths.h"

namespace paths {
namespace {

using namespace ember;

/// Around words, vectors and the rows that are long enough to be copied at once, for elements of 1 to 16 bytes.
std::vector<Case> tables() {
  std::vector<Case> cases;
  for (const int64_t n : around({2, 4, 8, 16, 32, 64, 128, 256})) cases.push_back({{{3, n}}});
  for (const int64_t n : around({8, 16, 64})) cases.push_back({{{n, 5}}}), cases.push_back({{{2, n, 3}}});
  cases.push_back({{{2, 4100}}}), cases.push_back({{{130, 257}}});
  return cases;
}

std::vector<Case> two_tables(bool differ) {
  std::vector<Case> cases;
  for (const Case& operands : tables()) {
    Index other = operands[0].shape;
    if (differ) other[1] = other[1] / 2 + 1;
    cases.push_back({operands[0], {other}});
  }
  return cases;
}

/// y[i] = x[f(i)], or 0 where f gives none.
template <class F>
Array picked(const Array& x, const Index& shape, F f) {
  return generate(shape, [&](const Index& i) {
    const std::optional<Index> from = f(i);
    return from ? x.at(*from) : 0;
  });
}

Array joined(const Arrays& in, int64_t dim) {
  Index shape = in[0].shape;
  const int64_t first = shape[static_cast<size_t>(dim)];
  shape[static_cast<size_t>(dim)] += in[1].shape[static_cast<size_t>(dim)];
  return generate(shape, [&](Index i) {
    int64_t& at = i[static_cast<size_t>(dim)];
    if (at < first) return in[0].at(i);
    at -= first;
    return in[1].at(i);
  });
}

/// The place that a border of reflections or repetitions shows.
int64_t reflected(int64_t i, int64_t n) { return i < 0 ? -i : i >= n ? 2 * (n - 1) - i : i; }
int64_t repeated(int64_t i, int64_t n) { return std::clamp<int64_t>(i, 0, n - 1); }
int64_t wrapped(int64_t i, int64_t n) { return (i + n) % n; }

Paths padding(const std::string& mode, int64_t (*place)(int64_t, int64_t)) {
  std::vector<Case> cases;
  for (const int64_t n : around({4, 8, 16, 32, 64, 256})) cases.push_back({{{2, 3, n}}});
  return {.name = "pad_" + mode,
          .op =
              [mode](const Tensors& in) {
                return pad(in[0], {2, 1}, mode);
              },
          .reference =
              [place](const Arrays& in) {
                const int64_t n = in[0].shape[2];
                return picked(in[0], {2, 3, n + 3}, [&](Index i) -> std::optional<Index> {
                  i[2] = place(i[2] - 2, n);
                  return i;
                });
              },
          .cases = std::move(cases),
          .dtypes = kEachSize,
          .tolerance = 0,
          .has_gradient = true};
}

[[maybe_unused]] const bool added = add_paths({
    {.name = "cat_rows",
     .op =
         [](const Tensors& in) {
           return cat({in[0], in[1]}, 0);
         },
     .reference = [](const Arrays& in) { return joined(in, 0); },
     .cases = two_tables(false),
     .dtypes = kEachSize,
     .tolerance = 0,
     .has_gradient = true},
    {.name = "cat_columns",
     .op =
         [](const Tensors& in) {
           return cat({in[0], in[1]}, 1);
         },
     .reference = [](const Arrays& in) { return joined(in, 1); },
     .cases = two_tables(true),
     .dtypes = kEachSize,
     .tolerance = 0,
     .has_gradient = true},
    {.name = "stack",
     .op =
         [](const Tensors& in) {
           return stack({in[0], in[1]}, 1);
         },
     .reference =
         [](const Arrays& in) {
           return generate(op_table::insert(in[0].shape, 1, 2),
                           [&](const Index& i) { return in[static_cast<size_t>(i[1])].at(op_table::without(i, 1)); });
         },
     .cases = two_tables(false),
     .dtypes = kEachSize,
     .tolerance = 0},
    {.name = "flip_and_roll",
     .op = [](const Tensors& in) -> Tensors {
       return {flip(in[0], {0, 1}), roll(in[0], {2, -1}, {1, 0})};
     },
     .reference = [](const Arrays& in) -> Arrays {
       const Index& shape = in[0].shape;
       return {picked(in[0], shape,
                      [&](Index i) -> std::optional<Index> {
                        i[0] = shape[0] - 1 - i[0], i[1] = shape[1] - 1 - i[1];
                        return i;
                      }),
               picked(in[0], shape, [&](Index i) -> std::optional<Index> {
                 i[0] = (i[0] + 1) % shape[0], i[1] = (i[1] + 2 * shape[1] - 2) % shape[1];
                 return i;
               })};
     },
     .cases = tables(),
     .dtypes = kEachSize,
     .tolerance = 0,
     .has_gradient = true},
    {.name = "repeat_and_triangles",
     .op = [](const Tensors& in) -> Tensors {
       return {repeat(in[0], {2, 1, 3}), tril(in[0]), triu(in[0], 1), repeat_interleave(in[0], 2, 1)};
     },
     .reference = [](const Arrays& in) -> Arrays {
       const Index& s = in[0].shape;
       const auto below = [&](bool keeps_below) {
         return picked(in[0], s, [&](const Index& i) -> std::optional<Index> {
           if ((i[2] <= i[1]) != keeps_below) return {};
           return i;
         });
       };
       return {picked(in[0], {2 * s[0], s[1], 3 * s[2]},
                      [&](Index i) -> std::optional<Index> {
                        i[0] %= s[0], i[2] %= s[2];
                        return i;
                      }),
               below(true), below(false), picked(in[0], {s[0], 2 * s[1], s[2]}, [&](Index i) -> std::optional<Index> {
                 i[1] /= 2;
                 return i;
               })};
     },
     .cases =
         [] {
           std::vector<Case> cases;
           for (const int64_t n : around({4, 16, 64})) cases.push_back({{{2, 5, n}}}), cases.push_back({{{2, n, 6}}});
           return cases;
         }(),
     .dtypes = kEachSize,
     .tolerance = 0,
     .has_gradient = true},
    {.name = "pad_constant",
     .op =
         [](const Tensors& in) {
           return constant_pad_nd(in[0], {2, 1, 1, 0});
         },
     .reference =
         [](const Arrays& in) {
           Index shape = in[0].shape;
           const size_t last = shape.size() - 1;
           shape[last] += 3, shape[last - 1] += 1;
           return picked(in[0], shape, [&](Index i) -> std::optional<Index> {
             i[last] -= 2, i[last - 1] -= 1;
             if (i[last] < 0 || i[last] >= in[0].size(-1) || i[last - 1] < 0) return {};
             return i;
           });
         },
     .cases = tables(),
     .dtypes = kEachSize,
     .tolerance = 0,
     .has_gradient = true},
    padding("reflect", reflected),
    padding("replicate", repeated),
    padding("circular", wrapped),
    {.name = "embedding_bag",
     .op = [](const Tensors& in) -> Tensors {
       // Bags of 0 to 3 rows.
       const Tensor offsets = tensor(std::vector<int64_t>{0, 2, 2, 3});
       const auto bag = [&](BagMode mode) {
         EmbeddingBagOptions options;
         options.mode = mode;
         return embedding_bag(in[0], in[1], offsets, options);
       };
       return {bag(BagMode::Sum), bag(BagMode::Mean), bag(BagMode::Max)};
     },
     .reference = [](const Arrays& in) -> Arrays {
       const int64_t width = in[0].shape[1], starts[] = {0, 2, 2, 3, in[1].shape[0]};
       Arrays y(3, Array({4, width}));
       for (int64_t b = 0; b < 4; ++b)
         for (int64_t c = 0; c < width; ++c) {
           double sum = 0, best = 0;
           for (int64_t i = starts[b]; i < starts[b + 1]; ++i) {
             const double value = in[0].at({static_cast<int64_t>(in[1].data[static_cast<size_t>(i)]), c});
             best = i == starts[b] ? value : std::max(best, value);
             sum += value;
           }
           const Index at{b, c};
           y[0].at(at) = sum;
           y[1].at(at) = sum / static_cast<double>(std::max<int64_t>(starts[b + 1] - starts[b], 1));
           y[2].at(at) = best;
         }
       return y;
     },
     .cases =
         [] {
           std::vector<Case> cases;
           for (const int64_t n : around({4, 8, 16, 32, 64, 128, 256}))
             cases.push_back({{{9, n}}, integers({6}, 0, 9)});
           return cases;
         }(),
     .dtypes = {kFloat32, kFloat64, kFloat16, kBFloat16},
     .tolerance = 2},
});

}  // namespace
}  // namespace paths
