#include <cmath>

#include "ember/core/kernels/creation.h"
#include "ember/core/kernels/optimizer.h"
#include "ember/core/optimizer_step.h"
#include "tests/core/kernel_testing.h"

namespace ember {
namespace {

using namespace testing;

/// The optimizers' published formulas on doubles, one parameter tensor at a time.
struct Reference {
  std::vector<double> param, first, second, max_second;

  void sgd(const OptimizerStep& step, const std::vector<double>& grads) {
    for (size_t i = 0; i < param.size(); ++i) {
      double g = step.maximize ? -grads[i] : grads[i];
      g += step.weight_decay * param[i];
      if (step.momentum != 0) {
        first[i] = step.step == 1 ? g : step.momentum * first[i] + (1 - step.dampening) * g;
        g = step.nesterov ? g + step.momentum * first[i] : first[i];
      }
      param[i] -= step.lr * g;
    }
  }

  void adam(const OptimizerStep& step, const std::vector<double>& grads) {
    const double correction1 = 1 - std::pow(step.beta1, step.step);
    const double correction2 = 1 - std::pow(step.beta2, step.step);
    for (size_t i = 0; i < param.size(); ++i) {
      double g = step.maximize ? -grads[i] : grads[i];
      if (step.decoupled)
        param[i] *= 1 - step.lr * step.weight_decay;
      else
        g += step.weight_decay * param[i];
      first[i] = step.beta1 * first[i] + (1 - step.beta1) * g;
      second[i] = step.beta2 * second[i] + (1 - step.beta2) * g * g;
      max_second[i] = std::max(max_second[i], second[i]);
      const double bound = step.amsgrad ? max_second[i] : second[i];
      param[i] -= step.lr / correction1 * first[i] / (std::sqrt(bound / correction2) + step.eps);
    }
  }
};

const std::vector<int64_t> kParamSizes = {3, 0, 1, 5000, 70001, 17};

/// Runs five steps on tensors of several sizes and compares each parameter with the reference.
void check_against_reference(bool adam, DType dtype, OptimizerStep options) {
  OptimizerStep step = options;
  std::vector<Reference> references;
  for (int64_t size : kParamSizes) {
    step.params.push_back(make(dtype, spread(size, -2, 2)));
    references.push_back(
        {values(step.params.back()), std::vector<double>(size), std::vector<double>(size), std::vector<double>(size)});
    const auto zeros = [&] { return make(dtype, std::vector<double>(size)); };
    if (adam || options.momentum != 0) step.first.push_back(zeros());
    if (adam) step.second.push_back(zeros());
    if (options.amsgrad) step.max_second.push_back(zeros());
  }
  // Step 1 must not look at what the momentum buffers hold.
  if (!adam && options.momentum != 0) kernels::fill[kCPU](step.first[0], NAN);
  for (step.step = 1; step.step <= 5; ++step.step) {
    step.grads.clear();
    for (size_t p = 0; p < kParamSizes.size(); ++p) {
      const double scale = static_cast<double>(step.step % 3) + 0.5;
      step.grads.push_back(make(dtype, spread(kParamSizes[p], -scale, 0.7)));
      const auto grads = values(step.grads.back());
      if (adam)
        references[p].adam(step, grads);
      else
        references[p].sgd(step, grads);
    }
    (adam ? kernels::adam : kernels::sgd)[kCPU](step);
  }
  const double relative = dtype == kFloat64 ? 1e-12 : dtype == kFloat32 ? 2e-5 : 0.03;
  for (size_t p = 0; p < kParamSizes.size(); ++p)
    expect_near(values(step.params[p]), references[p].param, relative, relative);
}

TEST(OptimizerKernels, SgdMatchesItsFormula) {
  for_each_isa([] {
    for (DType dtype : kFloatDTypes) {
      SCOPED_TRACE(to_string(dtype));
      OptimizerStep plain;
      plain.lr = 0.1;
      check_against_reference(false, dtype, plain);
      OptimizerStep momentum = plain;
      momentum.momentum = 0.9;
      momentum.dampening = 0.2;
      momentum.weight_decay = 0.01;
      check_against_reference(false, dtype, momentum);
      OptimizerStep nesterov = plain;
      nesterov.momentum = 0.8;
      nesterov.nesterov = nesterov.maximize = true;
      check_against_reference(false, dtype, nesterov);
    }
  });
}

TEST(OptimizerKernels, AdamMatchesItsFormula) {
  for_each_isa([] {
    for (DType dtype : kFloatDTypes) {
      SCOPED_TRACE(to_string(dtype));
      OptimizerStep plain;
      plain.lr = 0.01, plain.beta1 = 0.9, plain.beta2 = 0.99;
      plain.eps = dtype == kFloat16 ? 1e-3 : 1e-8;
      check_against_reference(true, dtype, plain);
      OptimizerStep decayed = plain;
      decayed.weight_decay = 0.1;
      decayed.amsgrad = true;
      check_against_reference(true, dtype, decayed);
      OptimizerStep decoupled = plain;
      decoupled.weight_decay = 0.1;
      decoupled.decoupled = decoupled.maximize = true;
      check_against_reference(true, dtype, decoupled);
    }
  });
}

TEST(OptimizerKernels, GiveTheSameBitsForAnyNumberOfThreads) {
  for_each_isa([] {
    for (bool adam : {false, true}) {
      expect_same_for_any_threads([&] {
        OptimizerStep step;
        step.lr = 0.1, step.beta1 = 0.9, step.beta2 = 0.99, step.eps = 1e-8, step.momentum = 0.9;
        for (int64_t size : {40001, 300, 70007}) {
          step.params.push_back(make(kFloat32, spread(size, -2, 2)));
          step.grads.push_back(make(kFloat32, spread(size, -1, 2)));
          step.first.push_back(make(kFloat32, spread(size, -1, 1)));
          step.second.push_back(make(kFloat32, spread(size, 0.1, 1)));
        }
        step.step = 2;
        (adam ? kernels::adam : kernels::sgd)[kCPU](step);
        return step.params[2];
      });
    }
  });
}

TEST(OptimizerKernels, RejectIntegersAndForeignShapes) {
  for_each_isa([] {
    OptimizerStep step;
    step.params = {make(kInt32, {1, 2})};
    step.grads = {make(kInt32, {1, 2})};
    expect_throws<NotImplementedError>([&] { kernels::sgd[kCPU](step); }, "sgd: not implemented for dtype int32");
    step.params = {make(kFloat32, {1, 2})};
    step.grads = {make(kFloat32, {1, 2, 3})};
    expect_throws<Error>([&] { kernels::sgd[kCPU](step); }, "sgd: gradients and states must be contiguous");
  });
}

}  // namespace
}  // namespace ember
