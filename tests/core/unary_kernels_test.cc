// Kernels of one tensor: functions, casts and fills.
#include <algorithm>
#include <bit>
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

struct Unary {
  Kernel<UnaryKernel>& kernel;
  double (*reference)(double);
  double low, high;  ///< of the inputs
  double absolute = 0;
};

double sign(double x) { return (x > 0) - (x < 0); }

const Unary kUnary[] = {
    {kernels::exp, std::exp, -9, 9},
    {kernels::log, std::log, 0.01, 100, 1e-7},
    {kernels::log1p, std::log1p, -0.9, 100},
    {kernels::expm1, std::expm1, -9, 9},
    {kernels::sqrt, std::sqrt, 0, 100},
    {kernels::rsqrt, [](double x) { return 1 / std::sqrt(x); }, 0.01, 100},
    {kernels::reciprocal, [](double x) { return 1 / x; }, -50, 50},
    {kernels::sin, std::sin, -9, 9, 1e-7},
    {kernels::cos, std::cos, -9, 9, 1e-7},
    {kernels::tanh, std::tanh, -6, 6},
    {kernels::erf, std::erf, -5, 5},
    {kernels::sigmoid, sigmoid, -20, 20},
    {kernels::silu, [](double x) { return x * sigmoid(x); }, -20, 20},
    {kernels::gelu, [](double x) { return x * normal_cdf(x); }, -6, 6, 1e-7},
    {kernels::gelu_tanh, [](double x) { return 0.5 * x * (1 + std::tanh(gelu_inner(x))); }, -6, 6, 4e-7},
};

const Unary kExactUnary[] = {
    {kernels::abs, std::abs, -100, 100},
    {kernels::neg, [](double x) { return -x; }, -100, 100},
    {kernels::sign, sign, -3, 3},
    {kernels::floor, std::floor, -9, 9},
    {kernels::ceil, std::ceil, -9, 9},
    {kernels::round, std::nearbyint, -9, 9},
    {kernels::relu, [](double x) { return std::max(x, 0.0); }, -9, 9},
};

std::vector<double> map(double (*f)(double), const std::vector<double>& x) {
  std::vector<double> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = f(x[i]);
  return y;
}

TEST(UnaryKernels, MatchDoubleReferences) {
  for_each_isa([] {
    for (const Unary& op : kUnary) {
      for (DType dtype : kFloatDTypes) {
        for (int64_t size : kSizes) {
          if (size > 2000 && dtype != kFloat32) continue;  // the loops differ no more, only the staging
          SCOPED_TRACE(concat(op.kernel.op(), " ", dtype, " ", size));
          const Tensor x = make(dtype, spread(size, op.low, op.high));
          const Tensor y = empty_tensor(x.sizes(), dtype);
          op.kernel[kCPU](y, x);
          const double absolute = dtype == kFloat64 ? op.absolute * 1e-8 : op.absolute;
          expect_near(values(y), map(op.reference, values(x)), tolerance(dtype) * 3, absolute + smallest_step(dtype));
        }
      }
    }
  });
}

TEST(UnaryKernels, FunctionsOfIntegersAreFloats) {
  for_each_isa([] {
    for (DType dtype : {kUInt8, kInt32, kInt64, kBool}) {
      const Tensor x = make(dtype, {0, 1, 1, 0, 1}), y = empty_tensor({5}, kFloat32);
      kernels::exp[kCPU](y, x);
      expect_near(values(y), map(std::exp, values(x)), 1e-6);
    }
  });
}

TEST(UnaryKernels, ExactOnesAreExactInEveryDType) {
  for_each_isa([] {
    for (const Unary& op : kExactUnary) {
      for (DType dtype : kAllDTypes) {
        if (dtype == kBool) continue;
        SCOPED_TRACE(concat(op.kernel.op(), " ", dtype));
        const bool is_unsigned = dtype == kUInt8;
        const Tensor x = make(dtype, spread(1025, is_unsigned ? 0 : op.low, op.high));
        const Tensor y = empty_tensor(x.sizes(), dtype);
        op.kernel[kCPU](y, x);
        auto expected = map(op.reference, values(x));
        for (double& value : expected) value = rounded_to(value, dtype);
        expect_near(values(y), expected, 0);
      }
    }
  });
}

TEST(UnaryKernels, KeepInfinitiesZerosAndNaN) {
  const std::vector<double> special = {0, -0.0, 1, -1, kInf, -kInf, kNaN, 1e-40, 100, -100, 0.5, 2.5};
  for_each_isa([&] {
    for (const Unary& op : kUnary) {
      const std::string name = op.kernel.op();
      if (name == "silu" || name.starts_with("gelu")) continue;  // -inf times 0
      for (DType dtype : {kFloat32, kFloat64}) {
        SCOPED_TRACE(concat(op.kernel.op(), " ", dtype));
        const Tensor x = make(dtype, special), y = empty_tensor(x.sizes(), dtype);
        op.kernel[kCPU](y, x);
        auto expected = map(op.reference, values(x));
        for (double& value : expected) value = rounded_to(value, dtype);
        // sigmoid(-100) is below the smallest normal float.
        expect_near(values(y), expected, tolerance(dtype) * 3, 1e-38);
      }
    }
    const Tensor x = make(kFloat32, {-kInf, kInf, kNaN, -0.5, 2.5, 3.5, -2.5});
    const Tensor y = empty_tensor(x.sizes(), kFloat32);
    kernels::round[kCPU](y, x);
    expect_near(values(y), {-kInf, kInf, kNaN, 0, 2, 4, -2}, 0);
    kernels::relu[kCPU](y, x);
    expect_near(values(y), {0, kInf, kNaN, 0, 2.5, 3.5, 0}, 0);
    kernels::sign[kCPU](y, x);
    expect_near(values(y), {-1, 1, 0, -1, 1, 1, -1}, 0);
    const Tensor test = empty_tensor(x.sizes(), kBool);
    kernels::isnan[kCPU](test, x);
    EXPECT_EQ(values(test), (std::vector<double>{0, 0, 1, 0, 0, 0, 0}));
    kernels::isinf[kCPU](test, x);
    EXPECT_EQ(values(test), (std::vector<double>{1, 1, 0, 0, 0, 0, 0}));
    kernels::logical_not[kCPU](test, make(kFloat32, {0, 1, kNaN, -0.0, kInf, 2, 0.1}));
    EXPECT_EQ(values(test), (std::vector<double>{1, 0, 0, 1, 0, 0, 0}));
  });
}

TEST(UnaryKernels, GeluVanishesFarLeft) {
  for_each_isa([] {
    for (DType dtype : {kFloat32, kFloat64}) {
      const Tensor x = make(dtype, {-100, -30, 30, 100}), y = empty_tensor(x.sizes(), dtype);
      kernels::gelu[kCPU](y, x);
      expect_near(values(y), {0, 0, 30, 100}, 1e-12, 1e-30);
    }
  });
}

TEST(UnaryKernels, BitwiseNot) {
  for_each_isa([] {
    const Tensor x = make(kInt32, {0, 1, -7}), y = empty_tensor({3}, kInt32);
    kernels::bitwise_not[kCPU](y, x);
    EXPECT_EQ(values(y), (std::vector<double>{-1, -2, 6}));
    const Tensor flags = make(kBool, {0, 1, 1}), inverse = empty_tensor({3}, kBool);
    kernels::bitwise_not[kCPU](inverse, flags);
    EXPECT_EQ(values(inverse), (std::vector<double>{1, 0, 0}));
    const Tensor bytes = make(kUInt8, {0, 255, 7}), flipped = empty_tensor({3}, kUInt8);
    kernels::bitwise_not[kCPU](flipped, bytes);
    EXPECT_EQ(values(flipped), (std::vector<double>{255, 0, 248}));
  });
}

TEST(UnaryKernels, GiveTheSameBitsForAnyNumberOfThreads) {
  for_each_isa([] {
    const Shape sizes = {301, 333};
    for (Layout layout : {Layout::Contiguous, Layout::Transposed}) {
      const Tensor x = make(sizes, kFloat32, spread(sizes.numel(), 0.1, 4), layout);
      for (const Unary& op : kUnary) {
        SCOPED_TRACE(op.kernel.op());
        expect_same_for_any_threads([&] {
          const Tensor y = empty_tensor(sizes, kFloat32);
          op.kernel[kCPU](y, x);
          return y;
        });
      }
    }
  });
}

TEST(MemoryKernels, CastBetweenAllDTypesAndLayouts) {
  for_each_isa([] {
    for (DType from : kAllDTypes) {
      for (DType to : kAllDTypes) {
        for (Layout from_layout : kLayouts) {
          for (Layout to_layout : kLayouts) {
            SCOPED_TRACE(concat(from, " -> ", to));
            for (const Shape& sizes : {Shape{3, 5, 7}, Shape{33, 70}, Shape{1}, Shape{0, 4}}) {
              const Tensor x = make(sizes, from, spread(sizes.numel(), -60, 60), from_layout);
              const Tensor y = make_empty(sizes, to, to_layout);
              kernels::copy[kCPU](y, x);
              auto expected = values(x);
              for (double& value : expected) value = rounded_to(value, to);
              ASSERT_EQ(values(y), expected);
            }
          }
        }
      }
    }
  });
}

TEST(MemoryKernels, CastTheTailsOfLongRuns) {
  for_each_isa([] {
    for (auto [from, to] : {std::pair{kFloat32, kBFloat16},
                            {kBFloat16, kFloat32},
                            {kFloat32, kFloat16},
                            {kFloat16, kFloat32},
                            {kUInt8, kFloat32},
                            {kFloat64, kInt64}}) {
      for (int64_t size : kSizes) {
        const Tensor x = make(from, spread(size, 0, 200)), y = empty_tensor(x.sizes(), to);
        kernels::copy[kCPU](y, x);
        auto expected = values(x);
        for (double& value : expected) value = rounded_to(value, to);
        EXPECT_EQ(values(y), expected);
      }
    }
  });
}

TEST(MemoryKernels, SixteenBitFloatsRoundToEvenAndKeepSpecialValues) {
  for_each_isa([] {
    std::vector<float> input;
    for (uint32_t bits = 0; bits < 0xffff0000u - 40503; bits += 40503) input.push_back(std::bit_cast<float>(bits));
    const int64_t count = static_cast<int64_t>(input.size());
    const Tensor x = empty_tensor(Shape(count), kFloat32);
    std::copy(input.begin(), input.end(), x.data_ptr<float>());
    for (DType dtype : {kFloat16, kBFloat16}) {
      const Tensor small = empty_tensor(x.sizes(), dtype), back = empty_tensor(x.sizes(), kFloat32);
      kernels::copy[kCPU](small, x);
      kernels::copy[kCPU](back, small);
      std::vector<double> expected;
      for (float value : input) expected.push_back(rounded_to(value, dtype));
      expect_near(values(back), expected, 0);
    }
  });
}

TEST(MemoryKernels, FillWritesEveryDTypeAndLayout) {
  for_each_isa([] {
    for (DType dtype : kAllDTypes) {
      for (Layout layout : kLayouts) {
        for (double value : {0.0, 1.0, 3.5}) {
          const Tensor x = make_empty({33, 70}, dtype, layout);
          kernels::fill[kCPU](x, value);
          EXPECT_EQ(values(x), std::vector<double>(33 * 70, rounded_to(value, dtype)));
        }
      }
    }
    const Tensor x = empty_tensor({2}, kInt64);
    kernels::fill[kCPU](x, (int64_t{1} << 62) + 1);
    EXPECT_EQ(x.data_ptr<int64_t>()[1], (int64_t{1} << 62) + 1);
  });
}

}  // namespace
}  // namespace ember
