#include "nn/embedding.h"

#include "autograd/grad_mode.h"
#include "nn/init.h"
#include "ops/creation.h"
#include "ops/indexing.h"

namespace ember::nn {
namespace {

EmbeddingOptions checked(EmbeddingOptions options) {
  if (options.padding_idx_) {
    const int64_t rows = options.num_embeddings_;
    check<ValueError>(*options.padding_idx_ >= -rows && *options.padding_idx_ < rows, "Embedding: padding_idx ",
                      *options.padding_idx_, " must be within num_embeddings ", rows);
    if (*options.padding_idx_ < 0) *options.padding_idx_ += rows;
  }
  return options;
}

}  // namespace

EmbeddingImpl::EmbeddingImpl(EmbeddingOptions options)
    : Layer(checked(options)),
      weight(register_parameter("weight", empty({options.num_embeddings_, options.embedding_dim_}))) {
  reset_parameters();
}

void EmbeddingImpl::reset_parameters() {
  init::normal_(weight);
  if (options.padding_idx_) init::zeros_(weight.detach().select(0, *options.padding_idx_));
}

Tensor EmbeddingImpl::forward(const Tensor& input) { return embedding(weight, input, options.padding_idx_); }

std::string EmbeddingImpl::extra_repr() const {
  return concat(options.num_embeddings_, ", ", options.embedding_dim_,
                options.padding_idx_ ? concat(", padding_idx=", *options.padding_idx_) : "");
}

}  // namespace ember::nn
