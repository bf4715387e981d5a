// Counts by value.
#pragma once

#include <initializer_list>
#include <utility>
#include <vector>

#include "ember/ops/tensor.h"

namespace ember {

/// What an n-dimensional histogram counts by: the edges of the bins along each axis.
struct Histogram {
  Tensor hist;
  std::vector<Tensor> bin_edges;
};

/// How many elements of the 1-d integer x have each value from 0, or the sums of their weights; at least `minlength` entries.
Tensor bincount(const Tensor& x, const Tensor& weights = {}, int64_t minlength = 0);
/// How many elements lie in each of `bins` equal intervals of [min, max]; the data's extremes when both are 0.
Tensor histc(const Tensor& x, int64_t bins = 100, const Scalar& min = 0, const Scalar& max = 0);
/// The points x [..., D] counted (by `weight` [...], if defined) in the boxes between the edges along each of the D axes; the last edge
/// counts as inside. `density` makes the sum over all boxes, times their volume, 1.
Histogram histogramdd(const Tensor& x, const std::vector<Tensor>& edges, const Tensor& weight = {},
                      bool density = false);
/// The same with bins[d] equal intervals along axis d, from range[2 d] to range[2 d + 1] or between the data's extremes.
Histogram histogramdd(const Tensor& x, const Shape& bins, const std::vector<double>& range = {},
                      const Tensor& weight = {}, bool density = false);
inline Histogram histogramdd(const Tensor& x, std::initializer_list<int64_t> bins,
                             const std::vector<double>& range = {}, const Tensor& weight = {}, bool density = false) {
  return histogramdd(x, Shape(bins), range, weight, density);
}
/// The histogram of all elements, as counts and edges.
std::pair<Tensor, Tensor> histogram(const Tensor& x, const Tensor& edges, const Tensor& weight = {},
                                    bool density = false);
std::pair<Tensor, Tensor> histogram(const Tensor& x, int64_t bins, const std::vector<double>& range = {},
                                    const Tensor& weight = {}, bool density = false);

}  // namespace ember
