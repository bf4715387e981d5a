// What a module is beside its forward: the tree, its state, modes, copies, hooks.
#include "ember/nn/module.h"

#include <gtest/gtest.h>

#include <sstream>

#include "ember/autograd/grad_mode.h"
#include "ember/nn/nn.h"
#include "tests/reference_json.h"

namespace ember {
namespace {

using Names = std::vector<std::string>;

struct Net : nn::Module {
  Net() {
    scale = register_parameter("scale", ones(2));
    register_buffer("count", zeros({}, kInt64));
    register_buffer("scratch", zeros(3), /*persistent=*/false);
    fc1 = register_module("fc1", nn::Linear(2, 3));
    fc2 = register_module("fc2", nn::Linear(3, 2));
  }
  Tensor forward(const Tensor& x) override { return fc2(relu(fc1(x * scale))); }

  Tensor scale;
  nn::Linear fc1{nullptr}, fc2{nullptr};
};

struct TiedNet : nn::Cloneable<TiedNet> {
  TiedNet() { reset(); }
  void reset() override {
    scale = register_parameter("scale", ones(2));
    encoder = register_module("encoder", nn::Linear(2, 2));
    decoder = register_module("decoder", nn::Linear(2, 2));
    decoder->weight = encoder->weight;
  }
  Tensor forward(const Tensor& x) override { return decoder(encoder(x)) * scale; }

  Tensor scale;
  nn::Linear encoder{nullptr}, decoder{nullptr};
};

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
  EXPECT_EQ(message_of<NotImplementedError>([&] { net.clone(); }),
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

TEST(OrderedDict, KeepsOrderAndAddresses) {
  OrderedDict<int> dict{{"b", 1}, {"a", 2}};
  int& b = dict["b"];
  for (int i = 0; i < 100; ++i) dict.insert(std::to_string(i), i);
  EXPECT_EQ(&b, &dict["b"]);
  dict.insert("b", 7);
  EXPECT_EQ(b, 7);
  EXPECT_EQ(dict.keys()[0], "b");
  EXPECT_TRUE(dict.erase("a"));
  EXPECT_FALSE(dict.erase("a"));
  EXPECT_EQ(message_of<IndexError>([&] { dict["a"]; }), "no item named 'a'");
  const OrderedDict<int> copy = dict;
  EXPECT_EQ(copy.keys(), dict.keys());
  EXPECT_NE(copy.find("b"), dict.find("b"));
}

}  // namespace
}  // namespace ember
