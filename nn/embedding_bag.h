// EmbeddingBag: sums, means or maxima of table rows.
#pragma once

#include <optional>
#include <string>

#include "ember/nn/module.h"

namespace ember::nn {

struct EmbeddingBagOptions : ParameterOptions<EmbeddingBagOptions> {
  EmbeddingBagOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  /// Rows that are looked up are first scaled down to this norm, in place.
  EmbeddingBagOptions& max_norm(std::optional<double> value) { return max_norm_ = value, *this; }
  EmbeddingBagOptions& norm_type(double value) { return norm_type_ = value, *this; }
  EmbeddingBagOptions& scale_grad_by_freq(bool value) { return scale_grad_by_freq_ = value, *this; }
  /// "sum", "mean" or "max".
  EmbeddingBagOptions& mode(OptionName value) { return mode_ = value.text, *this; }
  /// Accepted for PyTorch's scripts; gradients are dense.
  EmbeddingBagOptions& sparse(bool value) { return sparse_ = value, *this; }
  /// The table [num_embeddings, embedding_dim] to start from, whose memory the layer shares.
  EmbeddingBagOptions& _weight(Tensor value) { return weight_ = std::move(value), *this; }
  EmbeddingBagOptions& include_last_offset(bool value) { return include_last_offset_ = value, *this; }
  /// This row starts as zeros and counts nothing; negative counts from the end.
  EmbeddingBagOptions& padding_idx(std::optional<int64_t> value) { return padding_idx_ = value, *this; }
  OptionFields fields();

  int64_t num_embeddings_, embedding_dim_;
  std::optional<double> max_norm_;
  double norm_type_ = 2;
  bool scale_grad_by_freq_ = false;
  std::string mode_ = "mean";
  bool sparse_ = false, include_last_offset_ = false;
  Tensor weight_;
  std::optional<int64_t> padding_idx_;
};

/// Bags of rows of weight [num_embeddings, embedding_dim], which starts standard normal unless given: see embedding_bag in ops/embedding/embedding.h.
class EmbeddingBagImpl : public Layer<EmbeddingBagImpl, EmbeddingBagOptions> {
 public:
  explicit EmbeddingBagImpl(EmbeddingBagOptions options);
  EmbeddingBagImpl(int64_t num_embeddings, int64_t embedding_dim)
      : EmbeddingBagImpl(EmbeddingBagOptions(num_embeddings, embedding_dim)) {}
  Tensor forward(const Tensor& input, const Tensor& offsets, const Tensor& per_sample_weights = {});
  void reset_parameters();
  std::string extra_repr() const override;

  Tensor& weight;
};
using EmbeddingBag = ModuleHolder<EmbeddingBagImpl>;

}  // namespace ember::nn
