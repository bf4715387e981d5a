// Embedding: a table of vectors looked up by index.
#pragma once

#include <optional>

#include "nn/module.h"

namespace ember::nn {

struct EmbeddingOptions {
  EmbeddingOptions(int64_t num_embeddings, int64_t embedding_dim)
      : num_embeddings_(num_embeddings), embedding_dim_(embedding_dim) {}
  /// This row starts as zeros and gets no gradient; negative counts from the end.
  EmbeddingOptions& padding_idx(std::optional<int64_t> value) { return padding_idx_ = value, *this; }

  int64_t num_embeddings_, embedding_dim_;
  std::optional<int64_t> padding_idx_;
};

/// weight[x] for int64 (or int32) x of any shape: [...] -> [..., embedding_dim]. weight [num_embeddings, embedding_dim] starts
/// standard normal.
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

}  // namespace ember::nn
