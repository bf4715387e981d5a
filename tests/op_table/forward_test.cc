// Forward mode of every op of the table: tangents are what differences give, those of tangents and of gradients too.
#include <gtest/gtest.h>

#include "ember/autograd/backward.h"
#include "ember/core/random.h"
#include "ember/func/flat.h"
#include "tests/op_table/results.h"

namespace op_table {
namespace {

using namespace ember;
using Derivatives = func::flat::Derivatives;

/// An op as a function of those inputs that have gradients.
class Differentiable {
 public:
  Differentiable(const Row& row, const Sample& sample) : op_(row.op), inputs_(make(sample, kFloat64)) {
    for (size_t k = 0; k < inputs_.size(); ++k) {
      if (!inputs_[k].requires_grad()) continue;
      places_.push_back(k);
      variables.push_back(inputs_[k].detach());
      directions.push_back(weights_like(inputs_[k].detach()));
    }
    for (const Tensor& y : call(inputs_)) have_gradients_.push_back(y.requires_grad());
  }

  /// Of the outputs those that have gradients.
  Tensors operator()(const Tensors& x) const {
    Tensors inputs;
    for (const Tensor& input : inputs_) inputs.push_back(input.detach());
    for (size_t k = 0; k < places_.size(); ++k) inputs[places_[k]] = x[k];
    const Tensors outputs = call(inputs);
    Tensors chosen;
    for (size_t i = 0; i < outputs.size(); ++i)
      if (have_gradients_[i]) chosen.push_back(outputs[i]);
    return chosen;
  }

  static Tensor weights_like(const Tensor& x) {
    const Tensor numbers = reshape(arange(x.numel(), TensorOptions(kFloat64)), x.sizes());
    return to(cos(numbers * 1.7 + 0.3), x.dtype());
  }

  Tensors variables, directions;

 private:
  Tensors call(const Tensors& inputs) const {
    manual_seed(0);
    return op_(inputs);
  }

  Function op_;
  Tensors inputs_;
  std::vector<size_t> places_;
  std::vector<bool> have_gradients_;
};

Tensors moved(const Tensors& x, const Tensors& directions, double step) {
  Tensors y;
  for (size_t k = 0; k < x.size(); ++k) y.push_back(x[k] + directions[k] * step);
  return y;
}

/// The derivative of f along the directions by central differences.
Tensors by_differences(const func::flat::Function& f, const Tensors& x, const Tensors& directions) {
  constexpr double kStep = 1e-5;
  const Tensors ahead = f(moved(x, directions, kStep)), behind = f(moved(x, directions, -kStep));
  Tensors slopes;
  for (size_t i = 0; i < ahead.size(); ++i) slopes.push_back(((ahead[i] - behind[i]) / (2 * kStep)).detach());
  return slopes;
}

void expect_close(const Tensors& actual, const Tensors& expected, double tolerance, const std::string& what) {
  ASSERT_EQ(actual.size(), expected.size()) << what;
  for (size_t i = 0; i < actual.size(); ++i) {
    ASSERT_EQ(actual[i].sizes(), expected[i].sizes()) << what << " " << i;
    ASSERT_EQ(actual[i].dtype(), expected[i].dtype()) << what << " " << i;
    const auto real = [](const Tensor& x) { return x.is_complex() ? view_as_real(x.detach()) : x.detach(); };
    const Tensor a = real(actual[i]), b = real(expected[i]);
    if (a.numel() == 0) continue;
    EXPECT_TRUE(allclose(a, b, tolerance, tolerance))
        << what << " " << i << " is off by " << (a - b).abs().max().item<double>();
  }
}

class Forward : public testing::TestWithParam<Row> {
 protected:
  template <class Check>
  void for_each_sample(const Check& check) const {
    for (const Sample& sample : GetParam().samples) {
      const Differentiable f(GetParam(), sample);
      if (!f.variables.empty()) check(f);
    }
  }
};

Derivatives along(const Differentiable& f, const Tensors& x) {
  return func::flat::jvp([&](const Tensors& y) { return f(y); }, x, f.directions);
}

// Where there is no second derivative, the pullback cannot be differentiated for the tangent either.
TEST_P(Forward, GivesTheSlopeAlongADirection) {
  if (!GetParam().has_second_gradient) return;
  for_each_sample([](const Differentiable& f) {
    const Derivatives found = along(f, f.variables);
    expect_close(found.outputs, f(f.variables), 1e-10, "value");
    expect_close(found.derivatives, by_differences([&](const Tensors& x) { return f(x); }, f.variables, f.directions),
                 1e-5, "tangent");
    for (const Tensor& tangent : found.derivatives) EXPECT_FALSE(tangent.requires_grad());
  });
}

TEST_P(Forward, DifferentiatesItself) {
  if (!GetParam().has_second_gradient) return;
  for_each_sample([](const Differentiable& f) {
    const auto slope = [&](const Tensors& x) { return along(f, x).derivatives; };
    expect_close(func::flat::jvp(slope, f.variables, f.directions).derivatives,
                 by_differences(slope, f.variables, f.directions), 1e-4, "second tangent");
  });
}

TEST_P(Forward, MeetsBackwardInEitherOrder) {
  if (!GetParam().has_second_gradient) return;
  // Eigenvectors have a factor that is free, and backward refuses a sum that depends on it.
  if (GetParam().name == "eig" || GetParam().name == "eig_of_complex") return;
  for_each_sample([](const Differentiable& f) {
    const auto pulled = [&](const Tensors& x) {
      const func::flat::Pullback pullback = func::flat::vjp([&](const Tensors& y) { return f(y); }, x);
      Tensors weights;
      for (const Tensor& y : pullback.outputs) weights.push_back(Differentiable::weights_like(y.detach()));
      return pullback(weights);
    };
    const Tensors over_reverse = func::flat::jvp(pulled, f.variables, f.directions).derivatives;
    expect_close(over_reverse, by_differences(pulled, f.variables, f.directions), 1e-4, "tangent of the gradient");
    const auto pushed = [&](const Tensors& x) {
      Tensor sum = zeros({}, TensorOptions(kFloat64));
      for (const Tensor& tangent : along(f, x).derivatives) {
        const Tensor weighted = tangent * conj(Differentiable::weights_like(tangent.detach()));
        sum = sum + ember::sum(weighted.is_complex() ? real(weighted) : weighted);
      }
      return Tensors{sum};
    };
    expect_close(func::flat::grad_and_value(pushed, f.variables).derivatives, over_reverse, 1e-8,
                 "gradient of the tangent");
  });
}

std::vector<Row> differentiable_rows() {
  std::vector<Row> rows = all_rows();
  std::erase_if(rows, [](const Row& row) { return !row.has_gradient; });
  return rows;
}

INSTANTIATE_TEST_SUITE_P(All, Forward, testing::ValuesIn(differentiable_rows()),
                         [](const auto& info) { return info.param.name; });

}  // namespace
}  // namespace op_table
