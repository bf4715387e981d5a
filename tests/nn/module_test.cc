// What a module is beside its forward: the tree, its state, modes, copies, hooks.
#include "ember/nn/module.h"

#include <gtest/gtest.h>

#include <sstream>

#include "ember/autograd/grad_mode.h"
#include "ember/nn/nn.h"
#include "tests/nn/net.h"
#include "tests/reference_json.h"

namespace ember {
namespace {

using Names = std::vector<std::string>;

using test::Net, test::TiedNet;

template <class E, class F>
std::string message_of(F&& f) {
  try {
    f();
  } catch (const E& e) {
    return e.what();
  }
  ADD_FAILURE() << "nothing was thrown";
  return "";
}

TEST(Module, ReportsParametersBuffersAndChildrenInOrder) {
  Net net;
  EXPECT_EQ(net.named_parameters().keys(), (Names{"scale", "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}));
  EXPECT_EQ(net.named_parameters("net", false).keys(), Names{"net.scale"});
  EXPECT_EQ(net.parameters().size(), 5u);
  EXPECT_EQ(net.parameters(false).size(), 1u);
  EXPECT_TRUE(net.parameters()[1].is_same(net.fc1->weight));
  EXPECT_TRUE(net.fc1->weight.requires_grad());
  EXPECT_EQ(net.named_buffers().keys(), (Names{"count", "scratch"}));
  EXPECT_EQ(net.named_children().keys(), (Names{"fc1", "fc2"}));
  EXPECT_EQ(net.named_modules().keys(), (Names{"", "fc1", "fc2"}));
  EXPECT_EQ(net.modules(false).size(), 2u);
  EXPECT_EQ(net.modules()[0].get(), &net);
}

TEST(Module, ReportsSharedOnesOnce) {
  TiedNet net;
  EXPECT_EQ(net.named_parameters().keys(), (Names{"scale", "encoder.weight", "encoder.bias", "decoder.bias"}));
  EXPECT_EQ(net.state_dict().size(), 5u) << "the state keeps both names";
  nn::Sequential twice;
  nn::Linear layer(2, 2);
  twice->push_back(layer);
  twice->push_back(layer);
  EXPECT_EQ(twice->parameters().size(), 2u);
  EXPECT_EQ(twice->modules().size(), 2u);
}

TEST(Module, RefusesBadNames) {
  Net net;
  EXPECT_EQ(message_of<ValueError>([&] { net.register_parameter("", ones(1)); }),
            "parameter name can't be empty string \"\"");
  EXPECT_EQ(message_of<ValueError>([&] { net.register_buffer("a.b", ones(1)); }),
            "buffer name can't contain \".\", got: \"a.b\"");
  EXPECT_EQ(message_of<ValueError>([&] { net.register_parameter("fc1", ones(1)); }),
            "attribute 'fc1' already exists in Net");
  EXPECT_THROW(net.register_child("scale", nn::ReLU()), ValueError);
  EXPECT_THROW(net.register_parameter("p", net.scale * 2), ValueError);
}

TEST(Module, ReplacesAndForgets) {
  nn::Sequential model(nn::Linear(2, 2), nn::ReLU());
  model->set_child("0", nn::Linear(2, 5));
  EXPECT_EQ(model->named_children().keys(), (Names{"0", "1"}));
  EXPECT_EQ(model->forward(ones({1, 2})).size(1), 5);
  EXPECT_TRUE(model->unregister("0"));
  EXPECT_FALSE(model->unregister("0"));
  EXPECT_EQ(model->named_children().keys(), Names{"1"});
}

TEST(Module, TrainsAParameterThatIsAViewOfAnother) {
  const Tensor whole = ones({2, 2}).requires_grad_();
  nn::Module module;
  {
    const NoGradGuard no_grad;
    module.register_parameter("row", whole[0]);
  }
  const Tensor row = module.parameters()[0];
  sum(row * 3).backward();
  EXPECT_EQ(row.grad()[1].item<int>(), 3);
}

TEST(Module, KeepsPlacesForWhatIsAbsent) {
  Net net;
  net.register_parameter("bias", Tensor());
  net.register_child("down", nullptr);
  EXPECT_FALSE(net.named_parameters().contains("bias"));
  EXPECT_FALSE(net.state_dict().contains("bias"));
  EXPECT_EQ(net.children().size(), 2u);
  EXPECT_NE(net.repr().find("(down): None"), std::string::npos);
}

TEST(Module, SeesAnAssignedParameter) {
  nn::Linear a(2, 2, false), b(2, 2, false);
  b->weight = a->weight;
  EXPECT_TRUE(b->parameters()[0].is_same(a->weight));
  test::expect_close(b(ones({1, 2})), a(ones({1, 2})), 0, "output");
}

TEST(Module, StateDictRoundTrips) {
  Net from, to;
  from.own_buffers()["count"].fill_(5);
  EXPECT_EQ(from.state_dict().keys(), (Names{"scale", "count", "fc1.weight", "fc1.bias", "fc2.weight", "fc2.bias"}));
  EXPECT_FALSE(from.state_dict()["fc1.weight"].requires_grad());
  const auto keys = to.load_state_dict(from.state_dict());
  EXPECT_TRUE(keys.missing_keys.empty() && keys.unexpected_keys.empty());
  for (const auto& [name, x] : to.state_dict()) test::expect_close(x, from.state_dict()[name], 0, name);
  EXPECT_FALSE(to.fc1->weight.storage() == from.fc1->weight.storage());
  EXPECT_EQ(from.state_dict("net.").keys()[1], "net.count");
}

TEST(Module, LoadingNamesWhatDoesNotFit) {
  Net net;
  nn::StateDict state = net.state_dict();
  state.erase("scale");
  state.erase("fc2.bias");
  state.insert("extra", ones(1));
  state.insert("fc1.weight", ones({4, 2}));
  EXPECT_EQ(message_of<Error>([&] { net.load_state_dict(state); }),
            "Error(s) in loading state_dict for Net:"
            "\n\tMissing key(s) in state_dict: \"scale\", \"fc2.bias\". "
            "\n\tUnexpected key(s) in state_dict: \"extra\". "
            "\n\tsize mismatch for fc1.weight: copying a param with shape [4, 2] from checkpoint, "
            "the shape in current "
            "model is [3, 2].");
  EXPECT_THROW(net.load_state_dict(state, false), Error) << "a wrong shape is an error even if not strict";
  state.insert("fc1.weight", ones({3, 2}));
  const auto keys = net.load_state_dict(state, false);
  EXPECT_EQ(keys.missing_keys, (Names{"scale", "fc2.bias"}));
  EXPECT_EQ(keys.unexpected_keys, Names{"extra"});
  EXPECT_EQ(net.fc1->weight.detach().sum().item<double>(), 6);
}

TEST(Module, SwitchesMode) {
  nn::Sequential model(nn::Linear(2, 2), nn::Sequential(nn::Dropout(0.5)));
  EXPECT_TRUE(model->is_training());
  model->eval();
  for (const auto& m : model->modules()) EXPECT_FALSE(m->is_training());
  model->train();
  for (const auto& m : model->modules()) EXPECT_TRUE(m->is_training());
}

TEST(Module, ConvertsInPlace) {
  Net net;
  const Tensor weight = net.fc1->weight;
  net.fc1->weight.set_grad(ones({3, 2}));
  net.to(kFloat64);
  EXPECT_EQ(weight.dtype(), kFloat64) << "a handle taken before sees the change";
  EXPECT_EQ(weight.grad().dtype(), kFloat64);
  EXPECT_TRUE(weight.requires_grad());
  EXPECT_EQ(net.own_buffers()["count"].dtype(), kInt64);
  EXPECT_EQ(net(ones({1, 2}, kFloat64)).dtype(), kFloat64);
  EXPECT_THROW(net.to(kInt64), TypeError);
  net.to(Device(kCPU), kFloat32);
  EXPECT_EQ(net.scale.dtype(), kFloat32);
}

TEST(Module, AppliesChildrenFirst) {
  Net net;
  Names visited;
  net.apply([&](nn::Module& m) { visited.push_back(m.name()); });
  EXPECT_EQ(visited, (Names{"Linear", "Linear", "Net"}));
}

TEST(Module, ZeroesAndFreezesGradients) {
  Net net;
  net(ones({1, 2})).sum().backward();
  EXPECT_TRUE(net.fc2->bias.grad().defined());
  net.zero_grad(/*set_to_none=*/false);
  EXPECT_EQ(net.fc2->bias.grad().sum().item<double>(), 0);
  net.zero_grad();
  EXPECT_FALSE(net.fc2->bias.grad().defined());
  net.requires_grad_(false);
  EXPECT_FALSE(net(ones({1, 2})).requires_grad());
}

TEST(Module, IsFoundAsItsClass) {
  nn::Sequential model(nn::Linear(2, 3), nn::ReLU());
  const nn::Sequential& constant = model;
  nn::Module& first = *model[0];
  EXPECT_EQ(first.as<nn::Linear>(), &first);
  EXPECT_EQ(first.as<nn::LinearImpl>(), &first);
  EXPECT_EQ(first.as<nn::Module>(), &first);
  EXPECT_EQ(first.as<nn::ReLU>(), nullptr);
  EXPECT_EQ(first.as<nn::Linear>()->options.out_features_, 3);
  const nn::Module& as_constant = *constant[1];
  EXPECT_EQ(as_constant.as<nn::ReLU>(), &as_constant);
  EXPECT_EQ(&model->at<nn::Linear>(0), &first);
  for (const auto& module : model->modules(false))
    if (auto* linear = module->as<nn::Linear>()) nn::init::constant_(linear->weight, 2);
  EXPECT_EQ(model->at<nn::LinearImpl>(0).weight[0][0].item<float>(), 2);
}

TEST(Module, RegistersANameOnce) {
  Net net;
  EXPECT_EQ(message_of<Error>([&] { net.register_parameter("scale", ones(1)); }), "Parameter 'scale' already defined");
  EXPECT_EQ(message_of<Error>([&] { net.register_buffer("count", ones(1)); }), "Buffer 'count' already defined");
  EXPECT_EQ(message_of<Error>([&] { net.register_module("fc1", nn::ReLU()); }), "Submodule 'fc1' already defined");
  EXPECT_THROW(net.register_module("scale", nn::ReLU()), Error);
  EXPECT_THROW(net.register_parameter("fc1", ones(1)), Error);
  nn::Sequential model;
  model->push_back("a", nn::ReLU());
  EXPECT_THROW(model->push_back("a", nn::ReLU()), Error);
  EXPECT_EQ(net.parameters()[0].size(0), 2) << "nothing was replaced";
  net.set_parameter("scale", ones(3));
  EXPECT_EQ(net.parameters()[0].size(0), 3);
}

TEST(Module, WithoutForwardNamesItsClass) {
  nn::ModuleList list;
  EXPECT_EQ(message_of<NotImplementedError>([&] { list(ones(1)); }),
            "Module [ModuleList] is missing the required \"forward\" function");
}

TEST(Module, PrintsTheTree) {
  std::ostringstream out;
  out << Net();
  EXPECT_EQ(out.str(),
            "Net(\n"
            "  (fc1): Linear(in_features=2, out_features=3, bias=True)\n"
            "  (fc2): Linear(in_features=3, out_features=2, bias=True)\n"
            ")");
  EXPECT_EQ(nn::Sequential()->repr(), "Sequential()");
  EXPECT_EQ(nn::ModuleList()->repr(), "ModuleList()");
}

TEST(Module, RunsHooks) {
  nn::Identity layer;
  const int64_t before = layer->register_forward_pre_hook([](nn::Module&, const Tensor& x) { return x + 1; });
  const int64_t after = layer->register_forward_hook(
      [](nn::Module&, const Tensor& x, const Tensor& y) { return x.is_same(y) ? y * 10 : Tensor(); });
  EXPECT_EQ(layer(ones(1)).item<double>(), 20);
  layer->remove_hook(before);
  EXPECT_EQ(layer(ones(1)).item<double>(), 10);
  layer->remove_hook(after);
  EXPECT_EQ(layer(ones(1)).item<double>(), 1);
}

TEST(ModuleHolder, IsEmptyUntilAssigned) {
  nn::Linear layer{nullptr};
  EXPECT_FALSE(layer);
  EXPECT_THROW(layer->forward(ones({1, 2})), Error);
  layer = nn::Linear(2, 1);
  EXPECT_TRUE(layer);
  nn::Linear same = layer;
  EXPECT_EQ(same.get(), layer.get());
}

}  // namespace
}  // namespace ember
