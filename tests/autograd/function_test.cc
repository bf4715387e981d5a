#include "ember/autograd/function.h"

#include <gtest/gtest.h>

#include "ember/autograd/backward.h"
#include "ember/autograd/gradcheck.h"
#include "ember/ops/ops.h"
#include "tests/support.h"

namespace ember {
namespace {

using autograd::AutogradContext;
using test::error_of;
using test::expect_equal;

Tensor leaf(const std::vector<double>& values) { return tensor(values, dtype(kFloat64)).requires_grad_(); }

struct ScaledCube : autograd::Function<ScaledCube> {
  static constexpr const char* kName = "ScaledCube";
  static Tensor forward(AutogradContext* ctx, const Tensor& x, double scale) {
    ctx->save_for_backward({x});
    ctx->saved_data["scale"] = scale;
    return x * x * x * scale;
  }
  static std::vector<Tensor> backward(AutogradContext* ctx, const std::vector<Tensor>& grads) {
    const Tensor x = ctx->get_saved_variables()[0];
    return {grads[0] * x * x * (3 * std::any_cast<double>(ctx->saved_data["scale"])), Tensor()};
  }
};

struct ExpBySavedOutput : autograd::Function<ExpBySavedOutput> {
  static Tensor forward(AutogradContext* ctx, const Tensor& x) {
    const Tensor y = exp(x);
    ctx->save_for_backward({y});
    return y;
  }
  static std::vector<Tensor> backward(AutogradContext* ctx, const std::vector<Tensor>& grads) {
    return {grads[0] * ctx->get_saved_variables()[0]};
  }
};

struct DoubledInPlace : autograd::Function<DoubledInPlace> {
  static Tensor forward(AutogradContext* ctx, Tensor x) {
    x.mul_(2);
    ctx->mark_dirty({x});
    return x;
  }
  static std::vector<Tensor> backward(AutogradContext*, const std::vector<Tensor>& grads) { return {grads[0] * 2}; }
};

struct Wrong : autograd::Function<Wrong> {
  static constexpr const char* kName = "Wrong";
  static Tensor forward(AutogradContext*, const Tensor& x) { return x * x; }
  static std::vector<Tensor> backward(AutogradContext*, const std::vector<Tensor>& grads) { return {grads[0]}; }
};

TEST(Function, UsesTheBackwardOfTheUser) {
  Tensor x = leaf({2});
  ScaledCube::apply(x, 10.0).backward();
  expect_equal(x.grad(), {120});
}

TEST(Function, IsDifferentiableTwice) {
  const auto cube = [](const std::vector<Tensor>& in) { return std::vector{ScaledCube::apply(in[0], 0.5)}; };
  EXPECT_TRUE(autograd::gradcheck(cube, {leaf({1, -2})}));
  EXPECT_TRUE(autograd::gradgradcheck(cube, {leaf({1, -2})}));
  const auto e = [](const std::vector<Tensor>& in) { return std::vector{ExpBySavedOutput::apply(in[0])}; };
  EXPECT_TRUE(autograd::gradgradcheck(e, {leaf({0.5, -1})}));
}

TEST(Function, SavedOutputsFormNoCycle) {
  const int64_t before = memory_stats().current_bytes;
  {
    Tensor x = leaf({1});
    const Tensor y = ExpBySavedOutput::apply(x);
  }
  EXPECT_EQ(memory_stats().current_bytes, before);
}

TEST(Function, MayChangeItsInputInPlace) {
  Tensor x = leaf({3});
  Tensor y = x * 1;
  const Tensor z = DoubledInPlace::apply(y);
  EXPECT_TRUE(z.is_same(y));
  (z * 5).backward();
  expect_equal(x.grad(), {10});
}

TEST(Function, FreesWhatItSaved) {
  Tensor x = leaf({2});
  const Tensor y = ScaledCube::apply(x, 1.0);
  y.backward();
  EXPECT_NE(error_of([&] { y.backward(); }).find("the tensors that ScaledCube saved were freed"), std::string::npos);
}

TEST(Function, RecordsNothingWithoutNeed) {
  EXPECT_FALSE(ScaledCube::apply(ones(1), 1.0).requires_grad());
  const NoGradGuard guard;
  EXPECT_FALSE(ScaledCube::apply(leaf({1}), 1.0).requires_grad());
}

/// x times the first of the factors, with a number besides.
struct Weighted : autograd::Function<Weighted> {
  static Tensor forward(autograd::AutogradContext* ctx, const std::vector<Tensor>& factors, double scale,
                        const Tensor& x) {
    ctx->save_for_backward({factors[0], x});
    ctx->saved_data["scale"] = scale;
    return x * factors[0] * scale + factors[1];
  }
  static std::vector<Tensor> backward(autograd::AutogradContext* ctx, const std::vector<Tensor>& grads) {
    const auto saved = ctx->get_saved_variables();
    const Tensor g = grads[0] * std::any_cast<double>(ctx->saved_data["scale"]);
    return {g * saved[1], grads[0], Tensor(), g * saved[0], Tensor(), Tensor()};
  }
};

/// Returns as many gradients as it is told, all defined from the second on when `defined`.
struct Many : autograd::Function<Many> {
  static Tensor forward(autograd::AutogradContext* ctx, const Tensor& x, int64_t count, bool defined) {
    ctx->saved_data["count"] = count;
    ctx->saved_data["defined"] = defined;
    return x * 1;
  }
  static std::vector<Tensor> backward(autograd::AutogradContext* ctx, const std::vector<Tensor>& grads) {
    std::vector<Tensor> all(std::any_cast<int64_t>(ctx->saved_data["count"]));
    if (std::any_cast<bool>(ctx->saved_data["defined"])) std::fill(all.begin(), all.end(), grads[0]);
    if (!all.empty()) all[0] = grads[0];
    return all;
  }
};

TEST(Function, TakesListsOfTensors) {
  const Tensor a = leaf({2}), b = leaf({5}), x = leaf({3});
  Weighted::apply(std::vector<Tensor>{a, b}, 10.0, x).backward();
  expect_equal(a.grad(), {30});
  expect_equal(b.grad(), {1});
  expect_equal(x.grad(), {20});
}

TEST(Function, MayReturnUndefinedGradientsTooMany) {
  const auto run = [](int64_t count, bool defined) {
    return error_of([&] { Many::apply(leaf({1}), count, defined).backward(); });
  };
  EXPECT_EQ(run(3, false), "");
  EXPECT_EQ(run(7, false), "");
  EXPECT_NE(run(2, false).find("backward returned 2 gradients for 3 arguments"), std::string::npos);
  EXPECT_NE(run(7, true).find("backward returned 7 gradients for 3 arguments"), std::string::npos);
  EXPECT_NE(run(3, true).find("a gradient for argument 1, which is no tensor"), std::string::npos);
}

TEST(Gradcheck, RejectsAWrongGradient) {
  const auto wrong = [](const std::vector<Tensor>& in) { return std::vector{Wrong::apply(in[0])}; };
  const std::string error = error_of([&] { autograd::gradcheck(wrong, {leaf({3})}); });
  EXPECT_NE(error.find("the derivative of element 0 of output 0 by element 0 of input 0 is 1 by backward but"),
            std::string::npos);
  EXPECT_FALSE(autograd::gradcheck(wrong, {leaf({3})}, {.raise_exception = false}));
}

TEST(Gradcheck, NeedsDoublePrecision) {
  const auto twice = [](const std::vector<Tensor>& in) { return std::vector{in[0] * 2}; };
  EXPECT_NE(error_of([&] { autograd::gradcheck(twice, {ones(1).requires_grad_()}); }).find("need float64"),
            std::string::npos);
  EXPECT_NE(error_of([&] { autograd::gradcheck(twice, {ones(1)}); }).find("no input requires grad"), std::string::npos);
}

}  // namespace
}  // namespace ember
