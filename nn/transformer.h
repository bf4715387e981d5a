// The transformer encoder: a stack of layers, each self-attention and a feed-forward network with residual connections. Vaswani
// et al., "Attention is all you need", 2017; norm_first as in Xiong et al., 2020.
#pragma once

#include "ember/nn/attention.h"
#include "ember/nn/dropout.h"
#include "ember/nn/normalization.h"

namespace ember::nn {

struct TransformerEncoderLayerOptions : ParameterOptions<TransformerEncoderLayerOptions> {
  TransformerEncoderLayerOptions(int64_t d_model, int64_t nhead) : d_model_(d_model), nhead_(nhead) {}
  TransformerEncoderLayerOptions& dim_feedforward(int64_t value) { return dim_feedforward_ = value, *this; }
  TransformerEncoderLayerOptions& dropout(double value) { return dropout_ = value, *this; }
  /// "relu" or "gelu", or any function.
  TransformerEncoderLayerOptions& activation(OptionName name);
  TransformerEncoderLayerOptions& activation(UnaryFunction function) {
    return activation_ = std::move(function), activation_name_.clear(), *this;
  }
  TransformerEncoderLayerOptions& layer_norm_eps(double value) { return layer_norm_eps_ = value, *this; }
  TransformerEncoderLayerOptions& batch_first(bool value) { return batch_first_ = value, *this; }
  TransformerEncoderLayerOptions& norm_first(bool value) { return norm_first_ = value, *this; }
  TransformerEncoderLayerOptions& bias(bool value) { return bias_ = value, *this; }
  OptionFields fields();

  int64_t d_model_, nhead_, dim_feedforward_ = 2048;
  double dropout_ = 0.1, layer_norm_eps_ = 1e-5;
  UnaryFunction activation_;              ///< by its name when empty
  std::string activation_name_ = "relu";  ///< empty when a function was given
  bool batch_first_ = false, norm_first_ = false, bias_ = true;
};

/// x [time, batch, d_model], or [batch, time, d_model] with batch_first, or without a batch.
class TransformerEncoderLayerImpl : public Layer<TransformerEncoderLayerImpl, TransformerEncoderLayerOptions> {
 public:
  explicit TransformerEncoderLayerImpl(TransformerEncoderLayerOptions options);
  TransformerEncoderLayerImpl(int64_t d_model, int64_t nhead)
      : TransformerEncoderLayerImpl(TransformerEncoderLayerOptions(d_model, nhead)) {}
  Tensor forward(const Tensor& src) override { return forward(src, Tensor()); }
  /// Masks as in MultiheadAttention.
  Tensor forward(const Tensor& src, const Tensor& src_mask, const Tensor& src_key_padding_mask = {},
                 bool is_causal = false);

  MultiheadAttention self_attn;
  std::shared_ptr<Module>&linear1, &dropout, &linear2, &norm1, &norm2, &dropout1, &dropout2;

 private:
  Tensor attend(const Tensor& x, const AttentionMasks& masks);
  Tensor feed_forward(const Tensor& x);
};
using TransformerEncoderLayer = ModuleHolder<TransformerEncoderLayerImpl>;

/// num_layers copies of a layer, one after another, then `norm` unless it is null.
class TransformerEncoderImpl : public Module {
 public:
  TransformerEncoderImpl(const TransformerEncoderLayer& encoder_layer, int64_t num_layers,
                         std::shared_ptr<Module> norm = nullptr);
  TransformerEncoderImpl(const TransformerEncoderImpl&) = delete;
  Tensor forward(const Tensor& src) override { return forward(src, Tensor()); }
  Tensor forward(const Tensor& src, const Tensor& mask, const Tensor& src_key_padding_mask = {},
                 bool is_causal = false);

  std::shared_ptr<Module>& layers;

 protected:
  std::shared_ptr<Module> make_empty() const override;

 private:
  TransformerEncoderImpl();
};
using TransformerEncoder = ModuleHolder<TransformerEncoderImpl>;

/// [size, size]: 0 on and below the diagonal, -inf above.
Tensor generate_square_subsequent_mask(int64_t size, const TensorOptions& options = {});

}  // namespace ember::nn
