// Kernels of one tensor: functions, casts and fills.
#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "tests/core/kernel_testing.h"

namespace ember {
namespace {

using namespace testing;

constexpr double kInf = std::numeric_limits<double>::infinity();
constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

struct Unary {
  const char* name;
  UnaryKernel* Backend::*slot;
  double (*reference)(double);
  double low, high;  ///< of the inputs
  double absolute = 0;
};

double sign(double x) { return (x > 0) - (x < 0); }

const Unary kUnary[] = {
    {"exp", &Backend::exp, std::exp, -9, 9},
    {"log", &Backend::log, std::log, 0.01, 100, 1e-7},
    {"log1p", &Backend::log1p, std::log1p, -0.9, 100},
    {"expm1", &Backend::expm1, std::expm1, -9, 9},
    {"sqrt", &Backend::sqrt, std::sqrt, 0, 100},
    {"rsqrt", &Backend::rsqrt, [](double x) { return 1 / std::sqrt(x); }, 0.01, 100},
    {"reciprocal", &Backend::reciprocal, [](double x) { return 1 / x; }, -50, 50},
    {"sin", &Backend::sin, std::sin, -9, 9, 1e-7},
    {"cos", &Backend::cos, std::cos, -9, 9, 1e-7},
    {"tanh", &Backend::tanh, std::tanh, -6, 6},
    {"erf", &Backend::erf, std::erf, -5, 5},
    {"sigmoid", &Backend::sigmoid, sigmoid, -20, 20},
    {"silu", &Backend::silu, [](double x) { return x * sigmoid(x); }, -20, 20},
    {"gelu", &Backend::gelu, [](double x) { return x * normal_cdf(x); }, -6, 6, 1e-7},
    {"gelu_tanh", &Backend::gelu_tanh, [](double x) { return 0.5 * x * (1 + std::tanh(gelu_inner(x))); }, -6, 6, 4e-7},
    {"softplus", &Backend::softplus, [](double x) { return std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))); },
     -20, 20},
};

const Unary kExactUnary[] = {
    {"abs", &Backend::abs, std::abs, -100, 100},
    {"neg", &Backend::neg, [](double x) { return -x; }, -100, 100},
    {"sign", &Backend::sign, sign, -3, 3},
    {"floor", &Backend::floor, std::floor, -9, 9},
    {"ceil", &Backend::ceil, std::ceil, -9, 9},
    {"round", &Backend::round, std::nearbyint, -9, 9},
    {"relu", &Backend::relu, [](double x) { return std::max(x, 0.0); }, -9, 9},
};

std::vector<double> map(double (*f)(double), const std::vector<double>& x) {
  std::vector<double> y(x.size());
  for (size_t i = 0; i < x.size(); ++i) y[i] = f(x[i]);
  return y;
}

TEST(UnaryKernels, MatchDoubleReferences) {
  for_each_isa([](const Backend& table) {
    for (const Unary& op : kUnary) {
      for (DType dtype : kFloatDTypes) {
        for (int64_t size : kSizes) {
          if (size > 2000 && dtype != kFloat32) continue;  // the loops differ no more, only the staging
          SCOPED_TRACE(concat(op.name, " ", dtype, " ", size));
          const Tensor x = make(dtype, spread(size, op.low, op.high));
          const Tensor y = empty_tensor(x.sizes(), dtype);
          (table.*op.slot)(y, x);
          const double absolute = dtype == kFloat64 ? op.absolute * 1e-8 : op.absolute;
          expect_near(values(y), map(op.reference, values(x)), tolerance(dtype) * 3, absolute + smallest_step(dtype));
        }
      }
    }
  });
}

TEST(UnaryKernels, FunctionsOfIntegersAreFloats) {
  for_each_isa([](const Backend& table) {
    for (DType dtype : {kUInt8, kInt32, kInt64, kBool}) {
      const Tensor x = make(dtype, {0, 1, 1, 0, 1}), y = empty_tensor({5}, kFloat32);
      table.exp(y, x);
      expect_near(values(y), map(std::exp, values(x)), 1e-6);
    }
  });
}

TEST(UnaryKernels, ExactOnesAreExactInEveryDType) {
  for_each_isa([](const Backend& table) {
    for (const Unary& op : kExactUnary) {
      for (DType dtype : kAllDTypes) {
        if (dtype == kBool) continue;
        SCOPED_TRACE(concat(op.name, " ", dtype));
        const bool is_unsigned = dtype == kUInt8;
        const Tensor x = make(dtype, spread(1025, is_unsigned ? 0 : op.low, op.high));
        const Tensor y = empty_tensor(x.sizes(), dtype);
        (table.*op.slot)(y, x);
        auto expected = map(op.reference, values(x));
        for (double& value : expected) value = rounded_to(value, dtype);
        expect_near(values(y), expected, 0);
      }
    }
  });
}

TEST(UnaryKernels, KeepInfinitiesZerosAndNaN) {
  const std::vector<double> special = {0, -0.0, 1, -1, kInf, -kInf, kNaN, 1e-40, 100, -100, 0.5, 2.5};
  for_each_isa([&](const Backend& table) {
    for (const Unary& op : kUnary) {
      const std::string name = op.name;
      if (name == "silu" || name.starts_with("gelu")) continue;  // -inf times 0
      for (DType dtype : {kFloat32, kFloat64}) {
        SCOPED_TRACE(concat(op.name, " ", dtype));
        const Tensor x = make(dtype, special), y = empty_tensor(x.sizes(), dtype);
        (table.*op.slot)(y, x);
        auto expected = map(op.reference, values(x));
        for (double& value : expected) value = rounded_to(value, dtype);
        // sigmoid(-100) is below the smallest normal float.
        expect_near(values(y), expected, tolerance(dtype) * 3, 1e-38);
      }
    }
    const Tensor x = make(kFloat32, {-kInf, kInf, kNaN, -0.5, 2.5, 3.5, -2.5});
    const Tensor y = empty_tensor(x.sizes(), kFloat32);
    table.round(y, x);
    expect_near(values(y), {-kInf, kInf, kNaN, 0, 2, 4, -2}, 0);
    table.relu(y, x);
    expect_near(values(y), {0, kInf, kNaN, 0, 2.5, 3.5, 0}, 0);
    table.sign(y, x);
    expect_near(values(y), {-1, 1, 0, -1, 1, 1, -1}, 0);
    const Tensor test = empty_tensor(x.sizes(), kBool);
    table.isnan(test, x);
    EXPECT_EQ(values(test), (std::vector<double>{0, 0, 1, 0, 0, 0, 0}));
    table.isinf(test, x);
    EXPECT_EQ(values(test), (std::vector<double>{1, 1, 0, 0, 0, 0, 0}));
    table.logical_not(test, make(kFloat32, {0, 1, kNaN, -0.0, kInf, 2, 0.1}));
    EXPECT_EQ(values(test), (std::vector<double>{1, 0, 0, 1, 0, 0, 0}));
  });
}

TEST(UnaryKernels, GeluVanishesFarLeft) {
  for_each_isa([](const Backend& table) {
    for (DType dtype : {kFloat32, kFloat64}) {
      const Tensor x = make(dtype, {-100, -30, 30, 100}), y = empty_tensor(x.sizes(), dtype);
      table.gelu(y, x);
      expect_near(values(y), {0, 0, 30, 100}, 1e-12, 1e-30);
    }
  });
}

TEST(UnaryKernels, BitwiseNot) {
  for_each_isa([](const Backend& table) {
    const Tensor x = make(kInt32, {0, 1, -7}), y = empty_tensor({3}, kInt32);
    table.bitwise_not(y, x);
    EXPECT_EQ(values(y), (std::vector<double>{-1, -2, 6}));
    const Tensor flags = make(kBool, {0, 1, 1}), inverse = empty_tensor({3}, kBool);
    table.bitwise_not(inverse, flags);
    EXPECT_EQ(values(inverse), (std::vector<double>{1, 0, 0}));
    const Tensor bytes = make(kUInt8, {0, 255, 7}), flipped = empty_tensor({3}, kUInt8);
    table.bitwise_not(flipped, bytes);
    EXPECT_EQ(values(flipped), (std::vector<double>{255, 0, 248}));
  });
}

TEST(UnaryKernels, GiveTheSameBitsForAnyNumberOfThreads) {
  for_each_isa([](const Backend& table) {
    const Shape sizes = {301, 333};
    for (Layout layout : {Layout::Contiguous, Layout::Transposed}) {
      const Tensor x = make(sizes, kFloat32, spread(sizes.numel(), 0.1, 4), layout);
      for (const Unary& op : kUnary) {
        SCOPED_TRACE(op.name);
        expect_same_for_any_threads([&] {
          const Tensor y = empty_tensor(sizes, kFloat32);
          (table.*op.slot)(y, x);
          return y;
        });
      }
    }
  });
}

TEST(MemoryKernels, CastBetweenAllDTypesAndLayouts) {
  for_each_isa([](const Backend& table) {
    for (DType from : kAllDTypes) {
      for (DType to : kAllDTypes) {
        for (Layout from_layout : kLayouts) {
          for (Layout to_layout : kLayouts) {
            SCOPED_TRACE(concat(from, " -> ", to));
            for (const Shape& sizes : {Shape{3, 5, 7}, Shape{33, 70}, Shape{1}, Shape{0, 4}}) {
              const Tensor x = make(sizes, from, spread(sizes.numel(), -60, 60), from_layout);
              const Tensor y = make_empty(sizes, to, to_layout);
              table.copy(y, x);
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
  for_each_isa([](const Backend& table) {
    for (auto [from, to] : {std::pair{kFloat32, kBFloat16},
                            {kBFloat16, kFloat32},
                            {kFloat32, kFloat16},
                            {kFloat16, kFloat32},
                            {kUInt8, kFloat32},
                            {kFloat64, kInt64}}) {
      for (int64_t size : kSizes) {
        const Tensor x = make(from, spread(size, 0, 200)), y = empty_tensor(x.sizes(), to);
        table.copy(y, x);
        auto expected = values(x);
        for (double& value : expected) value = rounded_to(value, to);
        EXPECT_EQ(values(y), expected);
      }
    }
  });
}

TEST(MemoryKernels, SixteenBitFloatsRoundToEvenAndKeepSpecialValues) {
  for_each_isa([](const Backend& table) {
    std::vector<float> input;
    for (uint32_t bits = 0; bits < 0xffff0000u - 40503; bits += 40503) input.push_back(std::bit_cast<float>(bits));
    const int64_t count = static_cast<int64_t>(input.size());
    const Tensor x = empty_tensor(Shape(count), kFloat32);
    std::copy(input.begin(), input.end(), x.data_ptr<float>());
    for (DType dtype : {kFloat16, kBFloat16}) {
      const Tensor small = empty_tensor(x.sizes(), dtype), back = empty_tensor(x.sizes(), kFloat32);
      table.copy(small, x);
      table.copy(back, small);
      std::vector<double> expected;
      for (float value : input) expected.push_back(rounded_to(value, dtype));
      expect_near(values(back), expected, 0);
    }
  });
}

TEST(MemoryKernels, FillWritesEveryDTypeAndLayout) {
  for_each_isa([](const Backend& table) {
    for (DType dtype : kAllDTypes) {
      for (Layout layout : kLayouts) {
        for (double value : {0.0, 1.0, 3.5}) {
          const Tensor x = make_empty({33, 70}, dtype, layout);
          table.fill(x, value);
          EXPECT_EQ(values(x), std::vector<double>(33 * 70, rounded_to(value, dtype)));
        }
      }
    }
    const Tensor x = empty_tensor({2}, kInt64);
    table.fill(x, (int64_t{1} << 62) + 1);
    EXPECT_EQ(x.data_ptr<int64_t>()[1], (int64_t{1} << 62) + 1);
  });
}

}  // namespace
}  // namespace ember
