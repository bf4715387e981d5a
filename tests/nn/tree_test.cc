// Trees of modules that hold themselves, are very deep, have empty places, or change while they are walked.
#include <gtest/gtest.h>

#include "ember/nn/container.h"
#include "ember/nn/linear.h"
#include "ember/ops/creation/creation.h"

namespace ember::nn {
namespace {

TEST(Tree, ThatHoldsItselfThrowsInWalksWithoutEnd) {
  auto tree = std::make_shared<SequentialImpl>();
  tree->append(tree);
  EXPECT_THROW(tree->train(), RecursionError);
  EXPECT_THROW(tree->apply([](Module&) {}), RecursionError);
  EXPECT_THROW(tree->repr(), RecursionError);
  EXPECT_THROW(tree->state_dict(), RecursionError);
  EXPECT_THROW(tree->forward(ones({1})), RecursionError);
  EXPECT_EQ(tree->modules().size(), 1u);
  EXPECT_TRUE(tree->parameters().empty());
  tree->own_children().clear();
}

TEST(Tree, OfAnyDepthCanBeLetGo) {
  std::shared_ptr<Module> tree = std::make_shared<LinearImpl>(1, 1);
  for (int i = 0; i < 200'000; ++i) tree = std::make_shared<SequentialImpl>(tree);
  EXPECT_THROW(tree->train(), RecursionError);
  std::weak_ptr<Module> child = tree->own_children()["0"];
  tree.reset();
  EXPECT_TRUE(child.expired());
}

TEST(Tree, WithAnEmptyPlaceCannotRun) {
  Sequential model(Linear(1, 1));
  model->append(nullptr);
  EXPECT_THROW(model(ones({1})), TypeError);
}

TEST(Tree, SaysWhenItChangesWhileItIsWalked) {
  Sequential model(Linear(1, 1), Linear(1, 1));
  EXPECT_THROW(model->apply([&](Module& m) {
    if (m.name() == "Linear") model->append(Linear(1, 1));
  }),
               Error);
  (*model)[0]->register_forward_pre_hook([&](Module&, const Tensor&) {
    model->erase(0);
    return Tensor();
  });
  EXPECT_THROW(model(ones({1})), Error);
}

TEST(Tree, LeavesTheModuleAsItWasWhenAStateDoesNotFit) {
  Sequential model(Linear(1, 1), Linear(1, 1));
  const Tensor before = model->parameters()[0].detach().clone();
  StateDict state = model->state_dict();
  state.insert("0.weight", full({1, 1}, 7.0));
  state.insert("1.bias", ones({5}));
  EXPECT_THROW(model->load_state_dict(state), Error);
  EXPECT_EQ(model->parameters()[0].item<float>(), before.item<float>());
  state.insert("1.bias", ones({1}));
  model->load_state_dict(state, true, /*assign=*/true);
  EXPECT_EQ(model->parameters()[0].raw_data(), state["0.weight"].raw_data());
}

}  // namespace
}  // namespace ember::nn
