// Optimizers against PyTorch's trajectories, their state and their errors.
#include "ember/optim/optimizer.h"

#include <gtest/gtest.h>

#include "ember/autograd/grad_mode.h"
#include "ember/nn/linear.h"
#include "ember/optim/optim.h"
#include "tests/optim/trajectory.h"

namespace ember {
namespace {

using optim::OptimizerOptions;
using test::parameters;
using test::set_gradients;

std::unique_ptr<optim::Optimizer> make(const std::string& name, const std::vector<Tensor>& params,
                                       const nlohmann::json& options) {
  auto set_all = [&](OptimizerOptions& o) {
    for (const auto& [key, value] : options.items()) {
      if (value.is_boolean())
        o.set(key, value.get<bool>());
      else if (value.is_array())
        o.set(key, value.get<std::pair<double, double>>());
      else
        o.set(key, value.get<double>());
    }
  };
  if (name == "SGD") {
    optim::SGDOptions o;
    set_all(o);
    return std::make_unique<optim::SGD>(params, o);
  }
  if (name == "AdamW") {
    optim::AdamWOptions o;
    set_all(o);
    return std::make_unique<optim::AdamW>(params, o);
  }
  optim::AdamOptions o;
  set_all(o);
  return std::make_unique<optim::Adam>(params, o);
}

const nlohmann::json& reference() {
  static const nlohmann::json json = test::read_json("tests/data/optim.json");
  return json;
}

void expect_values(const Tensor& x, const nlohmann::json& expected, double tolerance, const std::string& what) {
  const auto actual = test::values_of(x);
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (size_t i = 0; i < actual.size(); ++i)
    ASSERT_NEAR(actual[i], expected[i].get<double>(), tolerance) << what << " at " << i;
}

class Trajectory : public testing::TestWithParam<DType> {};

TEST_P(Trajectory, AgreesWithPyTorch) {
  const double tolerance = GetParam() == kFloat64 ? 1e-12 : 1e-5;
  for (const auto& row : reference().at("trajectories")) {
    const std::string what = row.at("optimizer").get<std::string>() + " " + row.at("options").dump();
    const auto params = parameters(GetParam());
    auto optimizer = make(row.at("optimizer"), params, row.at("options"));
    int64_t step = 0;
    for (const auto& expected : row.at("path")) {
      set_gradients(params, step++);
      optimizer->step();
      for (size_t k = 0; k < params.size(); ++k)
        expect_values(params[k], expected[k], tolerance, what + " step " + std::to_string(step));
    }
    const optim::OptimizerState state = optimizer->state_dict();
    EXPECT_EQ(state.state.size(), row.at("state").size()) << what;
    for (const auto& [index, tensors] : row.at("state").items()) {
      const auto& own = state.state.at(std::stol(index));
      EXPECT_EQ(own.size(), tensors.size()) << what;
      for (const auto& [name, values] : tensors.items()) expect_values(own[name], values, tolerance, what + name);
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Dtypes, Trajectory, testing::Values(kFloat64, kFloat32),
                         [](const auto& info) { return to_string(info.param); });

TEST(Optimizer, ContinuesFromItsState) {
  for (const auto& row : reference().at("trajectories")) {
    const auto a = parameters(), b = parameters();
    auto first = make(row.at("optimizer"), a, row.at("options"));
    for (int64_t step = 0; step < 3; ++step) {
      set_gradients(a, step);
      first->step();
    }
    NoGradGuard no_grad;
    for (size_t k = 0; k < a.size(); ++k) Tensor(b[k]).copy_(a[k]);
    auto second = make(row.at("optimizer"), b, {{"lr", 99}});
    second->load_state_dict(first->state_dict());
    for (int64_t step = 3; step < 6; ++step) {
      for (const auto& [params, optimizer] : {std::pair(a, first.get()), std::pair(b, second.get())}) {
        set_gradients(params, step);
        optimizer->step();
      }
    }
    for (size_t k = 0; k < a.size(); ++k) EXPECT_EQ(test::values_of(a[k]), test::values_of(b[k])) << row.dump();
  }
}

TEST(Optimizer, GroupsHaveTheirOwnOptions) {
  const auto params = parameters();
  std::vector<optim::ParamGroup> groups;
  groups.emplace_back(std::vector{params[0]});
  groups.emplace_back(std::vector{params[1]}, optim::SGDOptions(1.0).clone());
  optim::SGD optimizer(groups, optim::SGDOptions(0.5));
  for (Tensor p : params) p.set_grad(ones_like(p));
  optimizer.step();
  expect_values(params[0], {0.0, -1.5, 1.5}, 1e-12, "group 0");
  expect_values(params[1], {0.0, -0.75, -1.75, 2.0}, 1e-12, "group 1");

  const Tensor late = zeros(1).requires_grad_();
  optimizer.add_param_group(optim::ParamGroup({late}));
  EXPECT_EQ(optimizer.param_groups().size(), 3u);
  EXPECT_EQ(optimizer.param_groups()[2].options().lr_, 0.5);
  EXPECT_EQ(optimizer.state_dict().param_groups[2].params, std::vector<int64_t>{2});
}

TEST(Optimizer, SkipsParametersWithoutGradient) {
  const auto params = parameters();
  optim::Adam adam(params, optim::AdamOptions(0.1));
  set_gradients(params, 0);
  Tensor(params[1]).set_grad(Tensor());
  adam.step();
  expect_values(params[1], {1.0, 0.25, -0.75, 3.0}, 0, "parameter without gradient");
  EXPECT_EQ(adam.state_dict().state.size(), 1u);

  // The late starter takes its first step while the other takes its second.
  const auto alone = parameters();
  optim::Adam fresh({alone[1]}, optim::AdamOptions(0.1));
  for (const auto& p : {params[1], alone[1]}) Tensor(p).set_grad(ones_like(p));
  adam.step();
  fresh.step();
  EXPECT_EQ(test::values_of(params[1]), test::values_of(alone[1]));
}

TEST(Optimizer, UpdatesStridedParametersAndGradients) {
  Tensor strided = tensor({{1.0, 2.0}, {3.0, 4.0}, {5.0, 6.0}}).t().detach().requires_grad_();
  ASSERT_FALSE(strided.is_contiguous());
  strided.set_grad(tensor({{1.0, 3.0}, {5.0, 2.0}, {4.0, 6.0}}).t());
  optim::SGD sgd({strided}, optim::SGDOptions(1));
  sgd.step();
  expect_values(strided, {0, -2, 1, -1, 2, 0}, 0, "strided");
}

TEST(Optimizer, MarksParametersAsChanged) {
  nn::Linear layer(2, 1);
  const Tensor x = ones({1, 2}).requires_grad_();
  const Tensor y = layer(x).sum();
  optim::SGD sgd(layer->parameters(), optim::SGDOptions(0.1));
  for (Tensor p : layer->parameters()) p.set_grad(ones_like(p));
  sgd.step();
  EXPECT_THROW(y.backward(), Error) << "the weight that backward needs is gone";
}

TEST(Optimizer, MomentumMayStartLate) {
  const auto params = parameters();
  optim::SGD sgd(params, optim::SGDOptions(0.1));
  set_gradients(params, 0);
  sgd.step();
  EXPECT_TRUE(sgd.state_dict().state.empty());
  sgd.param_groups()[0].options().set("momentum", 0.9);
  for (Tensor p : params) p.set_grad(ones_like(p));
  sgd.step();
  expect_values(sgd.state_dict().state.at(0)["momentum_buffer"], {1, 1, 1}, 0, "the first velocity is the gradient");
}

TEST(Optimizer, ZeroGradDropsOrZeroes) {
  const auto params = parameters();
  optim::SGD sgd(params);
  set_gradients(params, 0);
  sgd.zero_grad(/*set_to_none=*/false);
  EXPECT_EQ(params[0].grad().abs().sum().item<double>(), 0);
  sgd.zero_grad();
  EXPECT_FALSE(params[0].grad().defined());
}

TEST(Optimizer, RunsAClosure) {
  const auto params = parameters();
  optim::SGD sgd(params, optim::SGDOptions(0.5));
  NoGradGuard no_grad;
  const Tensor loss = sgd.step([&] {
    Tensor value = sum(params[0] * params[0]);
    value.backward();
    return value;
  });
  EXPECT_NEAR(loss.item<double>(), 5.25, 1e-12);
  expect_values(params[0], {0, 0, 0}, 1e-12, "p - 0.5 * 2 p");
}

TEST(Optimizer, OptionsHaveNames) {
  optim::AdamOptions options(0.1);
  EXPECT_EQ(options.to_dict().keys(), (std::vector<std::string>{"lr", "betas", "eps", "weight_decay", "amsgrad",
                                                                "maximize", "decoupled_weight_decay"}));
  options.set("betas", std::pair(0.5, 0.6));
  options.set("amsgrad", int64_t{1});
  EXPECT_EQ(std::get<bool>(options.get("amsgrad")), true);
  EXPECT_EQ(options.betas_.second, 0.6);
  EXPECT_THROW(options.get("momentum"), IndexError);
  EXPECT_THROW(options.set("betas", 0.5), TypeError);
  EXPECT_THROW(options.set("lr", std::monostate()), TypeError);
}

TEST(Optimizer, PrintsItsGroups) {
  const auto params = parameters();
  EXPECT_EQ(optim::SGD(params, optim::SGDOptions(0.1).momentum(0.9)).repr(),
            "SGD (\nParameter Group 0\n    dampening: 0\n    lr: 0.1\n    maximize: False\n    "
            "momentum: 0.9\n"
            "    nesterov: False\n    weight_decay: 0\n)");
}

template <class E, class F>
void expect_message(const char* message, F&& f) {
  try {
    f();
    ADD_FAILURE() << "not refused: " << message;
  } catch (const E& e) {
    EXPECT_STREQ(e.what(), message);
  }
}

TEST(Optimizer, RefusesBadOptions) {
  using optim::AdamOptions, optim::SGDOptions;
  const auto params = parameters();
  auto sgd = [&](const SGDOptions& o) { return [&params, o] { optim::SGD(params, o); }; };
  auto adam = [&](const AdamOptions& o) { return [&params, o] { optim::Adam(params, o); }; };
  expect_message<ValueError>("Invalid learning rate: -0.1", sgd(SGDOptions(-0.1)));
  expect_message<ValueError>("Invalid momentum value: -1", sgd(SGDOptions(0.1).momentum(-1)));
  expect_message<ValueError>("Invalid weight_decay value: -1", sgd(SGDOptions(0.1).weight_decay(-1)));
  expect_message<ValueError>("Nesterov momentum requires a momentum and zero dampening",
                             sgd(SGDOptions(0.1).nesterov(true)));
  expect_message<ValueError>("Nesterov momentum requires a momentum and zero dampening",
                             sgd(SGDOptions(0.1).momentum(0.9).dampening(0.1).nesterov(true)));
  expect_message<ValueError>("Invalid learning rate: -0.1", adam(AdamOptions(-0.1)));
  expect_message<ValueError>("Invalid epsilon value: -1", adam(AdamOptions().eps(-1)));
  expect_message<ValueError>("Invalid beta parameter at index 0: 1", adam(AdamOptions().betas({1, 0.9})));
  expect_message<ValueError>("Invalid beta parameter at index 1: -0.5", adam(AdamOptions().betas({0.9, -0.5})));
  expect_message<ValueError>("Invalid weight_decay value: -1", adam(AdamOptions().weight_decay(-1)));
}

TEST(Optimizer, RefusesBadParameters) {
  const auto params = parameters();
  expect_message<ValueError>("optimizer got an empty parameter list", [] { optim::SGD(std::vector<Tensor>{}); });
  expect_message<ValueError>("can't optimize a non-leaf Tensor", [&] { optim::SGD({params[0] * 2}); });
  expect_message<ValueError>("some parameters appear in more than one parameter group", [&] {
    optim::SGD sgd(params);
    sgd.add_param_group(optim::ParamGroup({params[1]}));
  });
  expect_message<TypeError>("add_param_group: the options of the group are those of another optimizer",
                            [&] { optim::SGD(std::vector{optim::ParamGroup(params, optim::AdamOptions().clone())}); });
}

TEST(Optimizer, RefusesAStateOfAnotherShape) {
  const auto params = parameters();
  optim::SGD sgd(params, optim::SGDOptions(0.1).momentum(0.9));
  set_gradients(params, 0);
  sgd.step();
  optim::OptimizerState state = sgd.state_dict();
  state.param_groups[0].params.pop_back();
  expect_message<ValueError>(
      "loaded state dict contains a parameter group that doesn't match the size of optimizer's "
      "group",
      [&] { sgd.load_state_dict(state); });
  state.param_groups.clear();
  expect_message<ValueError>("loaded state dict has a different number of parameter groups",
                             [&] { sgd.load_state_dict(state); });
  state = sgd.state_dict();
  state.state.at(1)["momentum_buffer"] = ones(3);
  expect_message<ValueError>("load_state_dict: momentum_buffer has shape [3] but its parameter has shape [2, 2]",
                             [&] { sgd.load_state_dict(state); });
}

}  // namespace
}  // namespace ember
