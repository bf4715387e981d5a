// Distances of vectors as layers.
#pragma once

#include "ember/nn/module.h"

namespace ember::nn {

struct PairwiseDistanceOptions {
  PairwiseDistanceOptions& p(double value) { return p_ = value, *this; }
  PairwiseDistanceOptions& eps(double value) { return eps_ = value, *this; }
  PairwiseDistanceOptions& keepdim(bool value) { return keepdim_ = value, *this; }
  OptionFields fields() { return {{"p", &p_}, {"eps", &eps_}, {"keepdim", &keepdim_}}; }

  double p_ = 2, eps_ = 1e-6;
  bool keepdim_ = false;
};

/// |x1 - x2 + eps|_p along the last dim.
class PairwiseDistanceImpl : public Layer<PairwiseDistanceImpl, PairwiseDistanceOptions> {
 public:
  explicit PairwiseDistanceImpl(PairwiseDistanceOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& x1, const Tensor& x2) const;
};
using PairwiseDistance = ModuleHolder<PairwiseDistanceImpl>;

struct CosineSimilarityOptions {
  CosineSimilarityOptions& dim(int64_t value) { return dim_ = value, *this; }
  CosineSimilarityOptions& eps(double value) { return eps_ = value, *this; }
  OptionFields fields() { return {{"dim", &dim_}, {"eps", &eps_}}; }

  int64_t dim_ = 1;
  double eps_ = 1e-8;
};

/// x1 . x2 / (max(|x1|, eps) max(|x2|, eps)) along `dim`.
class CosineSimilarityImpl : public Layer<CosineSimilarityImpl, CosineSimilarityOptions> {
 public:
  explicit CosineSimilarityImpl(CosineSimilarityOptions options = {}) : Layer(options) {}
  Tensor forward(const Tensor& x1, const Tensor& x2) const;
};
using CosineSimilarity = ModuleHolder<CosineSimilarityImpl>;

}  // namespace ember::nn
