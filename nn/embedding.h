// Embedding: a table of vectors looked up by index.
#pragma once

#include <optional>

#include "ember/nn/module.h"

namespace ember::nn {

struct EmbeddingOptions : ParameterOptions<EmbeddingOptions> {
  EmbeddingOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  /// This row starts as zeros and gets no gradient; negative counts from the end.
  EmbeddingOptions& padding_idx(std::optional<int64_t> value) { return padding_idx_ = value, *this; }
  /// Rows that are looked up are first scaled down to this norm, in place.
  EmbeddingOptions& max_norm(std::optional<double> value) { return max_norm_ = value, *this; }
  EmbeddingOptions& norm_type(double value) { return norm_type_ = value, *this; }
  /// A row's gradient is divided by how often it was looked up.
  EmbeddingOptions& scale_grad_by_freq(bool value) { return scale_grad_by_freq_ = value, *this; }
  /// Accepted for PyTorch's scripts; gradients are dense.
  EmbeddingOptions& sparse(bool value) { return sparse_ = value, *this; }
  /// The table [num_embeddings, embedding_dim] to start from, whose memory the layer shares.
  EmbeddingOptions& _weight(Tensor value) { return weight_ = std::move(value), *this; }
  /// Whether the table starts without requires_grad.
  EmbeddingOptions& freeze(bool value) { return freeze_ = value, *this; }
  OptionFields fields();

  int64_t num_embeddings_, embedding_dim_;
  std::optional<int64_t> padding_idx_;
  std::optional<double> max_norm_;
  double norm_type_ = 2;
  bool scale_grad_by_freq_ = false, sparse_ = false, freeze_ = false;
  Tensor weight_;
};

/// weight[x] for int64 (or int32) x of any shape: [...] -> [..., embedding_dim]. weight [num_embeddings, embedding_dim] starts
/// standard normal unless given.
class EmbeddingImpl : public Layer<EmbeddingImpl, EmbeddingOptions> {
 public:
  explicit EmbeddingImpl(EmbeddingOptions options);
  EmbeddingImpl(int64_t num_embeddings, int64_t embedding_dim)
      : EmbeddingImpl(EmbeddingOptions(num_embeddings, embedding_dim)) {}
  Tensor forward(const Tensor& input) override;
  void reset_parameters();
  std::string extra_repr() const override;

  Tensor& weight;
};
using Embedding = ModuleHolder<EmbeddingImpl>;

namespace detail {
/// The row that padding_idx names, counted from the front; ValueError when there is none.
std::optional<int64_t> padding_row(const char* layer, std::optional<int64_t> padding_idx, int64_t rows);
/// The table that was given, or memory for one. ValueError for one of another shape.
Tensor embedding_table(const char* layer, const Tensor& given, int64_t rows, int64_t columns,
                       const TensorOptions& options);
}  // namespace detail

}  // namespace ember::nn
