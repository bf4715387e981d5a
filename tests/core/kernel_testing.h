// For tests of CPU kernels: the kernels of every instruction set that this machine runs, tensors of given values in any
// layout, and element access that shares no code with the kernels.
#pragma once

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

#include "core/cpu/cpu_kernels.h"
#include "ember/core/parallel.h"
#include "ember/ops/tensor.h"

namespace ember::testing {

/// Calls `body` with the kernels of each supported instruction set in use.
void for_each_isa(const std::function<void()>& body);

inline const std::vector<DType> kAllDTypes = {kUInt8,   kInt8,    kInt16,   kInt32, kInt64,
                                              kFloat16, kFloat32, kFloat64, kBool,  kBFloat16};
inline const std::vector<DType> kFloatDTypes = {kFloat16, kBFloat16, kFloat32, kFloat64};
/// Empty, single, and around the widths of vectors, staging blocks and thread ranges.
inline const std::vector<int64_t> kSizes = {0, 1, 7, 1023, 1024, 1025, 100003};

enum class Layout {
  Contiguous,
  Stepped,     ///< every second element of its memory
  Transposed,  ///< dims lie in memory in reversed order
};
inline const std::vector<Layout> kLayouts = {Layout::Contiguous, Layout::Stepped, Layout::Transposed};

Tensor make_empty(const Shape& sizes, DType dtype, Layout layout = Layout::Contiguous);
/// Values in row-major order, converted to `dtype`.
Tensor make(const Shape& sizes, DType dtype, const std::vector<double>& values, Layout layout = Layout::Contiguous);
/// One-dimensional.
inline Tensor make(DType dtype, const std::vector<double>& values) {
  return make(Shape(static_cast<int64_t>(values.size())), dtype, values);
}
/// `count` values that differ, spread over [low, high] in a fixed scrambled order.
std::vector<double> spread(int64_t count, double low, double high);

/// The elements in row-major order.
std::vector<double> values(const Tensor& x);
/// The nearest value that `dtype` holds.
double rounded_to(double value, DType dtype);

// References that kernels and their derivatives share.
inline double sigmoid(double x) { return 1 / (1 + std::exp(-x)); }
inline double normal_cdf(double x) { return 0.5 * std::erfc(-x / std::sqrt(2.0)); }
inline double gelu_inner(double x) { return std::sqrt(2 / M_PI) * (x + 0.044715 * x * x * x); }

/// Fails unless got[i] is expected[i] within `relative` times its size plus `absolute`; NaN equals NaN.
void expect_near(const std::vector<double>& got, const std::vector<double>& expected, double relative,
                 double absolute = 0);
/// A relative tolerance of a few roundings in `dtype`.
double tolerance(DType dtype);
/// The distance of the smallest numbers of `dtype`, where a relative tolerance means nothing.
inline double smallest_step(DType dtype) { return dtype == kFloat16 ? 6e-8 : 0; }

/// Runs `make_result` with 1, 2 and 3 threads and fails unless the results are the same bits.
void expect_same_for_any_threads(const std::function<Tensor()>& make_result);

/// Fails unless `call` throws E with a message that contains `text`.
template <class E, class F>
void expect_throws(F call, const std::string& text) {
  try {
    call();
    ADD_FAILURE() << "no error with \"" << text << "\"";
  } catch (const E& error) {
    EXPECT_NE(std::string(error.what()).find(text), std::string::npos) << error.what();
  }
}

}  // namespace ember::testing
