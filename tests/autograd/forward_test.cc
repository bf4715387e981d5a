// Dual numbers: what carries tangents, what does not, and what stays on the tape.
#include "ember/autograd/forward.h"

#include <gtest/gtest.h>

#include "ember/autograd/function.h"
#include "ember/func/func.h"
#include "ember/ops/ops.h"
#include "tests/support.h"

namespace ember {
namespace {

using autograd::ForwardLevel;
using autograd::make_dual;
using autograd::unpack_dual;

Tensor numbers(const Shape& sizes) { return randn(sizes, kFloat64); }
void expect_close(const Tensor& a, const Tensor& b) {
  ASSERT_TRUE(a.defined());
  ASSERT_EQ(a.sizes(), b.sizes());
  EXPECT_TRUE(allclose(a.detach(), b.detach(), 1e-10, 1e-10)) << a << "\n" << b;
}

TEST(DualNumber, CarriesItsTangentThroughOps) {
  const Tensor x = numbers({3, 4}), t = numbers({3, 4}), w = numbers({4, 2});
  const ForwardLevel level;
  const auto [value, tangent] = unpack_dual((make_dual(x, t, level.id()) * 2).matmul(w).exp(), level.id());
  expect_close(value, (x * 2).matmul(w).exp());
  expect_close(tangent, value * (t * 2).matmul(w));
  EXPECT_FALSE(value.requires_grad());
  EXPECT_FALSE(tangent.requires_grad());
}

TEST(DualNumber, HasNoTangentWhereNothingDependsOnIt) {
  const ForwardLevel level;
  const Tensor x = make_dual(numbers({3}), numbers({3}), level.id());
  EXPECT_FALSE(unpack_dual(x.detach() * 2, level.id()).tangent.defined());
  EXPECT_FALSE(unpack_dual(x > 0, level.id()).tangent.defined());
  const NoGradGuard no_grad;
  EXPECT_FALSE(unpack_dual(x * 2, level.id()).tangent.defined());
}

TEST(DualNumber, IsWrittenIntoTensorsAndViews) {
  const Tensor x = numbers({4}), t = numbers({4});
  const ForwardLevel level;
  const Tensor dual = make_dual(x, t, level.id());
  Tensor y = zeros({2, 4}, kFloat64);
  Tensor row = y[0], beside = y.narrow(1, 0, 2);
  row.copy_(dual);
  row.mul_(dual);
  y[1].copy_(dual.sin());
  expect_close(unpack_dual(y, level.id()).tangent, stack({2 * x * t, x.cos() * t}));
  expect_close(unpack_dual(row, level.id()).tangent, 2 * x * t);
  expect_close(unpack_dual(beside.exp(), level.id()).tangent,
               (beside.exp() * stack({2 * x * t, x.cos() * t}).narrow(1, 0, 2)).detach());
}

TEST(DualNumber, KeepsTheTangentsOfOutputsThatViewsSaved) {
  const Tensor x = numbers({4}), t = numbers({4});
  const auto f = [](const Tensor& v) {
    Tensor y = cat({v, v});
    Tensor half = y.narrow(0, 0, 4);
    half.exp_();
    return y.sum();
  };
  expect_close(func::jvp(func::grad(f), std::tuple(x), std::tuple(t)).second, x.exp() * t);
}

TEST(ForwardLevel, DoesNotConfuseLevels) {
  const Tensor x = full({}, 2.0, kFloat64), one = ones({}, kFloat64);
  // d/dx (x d/dy (x + y) at y = 1) is 1.
  const auto inner = [&](const Tensor& outer) {
    const auto sum = [&](const Tensor& y) { return outer + y; };
    return outer * func::jvp(sum, std::tuple(one), std::tuple(one)).second;
  };
  expect_close(func::jvp(inner, std::tuple(x), std::tuple(one)).second, one);
  // d/dx x^3 three times is 6.
  const auto slope = [&](auto f) {
    return [=](const Tensor& y) { return func::jvp(f, std::tuple(y), std::tuple(ones_like(y.detach()))).second; };
  };
  const auto cube = [](const Tensor& y) { return y * y * y; };
  expect_close(slope(slope(slope(cube)))(x), full({}, 6.0, kFloat64));
}

TEST(ForwardLevel, LeavesTheTapeAsItIs) {
  const Tensor x = numbers({3}), t = numbers({3}), w = numbers({3}).requires_grad_();
  const ForwardLevel level;
  const auto [value, tangent] = unpack_dual((make_dual(x, t, level.id()) * w).sin(), level.id());
  (value.sum() + tangent.sum()).backward();
  const Tensor z = w.detach() * x;
  expect_close(w.grad(), z.cos() * x + t * z.cos() - t * w.detach() * z.sin() * x);
}

TEST(ForwardLevel, GivesGradientsTangents) {
  const Tensor x = numbers({3}), t = numbers({3});
  const ForwardLevel level;
  const Tensor w = numbers({3}).requires_grad_();
  (make_dual(x, t, level.id()) * w.exp()).sum().backward();
  const auto [gradient, tangent] = unpack_dual(w.grad(), level.id());
  expect_close(gradient, x * w.detach().exp());
  expect_close(tangent, t * w.detach().exp());
}

struct Cube : autograd::Function<Cube> {
  static Tensor forward(autograd::AutogradContext* ctx, const Tensor& x) {
    ctx->save_for_backward({x});
    return x * x * x;
  }
  static std::vector<Tensor> backward(autograd::AutogradContext* ctx, const std::vector<Tensor>& grads) {
    const Tensor x = ctx->get_saved_variables()[0];
    return {grads[0] * 3 * x * x};
  }
};

TEST(ForwardLevel, DifferentiatesCustomFunctions) {
  const Tensor x = numbers({3}), t = numbers({3});
  const auto f = [](const Tensor& v) { return Cube::apply(v); };
  expect_close(func::jvp(f, std::tuple(x), std::tuple(t)).second, 3 * x * x * t);
  const auto sum = [](const Tensor& v) { return Cube::apply(v).sum(); };
  expect_close(func::hessian(sum)(x), diag(6 * x));
}

TEST(ForwardLevel, KeepsNoGraph) {
  const Tensor x = numbers({1000}), t = numbers({1000});
  const ForwardLevel level;
  Tensor y = make_dual(x, t, level.id());
  y = y.sin();
  const Tensor first = y.alias();  // shares the storage that a graph would hold
  y = y.tanh().exp();
  const int64_t holders = first.storage()->use_count();
  y = Tensor();
  EXPECT_EQ(first.storage()->use_count(), holders);
}

TEST(MakeDual, SaysWhatDoesNotFit) {
  const ForwardLevel level;
  EXPECT_NE(test::error_of([&] { make_dual(ones({2}), ones({3}), level.id()); }).find("make_dual: the tangent is"),
            std::string::npos);
  EXPECT_NE(test::error_of([&] { make_dual(ones({2}), ones({2}, kFloat64), level.id()); }).find("must be like primal"),
            std::string::npos);
  EXPECT_NE(test::error_of([&] { make_dual(ones({2}), Tensor(), level.id()); }).find("must be tensors"),
            std::string::npos);
  EXPECT_NE(test::error_of([&] { make_dual(arange(2), arange(2), level.id()); }).find("must be a floating-point"),
            std::string::npos);
}

}  // namespace
}  // namespace ember
