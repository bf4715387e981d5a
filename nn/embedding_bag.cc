#include "ember/nn/embedding_bag.h"

#include "ember/nn/embedding.h"
#include "ember/nn/format.h"
#include "ember/nn/init.h"
#include "ember/ops/creation/creation.h"
#include "ember/ops/embedding/embedding.h"

namespace ember::nn {
namespace {

EmbeddingBagOptions checked(EmbeddingBagOptions options) {
  bag_mode(options.mode_);
  options.padding_idx_ = detail::padding_row("EmbeddingBag", options.padding_idx_, options.num_embeddings_);
  options.weight_ = {};  // a copy has a table of its own
  return options;
}

}  // namespace

OptionFields EmbeddingBagOptions::fields() {
  return {{"num_embeddings", &num_embeddings_, kRequired},
          {"embedding_dim", &embedding_dim_, kRequired},
          {"max_norm", &max_norm_},
          {"norm_type", &norm_type_},
          {"scale_grad_by_freq", &scale_grad_by_freq_},
          {"mode", &mode_},
          {"sparse", &sparse_},
          {"_weight", &weight_, kNoAttribute | kNotSaved},
          {"include_last_offset", &include_last_offset_},
          {"padding_idx", &padding_idx_},
          device_field(),
          dtype_field()};
}

EmbeddingBagImpl::EmbeddingBagImpl(EmbeddingBagOptions o)
    : Layer(checked(o)),
      weight(register_parameter("weight", detail::embedding_table("EmbeddingBag", o.weight_, o.num_embeddings_,
                                                                  o.embedding_dim_, o.tensor_options()))) {
  if (!o.weight_.defined()) reset_parameters();
}

void EmbeddingBagImpl::reset_parameters() {
  init::normal_(weight);
  if (options.padding_idx_) init::zeros_(weight.detach().select(0, *options.padding_idx_));
}

Tensor EmbeddingBagImpl::forward(const Tensor& input, const Tensor& offsets, const Tensor& per_sample_weights) {
  return embedding_bag(weight, input, offsets,
                       {bag_mode(options.mode_),
                        {options.padding_idx_, options.max_norm_, options.norm_type_, options.scale_grad_by_freq_},
                        per_sample_weights,
                        options.include_last_offset_});
}

std::string EmbeddingBagImpl::extra_repr() const {
  std::string result = concat(options.num_embeddings_, ", ", options.embedding_dim_);
  if (options.max_norm_) result += ", max_norm=" + text(options.max_norm_);
  if (options.norm_type_ != 2) result += ", norm_type=" + text(options.norm_type_);
  if (options.scale_grad_by_freq_) result += ", scale_grad_by_freq=True";
  result += ", mode='" + options.mode_ + "'";
  if (options.padding_idx_) result += concat(", padding_idx=", *options.padding_idx_);
  return result;
}

}  // namespace ember::nn
