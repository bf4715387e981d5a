#include <algorithm>
#include <cmath>

#include "tests/paths/paths.h"

namespace paths {
namespace {

using namespace ember;
using List = std::vector<double>;

/// Tall, wide and square matrices around the lanes of vectors, the groups of rows and the pieces of reductions.
std::vector<Case> matrices(double low = -2, double high = 2) {
  std::vector<Case> cases;
  const auto add = [&](int64_t rows, int64_t columns) { cases.push_back({{{rows, columns}, low, high}}); };
  // Narrow rows are taken several at a time.
  for (const int64_t columns : {1, 2, 3, 5, 7, 8})
    for (const int64_t rows : around({2, 8, 18, 32, 36, 43, 64, 85, 128, 256})) add(rows, columns);
  const std::vector<int64_t> widths = around({4, 8, 16, 32, 64, 128, 256});
  const std::vector<int64_t> heights = around({8, 16, 64, 128});
  for (size_t i = 0; i < widths.size(); ++i) {
    add(heights[i % heights.size()], widths[i]);
    add(heights[(5 * i + 3) % heights.size()], widths[i]);
    add(3, 4 * widths[i]);
  }
  for (const int64_t length : {1023, 4095, 4096, 4097, 8192}) add(length, 1), add(2, length);
  // More partial results than are combined at once.
  add(64 * 4096 + 1, 1);
  add(4097, 3), add(32769, 2), add(129, 257), add(500, 20);
  // A dim in the middle.
  for (const int64_t size : {2, 8, 15, 17, 63, 65, 129}) {
    cases.push_back({{{3, size, 5}, low, high}});
    cases.push_back({{{size, 3, 17}, low, high}});
    cases.push_back({{{2, 3, size, 2}, low, high}});
  }
  return cases;
}

/// Over the first dim, the last one, both of these and all.
Paths reduction(const std::string& name, std::function<Tensor(const Tensor&, const Shape&)> op,
                double (*f)(const List&), std::vector<Case> cases, std::vector<DType> dtypes, double tolerance) {
  const auto each = [](int64_t rank) { return std::vector<Index>{{0}, {rank - 1}, {rank - 2, 0}, {}}; };
  return {.name = name,
          .op =
              [=](const Tensors& in) {
                Tensors results;
                for (const Index& dims : each(in[0].dim()))
                  if (dims.size() < 2 || dims[0] != dims[1]) results.push_back(op(in[0], Shape(dims)));
                return results;
              },
          .reference =
              [=](const Arrays& in) {
                Arrays results;
                for (const Index& dims : each(in[0].rank()))
                  if (dims.size() < 2 || dims[0] != dims[1]) results.push_back(reduced(in[0], dims, f));
                return results;
              },
          .cases = std::move(cases),
          .dtypes = std::move(dtypes),
          .tolerance = tolerance};
}

double sum_of(const List& list) { return op_table::reference::sum(list); }
double max_of(const List& list) { return op_table::reference::max(list); }
double min_of(const List& list) { return op_table::reference::min(list); }
double variance_of(const List& list) { return op_table::reference::variance(list, 1); }
double logsumexp_of(const List& list) { return op_table::reference::logsumexp(list); }
double any_of(const List& list) {
  return std::any_of(list.begin(), list.end(), [](double x) { return x != 0; });
}
double all_of(const List& list) {
  return std::all_of(list.begin(), list.end(), [](double x) { return x != 0; });
}
double product_of(const List& list) { return op_table::reference::product(list); }

/// Values and places along the first and the last dim.
Paths extreme(const std::string& name, std::pair<Tensor, Tensor> (*op)(const Tensor&, int64_t, bool),
              double (*value)(const List&), double (*place)(const List&)) {
  return {.name = name,
          .op =
              [op](const Tensors& in) {
                const auto [a, i] = op(in[0], 0, false);
                const auto [b, j] = op(in[0], -1, false);
                return Tensors{a, i, b, j};
              },
          .reference =
              [=](const Arrays& in) {
                Arrays results;
                for (const int64_t dim : {int64_t{0}, in[0].rank() - 1}) {
                  results.push_back(reduced(in[0], {dim}, value));
                  results.push_back(reduced(in[0], {dim}, place));
                }
                return results;
              },
          .cases = matrices(-20, 20),
          .dtypes = kNumbers,
          .tolerance = 0};
}

std::vector<Case> with(std::vector<Case> cases, const std::vector<Case>& more) {
  cases.insert(cases.end(), more.begin(), more.end());
  return cases;
}

[[maybe_unused]] const bool added = add_paths({
    reduction(
        "any", [](const Tensor& x, const Shape& dims) { return any(x, dims); }, any_of,
        with(matrices(0, 1), matrices(0, 1.02)), {kBool, kFloat32, kUInt8}, 0),
    reduction(
        "all", [](const Tensor& x, const Shape& dims) { return all(x, dims); }, all_of,
        with(matrices(1, 2), matrices(0, 50)), {kBool, kInt32}, 0),
    reduction(
        "sum", [](const Tensor& x, const Shape& dims) { return sum(x, dims); }, sum_of, matrices(),
        {kFloat32, kFloat64, kInt64, kUInt8, kBool}, 0),
    reduction(
        "mean", [](const Tensor& x, const Shape& dims) { return mean(x, dims); },
        [](const List& list) { return op_table::reference::mean(list); }, matrices(), kFloats, 2),
    reduction(
        "amax", [](const Tensor& x, const Shape& dims) { return amax(x, dims); }, max_of, matrices(-20, 20), kNumbers,
        0),
    reduction(
        "amin", [](const Tensor& x, const Shape& dims) { return amin(x, dims); }, min_of, matrices(-20, 20),
        {kFloat32, kInt32, kInt8}, 0),
    reduction(
        "var", [](const Tensor& x, const Shape& dims) { return var(x, dims); }, variance_of, matrices(),
        {kFloat32, kFloat64}, 16),
    reduction(
        "logsumexp", [](const Tensor& x, const Shape& dims) { return logsumexp(x, dims); }, logsumexp_of, matrices(),
        {kFloat32, kFloat64}, 8),
    {.name = "prod",
     .op = [](const Tensors& in) -> Tensors {
       return {prod(in[0], 0), prod(in[0], -1)};
     },
     .reference = [](const Arrays& in) -> Arrays {
       return {reduced(in[0], {0}, product_of), reduced(in[0], {in[0].rank() - 1}, product_of)};
     },
     .cases = matrices(0.9375, 1.0625),
     .dtypes = {kFloat64, kFloat32},
     .tolerance = 5e4},
    {.name = "histc",
     .op = [](const Tensors& in) -> Tensors {
       return {histc(in[0], 16, -2, 2), histc(in[0], 5, -1, 1.5)};
     },
     .reference = [](const Arrays& in) -> Arrays {
       const auto count = [&](size_t bins, double low, double high) {
         Array y({static_cast<int64_t>(bins)});
         for (const double value : in[0].data)
           if (value >= low && value <= high)
             ++y.data[std::min(bins - 1,
                               static_cast<size_t>((value - low) / (high - low) * static_cast<double>(bins)))];
         return y;
       };
       return {count(16, -2, 2), count(5, -1, 1.5)};
     },
     .cases = {{{{1}}}, {{{7, 3}}}, {{{1023}}}, {{{33, 31}}}, {{{4097}}}, {{{32767}}}, {{{3, 32769}}}},
     .dtypes = {kFloat32, kFloat64},
     .tolerance = 0},
    extreme("max", max, max_of, op_table::reference::argmax),
    extreme("min", min, min_of, op_table::reference::argmin),
});

}  // namespace
}  // namespace paths
