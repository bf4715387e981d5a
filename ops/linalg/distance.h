// Distances and angles between vectors.
#pragma once

#include <string_view>

#include "ember/core/scalar.h"
#include "ember/core/shape.h"
#include "ember/ops/methods.h"

namespace ember {

/// The p-norm of a - b as one vector.
Tensor dist(const Tensor& a, const Tensor& b, const Scalar& p = 2);
/// The p-norms of the differences of all pairs of rows of a [..., P, M] and b [..., R, M]: [..., P, R]. `compute_mode` says whether
/// Euclidean distances come from a matrix product, which is faster for many rows but less exact for close ones:
/// use_mm_for_euclid_dist_if_necessary (more than 25 rows), use_mm_for_euclid_dist, donot_use_mm_for_euclid_dist.
Tensor cdist(const Tensor& a, const Tensor& b, double p = 2,
             std::string_view compute_mode = "use_mm_for_euclid_dist_if_necessary");
/// The distances of the pairs i < j of rows of x [N, M]: [N (N - 1) / 2].
Tensor pdist(const Tensor& x, double p = 2);
/// The p-norm of a - b + eps along the last dim.
Tensor pairwise_distance(const Tensor& a, const Tensor& b, double p = 2, double eps = 1e-6, bool keepdim = false);
/// a b / (|a| |b|) along `dim`, where a norm counts as at least eps.
Tensor cosine_similarity(const Tensor& a, const Tensor& b, int64_t dim = 1, double eps = 1e-8);

/// Methods of Tensor.
class DistanceMethods {
 public:
  Tensor dist(const Tensor& other, const Scalar& p = 2) const;
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
