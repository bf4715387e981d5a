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
  options.padding_idx_ = detail::padding_row("Embedding", options.padding_idx_, options.num_embeddings_);
  options.weight_ = {};  // a copy has a table of its own
  return options;
}

}  // namespace

std::optional<int64_t> detail::padding_row(const char* layer, std::optional<int64_t> padding_idx, int64_t rows) {
  if (!padding_idx) return {};
  check<ValueError>(*padding_idx >= -rows && *padding_idx < rows, layer, ": padding_idx ", *padding_idx,
                    " must be within num_embeddings ", rows);
  return *padding_idx < 0 ? *padding_idx + rows : *padding_idx;
}

Tensor detail::embedding_table(const char* layer, const Tensor& given, int64_t rows, int64_t columns,
                               const TensorOptions& options) {
  const Shape sizes{rows, columns};
  if (!given.defined()) return empty(sizes, options);
  check<ValueError>(given.sizes() == sizes, layer, ": _weight has shape ", given.sizes(), " but must have ", sizes,
                    ", as num_embeddings and embedding_dim say");
  return given.detach();
}

OptionFields EmbeddingOptions::fields() {
  return {{"num_embeddings", &num_embeddings_, kRequired},
          {"embedding_dim", &embedding_dim_, kRequired},
          {"padding_idx", &padding_idx_},
          {"max_norm", &max_norm_},
          {"norm_type", &norm_type_},
          {"scale_grad_by_freq", &scale_grad_by_freq_},
          {"sparse", &sparse_},
          {"_weight", &weight_, kNoAttribute | kNotSaved},
          {"_freeze", &freeze_, kNoAttribute | kNotSaved},
          device_field(),
          dtype_field()};
}

EmbeddingImpl::EmbeddingImpl(EmbeddingOptions o)
    : Layer(checked(o)),
      weight(register_parameter(
          "weight",
          detail::embedding_table("Embedding", o.weight_, o.num_embeddings_, o.embedding_dim_, o.tensor_options()),
          !o.freeze_)) {
  if (!o.weight_.defined()) reset_parameters();
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
