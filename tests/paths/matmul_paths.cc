#include <cmath>
#include <limits>

#include "tests/paths/paths.h"

namespace paths {
namespace {

using namespace ember;

/// [batch, m, k] by [batch, k, n].
struct Product {
  int64_t batch, m, k, n;
};

/// Around the rows and lanes of tiles, packed panels, their depth, blocks of rows, products for a library, dot products and operands
/// that are turned around.
std::vector<Product> products() {
  std::vector<Product> all = {{1, 1, 255, 1},   {1, 1, 256, 1},   {1, 1, 257, 1},   {1, 1, 32769, 1},  {1, 25, 25, 26},
                              {1, 26, 25, 25},  {1, 97, 5, 33},   {1, 95, 7, 2},    {3, 24, 16, 16},   {3, 25, 16, 16},
                              {2, 7, 300, 9},   {1, 64, 64, 64},  {1, 9, 256, 10},  {1, 8, 257, 9},    {1, 30, 513, 20},
                              {1, 16, 32, 32},  {1, 16, 32, 33},  {1, 8, 128, 128}, {1, 8, 127, 128},  {1, 9, 128, 128},
                              {1, 128, 128, 8}, {1, 128, 127, 8}, {1, 128, 128, 9}, {2, 128, 128, 128}};
  for (const int64_t size : around({2, 4, 6, 8, 12, 16, 24, 32, 64})) {
    all.push_back({1, size, 5, 7});
    all.push_back({1, 5, 3, size});
    all.push_back({2, 3, size, 4});
    all.push_back({1, 13, size, size});
  }
  return all;
}

std::vector<Case> matrices(bool has_bias) {
  std::vector<Case> cases;
  for (const auto& [batch, m, k, n] : products()) {
    Case operands;
    if (batch == 1)
      operands = {{{m, k}}, {{k, n}}};
    else
      operands = {{{batch, m, k}}, {{batch, k, n}}};
    if (has_bias && batch > 1) continue;
    if (has_bias)
      operands.push_back({cases.size() % 3 == 0 ? Index{n} : cases.size() % 3 == 1 ? Index{m, 1} : Index{m, n}});
    cases.push_back(std::move(operands));
  }
  return cases;
}

Array product(const Array& a, const Array& b) {
  const bool is_batch = a.rank() == 3;
  const int64_t batch = is_batch ? a.shape[0] : 1, m = a.size(-2), k = a.size(-1), n = b.size(-1);
  Array y(is_batch ? Index{batch, m, n} : Index{m, n});
  size_t next = 0;
  for (int64_t s = 0; s < batch; ++s)
    for (int64_t i = 0; i < m; ++i)
      for (int64_t j = 0; j < n; ++j) {
        double sum = 0;
        for (int64_t p = 0; p < k; ++p)
          sum += a.data[static_cast<size_t>((s * m + i) * k + p)] * b.data[static_cast<size_t>((s * k + p) * n + j)];
        y.data[next++] = sum;
      }
  return y;
}

/// Queries, keys and values around the blocks of both, for features and values that fill panels or do not.
std::vector<Case> attentions() {
  std::vector<Case> cases;
  const auto add = [&](int64_t batch, int64_t queries, int64_t keys, int64_t features, int64_t values) {
    cases.push_back({{{batch, queries, features}}, {{batch, keys, features}}, {{batch, keys, values}}});
  };
  for (const int64_t n : around({24, 192})) add(1, n, 17, 3, 2);
  for (const int64_t n : around({16, 32, 128})) add(1, 16, n, 2, 3);
  for (const int64_t n : around({4, 8, 16, 32})) add(1, 16, 17, n, 2), add(2, 17, 16, 2, n);
  add(2, 3, 5, 2, 2);
  return cases;
}

Array attention(const Arrays& in, bool is_causal) {
  const int64_t batch = in[0].shape[0], queries = in[0].shape[1], features = in[0].shape[2], keys = in[1].shape[1],
                values = in[2].shape[2];
  Array y({batch, queries, values});
  for (int64_t b = 0; b < batch; ++b)
    for (int64_t i = 0; i < queries; ++i) {
      std::vector<double> scores;
      const int64_t seen = is_causal ? std::min(keys, i + 1) : keys;
      double top = -std::numeric_limits<double>::infinity(), total = 0;
      for (int64_t j = 0; j < seen; ++j) {
        double score = 0;
        for (int64_t e = 0; e < features; ++e)
          score += in[0].data[static_cast<size_t>((b * queries + i) * features + e)] *
                   in[1].data[static_cast<size_t>((b * keys + j) * features + e)];
        scores.push_back(score / std::sqrt(static_cast<double>(features)));
        top = std::max(top, scores.back());
      }
      for (double& score : scores) total += score = std::exp(score - top);
      for (int64_t v = 0; v < values; ++v) {
        double& sum = y.data[static_cast<size_t>((b * queries + i) * values + v)];
        for (int64_t j = 0; j < seen; ++j)
          sum += scores[static_cast<size_t>(j)] / total * in[2].data[static_cast<size_t>((b * keys + j) * values + v)];
      }
    }
  return y;
}

Paths attention_row(const std::string& name, bool is_causal) {
  return {.name = name,
          .op = [=](const Tensors& in) { return scaled_dot_product_attention(in[0], in[1], in[2], {}, 0, is_causal); },
          .reference = [=](const Arrays& in) { return attention(in, is_causal); },
          .cases = attentions(),
          .dtypes = {kFloat32, kFloat64, kBFloat16},
          .tolerance = 8,
          .has_gradient = true};
}

/// The p-norms of the differences of all rows.
Array distances(const Array& a, const Array& b, double p) {
  const int64_t rows = a.shape[0], columns = b.shape[0], length = a.shape[1];
  Array y({rows, columns});
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = 0; j < columns; ++j) {
      double total = 0;
      for (int64_t m = 0; m < length; ++m) {
        const double d =
            std::abs(a.data[static_cast<size_t>(i * length + m)] - b.data[static_cast<size_t>(j * length + m)]);
        total = std::isinf(p) ? std::max(total, d) : total + (p == 0 ? (d != 0) : std::pow(d, p));
      }
      y.data[static_cast<size_t>(i * columns + j)] = std::isinf(p) || p == 0 ? total : std::pow(total, 1 / p);
    }
  return y;
}

Array pairs_of(const Array& x, double p) {
  const Array all = distances(x, x, p);
  const int64_t rows = x.shape[0];
  Array y({rows * (rows - 1) / 2});
  size_t next = 0;
  for (int64_t i = 0; i < rows; ++i)
    for (int64_t j = i + 1; j < rows; ++j) y.data[next++] = all.data[static_cast<size_t>(i * rows + j)];
  return y;
}

std::vector<Case> point_pairs() {
  std::vector<Case> cases;
  // No two coordinates are equal, where a norm has a kink.
  const auto add = [&](int64_t rows, int64_t columns, int64_t length) {
    cases.push_back({{{rows, length}}, {{columns, length}, -2 + 1.0 / 32, 2}});
  };
  for (const int64_t n : around({8, 32, 64})) add(9, n, 3), add(n, 33, 2);
  for (const int64_t n : around({16, 32, 64})) add(3, 5, n), add(9, 40, n);
  add(24, 24, 4), add(26, 26, 4);
  return cases;
}

Paths distance(const std::string& name, double p, bool has_gradient) {
  return {.name = "cdist_" + name,
          .op = [p](const Tensors& in) { return cdist(in[0], in[1], p, "donot_use_mm_for_euclid_dist"); },
          .reference = [p](const Arrays& in) { return distances(in[0], in[1], p); },
          .cases = point_pairs(),
          .tolerance = 8,
          .has_gradient = has_gradient};
}

Paths matrix_product() {
  return {.name = "matmul",
          .op = [](const Tensors& in) { return matmul(in[0], in[1]); },
          .reference = [](const Arrays& in) { return product(in[0], in[1]); },
          .cases = matrices(false),
          .dtypes = {kFloat32, kFloat64, kInt64, kInt32, kUInt8, kBFloat16, kFloat16},
          .tolerance = 1,
          .has_gradient = true};
}

Paths summed_product() {
  return {.name = "addmm",
          .op = [](const Tensors& in) { return addmm(in[2], in[0], in[1]); },
          .reference = [](const Arrays& in) { return zipped(product(in[0], in[1]), in[2], std::plus<>()); },
          .cases = matrices(true),
          .dtypes = {kFloat32, kFloat64, kInt64, kInt16},
          .tolerance = 1,
          .has_gradient = true};
}

[[maybe_unused]] const bool added = add_paths({
    matrix_product(),
    deterministic(matrix_product()),
    summed_product(),
    deterministic(summed_product()),
    attention_row("attention", false),
    attention_row("causal_attention", true),
    distance("zero", 0, false),
    distance("one", 1, true),
    distance("two", 2, true),
    distance("three", 3, true),
    distance("infinity", std::numeric_limits<double>::infinity(), false),
    {.name = "cdist_by_product",
     .op = [](const Tensors& in) { return square(cdist(in[0], in[1])); },
     .reference =
         [](const Arrays& in) {
           return op_table::reference::elementwise([](double d) { return d * d; })({distances(in[0], in[1], 2)});
         },
     .cases = point_pairs(),
     .tolerance = 8},
    {.name = "pdist",
     .op = [](const Tensors& in) -> Tensors {
       return {pdist(in[0], 1), pdist(in[0], 2)};
     },
     .reference = [](const Arrays& in) -> Arrays {
       return {pairs_of(in[0], 1), pairs_of(in[0], 2)};
     },
     .cases =
         [] {
           std::vector<Case> cases;
           for (const int64_t n : around({2, 32, 64})) cases.push_back({{{n, 3}}});
           for (const int64_t n : around({32, 64})) cases.push_back({{{9, n}}});
           return cases;
         }(),
     .tolerance = 8},
});

}  // namespace
}  // namespace paths
