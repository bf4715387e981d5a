// The transformer encoder: a stack of layers, each self-attention and a feed-forward network with residual connections. Vaswani
// et al., "Attention is all you need", 2017; norm_first as in Xiong et al., 2020.
#pragma once

#include "ember/nn/attention.h"
#include "ember/nn/dropout.h"
#include "ember/nn/normalization.h"

namespace ember::nn {

/// relu or gelu; ValueError for another name.
UnaryFunction activation_by_name(std::string_view name);

/// What the options of encoder and decoder layers share.
template <class Derived>
struct TransformerLayerOptions : ParameterOptions<Derived> {
  Derived& dim_feedforward(int64_t value) { return dim_feedforward_ = value, self(); }
  Derived& dropout(double value) { return dropout_ = value, self(); }
  /// "relu" or "gelu", or any function.
  Derived& activation(OptionName name) {
    return activation_ = activation_by_name(name.text), activation_name_ = name.text, self();
  }
  Derived& activation(UnaryFunction function) {
    return activation_ = std::move(function), activation_name_.clear(), self();
  }
  Derived& layer_norm_eps(double value) { return layer_norm_eps_ = value, self(); }
  Derived& batch_first(bool value) { return batch_first_ = value, self(); }
  Derived& norm_first(bool value) { return norm_first_ = value, self(); }
  Derived& bias(bool value) { return bias_ = value, self(); }
  OptionFields fields() {
    return {{"d_model", &d_model_, kRequired | kNoAttribute},
            {"nhead", &nhead_, kRequired | kNoAttribute},
            {"dim_feedforward", &dim_feedforward_, kNoAttribute},
            {"dropout", &dropout_, kNoAttribute},
            {"activation", FunctionOrName{&activation_, &activation_name_}, kNoAttribute},
            {"layer_norm_eps", &layer_norm_eps_, kNoAttribute},
            {"batch_first", &batch_first_, kNoAttribute},
            {"norm_first", &norm_first_},
            {"bias", &bias_, kNoAttribute},
            this->device_field(),
            this->dtype_field()};
  }

  int64_t d_model_, nhead_, dim_feedforward_ = 2048;
  double dropout_ = 0.1, layer_norm_eps_ = 1e-5;
  UnaryFunction activation_;              ///< by its name when empty
  std::string activation_name_ = "relu";  ///< empty when a function was given
  bool batch_first_ = false, norm_first_ = false, bias_ = true;

 protected:
  TransformerLayerOptions(int64_t d_model, int64_t nhead) : d_model_(d_model), nhead_(nhead) {}

 private:
  Derived& self() { return static_cast<Derived&>(*this); }
};

struct TransformerEncoderLayerOptions : TransformerLayerOptions<TransformerEncoderLayerOptions> {
  TransformerEncoderLayerOptions(int64_t d_model, int64_t nhead) : TransformerLayerOptions(d_model, nhead) {}
};
struct TransformerDecoderLayerOptions : TransformerLayerOptions<TransformerDecoderLayerOptions> {
  TransformerDecoderLayerOptions(int64_t d_model, int64_t nhead) : TransformerLayerOptions(d_model, nhead) {}
};

/// What encoder and decoder layers share: how their children are made and called, and the feed-forward network.
template <class Derived, class Options>
class TransformerLayer : public Layer<Derived, Options> {
 protected:
  explicit TransformerLayer(Options options);

  // Each registers a child, as the options say.
  MultiheadAttention add_attention(const char* name);
  std::shared_ptr<Module>& add_linear(const char* name, int64_t in_features, int64_t out_features);
  std::shared_ptr<Module>& add_norm(const char* name);
  std::shared_ptr<Module>& add_dropout(const char* name);

  /// The child of this name on x.
  Tensor run(const char* name, const Tensor& x) const;
  /// Attention of x to `memory`, then the dropout of this name.
  Tensor attend(const MultiheadAttention& attention, const char* dropout, const Tensor& x, const Tensor& memory,
                const AttentionMasks& masks) const;
  /// linear2(dropout(activation(linear1(x)))), then the dropout of this name.
  Tensor feed_forward(const char* dropout, const Tensor& x) const;
};

/// x [time, batch, d_model], or [batch, time, d_model] with batch_first, or without a batch.
class TransformerEncoderLayerImpl
    : public TransformerLayer<TransformerEncoderLayerImpl, TransformerEncoderLayerOptions> {
 public:
  explicit TransformerEncoderLayerImpl(TransformerEncoderLayerOptions options);
  TransformerEncoderLayerImpl(int64_t d_model, int64_t nhead)
      : TransformerEncoderLayerImpl(TransformerEncoderLayerOptions(d_model, nhead)) {}
  Tensor forward(const Tensor& src) override { return forward(src, Tensor()); }
  /// Masks as in MultiheadAttention.
  Tensor forward(const Tensor& src, const Tensor& src_mask, const Tensor& src_key_padding_mask = {},
                 bool is_causal = false) const;

  MultiheadAttention self_attn;
  std::shared_ptr<Module>&linear1, &dropout, &linear2, &norm1, &norm2, &dropout1, &dropout2;
};
using TransformerEncoderLayer = ModuleHolder<TransformerEncoderLayerImpl>;

/// What encoder and decoder share: a list of layers, and the child `norm` unless there is none.
class TransformerStack : public Module {
 public:
  TransformerStack(const TransformerStack&) = delete;

  std::shared_ptr<Module>& layers;

 protected:
  TransformerStack();
  /// `num_layers` copies of a layer; ValueError without one.
  TransformerStack(const std::shared_ptr<Module>& layer, int64_t num_layers, std::shared_ptr<Module> norm);
  /// x through all layers by `call(layer, x)`, then the norm.
  Tensor run(const Tensor& x, FunctionRef<Tensor(Module& layer, const Tensor& x)> call) const;
};

/// num_layers copies of a layer, one after another, then `norm` unless it is null. A layer of another class than
/// TransformerEncoderLayer takes what forward takes.
class TransformerEncoderImpl : public TransformerStack {
 public:
  TransformerEncoderImpl(const std::shared_ptr<Module>& encoder_layer, int64_t num_layers,
                         std::shared_ptr<Module> norm = nullptr)
      : TransformerStack(encoder_layer, num_layers, std::move(norm)) {}
  Tensor forward(const Tensor& src) override { return forward(src, Tensor()); }
  Tensor forward(const Tensor& src, const Tensor& mask, const Tensor& src_key_padding_mask = {},
                 bool is_causal = false) const;

 protected:
  TransformerEncoderImpl() = default;
  std::shared_ptr<Module> make_empty() const override;
};
using TransformerEncoder = ModuleHolder<TransformerEncoderImpl>;

/// [size, size]: 0 on and below the diagonal, -inf above.
Tensor generate_square_subsequent_mask(int64_t size, const TensorOptions& options = {});

}  // namespace ember::nn
