// Initial values: their distribution, their order, and the arguments that are refused.
#include "ember/nn/init.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>

#include "ember/nn/nn.h"
#include "tests/reference_json.h"

namespace ember {
namespace {

struct Moments {
  double min, max, mean, std;
};

Moments moments(const Tensor& x) {
  const Tensor y = x.detach().to(kFloat64);
  return {y.min().item<double>(), y.max().item<double>(), y.mean().item<double>(), y.std().item<double>()};
}

/// Uniform in [-bound, bound], filling it.
void expect_uniform(const Tensor& x, double bound) {
  const Moments m = moments(x);
  EXPECT_GE(m.min, -bound);
  EXPECT_LE(m.max, bound);
  EXPECT_LT(m.min, -0.9 * bound);
  EXPECT_GT(m.max, 0.9 * bound);
  EXPECT_NEAR(m.std, bound / std::sqrt(3.0), 0.1 * bound);
}

void expect_normal(const Tensor& x, double std) {
  const Moments m = moments(x);
  EXPECT_NEAR(m.mean, 0, 0.05 * std);
  EXPECT_NEAR(m.std, std, 0.05 * std);
}

class Init : public testing::Test {
 protected:
  void SetUp() override { manual_seed(1); }
};

TEST_F(Init, Layers) {
  nn::Linear linear(100, 200);
  expect_uniform(linear->weight, 0.1);
  expect_uniform(linear->bias, 0.1);
  nn::Conv2d conv(nn::Conv2dOptions(8, 200, 5).groups(2));
  expect_uniform(conv->weight, 0.1);
  expect_uniform(conv->bias, 0.1);
  nn::LSTM lstm(7, 25);
  for (const Tensor& p : lstm->parameters()) expect_uniform(p, 0.2);
  nn::Embedding embedding(nn::EmbeddingOptions(100, 50).padding_idx(3));
  expect_normal(embedding->weight, 1);
  EXPECT_EQ(moments(embedding->weight[3]).max, 0);
  EXPECT_TRUE(embedding->weight.requires_grad());
  nn::MultiheadAttention attention(24, 2);
  expect_uniform(attention->in_proj_weight, std::sqrt(6.0 / (24 + 72)));
  EXPECT_EQ(moments(attention->in_proj_bias).max, 0);
  EXPECT_EQ(moments(attention->out_proj->own_parameters()["bias"]).max, 0);
  expect_uniform(attention->out_proj->own_parameters()["weight"], std::sqrt(1.0 / 24));
}

TEST_F(Init, LinearDrawsWeightThenBias) {
  nn::Linear linear(4, 3);
  manual_seed(1);
  Tensor weight = empty({3, 4}), bias = empty(3);
  weight.uniform_(-0.5, 0.5);
  bias.uniform_(-0.5, 0.5);
  test::expect_close(linear->weight, weight, 1e-6, "weight");
  test::expect_close(linear->bias, bias, 1e-6, "bias");
}

TEST_F(Init, Functions) {
  const Tensor x = empty({200, 100});
  expect_uniform(nn::init::xavier_uniform_(x, 2), 2 * std::sqrt(6.0 / 300));
  expect_normal(nn::init::xavier_normal_(x), std::sqrt(2.0 / 300));
  expect_uniform(nn::init::kaiming_uniform_(x, 0, nn::init::FanMode::Out, "relu"), std::sqrt(6.0 / 200));
  expect_normal(nn::init::kaiming_normal_(x), std::sqrt(2.0 / 100));
  expect_normal(nn::init::normal_(x, 0, 3), 3);
  const Moments truncated = moments(nn::init::trunc_normal_(x, 1, 2, 0, 2));
  EXPECT_GE(truncated.min, 0);
  EXPECT_LE(truncated.max, 2);
  EXPECT_NEAR(truncated.mean, 1, 0.02);
  EXPECT_NEAR(truncated.std, 0.5678, 0.02);  // of the standard normal cut at +-1/2, times 2
  EXPECT_EQ(moments(nn::init::ones_(x)).mean, 1);
  EXPECT_EQ(moments(nn::init::constant_(x, 2.5)).max, 2.5);
  EXPECT_EQ(nn::init::eye_(empty({2, 3})).sum().item<double>(), 2);
}

TEST_F(Init, IsNotRecorded) {
  Tensor x = empty({2, 2}).requires_grad_();
  nn::init::normal_(x);
  EXPECT_TRUE(x.is_leaf());
}

TEST_F(Init, Gains) {
  using nn::init::calculate_gain;
  EXPECT_EQ(calculate_gain("linear"), 1);
  EXPECT_EQ(calculate_gain("sigmoid"), 1);
  EXPECT_EQ(calculate_gain("tanh"), 5.0 / 3);
  EXPECT_EQ(calculate_gain("relu"), std::sqrt(2.0));
  EXPECT_EQ(calculate_gain("leaky_relu", 0.2), std::sqrt(2 / 1.04));
  EXPECT_EQ(calculate_gain("selu"), 0.75);
}

TEST_F(Init, SkipGuardLeavesValues) {
  Tensor x = zeros(3);
  {
    nn::init::SkipInitGuard skip;
    nn::init::ones_(x);
  }
  EXPECT_EQ(x.sum().item<double>(), 0);
  nn::init::ones_(x);
  EXPECT_EQ(x.sum().item<double>(), 3);
}

TEST_F(Init, RefusesBadArguments) {
  using nn::init::FanMode;
  const std::pair<const char*, std::function<void()>> cases[] = {
      {"Fan in and fan out can not be computed for tensor with fewer than 2 dimensions",
       [] { nn::init::kaiming_uniform_(ones(3)); }},
      {"Unsupported nonlinearity swish", [] { nn::init::calculate_gain("swish"); }},
      {"dropout probability has to be between 0 and 1, but got 1.5", [] { nn::Dropout(1.5); }},
      {"in_channels must be divisible by groups", [] { nn::Conv2d(nn::Conv2dOptions(3, 4, 3).groups(2)); }},
      {"out_channels must be divisible by groups", [] { nn::Conv2d(nn::Conv2dOptions(4, 3, 3).groups(2)); }},
      {"Invalid padding string 'full', should be one of 'valid', 'same'",
       [] { nn::Conv2d(nn::Conv2dOptions(1, 1, 3).padding("full")); }},
      {"padding='same' is not supported for strided convolutions",
       [] { nn::Conv2d(nn::Conv2dOptions(1, 1, 3).padding("same").stride(2)); }},
      {"Conv2d: kernel_size has 3 values but must have 1 or 2",
       [] {
         nn::Conv2d(nn::Conv2dOptions(1, 1, {1, 2, 3}));
       }},
      {"GroupNorm: num_channels (5) must be divisible by num_groups (2)", [] { nn::GroupNorm(2, 5); }},
      {"embed_dim must be divisible by num_heads, got 5 and 2", [] { nn::MultiheadAttention(5, 2); }},
      {"Embedding: padding_idx 3 must be within num_embeddings 3",
       [] { nn::Embedding(nn::EmbeddingOptions(3, 2).padding_idx(3)); }},
      {"num_layers must be greater than zero", [] { nn::LSTM(nn::LSTMOptions(2, 2).num_layers(0)); }},
      {"Unknown nonlinearity 'gelu'. Select from 'tanh' or 'relu'.",
       [] { nn::RNN(nn::RNNOptions(2, 2).nonlinearity("gelu")); }},
      {"activation should be relu/gelu, not tanh", [] { nn::TransformerEncoderLayerOptions(2, 2).activation("tanh"); }},
      {"BatchNorm2d: expected 4D input (got 3D input)",
       [] {
         nn::BatchNorm2d(2)(ones({2, 2, 2}));
       }},
      {"BatchNorm1d: expected 2D or 3D input (got 4D input)",
       [] {
         nn::BatchNorm1d(2)(ones({2, 2, 2, 2}));
       }},
  };
  for (const auto& [message, act] : cases) {
    try {
      act();
      ADD_FAILURE() << "not refused: " << message;
    } catch (const ValueError& e) {
      EXPECT_STREQ(e.what(), message);
    }
  }
}

}  // namespace
}  // namespace ember
