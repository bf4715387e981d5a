#include "nn/distance.h"

#include "ops/linalg.h"
#include "ops/pointwise.h"
#include "ops/reduction.h"

namespace ember::nn {

Tensor PairwiseDistanceImpl::forward(const Tensor& x1, const Tensor& x2) const {
  return norm(x1 - x2 + options.eps_, options.p_, -1, options.keepdim_);
}

Tensor CosineSimilarityImpl::forward(const Tensor& x1, const Tensor& x2) const {
  const auto unit = [&](const Tensor& x) { return x / clamp_min(norm(x, 2, options.dim_, true), options.eps_); };
  return sum(unit(x1) * unit(x2), options.dim_);
}

}  // namespace ember::nn
