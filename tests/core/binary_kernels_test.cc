// Kernels of two and three tensors.
#include <algorithm>
#include <cmath>
#include <limits>

#include "ember/core/kernels/activation.h"
#include "ember/core/kernels/creation.h"
#include "ember/core/kernels/pointwise.h"
#include "tests/core/kernel_testing.h"

namespace ember {
namespace {

using namespace testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double density(double x) { return std::exp(-0.5 * x * x) / std::sqrt(2 * M_PI); }

struct Binary {
  Kernel<BinaryKernel>& kernel;
  double (*reference)(double, double);
  double low, high;
  double absolute = 0;
  bool to_bool = false;
};

double floor_remainder(double a, double b) {
  const double rest = std::fmod(a, b);
  return rest != 0 && (rest < 0) != (b < 0) ? rest + b : rest;
}

const Binary kBinary[] = {
    {kernels::add, [](double a, double b) { return a + b; }, -50, 50},
    {kernels::sub, [](double a, double b) { return a - b; }, -50, 50},
    {kernels::mul, [](double a, double b) { return a * b; }, -50, 50},
    {kernels::div, [](double a, double b) { return a / b; }, -50, 50},
    {kernels::maximum, [](double a, double b) { return std::max(a, b); }, -50, 50},
    {kernels::minimum, [](double a, double b) { return std::min(a, b); }, -50, 50},
    {kernels::pow, [](double a, double b) { return std::pow(a, b); }, 0.1, 5},
    {kernels::atan2, [](double a, double b) { return std::atan2(a, b); }, -5, 5},
    {kernels::remainder, floor_remainder, -50, 50, 1e-12},
    {kernels::floor_divide,
     [](double a, double b) { return b == 0 ? a / b : std::round((a - floor_remainder(a, b)) / b); }, -50, 50},
    {kernels::eq, [](double a, double b) { return double(a == b); }, -3, 3, 0, true},
    {kernels::ne, [](double a, double b) { return double(a != b); }, -3, 3, 0, true},
    {kernels::lt, [](double a, double b) { return double(a < b); }, -3, 3, 0, true},
    {kernels::le, [](double a, double b) { return double(a <= b); }, -3, 3, 0, true},
    {kernels::gt, [](double a, double b) { return double(a > b); }, -3, 3, 0, true},
    {kernels::ge, [](double a, double b) { return double(a >= b); }, -3, 3, 0, true},
    {kernels::logical_and, [](double a, double b) { return double(a && b); }, -1, 1, 0, true},
    {kernels::logical_or, [](double a, double b) { return double(a || b); }, -1, 1, 0, true},
    {kernels::logical_xor, [](double a, double b) { return double(!a != !b); }, -1, 1, 0, true},
    {kernels::relu_backward, [](double g, double y) { return y > 0 ? g : 0; }, -2, 2},
    {kernels::sigmoid_backward, [](double g, double y) { return g * y * (1 - y); }, -2, 2, 1e-6},
    {kernels::tanh_backward, [](double g, double y) { return g * (1 - y * y); }, -2, 2, 1e-6},
    {kernels::silu_backward, [](double g, double x) { return g * sigmoid(x) * (1 + x * (1 - sigmoid(x))); }, -9, 9,
     4e-6},
    {kernels::gelu_backward, [](double g, double x) { return g * (normal_cdf(x) + x * density(x)); }, -5, 5, 1e-6},
    {kernels::gelu_tanh_backward,
     [](double g, double x) {
       const double t = std::tanh(gelu_inner(x));
       const double slope = std::sqrt(2 / M_PI) * (1 + 3 * 0.044715 * x * x);
       return g * 0.5 * (1 + t + x * (1 - t * t) * slope);
     },
     -4, 4, 1e-5},
};

std::vector<double> map(double (*f)(double, double), const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> y(a.size());
  for (size_t i = 0; i < a.size(); ++i) y[i] = f(a[i], b[b.size() == 1 ? 0 : i]);
  return y;
}

TEST(BinaryKernels, MatchDoubleReferences) {
  for_each_isa([] {
    for (const Binary& op : kBinary) {
      for (DType dtype : kFloatDTypes) {
        for (int64_t size : kSizes) {
          if (size > 2000 && dtype != kFloat32) continue;  // the loops differ no more, only the staging
          SCOPED_TRACE(concat(op.kernel.op(), " ", dtype, " ", size));
          const Tensor a = make(dtype, spread(size, op.low, op.high));
          auto second = spread(size, op.low, op.high);
          std::rotate(second.begin(), second.begin() + size / 3, second.end());
          const Tensor b = make(dtype, second);
          const Tensor y = empty_tensor(a.sizes(), op.to_bool ? kBool : dtype);
          op.kernel[kCPU](y, a, b);
          const double absolute = dtype == kFloat64 ? op.absolute * 1e-8 : op.absolute;
          auto expected = map(op.reference, values(a), values(b));
          if (!op.to_bool && dtype != kFloat64)
            for (double& value : expected) value = rounded_to(value, dtype);
          expect_near(values(y), expected, tolerance(dtype) * 3, absolute + smallest_step(dtype));
        }
      }
    }
  });
}

TEST(BinaryKernels, TakeScalarsAndRepeatedRowsLikeFullTensors) {
  for_each_isa([] {
    for (const Binary& op : kBinary) {
      SCOPED_TRACE(op.kernel.op());
      const Tensor a = make({5, 300}, kFloat32, spread(1500, op.low, op.high));
      const DType out = op.to_bool ? kBool : kFloat32;
      const Tensor column = make({5, 1}, kFloat32, spread(5, op.low, op.high));
      const Tensor full = empty_tensor({5, 300}, kFloat32);
      kernels::copy[kCPU](full, column);
      const Tensor expected = empty_tensor({5, 300}, out), got = empty_tensor({5, 300}, out);
      op.kernel[kCPU](expected, a, full);
      op.kernel[kCPU](got, a, column);
      expect_near(values(got), values(expected), 1e-6, 1e-7);
      op.kernel[kCPU](expected, full, a);
      op.kernel[kCPU](got, column, a);
      expect_near(values(got), values(expected), 1e-6, 1e-7);
      const Tensor number = make({}, kFloat64, {1.5});
      kernels::copy[kCPU](full, number);
      number.impl()->is_wrapped_number = true;
      op.kernel[kCPU](expected, a, full);
      op.kernel[kCPU](got, a, number);
      expect_near(values(got), values(expected), 1e-6, 1e-7);
    }
  });
}

TEST(BinaryKernels, IntegersWrapAndDivideDown) {
  for_each_isa([] {
    const auto run = [&](BinaryKernel* kernel, DType dtype, std::vector<double> a, std::vector<double> b) {
      const Tensor y = empty_tensor(Shape(static_cast<int64_t>(a.size())), dtype);
      kernel(y, make(dtype, a), make(dtype, b));
      return values(y);
    };
    using Values = std::vector<double>;
    EXPECT_EQ(run(kernels::add[kCPU], kUInt8, {250, 3}, {10, 4}), (Values{4, 7}));
    EXPECT_EQ(run(kernels::sub[kCPU], kUInt8, {3}, {5}), (Values{254}));
    EXPECT_EQ(run(kernels::mul[kCPU], kInt8, {100}, {3}), (Values{44}));
    EXPECT_EQ(run(kernels::add[kCPU], kInt32, {2147483647}, {1}), (Values{-2147483648.0}));
    EXPECT_EQ(run(kernels::floor_divide[kCPU], kInt32, {7, -7, 7, -7, 6}, {2, 2, -2, -2, 3}),
              (Values{3, -4, -4, 3, 2}));
    EXPECT_EQ(run(kernels::remainder[kCPU], kInt64, {7, -7, 7, -7, 6}, {2, 2, -2, -2, 3}), (Values{1, 1, -1, -1, 0}));
    EXPECT_EQ(run(kernels::floor_divide[kCPU], kInt32, {-2147483648.0}, {-1}), (Values{-2147483648.0}));
    EXPECT_EQ(run(kernels::remainder[kCPU], kInt32, {-2147483648.0}, {-1}), (Values{0}));
    EXPECT_EQ(run(kernels::pow[kCPU], kInt64, {2, -3, 0, 1, -1, 5}, {10, 3, 0, -4, -3, -1}),
              (Values{1024, -27, 1, 1, -1, 0}));
    EXPECT_EQ(run(kernels::add[kCPU], kBool, {0, 1, 1}, {0, 0, 1}), (Values{0, 1, 1}));
    EXPECT_EQ(run(kernels::mul[kCPU], kBool, {0, 1, 1}, {0, 0, 1}), (Values{0, 0, 1}));
    EXPECT_EQ(run(kernels::bitwise_and[kCPU], kInt32, {12, -1}, {10, 255}), (Values{8, 255}));
    EXPECT_EQ(run(kernels::bitwise_or[kCPU], kUInt8, {12, 128}, {10, 1}), (Values{14, 129}));
    EXPECT_EQ(run(kernels::bitwise_xor[kCPU], kInt16, {12, -1}, {10, 1}), (Values{6, -2}));
    EXPECT_EQ(run(kernels::bitwise_xor[kCPU], kBool, {1, 1}, {0, 1}), (Values{1, 0}));
  });
}

TEST(BinaryKernels, CompareLargeIntegersExactly) {
  for_each_isa([] {
    const Tensor a = empty_tensor({2}, kInt64), b = empty_tensor({2}, kInt64);
    a.data_ptr<int64_t>()[0] = (int64_t{1} << 60) + 1, a.data_ptr<int64_t>()[1] = 5;
    b.data_ptr<int64_t>()[0] = int64_t{1} << 60, b.data_ptr<int64_t>()[1] = 5;
    const Tensor y = empty_tensor({2}, kBool);
    kernels::eq[kCPU](y, a, b);
    EXPECT_EQ(values(y), (std::vector<double>{0, 1}));
    kernels::gt[kCPU](y, a, b);
    EXPECT_EQ(values(y), (std::vector<double>{1, 0}));
  });
}

TEST(BinaryKernels, CarryNaNAndInfinities) {
  for_each_isa([] {
    for (DType dtype : {kFloat32, kFloat64}) {
      const Tensor a = make(dtype, {kNaN, 1, kInf, 1, 5, -5, 1e30, -4});
      const Tensor b = make(dtype, {1, kNaN, kInf, kInf, kInf, kInf, 3, 0});
      const Tensor y = empty_tensor({8}, dtype);
      kernels::maximum[kCPU](y, a, b);
      expect_near(values(y), {kNaN, kNaN, kInf, kInf, kInf, kInf, rounded_to(1e30, dtype), 0}, 0);
      kernels::minimum[kCPU](y, a, b);
      expect_near(values(y), {kNaN, kNaN, kInf, 1, 5, -5, 3, -4}, 0);
      kernels::remainder[kCPU](y, a, b);
      expect_near(values(y), {kNaN, kNaN, kNaN, 1, 5, kInf, std::fmod(rounded_to(1e30, dtype), 3), kNaN}, 0);
      kernels::floor_divide[kCPU](y, make(dtype, {5, -5, 5, 1, kNaN, -1, 0, 7}),
                                  make(dtype, {0, 3, kInf, -0.1, 1, 0, 0, 7}));
      expect_near(values(y), {kInf, -2, 0, -10, kNaN, -kInf, kNaN, 1}, 0);
    }
  });
}

TEST(BinaryKernels, RemainderOfHugeQuotientsIsExact) {
  for_each_isa([] {
    std::vector<double> a, b;
    for (int i = 0; i < 600; ++i) {
      a.push_back(rounded_to(std::pow(1.3, i % 140) * (i % 2 ? -1 : 1), kFloat32));
      b.push_back(rounded_to(0.37 + i % 7, kFloat32));
    }
    const Tensor y = empty_tensor({600}, kFloat32);
    kernels::remainder[kCPU](y, make(kFloat32, a), make(kFloat32, b));
    auto expected = map(floor_remainder, a, b);
    for (double& value : expected) value = rounded_to(value, kFloat32);
    expect_near(values(y), expected, 1e-7);
  });
}

TEST(BinaryKernels, SayWhatTheyCannotDo) {
  for_each_isa([] {
    const Tensor ints = make(kInt32, {3, 4}), zeros = make(kInt32, {1, 0});
    const Tensor floats = make(kFloat32, {3, 4}), bools = make(kBool, {0, 1});
    const Tensor y = empty_tensor({2}, kInt32);
    expect_throws<Error>([&] { kernels::floor_divide[kCPU](y, ints, zeros); }, "floor_divide: division by zero");
    expect_throws<Error>([&] { kernels::remainder[kCPU](y, ints, zeros); }, "remainder: division by zero");
    expect_throws<Error>([&] { kernels::sub[kCPU](bools, bools, bools); }, "sub: two bool tensors");
    expect_throws<Error>([&] { kernels::pow[kCPU](y, ints, Tensor(-1)); }, "pow: integers have no negative");
    expect_throws<NotImplementedError>([&] { kernels::bitwise_and[kCPU](floats, floats, floats); },
                                       "bitwise_and: not implemented for dtype float32");
    expect_throws<NotImplementedError>([&] { kernels::neg[kCPU](bools, bools); },
                                       "neg: not implemented for dtype bool");
  });
}

TEST(PowKernel, ConstantExponentsMatchTheGeneralPower) {
  for_each_isa([] {
    for (double exponent : {2.0, 3.0, 0.5, -0.5, -1.0, -2.0, 1.7, 0.0, 1.0}) {
      for (DType dtype : {kFloat32, kFloat64}) {
        const Tensor x = make(dtype, spread(1025, 0.1, 9)), y = empty_tensor({1025}, dtype);
        kernels::pow[kCPU](y, x, Tensor(exponent));
        std::vector<double> expected;
        for (double value : values(x)) expected.push_back(std::pow(value, exponent));
        expect_near(values(y), expected, tolerance(dtype) * 3);
      }
    }
    const Tensor x = make(kInt64, {-3, 2, 7}), y = empty_tensor({3}, kInt64);
    kernels::pow[kCPU](y, x, Tensor(3));
    EXPECT_EQ(values(y), (std::vector<double>{-27, 8, 343}));
  });
}

TEST(TernaryKernels, WhereAddScaledAndClamp) {
  for_each_isa([] {
    for (DType dtype : kAllDTypes) {
      SCOPED_TRACE(to_string(dtype));
      const auto a = spread(1025, 0, 60), b = spread(1025, 60, 100);
      std::vector<double> condition, expected;
      for (size_t i = 0; i < a.size(); ++i) {
        condition.push_back(i % 3 == 0);
        expected.push_back(rounded_to(i % 3 == 0 ? a[i] : b[i], dtype));
      }
      const Tensor x = make(dtype, a), z = make(dtype, b), y = empty_tensor({1025}, dtype);
      kernels::where[kCPU](y, make(kBool, condition), x, z);
      EXPECT_EQ(values(y), expected);
      if (dtype == kBool) continue;
      kernels::clamp[kCPU](y, x, 10, 40);
      expected = values(x);
      for (double& value : expected) value = std::clamp(value, 10.0, 40.0);
      EXPECT_EQ(values(y), expected);
      kernels::add_scaled[kCPU](y, x, z, 2);
      expected = map([](double p, double q) { return p + 2 * q; }, values(x), values(z));
      for (double& value : expected) value = rounded_to(value, dtype);
      expect_near(values(y), expected, tolerance(dtype));
    }
    const Tensor y = empty_tensor({3}, kFloat32), x = make(kFloat32, {kNaN, 1, 5});
    kernels::clamp[kCPU](y, x, -kInf, 3);
    expect_near(values(y), {kNaN, 1, 3}, 0);
    kernels::clamp[kCPU](y, x, kNaN, 3);
    expect_near(values(y), {kNaN, kNaN, kNaN}, 0);
    kernels::clamp[kCPU](y, x, 3, 2);
    expect_near(values(y), {kNaN, 2, 2}, 0);
    const Tensor ints = make(kInt64, {-5, 0, 5}), out = empty_tensor({3}, kInt64);
    kernels::clamp[kCPU](out, ints, -kInf, kInf);
    EXPECT_EQ(values(out), (std::vector<double>{-5, 0, 5}));
  });
}

TEST(BinaryKernels, GiveTheSameBitsForAnyNumberOfThreads) {
  for_each_isa([] {
    const Shape sizes = {301, 333};
    for (Layout layout : {Layout::Contiguous, Layout::Transposed}) {
      const Tensor x = make(sizes, kFloat32, spread(sizes.numel(), 0.1, 4), layout);
      const Tensor row = make({333}, kFloat32, spread(333, 0.1, 4));
      for (const Binary& op : kBinary) {
        SCOPED_TRACE(op.kernel.op());
        expect_same_for_any_threads([&] {
          const Tensor y = empty_tensor(sizes, op.to_bool ? kBool : kFloat32);
          op.kernel[kCPU](y, x, row);
          return y;
        });
      }
    }
  });
}

TEST(BinaryKernels, WorkInPlace) {
  for_each_isa([] {
    for (Layout layout : kLayouts) {
      for (DType dtype : kFloatDTypes) {
        for (const Binary& op : kBinary) {
          if (op.to_bool) continue;
          SCOPED_TRACE(concat(op.kernel.op(), " ", dtype));
          const Tensor a = make({40, 51}, dtype, spread(2040, op.low, op.high), layout);
          const Tensor b = make({40, 51}, dtype, spread(2040, op.low, op.high));
          const Tensor expected = empty_tensor({40, 51}, dtype);
          op.kernel[kCPU](expected, a, b);
          op.kernel[kCPU](a, a, b);
          expect_near(values(a), values(expected), tolerance(dtype));
        }
      }
    }
  });
}
}  // namespace
}  // namespace ember
