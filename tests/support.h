// What C++ tests share: comparing tensors with numbers, and catching error messages.
#pragma once

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "ember/autograd/grad_mode.h"
#include "ember/core/allocator.h"
#include "ember/ops/ops.h"

namespace ember::test {

/// The elements in row-major order, as doubles.
inline std::vector<double> values(const Tensor& x) {
  const NoGradGuard no_grad;
  const Tensor flat = x.detach().to(kFloat64).contiguous();
  return {flat.data_ptr<double>(), flat.data_ptr<double>() + flat.numel()};
}

inline void expect_equal(const Tensor& x, const std::vector<double>& expected) {
  ASSERT_TRUE(x.defined());
  EXPECT_EQ(values(x), expected);
}

inline void expect_near(const Tensor& x, const std::vector<double>& expected, double tolerance = 1e-6) {
  ASSERT_TRUE(x.defined());
  const std::vector<double> found = values(x);
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], tolerance) << "element " << i;
}

/// The message of the Error that `action` throws; empty when it throws none.
template <class F>
std::string error_of(F&& action) {
  try {
    action();
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

}  // namespace ember::test
