#include "ember/ops/reduction/statistics.h"

#include <algorithm>
#include <cmath>

#include "ember/autograd/record.h"
#include "ember/ops/creation/copy.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/indexing/indexing.h"
#include "ember/ops/linalg/linear.h"
#include "ember/ops/linalg/matmul.h"
#include "ember/ops/pointwise/arithmetic.h"
#include "ember/ops/pointwise/comparison.h"
#include "ember/ops/pointwise/complex.h"
#include "ember/ops/pointwise/elementary.h"
#include "ember/ops/pointwise/rounding.h"
#include "ember/ops/reduction/reduction.h"
#include "ember/ops/shape/joining.h"
#include "ember/ops/shape/shape.h"
#include "ember/ops/shape/views.h"
#include "ember/ops/sorting/sorting.h"
#include "ops/internal/in_float32.h"
#include "ops/internal/kernel.h"

namespace ember {

Tensor cov(const Tensor& x, int64_t correction, const Tensor& fweights, const Tensor& aweights) {
  kernel::check_defined("cov", "input", x);
  check(x.dim() <= 2, "cov: input must have at most 2 dims but is ", describe(x));
  check(x.dtype() != kBool, "cov: input must not be bool");
  const Tensor in = x.dim() < 2 ? reshape(x, {1, -1}) : x;
  const int64_t count = in.size(1);
  for (const auto& [name, weights] : {std::pair{"fweights", &fweights}, {"aweights", &aweights}})
    check(!weights->defined() || (weights->dim() <= 1 && weights->numel() == count), "cov: ", name, " must have ",
          count, " elements");
  check(!fweights.defined() || is_integral(fweights.dtype()), "cov: fweights must be integers");
  check(!aweights.defined() || aweights.is_floating_point(), "cov: aweights must be floating-point");
  for (const auto& [name, weights] : {std::pair{"fweights", &fweights}, {"aweights", &aweights}})
    check(!weights->defined() || all(with_samples_in_front(*weights >= 0)).item<bool>(), "cov: ", name,
          " must not be negative");
  if (are_16_bit(x, aweights))
    return in_float32([&](const Tensor& wide, const Tensor& a) { return cov(wide, correction, fweights, a); }, x,
                      aweights);
  Tensor weights = fweights;
  if (aweights.defined()) weights = weights.defined() ? weights * aweights : aweights;

  const Tensor total = weights.defined() ? sum(weights) : Tensor(count);
  const Tensor mean = sum(weights.defined() ? in * weights : in, 1) / total;
  Tensor divisor = total - correction;
  if (aweights.defined() && correction != 0) divisor = total - correction * sum(weights * aweights) / total;
  divisor = where(divisor <= 0, zeros_like(divisor), divisor);
  const Tensor centered = in - unsqueeze(mean, 1);
  const Tensor scaled = weights.defined() ? centered * weights : centered;
  return squeeze(matmul(centered, conj(t(scaled))) / divisor);
}
Tensor Tensor::cov(int64_t correction, const Tensor& fweights, const Tensor& aweights) const {
  return ember::cov(*this, correction, fweights, aweights);
}

Tensor corrcoef(const Tensor& x) {
  kernel::check_defined("corrcoef", "input", x);
  check(x.dim() <= 2, "corrcoef: input must have at most 2 dims but is ", describe(x));
  if (are_16_bit(x)) return in_float32([](const Tensor& wide) { return corrcoef(wide); }, x);
  const Tensor c = cov(x);
  if (c.dim() == 0) return c / c;
  const Tensor deviation = sqrt(diagonal(c));
  const Tensor scaled = c / unsqueeze(deviation, 1) / deviation;
  if (scaled.is_complex()) return complex(clamp(real(scaled), -1, 1), clamp(imag(scaled), -1, 1));
  return clamp(scaled, -1, 1);
}
Tensor Tensor::corrcoef() const { return ember::corrcoef(*this); }

namespace {

enum class Interpolation { Linear, Lower, Higher, Midpoint, Nearest };

Interpolation interpolation_from(const char* op, std::string_view name) {
  constexpr std::string_view kNames[] = {"linear", "lower", "higher", "midpoint", "nearest"};
  const auto found = std::find(std::begin(kNames), std::end(kNames), name);
  check<ValueError>(found != std::end(kNames), op,
                    ": interpolation must be linear, lower, higher, midpoint or nearest but is ", name);
  return static_cast<Interpolation>(found - std::begin(kNames));
}

Tensor quantile_of(const char* op, const Tensor& x, const Tensor& given, std::optional<int64_t> dim, bool keepdim,
                   std::string_view name, bool skip_nan) {
  kernel::check_defined(op, "input", x);
  kernel::check_defined(op, "q", given);
  const Interpolation interpolation = interpolation_from(op, name);
  check(x.dtype() == kFloat32 || x.dtype() == kFloat64, op, ": input must be float32 or float64 but is ", x.dtype());
  const Tensor q = given.impl()->is_wrapped_number ? to(given, x.dtype()) : given;
  check(q.dtype() == x.dtype(), op, ": q must have input's dtype ", x.dtype(), " but is ", q.dtype());
  check(q.dim() <= 1, op, ": q must be a number or 1-d but has shape ", q.sizes());
  check(x.numel() > 0, op, ": input is empty");
  check<ValueError>(all(with_samples_in_front((q >= 0) & (q <= 1))).item<bool>(), op, ": q must lie in [0, 1]");
  const int64_t at = dim ? wrap_dim(*dim, x.dim(), op) : 0;
  // The quantiles as a last dim, in the order of all other dims.
  const Tensor rows = !dim || x.dim() == 0 ? reshape(x, -1) : movedim(x, at, -1);
  // The places in x alone are differentiated, not the sorting.
  const auto [sorted, order] = sort(rows.detach(), -1);
  const Tensor is_nan = isnan(sorted);
  const double last = static_cast<double>(sorted.sizes().back() - 1);
  Tensor ranks;
  if (skip_nan) {
    const Tensor known = sum(~is_nan, -1, true);
    ranks = clamp_min(reshape(q, -1) * to(known - 1, x.dtype()), 0);
  } else {
    ranks = where(any(is_nan, -1, true), last, reshape(q, -1) * last);
  }
  switch (interpolation) {
    case Interpolation::Lower:
      ranks = floor(ranks);
      break;
    case Interpolation::Higher:
      ranks = ceil(ranks);
      break;
    case Interpolation::Nearest:
      ranks = round(ranks);
      break;
    default:
      break;
  }
  const Tensor below = floor(ranks.detach());
  const auto at_rank = [&, &order = order](const Tensor& rank) {
    return gather(rows, -1, gather(order, -1, to(rank, kInt64)));
  };
  Tensor y;
  if (interpolation == Interpolation::Linear || interpolation == Interpolation::Midpoint) {
    const Tensor weight = interpolation == Interpolation::Midpoint ? full_like(ranks, 0.5) : ranks - below;
    const int64_t count = ranks.sizes().back();
    const Tensor both = at_rank(cat({below, ceil(ranks.detach())}, -1));
    y = lerp(narrow(both, -1, 0, count), narrow(both, -1, count, count), weight);
  } else {
    y = at_rank(below);
  }
  Shape sizes = x.sizes();
  if (!dim)
    sizes = keepdim ? Shape::filled(sizes.size(), 1) : Shape();
  else if (x.dim() > 0)
    keepdim ? void(sizes[static_cast<size_t>(at)] = 1) : sizes.erase(static_cast<size_t>(at));
  if (q.dim() == 1) sizes.insert(0, q.size(0));
  return reshape(q.dim() == 1 ? movedim(y, -1, 0) : y, sizes);
}

}  // namespace

Tensor quantile(const Tensor& x, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                std::string_view interpolation) {
  return quantile_of("quantile", x, q, dim, keepdim, interpolation, false);
}
Tensor Tensor::quantile(const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                        std::string_view interpolation) const {
  return ember::quantile(*this, q, dim, keepdim, interpolation);
}

Tensor nanquantile(const Tensor& x, const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                   std::string_view interpolation) {
  return quantile_of("nanquantile", x, q, dim, keepdim, interpolation, true);
}
Tensor Tensor::nanquantile(const Tensor& q, std::optional<int64_t> dim, bool keepdim,
                           std::string_view interpolation) const {
  return ember::nanquantile(*this, q, dim, keepdim, interpolation);
}

}  // namespace ember
