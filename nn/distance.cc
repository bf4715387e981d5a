#include "ember/nn/distance.h"

#include "ember/ops/linalg/distance.h"

namespace ember::nn {

Tensor PairwiseDistanceImpl::forward(const Tensor& x1, const Tensor& x2) const {
  return pairwise_distance(x1, x2, options.p_, options.eps_, options.keepdim_);
}

Tensor CosineSimilarityImpl::forward(const Tensor& x1, const Tensor& x2) const {
  return cosine_similarity(x1, x2, options.dim_, options.eps_);
}

}  // namespace ember::nn
