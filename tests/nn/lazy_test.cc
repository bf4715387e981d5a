// Layers that learn the number of their input's features from the first input.
#include "ember/nn/nn.h"
#include "ember/optim/sgd.h"
#include "tests/support.h"

namespace ember {
namespace {

using nn::lazy;
using test::error_of;

TEST(Lazy, ALayerTakesItsShapesFromTheFirstInput) {
  nn::Linear fc = lazy(nn::Linear(0, 3));
  EXPECT_TRUE(nn::is_lazy(fc->weight) && nn::is_lazy(fc->bias));
  const Tensor weight = fc->weight;
  EXPECT_EQ(fc(ones({2, 5})).sizes(), Shape({2, 3}));
  EXPECT_TRUE(weight.is_same(fc->weight));
  EXPECT_EQ(weight.sizes(), Shape({3, 5}));
  EXPECT_EQ(fc->repr(), "Linear(in_features=5, out_features=3, bias=True)");
  EXPECT_FALSE(fc->has_hooks());
  // As those of a layer that knew: uniform within 1 / sqrt(5).
  EXPECT_LE(weight.abs().max().item<float>(), 0.4473f);
  EXPECT_GT(weight.abs().max().item<float>(), 0.1f);
}

TEST(Lazy, OptimizersMadeBeforeTrainWhatTheLayersLearn) {
  nn::Sequential net(lazy(nn::Conv2d(nn::Conv2dOptions(0, 4, 3).groups(2))), lazy(nn::BatchNorm2d(0)), nn::Flatten(),
                     lazy(nn::Linear(0, 1)));
  optim::SGD optimizer(net->parameters(), optim::SGDOptions(0.1));
  net(rand({2, 6, 4, 4})).sum().backward();
  const Tensor before = net->parameters()[0].detach().clone();
  optimizer.step();
  EXPECT_EQ(before.sizes(), Shape({4, 3, 3, 3}));
  EXPECT_FALSE(equal(before, net->parameters()[0].detach()));
}

TEST(Lazy, DtypesAndClonesWaitAsWell) {
  nn::Sequential net(lazy(nn::BatchNorm1d(0)), lazy(nn::Linear(0, 2)));
  net->to(kFloat64);
  const auto copy = std::dynamic_pointer_cast<nn::SequentialImpl>(net->clone());
  for (const Tensor& p : copy->parameters()) EXPECT_TRUE(nn::is_lazy(p) && p.dtype() == kFloat64 && p.requires_grad());
  EXPECT_EQ((*copy)(ones({4, 3}, kFloat64)).sizes(), Shape({4, 2}));
  for (const Tensor& p : net->parameters()) EXPECT_TRUE(nn::is_lazy(p));
  EXPECT_EQ(copy->parameters()[2].dtype(), kFloat64);
}

TEST(Lazy, AStateGivesTheShapes) {
  nn::Linear trained(3, 2), fc = lazy(nn::Linear(0, 2));
  fc->load_state_dict(fc->state_dict());
  EXPECT_TRUE(nn::is_lazy(fc->weight));
  fc->load_state_dict(trained->state_dict());
  EXPECT_FALSE(nn::is_lazy(fc->weight));
  const Tensor x = rand({4, 3});
  EXPECT_TRUE(equal(fc(x), trained(x)));
  EXPECT_EQ(fc->options.in_features_, 3);
}

TEST(Lazy, AnInputThatTellsNothingIsRefused) {
  nn::Conv1d conv = lazy(nn::Conv1d(0, 2, 1));
  EXPECT_NE(error_of([&] { conv(ones({4})); }).find("Conv1d: expected 2D or 3D input, but got one of shape [4]"),
            std::string::npos);
  EXPECT_EQ(conv(ones({3, 4})).sizes(), Shape({2, 4}));
  EXPECT_NE(error_of([&] { lazy(nn::BatchNorm1d(0))(ones({4})); }).find("expected at least 2D input"),
            std::string::npos);
  EXPECT_NE(error_of([&] { nn::materialize(ones({2}), {3}); }).find("already has a shape, [2]"), std::string::npos);
}

}  // namespace
}  // namespace ember
