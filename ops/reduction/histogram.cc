#include "ember/ops/reduction/histogram.h"

#include <cmath>

#include "ember/autograd/grad_mode.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/difference.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/reduction/statistics.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ember/ops/sorting/search.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/in_place.h"
#include "ops/internal/kernel.h"

namespace ember {

namespace {

/// Counts `positions`, or adds their weights. Counts are integers and sums float64, since adding 1 to a large float changes nothing.
Tensor& add_counts(Tensor& counts, const Tensor& positions, const Tensor& weights = {}) {
  const Tensor one = full(1, 1, counts.dtype());
  return scatter_add_(counts, 0, positions,
                      weights.defined() ? to(weights, counts.dtype()) : expand(one, positions.sizes()));
}

/// How often each of `bins` positions occurs, or the sums of the weights.
Tensor count(const Tensor& positions, int64_t bins, const Tensor& weights, DType dtype) {
  Tensor counts = positions.new_zeros({bins}, weights.defined() ? kFloat64 : kInt64);
  if (weights.is_batched()) counts = clone_beside(counts, {&weights});
  return to(add_counts(counts, positions, weights), dtype);
}

/// [low, high] of the data, or what was asked for; never a single point.
std::pair<double, double> limits(const char* op, const Tensor& x, double low, double high, bool is_given) {
  if (!is_given && x.numel() > 0) low = to(min(x), kFloat64).item<double>(), high = to(max(x), kFloat64).item<double>();
  check<ValueError>(std::isfinite(low) && std::isfinite(high), op, ": the range [", low, ", ", high, "] is not finite");
  check<ValueError>(low <= high, op, ": the range [", low, ", ", high, "] is empty");
  if (low == high) return is_given || x.numel() > 0 ? std::pair{low - 0.5, high + 0.5} : std::pair{0.0, 1.0};
  return {low, high};
}

/// Points [count, D], and weights [count] if there are any.
std::pair<Tensor, Tensor> flat_points(const Tensor& x, const Tensor& weight, size_t axes) {
  kernel::check_defined("histogramdd", "input", x);
  check(x.is_floating_point(), "histogramdd: input must be floating-point but is ", describe(x));
  check(x.dim() >= 2 && x.sizes().back() == static_cast<int64_t>(axes), "histogramdd: input has shape ", x.sizes(),
        " but must be [..., ", axes, "] for ", axes, " axes");
  if (!weight.defined()) return {reshape(x, {-1, static_cast<int64_t>(axes)}), Tensor()};
  Shape sizes = x.sizes();
  sizes.pop_back();
  check(weight.sizes() == sizes, "histogramdd: weight has shape ", weight.sizes(), " but must have ", sizes);
  check<TypeError>(weight.dtype() == x.dtype(), "histogramdd: weight must be ", x.dtype(), " but is ", weight.dtype());
  return {reshape(x, {-1, static_cast<int64_t>(axes)}), reshape(weight, -1)};
}

/// The last edge that is not above each element.
Tensor bin_of(const Tensor& x, const Tensor& edges, bool is_even) {
  const int64_t last = std::max<int64_t>(0, edges.numel() - 2);
  if (!is_even) return clamp(bucketize(x, edges, false, true) - 1, 0, last);
  // Between even edges by arithmetic, which may be off by one where it rounds.
  const double low = select(edges, 0, 0).item<double>(), high = select(edges, 0, -1).item<double>();
  const Tensor bin = clamp(to((x - low) * (static_cast<double>(last + 1) / (high - low)), kInt64), 0, last);
  const Tensor is_below = x < index_select(edges, 0, bin), is_above = x >= index_select(edges, 0, bin + 1);
  return clamp(bin - to(is_below, kInt64) + is_above, 0, last);
}

Histogram histogram_of(const Tensor& x, const std::vector<Tensor>& edges, bool is_even, const Tensor& weight,
                       bool density) {
  const NoGradGuard no_grad;
  const auto [points, weights] = flat_points(x, weight, edges.size());
  Tensor box, is_inside;
  Shape sizes;
  for (size_t d = 0; d < edges.size(); ++d) {
    const Tensor& axis = edges[d];
    kernel::check_defined("histogramdd", "bins", axis);
    check(axis.dim() == 1 && axis.numel() > 0, "histogramdd: the edges of axis ", d, " must be 1-d and not empty");
    check<TypeError>(axis.dtype() == x.dtype(), "histogramdd: the edges of axis ", d, " must be ", x.dtype(),
                     " but are ", axis.dtype());
    const int64_t bins = axis.numel() - 1;
    const Tensor at = contiguous(select(points, 1, static_cast<int64_t>(d)));
    const Tensor fits = (at >= select(axis, 0, 0)) & (at <= select(axis, 0, -1)), bin = bin_of(at, axis, is_even);
    is_inside = d == 0 ? fits : is_inside & fits;
    box = d == 0 ? bin : box * bins + bin;
    sizes.push_back(bins);
  }
  Histogram result;
  const int64_t boxes = sizes.numel();
  // What lies outside is counted in a box of its own.
  result.hist =
      boxes == 0 || edges.empty()
          ? zeros(sizes, x.dtype())
          : reshape(narrow(count(where(is_inside, box, boxes), boxes + 1, weights, x.dtype()), 0, 0, boxes), sizes);
  result.bin_edges = edges;
  if (density) {
    result.hist = result.hist / sum(result.hist);
    for (size_t d = 0; d < edges.size(); ++d) {
      Shape along = Shape::filled(edges.size(), 1);
      along[d] = -1;
      result.hist = result.hist / reshape(diff(edges[d]), along);
    }
  }
  return result;
}

}  // namespace

Tensor bincount(const Tensor& x, const Tensor& weights, int64_t minlength) {
  kernel::check_defined("bincount", "input", x);
  check<TypeError>(is_integral(x.dtype()), "bincount: input must be integers but is ", describe(x));
  check(x.dim() == 1, "bincount: input must be 1-d but is ", describe(x));
  check(minlength >= 0, "bincount: minlength must not be negative but is ", minlength);
  check(!weights.defined() || weights.sizes() == x.sizes(), "bincount: weights must have input's shape ", x.sizes());
  const NoGradGuard no_grad;
  const bool is_empty = x.numel() == 0;
  check<ValueError>(is_empty || min(x).item<int64_t>() >= 0, "bincount: input has negative elements");
  const int64_t bins = is_empty ? minlength : std::max(minlength, max(x).item<int64_t>() + 1);
  const DType dtype = is_empty || !weights.defined() ? kInt64 : weights.dtype() == kFloat32 ? kFloat32 : kFloat64;
  return count(to(x, kInt64), bins, weights, dtype);
}
Tensor Tensor::bincount(const Tensor& weights, int64_t minlength) const {
  return ember::bincount(*this, weights, minlength);
}

Tensor histc(const Tensor& x, int64_t bins, const Scalar& min, const Scalar& max) {
  kernel::check_defined("histc", "input", x);
  check(bins > 0, "histc: bins must be positive but is ", bins);
  check(x.dtype() != kBool, "histc: input must not be bool");
  const NoGradGuard no_grad;
  const Tensor flat = reshape(x, -1);
  double low = min.to<double>(), high = max.to<double>();
  if (low == high && flat.numel() > 0)
    low = to(ember::min(flat), kFloat64).item<double>(), high = to(ember::max(flat), kFloat64).item<double>();
  if (low == high) low -= 1, high += 1;
  check<ValueError>(std::isfinite(low) && std::isfinite(high), "histc: the range [", low, ", ", high,
                    "] is not finite");
  check<ValueError>(low < high, "histc: max must be larger than min but they are ", high, " and ", low);
  // What lies outside is counted in a bin of its own. In pieces, so that what is between stays in the cache.
  constexpr int64_t kPiece = int64_t{1} << 17;
  Tensor counts = zeros({bins + 1}, kInt64);
  for (int64_t first = 0; first < flat.numel(); first += kPiece) {
    const Tensor piece = wide::widened(narrow(flat, 0, first, std::min(kPiece, flat.numel() - first)));
    const Tensor position = to((clamp(piece, low, high) - low) * static_cast<double>(bins) / (high - low), kInt64);
    const Tensor is_inside = (piece >= low) & (piece <= high);
    add_counts(counts, where(is_inside, clamp_max(position, bins - 1), bins));
  }
  return to(narrow(counts, 0, 0, bins), x.dtype(), /*copy=*/true);
}
Tensor Tensor::histc(int64_t bins, const Scalar& min, const Scalar& max) const {
  return ember::histc(*this, bins, min, max);
}

Histogram histogramdd(const Tensor& x, const std::vector<Tensor>& edges, const Tensor& weight, bool density) {
  return histogram_of(x, edges, false, weight, density);
}

Histogram histogramdd(const Tensor& x, const Shape& bins, const std::vector<double>& range, const Tensor& weight,
                      bool density) {
  const NoGradGuard no_grad;
  const Tensor points = flat_points(x, weight, bins.size()).first;
  check(range.empty() || range.size() == 2 * bins.size(), "histogramdd: range has ", range.size(),
        " numbers but must have two for each of ", bins.size(), " axes");
  std::vector<Tensor> edges;
  for (size_t d = 0; d < bins.size(); ++d) {
    check(bins[d] > 0, "histogramdd: bins of axis ", d, " must be positive but is ", bins[d]);
    const bool is_given = !range.empty();
    const auto [low, high] = limits("histogramdd", select(points, 1, static_cast<int64_t>(d)),
                                    is_given ? range[2 * d] : 0, is_given ? range[2 * d + 1] : 0, is_given);
    edges.push_back(linspace(low, high, bins[d] + 1, x.options()));
  }
  return histogram_of(x, edges, true, weight, density);
}

std::pair<Tensor, Tensor> histogram(const Tensor& x, const Tensor& edges, const Tensor& weight, bool density) {
  kernel::check_defined("histogram", "input", x);
  const Tensor weights = weight.defined() ? reshape(weight, -1) : weight;
  const Histogram result = histogramdd(reshape(x, {-1, 1}), std::vector<Tensor>{edges}, weights, density);
  return {result.hist, edges};
}

std::pair<Tensor, Tensor> histogram(const Tensor& x, int64_t bins, const std::vector<double>& range,
                                    const Tensor& weight, bool density) {
  kernel::check_defined("histogram", "input", x);
  const Tensor weights = weight.defined() ? reshape(weight, -1) : weight;
  const Histogram result = histogramdd(reshape(x, {-1, 1}), Shape(bins), range, weights, density);
  return {result.hist, result.bin_edges[0]};
}
std::pair<Tensor, Tensor> Tensor::histogram(const Tensor& edges, const Tensor& weight, bool density) const {
  return ember::histogram(*this, edges, weight, density);
}
std::pair<Tensor, Tensor> Tensor::histogram(int64_t bins, const std::vector<double>& range, const Tensor& weight,
                                            bool density) const {
  return ember::histogram(*this, bins, range, weight, density);
}

}  // namespace ember
