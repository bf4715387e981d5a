#include <cmath>

#include "tests/op_table/row.h"

namespace op_table {
namespace {

using namespace ember;

/// A composition without a gradient.
Row counted(const std::string& name, Function op, std::vector<Sample> samples, const std::string& pytorch,
            std::function<void()> bad, const std::string& message) {
  return without_gradient(composed(name, std::move(op), std::move(samples), pytorch, std::move(bad), message));
}

/// The quantiles 0.2 and 0.75 along dim 0.
Row quantiles(const std::string& interpolation) {
  return composed(
      "quantile_" + interpolation,
      [interpolation](const Tensors& in) {
        return quantile(in[0], tensor({0.2, 0.75}, dtype(in[0].dtype())), 0, true, interpolation);
      },
      {{real({6, 3})}},
      "torch.quantile(a, torch.tensor([0.2, 0.75], dtype=a.dtype), 0, True, interpolation='" + interpolation + "')",
      [] { quantile(ones({3}), full({}, 1.5)); }, "quantile: q must lie in [0, 1]");
}

Row distances(const std::string& name, const std::string& p) {
  return composed(
      name, [p](const Tensors& in) { return cdist(in[0], in[1], std::stod(p)); }, {{real({2, 3, 4}), real({2, 4})}},
      "torch.cdist(a, b, float('" + p + "'))",
      [] {
        cdist(ones({2, 3}), ones({2, 4}));
      },
      "cdist: x1 and x2 must have one size in the last dim", 32);
}

const auto edges = [] { return arange(-2, 2.5, 0.5, kFloat64); };

const bool registered = add_rows({
    composed(
        "nansum", [](const Tensors& in) { return nansum(where(in[0] > 1, NAN, in[0]), 1); }, {{real({3, 5})}},
        "torch.nansum(torch.where(a > 1, math.nan, a), 1)", [] { nansum(ones({2}), 1); }, "out of range"),
    composed(
        "nanmean", [](const Tensors& in) { return nanmean(where(in[0] > 1, NAN, in[0]), 1); }, {{real({3, 5})}},
        "torch.nanmean(torch.where(a > 1, math.nan, a), 1)", [] { nanmean(ones({2}, kInt64)); },
        "nanmean: input must be floating-point"),
    composed(
        "var_mean",
        [](const Tensors& in) {
          return var_mean(in[0], {0, 2}, 1, true);
        },
        {{real({3, 2, 4})}}, "torch.var_mean(a, (0, 2), keepdim=True)", [] { var_mean(ones({2}), 1); }, "out of range"),
    composed(
        "std_mean", [](const Tensors& in) { return std_mean(in[0], 1, 0.5); }, {{real({3, 5})}},
        "torch.std_mean(a, 1, correction=0.5)", [] { std_mean(ones({2}), 1); }, "out of range"),
    composed(
        "aminmax", [](const Tensors& in) { return aminmax(in[0], 1); }, {{real({3, 5})}}, "torch.aminmax(a, dim=1)",
        [] { aminmax(ones({0})); }, "is empty"),
    composed(
        "prod_of_zeros", [](const Tensors& in) { return prod(where(in[0] > 1, 0, in[0]), 1); }, {{real({4, 3})}},
        "torch.prod(torch.where(a > 1, 0, a), 1)", [] { prod(Tensor()); }, "prod: input is an undefined tensor"),
    counted(
        "count_nonzero", [](const Tensors& in) { return count_nonzero(in[0], {0}); }, {{integers({5, 4}, 0, 3)}},
        "torch.count_nonzero(a, 0)", [] { count_nonzero(ones({2}), 1); }, "out of range"),
    composed(
        "cov", [](const Tensors& in) { return cov(in[0], 1, in[1], in[2]); },
        {{real({3, 5}), integers({5}, 1, 4), constant({5}, 0.3, 2)}}, "torch.cov(a, fweights=b, aweights=c)",
        [] {
          cov(ones({2, 3, 4}));
        },
        "cov: input must have at most 2 dims"),
    composed(
        "corrcoef", [](const Tensors& in) { return corrcoef(in[0]); }, {{real({3, 5})}}, "torch.corrcoef(a)",
        [] {
          corrcoef(ones({2, 3, 4}));
        },
        "corrcoef: input must have at most 2 dims"),
    quantiles("linear"),
    quantiles("lower"),
    quantiles("higher"),
    quantiles("midpoint"),
    quantiles("nearest"),
    composed(
        "nanquantile",
        [](const Tensors& in) { return nanquantile(where(in[0] > 1, NAN, in[0]), full({}, 0.3, in[0].options())); },
        {{real({6, 3})}}, "torch.nanquantile(torch.where(a > 1, math.nan, a), 0.3)",
        [] { nanquantile(ones({3}), full({}, 0.5), {}, false, "cubic"); }, "nanquantile: interpolation must be"),
    with_empty(counted(
                   "bincount", [](const Tensors& in) { return bincount(in[0], in[1], 8); },
                   {{integers({20}, 0, 6), integers({20}, 0, 4)}}, "torch.bincount(a, b, 8)",
                   [] { bincount(ones({2})); }, "bincount: input must be integers"),
               {{integers({0}, 0, 6), integers({0}, 0, 4)}}),
    counted(
        "histc", [](const Tensors& in) { return histc(in[0], 5, -1, 1); }, {{constant({20})}},
        "torch.histc(a, 5, -1, 1)", [] { histc(ones({2}), 0); }, "histc: bins must be positive"),
    counted(
        "histogram",
        [](const Tensors& in) {
          return histogram(in[0], 6, {-1, 1.5}, in[1], true);
        },
        {{constant({20}), constant({20}, 0.3, 2)}}, "torch.histogram(a, 6, range=(-1, 1.5), weight=b, density=True)",
        [] { histogram(ones({2}), 0); }, "bins of axis 0 must be positive"),
    counted(
        "histogram_between_edges", [](const Tensors& in) { return histogram(in[0], to(edges(), in[0].dtype())); },
        {{constant({20}, -3, 3)}}, "torch.histogram(a, torch.arange(-2, 2.5, 0.5, dtype=a.dtype))",
        [] {
          histogram(ones({2}), ones({2, 2}));
        },
        "the edges of axis 0"),
    counted(
        "histogramdd",
        [](const Tensors& in) {
          return histogramdd(in[0], Shape{2, 3}).hist;
        },
        {{constant({20, 2})}}, "torch.histogramdd(a, [2, 3]).hist",
        [] {
          histogramdd(ones({2, 3}), Shape{2, 2});
        },
        "histogramdd: input has shape [2, 3]"),

    distances("cdist_below_1", "0.5"),
    distances("cdist_1", "1"),
    distances("cdist", "2"),
    distances("cdist_3", "3"),
    distances("cdist_infinite", "inf"),
    composed(
        "cdist_by_product", [](const Tensors& in) { return cdist(in[0], in[1], 2, "use_mm_for_euclid_dist"); },
        {{real({5, 4}), real({3, 4})}}, "torch.cdist(a, b, compute_mode='use_mm_for_euclid_dist')",
        [] {
          cdist(ones({2, 3}), ones({2, 3}), 2, "fast");
        },
        "cdist: compute_mode must be", 64),
    composed(
        "pdist", [](const Tensors& in) { return pdist(in[0]); }, {{real({5, 4})}}, "F.pdist(a)",
        [] { pdist(ones({2})); }, "pdist: input must be 2-d"),
    composed(
        "pairwise_distance", [](const Tensors& in) { return pairwise_distance(in[0], in[1], 3, 1e-6, true); },
        {{real({5, 4}), real({4})}}, "F.pairwise_distance(a, b, 3, keepdim=True)",
        [] { pairwise_distance(Tensor(), ones({2})); }, "pairwise_distance: x1 is an undefined tensor"),
    composed(
        "cosine_similarity", [](const Tensors& in) { return cosine_similarity(in[0], in[1]); },
        {{real({5, 4}), real({4})}}, "F.cosine_similarity(a, b)",
        [] {
          cosine_similarity(ones({2, 3}), ones({2, 4}));
        },
        "do not broadcast"),
    composed(
        "normalize_third_power", [](const Tensors& in) { return normalize(in[0], 3, 0); }, {{real({5, 4})}},
        "F.normalize(a, 3, 0)", [] { normalize(ones({2}), 2, 1); }, "out of range"),
    composed(
        "renorm", [](const Tensors& in) { return renorm(in[0], 1, 1, 6); }, {{real({5, 4})}},
        "torch.renorm(a, 1, 1, 6)",
        [] {
          renorm(ones({2, 2}), 0, 0, 1);
        },
        "renorm: p must be positive"),
    composed(
        "dist", [](const Tensors& in) { return dist(in[0], in[1], 3); }, {{real({5, 4}), real({4})}},
        "torch.dist(a, b, 3)", [] { dist(ones({2}), ones({3})); }, "do not broadcast"),
    composed(
        "cross", [](const Tensors& in) { return cross(in[0], in[1], 1); }, {{real({4, 3, 2}), real({1, 3, 2})}},
        "torch.cross(a, b, 1)", [] { cross(ones({2}), ones({2})); }, "cross: no dim"),
    composed(
        "linalg_cross", [](const Tensors& in) { return linalg::cross(in[0], in[1]); }, {{real({4, 3}), real({4, 3})}},
        "torch.linalg.cross(a, b)", [] { linalg::cross(ones({2}), ones({2})); },
        "cross: input and other must have size 3"),
});

}  // namespace
}  // namespace op_table
