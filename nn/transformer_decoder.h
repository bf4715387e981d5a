// The transformer decoder, and encoder and decoder as one. Vaswani et al., "Attention is all you need", 2017.
#pragma once

#include "ember/nn/transformer.h"

namespace ember::nn {

/// What a decoder's attentions may not see: the target's own and the memory's places.
struct DecoderMasks {
  AttentionMasks tgt = {}, memory = {};
};

/// Attention of the target to itself, then to the encoder's output, then a feed-forward network, with residual connections. tgt
/// [time, batch, d_model] and memory [source time, batch, d_model], or batch first, or without a batch.
class TransformerDecoderLayerImpl
    : public TransformerLayer<TransformerDecoderLayerImpl, TransformerDecoderLayerOptions> {
 public:
  explicit TransformerDecoderLayerImpl(TransformerDecoderLayerOptions options);
  TransformerDecoderLayerImpl(int64_t d_model, int64_t nhead)
      : TransformerDecoderLayerImpl(TransformerDecoderLayerOptions(d_model, nhead)) {}
  Tensor forward(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks = {}) const;

  MultiheadAttention self_attn, multihead_attn;
  std::shared_ptr<Module>&linear1, &dropout, &linear2, &norm1, &norm2, &norm3, &dropout1, &dropout2, &dropout3;
};
using TransformerDecoderLayer = ModuleHolder<TransformerDecoderLayerImpl>;

/// num_layers copies of a layer, one after another, then `norm` unless it is null. A layer of another class than
/// TransformerDecoderLayer takes what forward takes.
class TransformerDecoderImpl : public TransformerStack {
 public:
  TransformerDecoderImpl(const std::shared_ptr<Module>& decoder_layer, int64_t num_layers,
                         std::shared_ptr<Module> norm = nullptr)
      : TransformerStack(decoder_layer, num_layers, std::move(norm)) {}
  Tensor forward(const Tensor& tgt, const Tensor& memory, const DecoderMasks& masks = {}) const;

 protected:
  TransformerDecoderImpl() = default;
  std::shared_ptr<Module> make_empty() const override;
};
using TransformerDecoder = ModuleHolder<TransformerDecoderImpl>;

struct TransformerOptions : TransformerLayerOptions<TransformerOptions> {
  TransformerOptions(int64_t d_model = 512, int64_t nhead = 8) : TransformerLayerOptions(d_model, nhead) {}
  TransformerOptions& num_encoder_layers(int64_t value) { return num_encoder_layers_ = value, *this; }
  TransformerOptions& num_decoder_layers(int64_t value) { return num_decoder_layers_ = value, *this; }
  /// In place of TransformerEncoder; C++ calls its forward(src, mask, src_key_padding_mask, is_causal).
  TransformerOptions& custom_encoder(std::shared_ptr<Module> value) {
    return custom_encoder_ = std::move(value), *this;
  }
  /// In place of TransformerDecoder; C++ calls its forward(tgt, memory, masks).
  TransformerOptions& custom_decoder(std::shared_ptr<Module> value) {
    return custom_decoder_ = std::move(value), *this;
  }
  OptionFields fields();

  int64_t num_encoder_layers_ = 6, num_decoder_layers_ = 6;
  std::shared_ptr<Module> custom_encoder_, custom_decoder_;
};

/// What may not be seen where: the source by itself, the target by itself, and the source by the target.
struct TransformerMasks {
  AttentionMasks src = {};
  DecoderMasks decoder = {};
};

/// Encoder and decoder, both with a layer norm at their end. Weights start uniform as Glorot & Bengio, 2010, have them.
class TransformerImpl : public Layer<TransformerImpl, TransformerOptions> {
 public:
  explicit TransformerImpl(TransformerOptions options = {});
  TransformerImpl(int64_t d_model, int64_t nhead) : TransformerImpl(TransformerOptions(d_model, nhead)) {}
  /// src [source time, batch, d_model] and tgt [target time, batch, d_model] (batch first with batch_first; without a batch too)
  /// to tgt's shape.
  Tensor forward(const Tensor& src, const Tensor& tgt, const TransformerMasks& masks = {}) const;
  /// Error unless both have d_model features and one batch.
  void check_inputs(const Tensor& src, const Tensor& tgt) const;

  std::shared_ptr<Module>&encoder, &decoder;
};
using Transformer = ModuleHolder<TransformerImpl>;

}  // namespace ember::nn
