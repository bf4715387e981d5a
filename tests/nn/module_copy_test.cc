// Clones of modules, which share nothing, and copies, which share their state.
#include <gtest/gtest.h>

#include "ember/nn/nn.h"
#include "tests/nn/net.h"
#include "tests/reference_json.h"
#include "tests/support.h"

namespace ember {
namespace {

using test::Net, test::TiedNet;

TEST(Module, CloneKeepsWhatIsSharedAndNothingElse) {
  TiedNet net;
  net.encoder->bias.requires_grad_(false);
  net.train(false);
  auto copy = net.clone();
  auto& other = dynamic_cast<TiedNet&>(*copy);
  EXPECT_TRUE(other.decoder->weight.is_same(other.encoder->weight));
  EXPECT_FALSE(other.encoder->weight.is_same(net.encoder->weight));
  EXPECT_TRUE(other.scale.is_same(other.own_parameters()["scale"])) << "the member follows";
  EXPECT_FALSE(other.encoder->bias.requires_grad());
  EXPECT_FALSE(other.decoder->is_training());
  const Tensor x = ones({1, 2}), before = net(x);
  test::expect_close(other(x), before, 0, "clone");
  for (Tensor p : copy->parameters()) p.detach().fill_(3);
  test::expect_close(net(x), before, 0, "original");
}

TEST(Module, CloneKeepsSharedModulesShared) {
  nn::Linear layer(2, 2);
  nn::Sequential twice(layer, nn::ReLU(), layer);
  auto copy = twice->clone();
  EXPECT_EQ(copy->children()[0].get(), copy->own_children()["2"].get());
  EXPECT_NE(copy->children()[0].get(), layer.get());
}

TEST(Module, CloneDrawsNoRandomNumbers) {
  nn::Sequential model(nn::Linear(4, 4), nn::Embedding(3, 2));
  const auto before = default_generator().state();
  model->clone();
  EXPECT_EQ(default_generator().state().position, before.position);
}

struct InnerImpl : nn::Cloneable<InnerImpl> {
  explicit InnerImpl(int64_t size = 2) : size(size) { reset(); }
  void reset() override {
    weight = register_parameter("weight", ones({size}));
    layer = register_module("layer", nn::Linear(size, size));
  }
  Tensor forward(const Tensor& x) override { return layer(x * weight) * factor; }

  int64_t size;
  double factor = 1;
  std::string label = "new";
  Tensor weight;
  nn::Linear layer{nullptr};
};
using Inner = nn::ModuleHolder<InnerImpl>;

struct Outer : nn::Cloneable<Outer> {
  Outer() { reset(); }
  void reset() override {
    inner = register_module("inner", Inner());
    drop = register_module("drop", nn::Dropout(0.5));
    norm = register_module("norm", nn::BatchNorm1d(2));
  }
  Tensor forward(const Tensor& x) override { return norm(drop(inner(x))); }

  Inner inner{nullptr};
  nn::Dropout drop{nullptr};
  nn::BatchNorm1d norm{nullptr};
};

TEST(Module, CloneKeepsMembersOfNestedModules) {
  Outer net;
  net.inner->factor = 7;
  net.inner->label = "old";
  net.drop->options.p(0.25);
  net.norm->options.momentum(0.5).eps(0.1);
  net.eval();
  const auto copy = net.clone();
  auto& other = dynamic_cast<Outer&>(*copy);
  EXPECT_EQ(other.inner->factor, 7);
  EXPECT_EQ(other.inner->label, "old");
  EXPECT_EQ(other.drop->options.p_, 0.25);
  EXPECT_EQ(other.norm->options.momentum_, 0.5);
  EXPECT_FALSE(other.inner->is_training());
  EXPECT_EQ(copy->named_parameters().keys(), net.named_parameters().keys());
  EXPECT_EQ(copy->own_children()["inner"].get(), other.inner.get());
  EXPECT_TRUE(other.inner->weight.is_same(copy->named_parameters()["inner.weight"]));
  EXPECT_FALSE(other.inner->weight.is_same(net.inner->weight));
  EXPECT_FALSE(other.inner->layer->weight.is_same(net.inner->layer->weight));
  const Tensor x = ones({1, 2});
  test::expect_close(other(x), net(x), 0, "clone");
  EXPECT_EQ(copy->modules().size(), net.modules().size());
}

TEST(Module, CloneOfAnUnknownClassSaysWhatToDo) {
  Net net;
  EXPECT_THROW(net.clone(), NotImplementedError);
  EXPECT_EQ(test::error_of([&] { net.clone(); }),
            "clone: Net cannot be built anew; derive it from ember::nn::Cloneable<Net> and "
            "register its members in "
            "reset()");
}

TEST(Module, CopiesShareTheirState) {
  Net net;
  Net copy = net;
  copy.eval();
  EXPECT_TRUE(net.is_training()) << "the mode is each one's own";
  EXPECT_EQ(copy.named_parameters().keys(), net.named_parameters().keys());
  EXPECT_TRUE(copy.parameters()[0].is_same(net.parameters()[0]));
  EXPECT_EQ(copy.named_buffers().keys(), net.named_buffers().keys());
  EXPECT_EQ(copy.state_dict().keys(), net.state_dict().keys()) << "what is not persistent stays so";
  Net assigned;
  assigned = net;
  EXPECT_TRUE(assigned.parameters()[1].is_same(net.parameters()[1]));
}

struct KeepsReferences : nn::Module {
  Tensor& weight = register_parameter("weight", ones(2));
  Tensor forward(const Tensor& x) override { return x * weight; }
};

TEST(Module, AGrowingVectorKeepsItsModules) {
  std::vector<Net> nets;
  for (int i = 0; i < 5; ++i) {
    nets.emplace_back();
    nets.back().scale.detach().fill_(i);
  }
  std::vector<KeepsReferences> referring;
  for (int i = 0; i < 5; ++i) referring.emplace_back().weight.detach().fill_(i);
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(nets[i].parameters().size(), 5u);
    EXPECT_EQ(nets[i].parameters()[0][0].item<int>(), i);
    EXPECT_TRUE(referring[i].weight.is_same(referring[i].parameters()[0])) << "the reference moved along";
    EXPECT_EQ(referring[i](ones(2))[1].item<int>(), i);
  }
  nets.erase(nets.begin());
  EXPECT_EQ(nets[0].parameters()[0][0].item<int>(), 1);
}

}  // namespace
}  // namespace ember
