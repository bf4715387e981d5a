// Statistics of samples, histograms, distances and norms.
#include "ember/ops/reduction/statistics.h"

#include "ember/ops/linalg/distance.h"
#include "ember/ops/linalg/matrix_norms.h"
#include "ember/ops/linalg/norm.h"
#include "ember/ops/reduction/histogram.h"
#include "python/bindings/arguments.h"
#include "python/bindings/made_once.h"
#include "python/bindings/named_tuple.h"
#include "python/bindings/ops.h"

namespace ember::python {

namespace {

/// What histogram returns.
struct HistogramPair {
  std::pair<Tensor, Tensor> value;
};

PyObject* to_python(const HistogramPair& result) {
  PyTypeObject* type = made_once([] { return make_named_tuple_type("histogram", {"hist", "bin_edges"}); });
  return make_named_tuple(type, {wrap(result.value.first), wrap(result.value.second)});
}
/// What histogramdd returns.
struct NamedHistogram {
  Histogram value;
};
PyObject* to_python(const NamedHistogram& result) {
  PyTypeObject* type = made_once([] { return make_named_tuple_type("histogramdd", {"hist", "bin_edges"}); });
  return make_named_tuple(type, {wrap(result.value.hist), python::to_python(result.value.bin_edges)});
}

using OptionalNumbers = std::optional<Numbers>;

std::vector<double> range_of(const OptionalNumbers& range) {
  return range ? range->in_double() : std::vector<double>();
}

std::string_view cdist_mode(const std::optional<int64_t>& mode) {
  constexpr std::string_view kModes[] = {"use_mm_for_euclid_dist_if_necessary", "use_mm_for_euclid_dist",
                                         "donot_use_mm_for_euclid_dist"};
  check<ValueError>(!mode || (*mode >= 0 && *mode < 3), "cdist: compute_mode must be 0, 1 or 2");
  return kModes[mode.value_or(0)];
}

using OptionalInt = std::optional<int64_t>;

template <Tensor (*kQuantile)(const Tensor&, const Tensor&, OptionalInt, bool, std::string_view)>
Tensor quantile_of(const Tensor& x, const Tensor& q, OptionalInt dim, bool keepdim, std::string_view interpolation) {
  // A number takes the input's dtype.
  const bool is_number = q.defined() && q.impl()->is_wrapped_number && x.is_floating_point();
  return kQuantile(x, is_number ? q.to(x.dtype()) : q, dim, keepdim, interpolation);
}

void bind_histograms(Ops& ops) {
  ops.add("bincount(input, weights=None, minlength=0)", bincount, "How often each integer occurs.");
  ops.add("histc(input, bins=100, min=0, max=0)", histc, "How many elements lie in each of equal intervals.");
  ops.add(
      "histogram(input, bins, *, range=None, weight=None, density=False)",
      [](const Tensor& x, int64_t bins, const OptionalNumbers& range, const Tensor& weight,
         bool density) -> HistogramPair { return {histogram(x, bins, range_of(range), weight, density)}; },
      "Counts of elements between edges, and the edges.");
  ops.add("histogram(input, bins, *, weight=None, density=False)",
          [](const Tensor& x, const Tensor& edges, const Tensor& weight, bool density) -> HistogramPair {
            return {histogram(x, edges, weight, density)};
          });
  const char* const signature = "histogramdd(input, bins, range=None, weight=None, density=False)";
  ops.add_function(
      signature,
      [](const Tensor& x, int64_t bins, const OptionalNumbers& range, const Tensor& weight,
         bool density) -> NamedHistogram {
        check(x.defined() && x.dim() > 0, "histogramdd: input must have at least 2 dims");
        const Shape each = Shape::filled(static_cast<size_t>(x.size(-1)), bins);
        return {histogramdd(x, each, range_of(range), weight, density)};
      },
      "Counts of points in boxes, and the boxes' edges.");
  ops.add_function(
      signature,
      [](const Tensor& x, const Shape& bins, const OptionalNumbers& range, const Tensor& weight,
         bool density) -> NamedHistogram { return {histogramdd(x, bins, range_of(range), weight, density)}; });
  ops.add_function(signature,
                   [](const Tensor& x, const std::vector<Tensor>& edges, const OptionalNumbers&, const Tensor& weight,
                      bool density) -> NamedHistogram { return {histogramdd(x, edges, weight, density)}; });
}

void bind_norms(Ops& ops, Ops& functional) {
  ops.add(
      "norm(input, p='fro', dim=None, keepdim=False, dtype=None)",
      [](const Tensor& x, std::string_view p, const Shape& dim, bool keepdim, std::optional<DType> dtype) {
        if (p == "nuc") return linalg::matrix_norm(x, p, dim.empty() ? Shape{-2, -1} : dim, keepdim, dtype);
        check<ValueError>(p == "fro", "norm: p must be a number, 'fro' or 'nuc' but is '", p, "'");
        return norm(x, 2, dim, keepdim, dtype);
      },
      "(sum |x|^p)^(1/p).");
  ops.add("norm(input, p, dim=None, keepdim=False, dtype=None)",
          [](const Tensor& x, const std::optional<Scalar>& p, const Shape& dim, bool keepdim,
             std::optional<DType> dtype) { return norm(x, p.value_or(2), dim, keepdim, dtype); });
  functional.add_function("normalize(input, p=2.0, dim=1, eps=1e-12)", normalize, "input over its norm along dim.");
}

void bind_distances(Ops& ops, Ops& functional, Ops& linalg_ops) {
  ops.add("dist(input, other, p=2)", dist, "The p-norm of input - other.");
  ops.add_function("cdist(x1, x2, p=2.0, compute_mode='use_mm_for_euclid_dist_if_necessary')", cdist,
                   "The distances of all pairs of rows.");
  ops.add_function("cdist(x1, x2, p, compute_mode)", [](const Tensor& a, const Tensor& b, double p, OptionalInt mode) {
    return cdist(a, b, p, cdist_mode(mode));
  });
  ops.add_function("pdist(input, p=2.0)", pdist, "The distances of all pairs of different rows.");
  ops.add_function("pairwise_distance(x1, x2, p=2.0, eps=1e-6, keepdim=False)", pairwise_distance,
                   "The p-norm of x1 - x2 + eps along the last dim.");
  ops.add_function("cosine_similarity(x1, x2, dim=1, eps=1e-8)", cosine_similarity,
                   "The cosine of the angle between x1 and x2 along dim.");
  functional.share(ops, {"pdist", "pairwise_distance", "cosine_similarity"});
  ops.add_with_in_place("renorm(input, p, dim, maxnorm)", renorm, "Slices scaled to a norm of at most maxnorm.");
  ops.add(
      "cross(input, other, dim=None)",
      [](const Tensor& a, const Tensor& b, OptionalInt dim) { return cross(a, b, dim); }, "The vector product.");
  linalg_ops.add_function(
      "cross(input, other, *, dim=-1)",
      [](const Tensor& a, const Tensor& b, int64_t dim) { return linalg::cross(a, b, dim); }, "The vector product.");
}

}  // namespace

void bind_statistics(Ops& ops, Ops& functional, Ops& linalg_ops) {
  ops.add("cov(input, *, correction=1, fweights=None, aweights=None)", cov, "The covariances of the rows.");
  ops.add("corrcoef(input)", corrcoef, "The correlation coefficients of the rows.");
  ops.add("quantile(input, q: Number, dim=None, keepdim=False, *, interpolation='linear')", quantile_of<quantile>,
          "The q-th quantiles.");
  ops.add("nanquantile(input, q: Number, dim=None, keepdim=False, *, interpolation='linear')", quantile_of<nanquantile>,
          "The q-th quantiles of what is not NaN.");
  bind_histograms(ops);
  bind_norms(ops, functional);
  bind_distances(ops, functional, linalg_ops);
}

}  // namespace ember::python
