#include <cmath>

#include "tests/paths/paths.h"

namespace paths {
namespace {

using namespace ember;

/// Calls f(element of the indexed tensor's array, element of the index' array) for each index along dim 1 of three.
template <class F>
void for_each_index_along(const Array& x, const Array& index, F f) {
  const Extent at(x, 1), in(index, 1);
  for (int64_t o = 0; o < in.outer; ++o)
    for (int64_t i = 0; i < in.length; ++i)
      for (int64_t k = 0; k < in.inner; ++k)
        f(at.at(o, static_cast<int64_t>(index.data[in.at(o, i, k)]), k), in.at(o, i, k));
}

/// [outer, size, inner] and as many indices along the dim between, around the blocks of indices and the runs of elements.
struct Sizes {
  int64_t outer, size, count, inner;
};
std::vector<Sizes> sizes() {
  std::vector<Sizes> all = {{1, 9000, 8200, 1}, {1, 40, 9000, 3}, {3, 5, 1030, 2}};
  for (const int64_t n : around({2, 4, 8, 16, 64})) {
    all.push_back({1, 7, n, 1});
    all.push_back({1, 7, 3, n});
    all.push_back({n, 5, 4, 1});
    all.push_back({2, n, 6, 3});
  }
  for (const int64_t n : around({512, 1024}))
    all.push_back({1, 50, n, 1}), all.push_back({2, 9, n, 1}), all.push_back({1, 4, 2, n});
  return all;
}

/// A tensor, an index for each element and perhaps a source of the index' shape.
std::vector<Case> element_cases(bool has_source, double low = -2, double high = 2) {
  std::vector<Case> cases;
  for (const Sizes& s : sizes()) {
    const Index shape{s.outer, s.count, s.inner};
    Case operands{{{s.outer, s.size, s.inner}, low, high}, integers(shape, 0, static_cast<double>(s.size))};
    if (has_source) operands.push_back({shape, low, high});
    cases.push_back(std::move(operands));
  }
  return cases;
}

/// The same with one index for each slice.
std::vector<Case> slice_cases(bool has_source) {
  std::vector<Case> cases;
  for (const Sizes& s : sizes()) {
    Case operands{{{s.outer, s.size, s.inner}}, integers({s.count}, 0, static_cast<double>(s.size))};
    if (has_source) operands.push_back({{s.outer, s.count, s.inner}});
    cases.push_back(std::move(operands));
  }
  return cases;
}

/// An index for each slice as one for each element of [outer, count, inner].
Array spread(const Array& index, const Array& x) {
  Array each({x.shape[0], index.shape[0], x.shape[2]});
  const Extent to(each, 1);
  for (int64_t o = 0; o < to.outer; ++o)
    for (int64_t i = 0; i < to.length; ++i)
      for (int64_t k = 0; k < to.inner; ++k) each.data[to.at(o, i, k)] = index.data[static_cast<size_t>(i)];
  return each;
}

Array read(const Array& x, const Array& index) {
  Array y(index.shape);
  for_each_index_along(x, index, [&](size_t at, size_t i) { y.data[i] = x.data[at]; });
  return y;
}

/// Combines each element of the source, in order, with the one that its index leads to.
template <class F>
Array written(Array x, const Array& index, const Array& source, F f) {
  for_each_index_along(x, index, [&](size_t at, size_t i) { x.data[at] = f(x.data[at], source.data[i]); });
  return x;
}

double second(double, double b) { return b; }
double plus(double a, double b) { return a + b; }
double larger(double a, double b) { return std::max(a, b); }
double smaller(double a, double b) { return std::min(a, b); }

Paths scatter_reduction(const std::string& how, double (*f)(double, double)) {
  return {.name = "scatter_reduce_" + how,
          .op = [how](const Tensors& in) { return scatter_reduce(in[0], 1, in[1], in[2], how); },
          .reference = [f](const Arrays& in) { return written(in[0], in[1], in[2], f); },
          .cases = element_cases(true),
          .dtypes = kNumbers,
          .tolerance = 0};
}

/// Two index tensors for the first two dims of three, one a column and one a row.
std::vector<Case> pair_cases(bool has_value) {
  std::vector<Case> cases;
  for (const Sizes& s : sizes()) {
    if (s.count > 2000) continue;
    Case operands{{{s.size, 6, s.inner}},
                  integers({s.count, 1}, -static_cast<double>(s.size), static_cast<double>(s.size)),
                  integers({3}, -6, 6)};
    if (has_value) operands.push_back({{s.count, 3, s.inner}});
    cases.push_back(std::move(operands));
  }
  return cases;
}

/// Calls f(element of x, element of the result).
template <class F>
void for_each_pair(const Arrays& in, F f) {
  const int64_t size = in[0].shape[0], columns = in[0].shape[1], inner = in[0].shape[2];
  size_t next = 0;
  for (int64_t i = 0; i < in[1].shape[0]; ++i)
    for (int64_t j = 0; j < in[2].shape[0]; ++j) {
      auto row = static_cast<int64_t>(in[1].data[static_cast<size_t>(i)]),
           column = static_cast<int64_t>(in[2].data[static_cast<size_t>(j)]);
      row += row < 0 ? size : 0, column += column < 0 ? columns : 0;
      for (int64_t k = 0; k < inner; ++k) f(static_cast<size_t>((row * columns + column) * inner + k), next++);
    }
}

template <class F>
Array put(const Arrays& in, F f) {
  Array y = in[0];
  for_each_pair(in, [&](size_t at, size_t i) { y.data[at] = f(y.data[at], in[3].data[i]); });
  return y;
}

std::vector<Case> masked_cases() {
  std::vector<Case> cases;
  for (const int64_t n : around({4, 16, 64, 4096}))
    cases.push_back({{{n}}, mask({n})}), cases.push_back({{{3, n}}, mask({3, n})});
  cases.push_back({{{3, 5, 7}}, mask({3, 5, 7})});
  return cases;
}

[[maybe_unused]] const bool added = add_paths({
    {.name = "gather",
     .op = [](const Tensors& in) { return gather(in[0], 1, in[1]); },
     .reference = [](const Arrays& in) { return read(in[0], in[1]); },
     .cases = element_cases(false),
     .dtypes = kEachSize,
     .tolerance = 0,
     .has_gradient = true},
    {.name = "scatter",
     .op = [](const Tensors& in) { return scatter(in[0], 1, in[1], in[2]); },
     .reference = [](const Arrays& in) { return written(in[0], in[1], in[2], second); },
     .cases = element_cases(true),
     .dtypes = kEachSize,
     .tolerance = 0},
    {.name = "scatter_in_place",
     .op = [](const Tensors& in) { return scatter_(const_cast<Tensor&>(in[0]), 1, in[1], in[2]); },
     .reference = [](const Arrays& in) { return written(in[0], in[1], in[2], second); },
     .cases = element_cases(true),
     .dtypes = {kFloat32, kUInt8, kComplex128},
     .tolerance = 0,
     .is_in_place = true},
    {.name = "scatter_add",
     .op = [](const Tensors& in) { return scatter_add(in[0], 1, in[1], in[2]); },
     .reference = [](const Arrays& in) { return written(in[0], in[1], in[2], plus); },
     .cases = element_cases(true),
     .dtypes = {kFloat32, kFloat64, kInt64, kInt32, kComplex64, kComplex128},
     .tolerance = 0,
     .has_gradient = true},
    scatter_reduction("amax", larger),
    scatter_reduction("amin", smaller),
    {.name = "index_select",
     .op = [](const Tensors& in) { return index_select(in[0], 1, in[1]); },
     .reference = [](const Arrays& in) { return read(in[0], spread(in[1], in[0])); },
     .cases = slice_cases(false),
     .dtypes = kEachSize,
     .tolerance = 0,
     .has_gradient = true},
    {.name = "index_add",
     .op = [](const Tensors& in) { return index_add(in[0], 1, in[1], in[2]); },
     .reference = [](const Arrays& in) { return written(in[0], spread(in[1], in[0]), in[2], plus); },
     .cases = slice_cases(true),
     .dtypes = {kFloat32, kFloat64, kInt64, kInt16, kComplex64, kComplex128},
     .tolerance = 0,
     .has_gradient = true},
    {.name = "index_copy",
     .op = [](const Tensors& in) { return index_copy(in[0], 1, in[1], in[2]); },
     .reference = [](const Arrays& in) { return written(in[0], spread(in[1], in[0]), in[2], second); },
     .cases = slice_cases(true),
     .dtypes = kEachSize,
     .tolerance = 0},
    {.name = "index",
     .op =
         [](const Tensors& in) {
           return index(in[0], {in[1], in[2]});
         },
     .reference =
         [](const Arrays& in) {
           Array y({in[1].shape[0], in[2].shape[0], in[0].shape[2]});
           for_each_pair(in, [&](size_t at, size_t i) { y.data[i] = in[0].data[at]; });
           return y;
         },
     .cases = pair_cases(false),
     .dtypes = kEachSize,
     .tolerance = 0,
     .has_gradient = true},
    {.name = "index_put",
     .op =
         [](const Tensors& in) {
           return index_put(in[0], {in[1], in[2]}, in[3]);
         },
     .reference = [](const Arrays& in) { return put(in, second); },
     .cases = pair_cases(true),
     .dtypes = kEachSize,
     .tolerance = 0},
    {.name = "index_put_accumulate",
     .op =
         [](const Tensors& in) {
           return index_put(in[0], {in[1], in[2]}, in[3], true);
         },
     .reference = [](const Arrays& in) { return put(in, plus); },
     .cases = pair_cases(true),
     .dtypes = {kFloat32, kFloat64, kInt64, kUInt8},
     .tolerance = 0,
     .has_gradient = true},
    {.name = "nonzero",
     .op = [](const Tensors& in) -> Tensors {
       return {nonzero(in[1]), masked_select(in[0], in[1])};
     },
     .reference = [](const Arrays& in) -> Arrays {
       std::vector<double> places, values;
       size_t next = 0;
       for_each_index(in[1].shape, [&](const Index& at) {
         if (in[1].data[next] != 0) {
           places.insert(places.end(), at.begin(), at.end());
           values.push_back(in[0].data[next]);
         }
         ++next;
       });
       Array where({static_cast<int64_t>(values.size()), in[1].rank()}), chosen({static_cast<int64_t>(values.size())});
       where.data = places;
       chosen.data = values;
       return {where, chosen};
     },
     .cases = masked_cases(),
     .dtypes = kEachSize,
     .tolerance = 0},
    {.name = "masked_fill",
     .op = [](const Tensors& in) { return masked_fill(in[0], in[1], 1); },
     .reference =
         [](const Arrays& in) { return zipped(in[0], in[1], [](double x, double m) { return m != 0 ? 1 : x; }); },
     .cases = masked_cases(),
     .dtypes = {kFloat32, kUInt8, kFloat64, kFloat16, kInt64, kBool},
     .tolerance = 0},
    {.name = "embedding",
     .op = [](const Tensors& in) { return embedding(in[0], in[1]); },
     .reference =
         [](const Arrays& in) {
           const int64_t width = in[0].shape[1];
           Array y({in[1].shape[0], width});
           for (size_t i = 0; i < y.data.size(); ++i) {
             const auto row = static_cast<int64_t>(in[1].data[i / static_cast<size_t>(width)]);
             y.data[i] = in[0].data[static_cast<size_t>(row * width) + i % static_cast<size_t>(width)];
           }
           return y;
         },
     .cases =
         [] {
           std::vector<Case> cases;
           for (const int64_t n : around({2, 4, 16, 64, 512}))
             cases.push_back({{{9, n}}, integers({7}, 0, 9)}), cases.push_back({{{9, 3}}, integers({n}, 0, 9)});
           return cases;
         }(),
     .dtypes = {kFloat32, kFloat64, kFloat16},
     .tolerance = 0,
     .has_gradient = true},
});

}  // namespace
}  // namespace paths
