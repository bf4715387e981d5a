// Sequential, ModuleList and ModuleDict as containers.
#include "ember/nn/container.h"

#include <gtest/gtest.h>

#include "ember/nn/nn.h"
#include "ember/ops/creation/creation.h"

namespace ember {
namespace {

using Names = std::vector<std::string>;

TEST(Sequential, ActsAsAList) {
  nn::Sequential model(nn::Linear(2, 3), nn::ReLU());
  model->push_back(nn::Linear(3, 1));
  EXPECT_EQ(model->size(), 3u);
  EXPECT_EQ((*model)[-1]->name(), "Linear");
  EXPECT_EQ(model->at<nn::LinearImpl>(0).options.out_features_, 3);
  model->insert(1, nn::Tanh());
  EXPECT_EQ((*model)[1]->name(), "Tanh");
  EXPECT_EQ(model->named_children().keys(), (Names{"0", "1", "2", "3"}));
  model->erase(1);
  model->replace(1, nn::Sigmoid());
  EXPECT_EQ((*model)[1]->name(), "Sigmoid");
  EXPECT_EQ(model->forward(ones({4, 2})).size(1), 1);
  EXPECT_THROW((*model)[3], IndexError);
  EXPECT_THROW(model->erase(-4), IndexError);
}

TEST(Sequential, TakesNames) {
  nn::Sequential model(nn::NamedModules{{"in", nn::Linear(2, 3)}, {"out", nn::Linear(3, 1)}});
  model->push_back("act", nn::ReLU());
  EXPECT_EQ(model->named_children().keys(), (Names{"in", "out", "act"}));
}

TEST(Sequential, EmptyGivesItsInput) {
  const Tensor x = ones(2);
  EXPECT_TRUE(nn::Sequential()(x).is_same(x));
}

TEST(ModuleDict, ActsAsADictionary) {
  nn::ModuleDict dict(nn::NamedModules{{"a", nn::ReLU()}, {"b", nn::Tanh()}});
  EXPECT_TRUE(dict->contains("a"));
  EXPECT_EQ(dict->pop("a")->name(), "ReLU");
  EXPECT_EQ(dict->size(), 1u);
  EXPECT_THROW(dict->pop("a"), IndexError);
  dict->clear();
  EXPECT_EQ(dict->size(), 0u);
}

}  // namespace
}  // namespace ember
