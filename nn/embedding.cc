#include "ember/nn/embedding.h"

#include "ember/autograd/grad_mode.h"
#include "ember/nn/format.h"
#include "ember/nn/init.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/embedding/embedding.h"
#include "ember/ops/indexing/indexing.h"

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

OptionFields EmbeddingOptions::fields() {
  return {{"num_embeddings", &num_embeddings_, kRequired},
          {"embedding_dim", &embedding_dim_, kRequired},
          {"padding_idx", &padding_idx_},
          {"max_norm", &max_norm_},
          {"norm_type", &norm_type_},
          {"scale_grad_by_freq", &scale_grad_by_freq_},
          {"sparse", &sparse_},
          device_field(),
          dtype_field()};
}

EmbeddingImpl::EmbeddingImpl(EmbeddingOptions o)
    : Layer(checked(o)),
      weight(register_parameter("weight", empty({o.num_embeddings_, o.embedding_dim_}, o.tensor_options()))) {
  reset_parameters();
}

void EmbeddingImpl::reset_parameters() {
  init::normal_(weight);
  if (options.padding_idx_) init::zeros_(weight.detach().select(0, *options.padding_idx_));
}

Tensor EmbeddingImpl::forward(const Tensor& input) {
  return embedding(
      weight, input,
      EmbeddingLookup{options.padding_idx_, options.max_norm_, options.norm_type_, options.scale_grad_by_freq_});
}

std::string EmbeddingImpl::extra_repr() const {
  std::string result = concat(options.num_embeddings_, ", ", options.embedding_dim_);
  if (options.padding_idx_) result += concat(", padding_idx=", *options.padding_idx_);
  if (options.max_norm_) result += ", max_norm=" + text(options.max_norm_);
  if (options.norm_type_ != 2) result += ", norm_type=" + text(options.norm_type_);
  if (options.scale_grad_by_freq_) result += ", scale_grad_by_freq=True";
  if (options.sparse_) result += ", sparse=True";
  return result;
}

}  // namespace ember::nn
