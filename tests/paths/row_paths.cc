// Along one dim: softmax, running results, sorts and order statistics.
#include <cmath>
#include <numeric>

#include "tests/paths/paths.h"

namespace paths {
namespace {

using namespace ember;
using List = std::vector<double>;

/// [outer, length, inner], around the lanes of vectors, the columns of blocks and the pieces of rows.
std::vector<Case> rows(std::initializer_list<int64_t> lengths, double low = -2, double high = 2,
                       double step = 1.0 / 16) {
  std::vector<Case> cases;
  const auto add = [&](int64_t outer, int64_t length, int64_t inner) {
    cases.push_back({{{outer, length, inner}, low, high, step}});
  };
  for (const int64_t n : around(lengths)) add(1, n, 1), add(n < 300 ? 5 : 2, n, 1);
  for (const int64_t n : around({2, 4, 16, 128, 256})) add(1, 5, n), add(2, 9, n), add(n, 3, 1);
  for (const int64_t n : around({8, 64})) add(2, n, 17), add(4, n, 2);
  add(1, 300, 20);
  return cases;
}

/// Columns side by side, and rows of which as few are more than a block.
std::vector<Case> with_tall(std::vector<Case> cases) {
  for (const int64_t n : {4096, 4097}) cases.push_back({{{1, n, 16}}});
  return cases;
}

template <class F>
Reference along(F f) {
  return [f](const Arrays& in) { return replaced(in[0], 1, f); };
}

List softmax_of(const List& x) {
  const double top = *std::max_element(x.begin(), x.end());
  double total = 0;
  List y;
  for (const double value : x) y.push_back(std::exp(value - top)), total += y.back();
  for (double& value : y) value /= total;
  return y;
}
List log_softmax_of(const List& x) {
  const double top = *std::max_element(x.begin(), x.end());
  double total = 0;
  for (const double value : x) total += std::exp(value - top);
  List y;
  for (const double value : x) y.push_back(value - top - std::log(total));
  return y;
}

template <class F>
List scanned(const List& x, F step) {
  List y;
  for (const double value : x) y.push_back(y.empty() ? value : step(y.back(), value));
  return y;
}

/// The extreme so far, or where it lies last.
template <class F>
Arrays extremes(const Arrays& in, F takes_over) {
  const auto run = [&](bool wants_place) {
    return replaced(in[0], 1, [&](const List& x) {
      List y;
      size_t best = 0;
      for (size_t i = 0; i < x.size(); ++i) {
        if (takes_over(x[i], x[best])) best = i;
        y.push_back(wants_place ? static_cast<double>(best) : x[best]);
      }
      return y;
    });
  };
  return {run(false), run(true)};
}

/// Long enough for several pieces, too.
std::vector<Case> with_long(std::vector<Case> cases) {
  cases.push_back({{{1, 131073, 1}, -1000, 1000, 0.5}});
  return cases;
}

/// The positions in sorted order.
std::vector<size_t> ordered(const List& x, bool descending = false) {
  std::vector<size_t> order(x.size());
  std::iota(order.begin(), order.end(), size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](size_t a, size_t b) { return descending ? x[a] > x[b] : x[a] < x[b]; });
  return order;
}

Paths sorted(const std::string& name, bool descending, std::vector<Case> cases) {
  return {.name = name,
          .op = [descending](const Tensors& in) { return sort(in[0], 1, descending); },
          .reference = [descending](const Arrays& in) -> Arrays {
            return {replaced(in[0], 1,
                             [&](const List& x) {
                               List y;
                               for (const size_t i : ordered(x, descending)) y.push_back(x[i]);
                               return y;
                             }),
                    replaced(in[0], 1, [&](const List& x) {
                      const auto order = ordered(x, descending);
                      return List(order.begin(), order.end());
                    })};
          },
          .cases = std::move(cases),
          .dtypes = {kFloat32, kFloat64, kInt64, kInt32, kUInt8, kFloat16},
          .tolerance = 0};
}

/// What the op chose, and the same read at its indices.
Tensors with_places(const Tensor& x, const std::pair<Tensor, Tensor>& chosen) {
  return {chosen.first, gather(x, 1, chosen.second)};
}

/// The k first of the sorted elements, where k follows from the length.
Paths top(const std::string& name, int64_t (*k_of)(int64_t), bool largest, std::initializer_list<int64_t> lengths) {
  return {.name = name,
          .op = [=](const Tensors& in) { return with_places(in[0], topk(in[0], k_of(in[0].size(1)), 1, largest)); },
          .reference =
              [=](const Arrays& in) {
                return Arrays(2, replaced(in[0], 1, [&](const List& x) {
                                const auto order = ordered(x, largest);
                                List y;
                                for (int64_t i = 0; i < k_of(static_cast<int64_t>(x.size())); ++i)
                                  y.push_back(x[order[static_cast<size_t>(i)]]);
                                return y;
                              }));
              },
          .cases = rows(lengths, -1000, 1000, 0.5),
          .dtypes = {kFloat32, kInt64, kUInt8, kFloat16},
          .tolerance = 0};
}

/// One of the sorted elements.
Paths ranked(const std::string& name, std::pair<Tensor, Tensor> (*op)(const Tensor&), size_t (*place)(size_t)) {
  return {.name = name,
          .op = [op](const Tensors& in) { return with_places(in[0], op(in[0])); },
          .reference =
              [place](const Arrays& in) {
                return Arrays(2,
                              replaced(in[0], 1, [&](const List& x) { return List{x[ordered(x)[place(x.size())]]}; }));
              },
          .cases = rows({2, 3, 64}, -1000, 1000, 0.5),
          .dtypes = {kFloat32, kInt64, kFloat16},
          .tolerance = 0};
}

[[maybe_unused]] const bool added = add_paths({
    {.name = "softmax",
     .op = [](const Tensors& in) { return softmax(in[0], 1); },
     .reference = along(softmax_of),
     .cases = with_tall(rows({2, 4, 8, 16, 64, 1024, 4096})),
     .dtypes = kFloats,
     .has_gradient = true},
    {.name = "log_softmax",
     .op = [](const Tensors& in) { return log_softmax(in[0], 1); },
     .reference = along(log_softmax_of),
     .cases = with_tall(rows({2, 4, 8, 16, 64, 1024, 4096})),
     .dtypes = kFloats,
     .has_gradient = true},
    {.name = "cumsum",
     .op = [](const Tensors& in) { return cumsum(in[0], 1); },
     .reference = along([](const List& x) { return scanned(x, std::plus<>()); }),
     .cases = rows({2, 4, 16, 128}),
     .dtypes = {kFloat32, kFloat64, kInt64, kComplex64, kComplex128},
     .tolerance = 0,
     .has_gradient = true},
    {.name = "cumprod",
     .op = [](const Tensors& in) { return cumprod(in[0], 1); },
     .reference = along([](const List& x) { return scanned(x, std::multiplies<>()); }),
     .cases = rows({2, 4, 16, 128}, 0.9375, 1.0625),
     .tolerance = 4},
    {.name = "logcumsumexp",
     .op = [](const Tensors& in) { return logcumsumexp(in[0], 1); },
     .reference = along([](const List& x) {
       return scanned(x, [](double a, double b) { return std::max(a, b) + std::log1p(std::exp(-std::abs(a - b))); });
     }),
     .cases = rows({2, 4})},
    {.name = "cummax",
     .op = [](const Tensors& in) { return cummax(in[0], 1); },
     .reference = [](const Arrays& in) { return extremes(in, std::greater_equal<>()); },
     .cases = rows({2, 4, 16, 128}),
     .dtypes = kNumbers,
     .tolerance = 0},
    {.name = "cummin",
     .op = [](const Tensors& in) { return cummin(in[0], 1); },
     .reference = [](const Arrays& in) { return extremes(in, std::less_equal<>()); },
     .cases = rows({2, 4, 16, 128}),
     .dtypes = kNumbers,
     .tolerance = 0},
    sorted("sort", false, with_long(rows({2, 32, 4096}, -1000, 1000, 0.5))),
    sorted("sort_descending", true, rows({32}, -1000, 1000, 0.5)),
    top("topk_one", [](int64_t) { return int64_t{1}; }, true, {64, 512}),
    top("topk_few", [](int64_t n) { return std::min<int64_t>(n, 64); }, false, {64, 512, 4096}),
    top("topk_more", [](int64_t n) { return std::min<int64_t>(n, 65); }, true, {66, 512, 4160}),
    top("topk_half", [](int64_t n) { return (n + 1) / 2; }, true, {2, 64, 512}),
    top("topk_all", [](int64_t n) { return n; }, false, {2, 512}),
    ranked(
        "median", [](const Tensor& x) { return median(x, 1, true); }, [](size_t n) { return (n - 1) / 2; }),
    ranked(
        "kthvalue", [](const Tensor& x) { return kthvalue(x, (x.size(1) + 2) / 3, 1, true); },
        [](size_t n) { return (n + 2) / 3 - 1; }),
    {.name = "mode",
     .op = [](const Tensors& in) { return with_places(in[0], mode(in[0], 1, true)); },
     .reference =
         [](const Arrays& in) {
           return Arrays(2, replaced(in[0], 1, [](const List& x) {
                           List y = x;
                           std::sort(y.begin(), y.end());
                           double best = y[0];
                           size_t most = 0;
                           for (size_t i = 0, run = 0; i < y.size(); ++i) {
                             run = i > 0 && y[i] == y[i - 1] ? run + 1 : 1;
                             if (run > most) best = y[i], most = run;
                           }
                           return List{best};
                         }));
         },
     .cases = rows({2, 16}),
     .dtypes = {kFloat32, kInt64},
     .tolerance = 0},
    {.name = "searchsorted",
     .op = [](const Tensors& in) -> Tensors {
       const Tensor sequence = sort(in[0], 1).first;
       return {searchsorted(sequence, in[1]), searchsorted(sequence, in[1], false, true)};
     },
     .reference = [](const Arrays& in) -> Arrays {
       const auto count = [&](auto before) {
         const Extent from(in[0], 1), to(in[1], 1);
         Array y(in[1].shape);
         for (int64_t o = 0; o < to.outer; ++o)
           for (int64_t i = 0; i < to.length; ++i) {
             double& found = y.data[to.at(o, i, 0)];
             for (int64_t k = 0; k < from.length; ++k)
               found += before(in[0].data[from.at(o, k, 0)], in[1].data[to.at(o, i, 0)]);
           }
         return y;
       };
       return {count(std::less<>()), count(std::less_equal<>())};
     },
     .cases =
         [] {
           std::vector<Case> cases;
           for (const int64_t n : around({2, 8, 64, 512})) cases.push_back({{{2, n}, -20, 20}, {{2, 7}, -21, 21}});
           return cases;
         }(),
     .dtypes = {kFloat32, kFloat64, kInt64, kFloat16},
     .tolerance = 0},
});

}  // namespace
}  // namespace paths
