// Distances and angles between vectors.
#pragma once

#include <optional>
#include <string_view>

#include "ember/core/dtype.h"
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
/// x over its p-norm along `dim`, or over eps where that is larger.
Tensor normalize(const Tensor& x, double p = 2, const Shape& dim = 1, double eps = 1e-12);
/// Each slice along `dim` scaled down to a p-norm of at most `maxnorm`.
Tensor renorm(const Tensor& x, const Scalar& p, int64_t dim, const Scalar& maxnorm);
/// The vector product along `dim` (of size 3; the first such when not given); a and b broadcast.
Tensor cross(const Tensor& a, const Tensor& b, std::optional<int64_t> dim = {});

namespace linalg {

Tensor cross(const Tensor& a, const Tensor& b, int64_t dim = -1);

}  // namespace linalg

/// Methods of Tensor.
class DistanceMethods {
 public:
  Tensor dist(const Tensor& other, const Scalar& p = 2) const;
  Tensor renorm(const Scalar& p, int64_t dim, const Scalar& maxnorm) const;
  Tensor cross(const Tensor& other, std::optional<int64_t> dim = {}) const;
  Tensor& renorm_(const Scalar& p, int64_t dim, const Scalar& maxnorm);
};

}  // namespace ember

// Whole from here on.
#include "ember/ops/tensor.h"
