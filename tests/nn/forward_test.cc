// Classes whose forward is not Module's: by value, of several arguments, of other results, overloaded or a template.
#include <gtest/gtest.h>

#include <tuple>

#include "ember/nn/nn.h"
#include "tests/support.h"

namespace ember {
namespace {

using test::error_of, test::expect_equal;

struct DoublerImpl : nn::Module {
  Tensor forward(Tensor x) { return x * 2; }
};
using Doubler = nn::ModuleHolder<DoublerImpl>;

struct ConstantNameImpl : nn::Module {
  Tensor forward(const Tensor x) const noexcept { return x + 1; }
};

struct MutableImpl : nn::Module {
  Tensor forward(Tensor& x) { return x * 5; }
};

struct AdderImpl : nn::Module {
  Tensor forward(const Tensor& a, Tensor b) { return a + b; }
};

struct ScalerImpl : nn::Module {
  Tensor forward(Tensor x, double factor = 3) { return x * factor; }
};

struct GenericImpl : nn::Module {
  template <class T>
  T forward(const T& x) {
    return x;
  }
};

struct SplitterImpl : nn::Module {
  std::tuple<Tensor, Tensor> forward(Tensor x) { return {x, x * 10}; }
};

struct JoinerImpl : nn::Module {
  Tensor forward(const std::tuple<Tensor, Tensor>& parts) { return std::get<0>(parts) + std::get<1>(parts); }
};

struct CounterImpl : nn::Module {
  int64_t forward(Tensor x) { return x.numel(); }
};

struct OverloadedImpl : nn::Module {
  Tensor forward(const Tensor& x) override { return x; }
  Tensor forward(const Tensor& x, const Tensor& y) { return x - y; }
};

struct SinkImpl : nn::Module {
  void forward(Tensor x) { seen = x; }
  Tensor seen;
};

struct Silent : nn::Module {};

TEST(OwnForward, WorksInHolders) {
  const Tensor x = ones({2}), y = tensor({1.0, 4.0});
  expect_equal(Doubler{}(x), {2, 2});
  expect_equal(nn::ModuleHolder<ConstantNameImpl>()(x), {2, 2});
  expect_equal(nn::ModuleHolder<AdderImpl>()(x, y), {2, 5});
  expect_equal(nn::ModuleHolder<ScalerImpl>()(x), {3, 3});
  expect_equal(nn::ModuleHolder<ScalerImpl>()(x, 0.5), {0.5, 0.5});
  expect_equal(nn::ModuleHolder<GenericImpl>()(y), {1, 4});
  expect_equal(std::get<1>(nn::ModuleHolder<SplitterImpl>()(y)), {10, 40});
  EXPECT_EQ(nn::ModuleHolder<CounterImpl>()(x), 2);
  expect_equal(nn::ModuleHolder<OverloadedImpl>()(x, y), {0, -3});
  Tensor named = y;
  expect_equal(nn::ModuleHolder<MutableImpl>()->forward(named), {5, 20});
  const Doubler shared(std::make_shared<DoublerImpl>());
  expect_equal(shared(y), {2, 8});
}

TEST(OwnForward, WorksThroughTheBaseClass) {
  const Tensor x = ones({2});
  const std::shared_ptr<nn::Module> module = Doubler{};
  expect_equal((*module)(x), {2, 2});
  expect_equal(module->forward(x), {2, 2});
  module->register_forward_hook([](nn::Module&, const Tensor&, const Tensor& y) { return y + 1; });
  expect_equal((*module)(x), {3, 3});
  struct Parent : nn::Module {
    std::shared_ptr<DoublerImpl> child = register_module("child", std::make_shared<DoublerImpl>());
  } parent;
  expect_equal((*parent.children()[0])(x), {2, 2});
}

TEST(OwnForward, WorksInSequential) {
  const Tensor x = ones({1, 2});
  nn::Sequential model(std::make_shared<DoublerImpl>(), nn::Linear(2, 2), Doubler{}, ConstantNameImpl{},
                       std::make_shared<GenericImpl>(), ScalerImpl{}, OverloadedImpl{});
  const Tensor expected = (model->at<nn::Linear>(1)(x * 2) * 2 + 1) * 3;
  EXPECT_TRUE(equal(model(x), expected));
  EXPECT_TRUE(equal(model->forward(x), expected));
  model->push_back(DoublerImpl{});
  model->push_back("last", std::make_shared<DoublerImpl>());
  EXPECT_TRUE(equal(model(x), expected * 4));
  nn::Sequential named(
      nn::NamedModules{{"a", std::make_shared<DoublerImpl>()}, {"b", DoublerImpl{}}, {"c", Doubler{}}});
  expect_equal(named(x), {8, 8});
}

TEST(OwnForward, SequentialPassesAnythingOn) {
  const Tensor x = ones({2}), y = tensor({1.0, 4.0});
  nn::Sequential model(AdderImpl{}, SplitterImpl{}, JoinerImpl{}, Doubler{});
  expect_equal(model(x, y), {44, 110});
  expect_equal(model->forward(x, y), {44, 110});
  nn::Sequential split(Doubler{}, SplitterImpl{});
  expect_equal(std::get<1>(split->forward<std::tuple<Tensor, Tensor>>(x)), {20, 20});
  nn::Sequential joined(SplitterImpl{}, JoinerImpl{});
  expect_equal(joined(x), {11, 11});
  expect_equal(nn::Sequential(joined, Doubler{})(x), {22, 22});
  nn::Sequential counted(Doubler{}, CounterImpl{});
  EXPECT_EQ(counted->forward<int64_t>(x), 2);
  nn::Sequential scaled(ScalerImpl{}, Doubler{});
  expect_equal(scaled(x, 0.25), {0.5, 0.5});
  expect_equal(scaled(x), {6, 6});
  expect_equal(nn::Sequential(OverloadedImpl{}, Doubler{})(y, x), {0, 6});
  nn::Sequential recurrent(nn::LSTM(2, 3));
  const auto [output, state] = recurrent->forward<std::pair<Tensor, nn::LSTMImpl::State>>(ones({4, 2}));
  EXPECT_EQ(output.sizes(), Shape({4, 3}));
}

TEST(OwnForward, WrongTypesAreNamed) {
  const Tensor x = ones({2});
  EXPECT_EQ(error_of([&] { nn::Sequential(SplitterImpl{}, Doubler{})(x); }),
            "Doubler: forward takes Tensor as argument 0 but got std::tuple<Tensor, Tensor>");
  EXPECT_EQ(error_of([&] { nn::Sequential(Doubler{}, AdderImpl{})(x); }), "Adder: forward takes 2 arguments but got 1");
  EXPECT_EQ(error_of([&] { nn::Sequential(nn::ReLU{})(x, x); }), "ReLU: forward takes 1 arguments but got 2");
  EXPECT_EQ(error_of([&] { nn::Sequential(SplitterImpl{})(x); }),
            "Sequential: the last module gave std::tuple<Tensor, Tensor>, not the type asked for");
  EXPECT_EQ(error_of([&] { nn::Sequential(SinkImpl{}, nn::ReLU())(x); }),
            "ReLU: forward takes Tensor as argument 0 but got void");
  EXPECT_EQ(error_of([&] {
              nn::ModuleHolder<Silent> silent;
              silent(x);
            }),
            "Module [Silent] is missing the required \"forward\" function");
  EXPECT_EQ(error_of([&] { (*std::shared_ptr<nn::Module>(nn::LSTM(2, 3)))(x); }),
            "Module [LSTM]: forward does not map one tensor to one");
}

TEST(OwnForward, SurvivesClones) {
  struct NetImpl : nn::Cloneable<NetImpl> {
    NetImpl() { reset(); }
    void reset() override { doubler = register_module("doubler", Inner()); }
    struct InnerImpl : nn::Cloneable<InnerImpl> {
      void reset() override {}
      Tensor forward(Tensor x) { return x * 2; }
    };
    using Inner = nn::ModuleHolder<InnerImpl>;
    Tensor forward(Tensor x) { return doubler(x); }
    Inner doubler{nullptr};
  };
  const nn::ModuleHolder<NetImpl> net;
  expect_equal((*net->clone())(ones({2})), {2, 2});
}

TEST(NullModules, AreErrorsInWords) {
  const Tensor x = ones({2});
  EXPECT_EQ(error_of([&] { nn::Sequential(nn::ReLU(), std::shared_ptr<nn::Module>())(x); }),
            "Sequential: child '1' is None, which cannot be called");
  EXPECT_EQ(error_of([&] { nn::Sequential(nn::Linear(nullptr))(x); }),
            "Sequential: child '0' is None, which cannot be called");
  EXPECT_EQ(error_of([&] { nn::Linear(nullptr)(x); }), "ModuleHolder: accessing an empty module; assign one first");
  EXPECT_EQ(error_of([&] { nn::ModuleList(nn::Linear(nullptr))->at<nn::Linear>(0); }),
            "ModuleList: module 0 is null, not of the class asked for");
  EXPECT_EQ(error_of([&] { nn::ModuleList(nn::ReLU())->at<nn::Linear>(0); }),
            "ModuleList: module 0 is a ReLU, not of the class asked for");
}

}  // namespace
}  // namespace ember
