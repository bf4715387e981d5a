// Every layer against PyTorch: what it prints, the names and shapes of its state, outputs, buffers after the call, gradients.
// The expected values in tests/data/nn_layers.json come from make_reference.py.
#include <functional>

#include "ember/core/window.h"
#include "ember/nn/nn.h"
#include "tests/reference_json.h"

namespace ember {
namespace {

using Tensors = std::vector<Tensor>;
using ModulePtr = std::shared_ptr<nn::Module>;

struct Case {
  const char* name;
  std::function<ModulePtr()> make;
  std::function<Tensors(nn::Module&, const Tensors&)> call = [](nn::Module& m, const Tensors& in) {
    return Tensors{m(in[0])};
  };
};

void PrintTo(const Case& layer, std::ostream* out) { *out << layer.name; }

template <class Holder>
ModulePtr in_eval_mode(const Holder& module) {
  module->eval();
  return module;
}

template <class Impl>
Tensors with_target(nn::Module& m, const Tensors& in) {
  return {dynamic_cast<Impl&>(m).forward(in[0], in[1])};
}

template <class Impl>
Tensors with_state(nn::Module& m, const Tensors& in) {
  auto [output, state] = dynamic_cast<Impl&>(m).forward(in[0], in.size() > 1 ? in[1] : Tensor());
  return {output, state};
}

Tensors lstm_call(nn::Module& m, const Tensors& in) {
  nn::LSTMImpl::State state;
  if (in.size() > 1) state = {in[1], in[2]};
  auto [output, last] = dynamic_cast<nn::LSTMImpl&>(m).forward(in[0], state);
  return {output, last.first, last.second};
}

template <class Impl>
Tensors with_indices(nn::Module& m, const Tensors& in) {
  auto [values, indices] = dynamic_cast<Impl&>(m).forward_with_indices(in[0]);
  return {values, indices};
}

template <class Impl>
Tensors unpooled(nn::Module& m, const Tensors& in) {
  return {dynamic_cast<Impl&>(m).forward(in[0], in[1])};
}

Tensors attention(nn::Module& m, const Tensors& in) {
  auto [output, weights] = dynamic_cast<nn::MultiheadAttentionImpl&>(m).forward(in[0], in[1], in[2]);
  return {output, weights};
}

Tensors masked_attention(nn::Module& m, const Tensors& in) {
  auto [output, weights] = dynamic_cast<nn::MultiheadAttentionImpl&>(m).forward(
      in[0], in[0], in[0], {.key_padding_mask = in[1], .attn_mask = in[2]}, true, false);
  return {output, weights};
}

Tensors in_turn(nn::Module& m, const Tensors& in) {
  Tensor x = in[0];
  for (const auto& child : m.children()) x = (*child)(x);
  return {x};
}

nn::TransformerEncoderLayerOptions small_encoder() {
  return nn::TransformerEncoderLayerOptions(4, 2).dim_feedforward(8).dropout(0);
}

std::vector<Case> cases() {
  using namespace nn;
  using Window = Shape;
  return {
      {"linear", [] { return Linear(3, 4); }},
      {"linear_no_bias", [] { return Linear(LinearOptions(3, 4).bias(false)); }},
      {"identity", [] { return Identity(); }},
      {"flatten", [] { return Flatten(); }},
      {"flatten_range", [] { return Flatten(0, 1); }},
      {"unflatten",
       [] {
         return Unflatten(1, Window{2, 3});
       }},
      {"conv1d", [] { return Conv1d(Conv1dOptions(2, 3, 3).stride(2).padding(1)); }},
      {"conv2d",
       [] {
         return Conv2d(Conv2dOptions(2, 4, {3, 2}).padding(1));
       }},
      {"conv2d_groups",
       [] {
         return Conv2d(Conv2dOptions(4, 4, 3).stride({2, 1}).padding(2).dilation(2).groups(2).bias(false));
       }},
      {"conv2d_same",
       [] {
         return Conv2d(Conv2dOptions(1, 2, {2, 3}).padding("same"));
       }},
      {"conv3d", [] { return Conv3d(1, 2, 2); }},
      {"conv_transpose1d", [] { return ConvTranspose1d(2, 3, 3); }},
      {"conv_transpose2d",
       [] {
         ConvTranspose2dOptions options(2, 4, 3);
         options.stride(2).padding(1).output_padding(1).groups(2).bias(false).dilation(2);
         return ConvTranspose2d(options);
       }},
      {"conv_transpose2d_size", [] { return ConvTranspose2d(ConvTranspose2dOptions(2, 3, 2).stride(2)); },
       [](nn::Module& m, const Tensors& in) {
         return Tensors{dynamic_cast<ConvTranspose2dImpl&>(m).forward(in[0], {7, 9})};
       }},
      {"conv_transpose3d", [] { return ConvTranspose3d(ConvTranspose3dOptions(1, 2, 2).stride(2)); }},
      {"max_pool1d", [] { return MaxPool1d(3); }},
      {"max_pool2d_indices", [] { return MaxPool2d(2); }, with_indices<MaxPool2dImpl>},
      {"max_pool3d",
       [] {
         return MaxPool3d(Window{2, 1, 2});
       }},
      {"avg_pool1d", [] { return AvgPool1d(AvgPool1dOptions(3).padding(1)); }},
      {"avg_pool3d", [] { return AvgPool3d(2); }},
      {"adaptive_avg_pool1d", [] { return AdaptiveAvgPool1d(3); }},
      {"adaptive_avg_pool3d",
       [] {
         return AdaptiveAvgPool3d(Window{2, -1, 1});
       }},
      {"adaptive_max_pool1d", [] { return AdaptiveMaxPool1d(3); }},
      {"adaptive_max_pool2d",
       [] {
         return AdaptiveMaxPool2d(Window{-1, 3});
       },
       with_indices<AdaptiveMaxPool2dImpl>},
      {"adaptive_max_pool3d", [] { return AdaptiveMaxPool3d(2); }},
      {"lp_pool1d", [] { return LPPool1d(LPPool1dOptions(1.5, 3).stride(2)); }},
      {"lp_pool2d", [] { return LPPool2d(2, 2); }},
      {"lp_pool3d", [] { return LPPool3d(2, 2); }},
      {"fractional_max_pool2d",
       [] {
         auto options = FractionalMaxPool2dOptions(2).output_size(3);
         options.random_samples_ = full({2, 2, 2}, 0.3);
         return FractionalMaxPool2d(options);
       }},
      {"max_unpool1d", [] { return MaxUnpool1d(2); }, unpooled<MaxUnpool1dImpl>},
      {"max_unpool2d",
       [] {
         return MaxUnpool2d(Window{1, 2});
       },
       unpooled<MaxUnpool2dImpl>},
      {"max_unpool3d", [] { return MaxUnpool3d(2); }, unpooled<MaxUnpool3dImpl>},
      {"upsample",
       [] {
         return Upsample(UpsampleOptions().scale_factor({2, 1.5}));
       }},
      {"upsample_size",
       [] {
         return Upsample(UpsampleOptions().size({5, 2}).mode("bilinear").align_corners(true));
       }},
      {"unfold",
       [] {
         return Unfold(UnfoldOptions({2, 3}).padding(1));
       }},
      {"fold",
       [] {
         return Fold(Window{3, 4}, 2);
       }},
      {"max_pool2d", [] { return MaxPool2d(2); }},
      {"max_pool2d_window",
       [] {
         return MaxPool2d(MaxPool2dOptions({3, 2}).stride({2, 1}).padding(1).ceil_mode(true));
       }},
      {"avg_pool2d", [] { return AvgPool2d(AvgPool2dOptions(3).stride(2).padding(1)); }},
      {"avg_pool2d_window",
       [] {
         return AvgPool2d(AvgPool2dOptions({2, 2}).padding(1).count_include_pad(false));
       }},
      {"adaptive_avg_pool2d", [] { return AdaptiveAvgPool2d(1); }},
      {"adaptive_avg_pool2d_window",
       [] {
         return AdaptiveAvgPool2d(Window{2, 3});
       }},
      {"batch_norm1d", [] { return BatchNorm1d(3); }},
      {"batch_norm1d_eval", [] { return in_eval_mode(BatchNorm1d(3)); }},
      {"batch_norm2d", [] { return BatchNorm2d(2); }},
      {"batch_norm2d_eval", [] { return in_eval_mode(BatchNorm2d(BatchNorm2dOptions(2).eps(1e-3))); }},
      {"batch_norm2d_cumulative", [] { return BatchNorm2d(BatchNorm2dOptions(2).momentum({})); }},
      {"batch_norm2d_plain",
       [] { return in_eval_mode(BatchNorm2d(BatchNorm2dOptions(2).affine(false).track_running_stats(false))); }},
      {"batch_norm3d", [] { return BatchNorm3d(2); }},
      {"instance_norm1d", [] { return InstanceNorm1d(2); }},
      {"instance_norm2d",
       [] { return InstanceNorm2d(InstanceNorm2dOptions(2).affine(true).track_running_stats(true)); }},
      {"instance_norm2d_eval",
       [] { return in_eval_mode(InstanceNorm2d(InstanceNorm2dOptions(2).affine(true).track_running_stats(true))); }},
      {"instance_norm3d", [] { return InstanceNorm3d(2); }},
      {"local_response_norm", [] { return LocalResponseNorm(LocalResponseNormOptions(2).alpha(0.5)); }},
      {"rms_norm", [] { return RMSNorm(4); }},
      {"rms_norm_plain",
       [] {
         return RMSNorm(RMSNormOptions({3, 4}).eps(1e-3).elementwise_affine(false));
       }},
      {"layer_norm", [] { return LayerNorm(4); }},
      {"layer_norm_shape",
       [] {
         return LayerNorm(LayerNormOptions({3, 4}).eps(1e-6).bias(false));
       }},
      {"layer_norm_plain", [] { return LayerNorm(LayerNormOptions(4).elementwise_affine(false)); }},
      {"group_norm", [] { return GroupNorm(2, 4); }},
      {"dropout_eval", [] { return in_eval_mode(Dropout(0.25)); }},
      {"dropout_inplace", [] { return in_eval_mode(Dropout(DropoutOptions().inplace(true))); }},
      {"embedding", [] { return Embedding(5, 3); }},
      {"embedding_padding", [] { return Embedding(EmbeddingOptions(5, 3).padding_idx(-1)); }},
      {"rnn", [] { return RNN(3, 4); }, with_state<RNNImpl>},
      {"rnn_relu", [] { return RNN(RNNOptions(3, 4).nonlinearity("relu")); }, with_state<RNNImpl>},
      {"lstm", [] { return LSTM(3, 4); }, lstm_call},
      {"lstm_deep",
       [] { return LSTM(LSTMOptions(3, 2).num_layers(2).bias(false).batch_first(true).bidirectional(true)); },
       lstm_call},
      {"gru", [] { return GRU(GRUOptions(3, 4).num_layers(2)); }, with_state<GRUImpl>},
      {"multihead_attention", [] { return MultiheadAttention(4, 2); }, attention},
      {"multihead_attention_sizes",
       [] { return MultiheadAttention(MultiheadAttentionOptions(4, 2).kdim(3).vdim(5).bias(false).batch_first(true)); },
       attention},
      {"multihead_attention_masks",
       [] { return MultiheadAttention(MultiheadAttentionOptions(4, 2).batch_first(true)); }, masked_attention},
      {"transformer_encoder_layer", [] { return TransformerEncoderLayer(small_encoder()); }},
      {"transformer_encoder_layer_norm_first",
       [] {
         return TransformerEncoderLayer(
             small_encoder().activation("gelu").batch_first(true).norm_first(true).bias(false));
       },
       [](Module& m, const Tensors& in) {
         return Tensors{dynamic_cast<TransformerEncoderLayerImpl&>(m).forward(in[0], in[1])};
       }},
      {"transformer_encoder",
       [] { return TransformerEncoder(TransformerEncoderLayer(small_encoder()), 2, LayerNorm(4)); },
       [](Module& m, const Tensors& in) {
         return Tensors{dynamic_cast<TransformerEncoderImpl&>(m).forward(in[0], Tensor(), in[1])};
       }},
      {"relu", [] { return ReLU(); }},
      {"relu_inplace", [] { return ReLU(ReLUOptions().inplace(true)); },
       [](Module& m, const Tensors& in) { return Tensors{m(in[0] * 1)}; }},
      {"relu6", [] { return ReLU6(); }},
      {"silu", [] { return SiLU(); }},
      {"gelu", [] { return GELU(); }},
      {"gelu_tanh", [] { return GELU(GELUOptions().approximate("tanh")); }},
      {"sigmoid", [] { return Sigmoid(); }},
      {"tanh", [] { return Tanh(); }},
      {"leaky_relu", [] { return LeakyReLU(LeakyReLUOptions().negative_slope(0.2)); }},
      {"softplus", [] { return Softplus(); }},
      {"elu", [] { return ELU(ELUOptions().alpha(1.3)); }},
      {"celu", [] { return CELU(CELUOptions().alpha(1.3)); }},
      {"selu", [] { return SELU(); }},
      {"hardsigmoid", [] { return Hardsigmoid(); }},
      {"hardswish", [] { return Hardswish(); }},
      {"mish", [] { return Mish(); }},
      {"hardtanh", [] { return Hardtanh(HardtanhOptions().min_val(-0.5).max_val(0.7)); }},
      {"hardshrink", [] { return Hardshrink(0.3); }},
      {"softshrink", [] { return Softshrink(0.3); }},
      {"threshold", [] { return Threshold(0.1, 20); }},
      {"prelu", [] { return PReLU(PReLUOptions().num_parameters(4)); }},
      {"glu", [] { return GLU(); }},
      {"log_sigmoid", [] { return LogSigmoid(); }},
      {"softsign", [] { return Softsign(); }},
      {"tanhshrink", [] { return Tanhshrink(); }},
      {"softmax2d", [] { return Softmax2d(); }},
      {"softmin", [] { return Softmin(-1); }},
      {"softmax", [] { return Softmax(-1); }},
      {"log_softmax", [] { return LogSoftmax(1); }},
      {"mse_loss", [] { return MSELoss(); }, with_target<MSELossImpl>},
      {"l1_loss", [] { return L1Loss(L1LossOptions().reduction(Reduction::Sum)); }, with_target<L1LossImpl>},
      {"nll_loss", [] { return NLLLoss(NLLLossOptions().weight(ones(3)).ignore_index(1)); }, with_target<NLLLossImpl>},
      {"cross_entropy_loss", [] { return CrossEntropyLoss(); }, with_target<CrossEntropyLossImpl>},
      {"cross_entropy_loss_smooth",
       [] { return CrossEntropyLoss(CrossEntropyLossOptions().weight(ones(3)).label_smoothing(0.1)); },
       with_target<CrossEntropyLossImpl>},
      {"bce_with_logits_loss", [] { return BCEWithLogitsLoss(BCEWithLogitsLossOptions().pos_weight(ones(3))); },
       with_target<BCEWithLogitsLossImpl>},
      {"sequential", [] { return Sequential(Linear(3, 4), Sequential(Tanh(), Linear(4, 2)), ReLU()); }},
      {"module_list", [] { return ModuleList(Linear(2, 2), Linear(2, 2), ReLU()); }, in_turn},
      {"module_dict",
       [] {
         return ModuleDict(NamedModules{{"up", Linear(2, 3)}, {"down", Linear(3, 2)}});
       },
       in_turn},
      {"conv1d_circular", [] { return Conv1d(Conv1dOptions(2, 3, 4).padding(kSame).padding_mode(kCircular)); }},
      {"conv2d_reflect",
       [] {
         Conv2dOptions options(2, 4, 3);
         options.stride(2).padding({2, 1}).groups(2).bias(false).padding_mode("reflect");
         return Conv2d(options);
       }},
      {"conv3d_replicate",
       [] { return Conv3d(Conv3dOptions(1, 2, 2).padding(1).dilation(2).padding_mode(kReplicate)); }},
  };
}

const nlohmann::json& reference() {
  static const nlohmann::json json = test::read_json("tests/data/nn_layers.json");
  return json;
}

Tensors read_inputs(const nlohmann::json& row) {
  Tensors inputs;
  for (const auto& j : row.at("inputs")) {
    inputs.push_back(test::to_tensor(j));
    if (inputs.back().is_floating_point()) inputs.back().requires_grad_();
  }
  return inputs;
}

nn::StateDict read_state(const nlohmann::json& state) {
  nn::StateDict result;
  for (const auto& [name, j] : state.items()) result.insert(name, test::to_tensor(j));
  return result;
}

/// The scalar that make_reference.py differentiates.
Tensor weighted_sum(const Tensors& outputs) {
  Tensor total = tensor(0.0, kFloat32);
  for (size_t k = 0; k < outputs.size(); ++k) {
    const Tensor& y = outputs[k];
    const Tensor weight = cos(reshape(arange(y.numel(), kFloat32), y.sizes()) + static_cast<int64_t>(k));
    total = total + sum(y * weight);
  }
  return total;
}

class LayerTest : public testing::TestWithParam<Case> {};

TEST_P(LayerTest, AgreesWithPyTorch) {
  const Case& layer = GetParam();
  const nlohmann::json& row = reference().at(layer.name);
  ModulePtr module = layer.make();
  EXPECT_EQ(module->repr(), row.at("repr").get<std::string>());
  module->load_state_dict(read_state(row.at("state")));

  const Tensors inputs = read_inputs(row);
  const Tensors outputs = layer.call(*module, inputs);
  ASSERT_EQ(outputs.size(), row.at("outputs").size());
  for (size_t i = 0; i < outputs.size(); ++i)
    test::expect_close(outputs[i], test::to_tensor(row.at("outputs")[i]), 1e-5, "output " + std::to_string(i));

  const nn::StateDict buffers = module->named_buffers();
  EXPECT_EQ(buffers.size(), row.at("state_after").size());
  for (const auto& [name, j] : row.at("state_after").items())
    test::expect_close(buffers[name], test::to_tensor(j), 1e-5, name);

  const Tensor total = weighted_sum(outputs);
  if (total.requires_grad()) total.backward();
  for (const auto& [name, j] : row.at("grads").items())
    test::expect_close(module->named_parameters()[name].grad(), test::to_tensor(j), 2e-5, name + ".grad");
  for (const auto& [i, j] : row.at("input_grads").items())
    test::expect_close(inputs[std::stoul(i)].grad(), test::to_tensor(j), 2e-5, "gradient of input " + i);
}

TEST_P(LayerTest, CloneComputesTheSameAndSharesNothing) {
  const Case& layer = GetParam();
  const nlohmann::json& row = reference().at(layer.name);
  ModulePtr module = layer.make();
  module->load_state_dict(read_state(row.at("state")));
  ModulePtr copy = module->clone();
  EXPECT_EQ(copy->repr(), module->repr());
  EXPECT_EQ(copy->is_training(), module->is_training());
  EXPECT_EQ(copy->state_dict().keys(), module->state_dict().keys());
  for (Tensor x : module->parameters()) x.detach().fill_(7);
  for (Tensor x : module->buffers()) x.fill_(7);

  const Tensors outputs = layer.call(*copy, read_inputs(row));
  for (size_t i = 0; i < outputs.size(); ++i)
    test::expect_close(outputs[i], test::to_tensor(row.at("outputs")[i]), 1e-5, "output " + std::to_string(i));
}

INSTANTIATE_TEST_SUITE_P(Layers, LayerTest, testing::ValuesIn(cases()),
                         [](const auto& info) { return std::string(info.param.name); });

TEST(Layers, EveryReferenceIsTested) {
  const auto table = cases();
  EXPECT_EQ(table.size(), reference().size());
  for (const auto& [name, row] : reference().items())
    EXPECT_TRUE(std::any_of(table.begin(), table.end(), [&, key = name](const Case& c) { return c.name == key; }))
        << name;
}

}  // namespace
}  // namespace ember
