// Differences, derivatives and integrals of functions known by their samples along a dim. Compositions of other ops.
#pragma once

#include <initializer_list>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember {

/// x[i + 1] - x[i] along `dim`, n times; of bools, whether they differ. `prepend` and `append`, if defined, are joined first.
Tensor diff(const Tensor& x, int64_t n = 1, int64_t dim = -1, const Tensor& prepend = {}, const Tensor& append = {});

/// The derivative along each of `dims` (empty: all) by central differences, at the ends by one-sided ones of order `edge_order` (1 or
/// 2). One spacing for all dims, or one for each. Error unless each dim has more than edge_order samples.
std::vector<Tensor> gradient(const Tensor& x, const std::vector<Scalar>& spacing = {1}, const Shape& dims = {},
                             int64_t edge_order = 1);
inline std::vector<Tensor> gradient(const Tensor& x, std::initializer_list<double> spacing, const Shape& dims = {},
                                    int64_t edge_order = 1) {
  return gradient(x, std::vector<Scalar>(spacing.begin(), spacing.end()), dims, edge_order);
}
/// The same for samples at 1-d `coordinates`, one tensor for each dim.
std::vector<Tensor> gradient(const Tensor& x, const std::vector<Tensor>& coordinates, const Shape& dims = {},
                             int64_t edge_order = 1);

/// The integral by the trapezoidal rule over samples dx apart, or at x (1-d, or with y's sizes).
Tensor trapezoid(const Tensor& y, double dx = 1, int64_t dim = -1);
Tensor trapezoid(const Tensor& y, const Tensor& x, int64_t dim = -1);
/// The integrals up to each sample but the first.
Tensor cumulative_trapezoid(const Tensor& y, double dx = 1, int64_t dim = -1);
Tensor cumulative_trapezoid(const Tensor& y, const Tensor& x, int64_t dim = -1);

}  // namespace ember
