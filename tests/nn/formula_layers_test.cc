// Layers in C++ against the figures of PyTorch that tests/python/layer_cases.py has for the same ones in Python: inputs and
// parameters are formulas.
#include <cmath>
#include <functional>

#include "ember/nn/nn.h"
#include "tests/reference_json.h"
#include "tests/support.h"

namespace ember {
namespace {

using Tensors = std::vector<Tensor>;

Tensor made_of(const Shape& sizes, int64_t phase) {
  std::vector<double> values;
  for (int64_t i = 0; i < sizes.numel(); ++i)
    values.push_back(std::sin(1.7 * static_cast<double>(i) + 0.9 * static_cast<double>(phase) + 0.3));
  return reshape(tensor(std::span<const double>(values), kFloat64), sizes);
}

/// The layer's outputs and its state's names, as in the JSON's row.
void expect_as_pytorch(const std::string& name, nn::Module& layer, const std::function<Tensors()>& call) {
  const nlohmann::json row = test::read_json("tests/data/python_layers.json").at("layers").at(name);
  layer.to(kFloat64);
  int64_t phase = 0;
  NoGradGuard no_grad;
  for (Tensor p : layer.parameters()) p.copy_(made_of(p.sizes(), phase++));
  const Tensors outputs = call();
  ASSERT_EQ(outputs.size(), row.at("outputs").size());
  for (size_t i = 0; i < outputs.size(); ++i) {
    EXPECT_EQ(outputs[i].sizes(), Shape(row.at("shapes")[i].get<std::vector<int64_t>>())) << name;
    test::expect_near(flatten(outputs[i]), row.at("outputs")[i].get<std::vector<double>>(), 1e-5);
  }
  EXPECT_EQ(layer.state_dict().keys(), row.at("keys").get<std::vector<std::string>>());
  EXPECT_EQ(layer.repr(), row.at("repr").get<std::string>());
}

Tensor square(int64_t size) { return nn::generate_square_subsequent_mask(size, kFloat64); }
Tensor mask(const Shape& sizes) { return made_of(sizes, 50).abs(); }

TEST(FormulaLayers, Padding) {
  nn::CircularPad2d circular(nn::PadOptions({1, 2, 0, 1}));
  expect_as_pytorch("circular_pad2d", *circular, [&] { return Tensors{circular(made_of({1, 2, 2, 3}, 0))}; });
  nn::ConstantPad1d constant(2, 3.5);
  expect_as_pytorch("constant_pad1d", *constant, [&] { return Tensors{constant(made_of({2, 3}, 0))}; });
  nn::PixelShuffle shuffle(2);
  expect_as_pytorch("pixel_shuffle", *shuffle, [&] { return Tensors{shuffle(made_of({1, 8, 2, 3}, 0))}; });
}

TEST(FormulaLayers, CellsAndProjections) {
  nn::LSTMCell cell(3, 4);
  expect_as_pytorch("lstm_cell", *cell, [&] {
    auto [h, c] = cell(made_of({2, 3}, 0), nn::LSTMCellImpl::State{made_of({2, 4}, 1), made_of({2, 4}, 2)});
    return Tensors{h, c};
  });
  nn::RNNCell plain(nn::RNNCellOptions(3, 4).bias(false).nonlinearity("relu"));
  expect_as_pytorch("rnn_cell_relu", *plain, [&] { return Tensors{plain(made_of({2, 3}, 0))}; });
  nn::LSTM lstm(nn::LSTMOptions(3, 4).proj_size(2));
  expect_as_pytorch("lstm_proj", *lstm, [&] {
    auto [output, state] = lstm(made_of({3, 2, 3}, 0));
    return Tensors{output, state.first, state.second};
  });
}

TEST(FormulaLayers, Bilinear) {
  nn::Bilinear bilinear(2, 3, 4);
  expect_as_pytorch("bilinear", *bilinear, [&] { return Tensors{bilinear(made_of({5, 2}, 0), made_of({5, 3}, 1))}; });
}

TEST(FormulaLayers, Attention) {
  nn::MultiheadAttention attention(nn::MultiheadAttentionOptions(4, 2).add_bias_kv(true));
  expect_as_pytorch("attention_bias_kv", *attention, [&] {
    auto [output, weights] = attention(made_of({3, 2, 4}, 0), made_of({2, 2, 4}, 1), made_of({2, 2, 4}, 2));
    return Tensors{output, weights};
  });
}

TEST(FormulaLayers, Transformers) {
  const auto small = [](auto options) { return options.dim_feedforward(6).dropout(0); };
  nn::TransformerDecoder decoder(nn::TransformerDecoderLayer(small(nn::TransformerDecoderLayerOptions(4, 2))), 2);
  expect_as_pytorch("decoder", *decoder, [&] {
    return Tensors{decoder(made_of({3, 2, 4}, 0), made_of({2, 2, 4}, 1), nn::DecoderMasks{{{}, square(3)}, {}})};
  });
  nn::Transformer whole(small(nn::TransformerOptions(4, 2)).num_encoder_layers(1).num_decoder_layers(2));
  expect_as_pytorch("transformer", *whole, [&] {
    const nn::AttentionMasks padding = {mask({2, 2})};
    return Tensors{
        whole(made_of({2, 2, 4}, 0), made_of({3, 2, 4}, 1), nn::TransformerMasks{padding, {{{}, square(3)}, padding}})};
  });
}

TEST(FormulaLayers, Softmaxes) {
  nn::AdaptiveLogSoftmaxWithLoss softmax(nn::AdaptiveLogSoftmaxWithLossOptions(8, 12, {3, 7}).div_value(2));
  expect_as_pytorch("adaptive_softmax", *softmax, [&] {
    const nn::ASMoutput both = softmax(made_of({5, 8}, 0), tensor({0, 11, 5, 2, 6}));
    return Tensors{both.output, both.loss};
  });
  nn::LinearCrossEntropyLoss loss(nn::LinearCrossEntropyLossOptions(3, 4).bias(true));
  expect_as_pytorch("linear_cross_entropy", *loss, [&] {
    return Tensors{loss(made_of({3, 3}, 0), tensor({0, 3, 1}))};
  });
}

TEST(FormulaLayers, LayersOfOnesOwnMayStandInATransformer) {
  struct Shift : nn::Module {
    Tensor forward(const Tensor& tgt, const Tensor& memory, const nn::DecoderMasks& masks) {
      return tgt + memory.mean() + masks.tgt.attn_mask.sum();
    }
  };
  nn::Transformer net(nn::TransformerOptions(4, 2).num_encoder_layers(1).custom_decoder(
      nn::ModuleHolder<Shift>(std::make_shared<Shift>())));
  net->eval();
  const Tensor src = rand({2, 1, 4}), tgt = rand({3, 1, 4});
  const Tensor y = net(src, tgt, nn::TransformerMasks{{}, {{{}, ones({3, 3})}, {}}});
  test::expect_near(flatten(y - tgt), std::vector<double>(12, (y - tgt).mean().item<double>()), 1e-5);
  EXPECT_GT((y - tgt).mean().item<double>(), 5);
}

TEST(ParameterContainers, HoldParametersOfAModule) {
  nn::ParameterList list(Tensors{ones({2}).requires_grad_(), zeros({3})});
  list->append(full({1}, 5.0).requires_grad_());
  EXPECT_EQ(list->size(), 3u);
  test::expect_equal(list[-1], {5});
  EXPECT_FALSE(list[1].requires_grad());
  EXPECT_THROW(list[3], IndexError);
  nn::ParameterDict dict(std::vector<std::pair<std::string, Tensor>>{{"a", ones({2})}, {"b", ones({1})}});
  EXPECT_EQ(dict->keys(), (std::vector<std::string>{"a", "b"}));
  EXPECT_TRUE(dict->pop("a").defined());
  EXPECT_THROW(dict["a"], IndexError);
  const auto copy = list->clone();
  copy->parameters()[0].detach().zero_();
  test::expect_equal(list[0], {1, 1});
  EXPECT_EQ(copy->named_parameters().keys(), list->named_parameters().keys());
}

TEST(Functional, GumbelSoftmaxIsOneHotWithTheGradientOfTheSoftOne) {
  const Tensor logits = zeros({50, 3}).requires_grad_();
  const Tensor y = nn::functional::gumbel_softmax(logits, 1, true);
  test::expect_equal(y.sum(1), std::vector<double>(50, 1));
  test::expect_equal(y.detach().amax(1), std::vector<double>(50, 1));
  (y * rand({50, 3})).sum().backward();
  EXPECT_GT(logits.grad().abs().sum().item<double>(), 0);
}

}  // namespace
}  // namespace ember
