// Transforms of functions of trees.
#include "ember/func/func.h"

#include <gtest/gtest.h>

#include "ember/nn/nn.h"
#include "ember/ops/ops.h"

namespace ember {
namespace {

Tensor numbers(const Shape& sizes) { return randn(sizes, kFloat64); }
void expect_close(const Tensor& a, const Tensor& b) {
  ASSERT_EQ(a.sizes(), b.sizes());
  EXPECT_TRUE(allclose(a, b, 1e-10, 1e-10)) << a << "\n" << b;
}

const auto kLoss = [](const Tensor& w, const Tensor& x) { return (w * x).sum().sin(); };

TEST(Grad, IsTheDerivativeForTheFirstArgument) {
  const Tensor w = numbers({4}), x = numbers({4});
  expect_close(func::grad(kLoss)(w, x), x * (w * x).sum().cos());
  const auto [dw, dx] = func::grad<0, 1>(kLoss)(w, x);
  expect_close(dx, w * (w * x).sum().cos());
  EXPECT_FALSE(dw.requires_grad());
}

TEST(Grad, TakesTrees) {
  using State = std::pair<Tensor, std::vector<Tensor>>;
  const State state{numbers({3}), {numbers({3}), numbers({})}};
  const auto f = [](const State& s) { return (s.first * s.second[0]).sum() * s.second[1]; };
  const auto [gradient, value] = func::grad_and_value(f)(state);
  expect_close(gradient.first, state.second[0] * state.second[1]);
  expect_close(gradient.second[1], (state.first * state.second[0]).sum());
  expect_close(value, f(state));
}

TEST(Grad, NeedsOneNumber) {
  EXPECT_THROW(func::grad([](const Tensor& x) { return x * 2; })(numbers({2})), Error);
  EXPECT_THROW(func::grad([](const Tensor& x) { return x.sum(); })(arange(3)), TypeError);
}

TEST(Vmap, GivesTheGradientOfEachSample) {
  const Tensor w = numbers({4}), xs = numbers({5, 4});
  const Tensor each = func::vmap(func::grad(kLoss), {{}, 0})(w, xs);
  ASSERT_EQ(each.sizes(), Shape({5, 4}));
  for (int64_t i = 0; i < 5; ++i) expect_close(each[i], func::grad(kLoss)(w, xs[i]));
}

TEST(Vmap, IsDifferentiable) {
  const Tensor w = numbers({4}).requires_grad_(), xs = numbers({5, 4}).requires_grad_();
  const Tensor ys = func::vmap(kLoss, {{}, 0})(w, xs);
  ys.sum().backward();
  const Tensor slopes = xs.detach().matmul(w.detach()).cos();
  expect_close(w.grad(), slopes.matmul(xs.detach()));
  expect_close(xs.grad(), slopes.unsqueeze(1) * w.detach());
}

TEST(Vmap, SumsTheGradientsOfWhatIsMadeWithinAndTheSameForAll) {
  // t is made within vmap, once for all samples: part of its gradient is a sum over them, part arrives from a result of its own.
  const Tensor w = numbers({4}).requires_grad_(), xs = numbers({5, 4});
  const auto f = [&](const Tensor& x) {
    const Tensor t = w * 2;
    return std::make_pair((t * x).sum(), t.sum());
  };
  const auto [products, sums] = func::vmap(f)(xs);
  (products.sum() + sums.sum()).backward();
  expect_close(w.grad(), 2 * xs.sum(0) + 10);
}

TEST(Vmap, Nests) {
  const Tensor x = numbers({2, 4}), y = numbers({3, 4});
  const auto dot = [](const Tensor& a, const Tensor& b) { return (a * b).sum(); };
  expect_close(func::vmap(func::vmap(dot, {{}, 0}), {0, {}})(x, y), x.matmul(y.t()));
}

TEST(Vmap, PlacesSamplesWhereAsked) {
  const Tensor x = numbers({4, 3});
  expect_close(func::vmap([](const Tensor& column) { return column * 2; }, {-1}, -1)(x), x * 2);
  expect_close(func::vmap([](const Tensor& column) { return column.sum(); }, {1}, 0, {.chunk_size = 2})(x), x.sum(0));
}

TEST(Vmap, SaysWhatCannotBeMapped) {
  const Tensor x = numbers({3, 4});
  const auto fails = [&](auto f, const std::string& text) {
    try {
      func::vmap(f)(x);
      FAIL() << text;
    } catch (const Error& error) {
      EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
    }
  };
  fails([](const Tensor& y) { return y * y.sum().item<double>(); }, "item");
  fails([](const Tensor& y) { return nonzero(y); }, "nonzero");
  fails([](const Tensor& y) { return y + randn({4}, kFloat64); }, "random");
  fails([](const Tensor& y) { return zeros({4}, kFloat64).add_(y); }, "add_");
  fails([](const Tensor& y) { return y.sum(3); }, "sum");
  EXPECT_THROW(func::vmap([](const Tensor& y) { return y; }, {5})(x), ValueError);
  EXPECT_THROW(func::vmap([](const Tensor& y) { return y; }, {0, 0})(x), ValueError);
}

TEST(Vmap, RefusesMemoryThatCannotBeCounted) {
  const auto strided = [](const Tensor& y) {
    return y.new_empty_strided({2, 2}, {int64_t{1} << 62, int64_t{1} << 62});
  };
  EXPECT_THROW(func::vmap(strided)(numbers({3, 4})), OutOfMemoryError);
}

TEST(Vmap, DrawsRandomNumbersAsAsked) {
  const auto draw = [](const Tensor&) { return rand({50}); };
  const Tensor different = func::vmap(draw, {}, 0, {Randomness::Different, {}})(zeros({2, 1}));
  EXPECT_FALSE(different[0].equal(different[1]));
  const Tensor same = func::vmap(draw, {}, 0, {Randomness::Same, {}})(zeros({2, 1}));
  EXPECT_TRUE(same[0].equal(same[1]));
}

TEST(Jacobians, AgreeByRowsAndByColumns) {
  const auto f = [](const Tensor& x) { return x.sin() * x.sum(); };
  const Tensor x = numbers({4}), expected = diag(x.cos()) * x.sum() + x.sin().unsqueeze(1);
  expect_close(func::jacrev(f)(x), expected);
  expect_close(func::jacrev(f, 3)(x), expected);
  expect_close(func::jacfwd(f)(x), expected);
  expect_close(func::vmap(func::jacrev(f))(stack({x, x * 2}))[0], expected);
}

TEST(Hessian, HoldsSecondDerivatives) {
  const auto f = [](const Tensor& x) { return (x * x * x).sum() + x.sum() * x.sum(); };
  const Tensor x = numbers({3});
  expect_close(func::hessian(f)(x), diag(6 * x) + 2);
  expect_close(func::vmap(func::hessian(f))(stack({x, x}))[1], diag(6 * x) + 2);
}

TEST(Products, WithJacobians) {
  const auto f = [](const Tensor& x) { return x.sin() * x.sum(); };
  const Tensor x = numbers({4}), v = numbers({4}), jacobian = func::jacrev(f)(x);
  const auto [y, pull] = func::vjp(f, x);
  expect_close(y, f(x));
  expect_close(std::get<0>(pull(v)), v.matmul(jacobian));
  const auto [value, product] = func::jvp(f, std::tuple(x), std::tuple(v));
  expect_close(product, jacobian.matmul(v));
  const auto [same_value, push] = func::linearize(f, x);
  expect_close(push(v), jacobian.matmul(v));
}

TEST(FunctionalCall, UsesOtherParametersForOneCall) {
  nn::Linear layer(4, 3);
  const Tensor x = randn({2, 4}), weight = randn({3, 4}), before = layer->weight;
  const nn::StateDict state{{"weight", weight}};
  EXPECT_TRUE(func::functional_call(*layer, state, x).allclose(linear(x, weight, layer->bias)));
  EXPECT_TRUE(layer->weight.is_same(before));
  EXPECT_THROW(func::functional_call(*layer, nn::StateDict{{"other", weight}}, x), Error);
}

TEST(StackModuleState, MakesAnEnsemble) {
  std::vector<std::shared_ptr<nn::Module>> models;
  for (int i = 0; i < 3; ++i) models.push_back(nn::Sequential(nn::Linear(4, 5), nn::Tanh(), nn::Linear(5, 2)).ptr());
  const auto [parameters, buffers] = func::stack_module_state(models);
  const Tensor x = randn({6, 4});
  const auto call = [&](const nn::StateDict& state) { return func::functional_call(*models[0], state, x); };
  const Tensor all = func::vmap(call)(parameters);
  for (int64_t i = 0; i < 3; ++i) EXPECT_TRUE(all[i].allclose((*models[static_cast<size_t>(i)])(x), 1e-5, 1e-6));
  EXPECT_EQ(parameters["0.weight"].sizes(), Shape({3, 5, 4}));
}

}  // namespace
}  // namespace ember
